package io.backendpool.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.Traffic;
import io.backendpool.control.v1.BackendReport;
import io.backendpool.control.v1.Report;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReporterTest {
    private static final Instant START = Instant.parse("2026-11-27T10:00:00Z");

    private final RecordingDataPlane dataPlane = new RecordingDataPlane();
    private final Reporter reporter = new Reporter();

    private static ProxyStatus status(int backends, HealthState ofFirst, long requests) {
        List<BackendStatus> statuses = IntStream.range(0, backends)
                .mapToObj(i -> new BackendStatus(
                        new BackendKey("web", "10.0.0.1", 1000 + i),
                        i == 0 ? ofFirst : HealthState.HEALTHY,
                        "as it is",
                        START,
                        1,
                        0,
                        requests))
                .toList();
        return new ProxyStatus(true, statuses, Traffic.NONE);
    }

    private @Nullable Report at(long millis) {
        return reporter.next(dataPlane, START.plusMillis(millis));
    }

    private static Report some(@Nullable Report report) {
        assertThat(report).isNotNull();
        return report == null ? Report.getDefaultInstance() : report;
    }

    @Test
    void firstOfAStream_isWhole() {
        dataPlane.status = status(3, HealthState.HEALTHY, 1);
        assertThat(some(at(0)).getWhole()).isTrue();
        assertThat(at(200)).isNull();
        reporter.reset();
        Report again = some(at(400));
        assertThat(again.getWhole()).isTrue();
        assertThat(again.getChangedCount()).isEqualTo(3);
    }

    @Test
    void health_isToldAtOnce_andTrafficWithTheNextLook() {
        dataPlane.status = status(3, HealthState.HEALTHY, 1);
        at(0);
        dataPlane.status = status(3, HealthState.UNHEALTHY, 7);
        Report health = some(at(200));
        assertThat(health.getChangedList())
                .extracting(BackendReport::getState, BackendReport::getWindowRequests)
                .containsExactly(tuple(BackendReport.State.UNHEALTHY, 1L));
        assertThat(at(800)).isNull();
        assertThat(some(at(1_000)).getChangedList())
                .extracting(BackendReport::getWindowRequests)
                .containsExactly(7L, 7L, 7L);
    }

    @ParameterizedTest
    @CsvSource({"3, 1000", "2000, 1000", "10000, 5000", "50000, 10000"})
    void traffic_isLookedAtLessOftenInALargePool(int backends, long millis) {
        dataPlane.status = status(backends, HealthState.HEALTHY, 1);
        at(0);
        dataPlane.status = status(backends, HealthState.HEALTHY, 2);
        assertThat(at(millis - 1)).isNull();
        assertThat(some(at(millis)).getChangedCount()).isEqualTo(backends);
    }

    @Test
    void nothingIsLookedAt_whileNothingChanges_andNoLookIsDue() {
        dataPlane.status = status(3, HealthState.HEALTHY, 1);
        at(0);
        for (Duration wait = Duration.ZERO; wait.toMillis() < 1_000; wait = wait.plus(Reporter.POLL)) {
            assertThat(at(wait.toMillis())).isNull();
        }
        assertThat(dataPlane.looks).isEqualTo(1);
        assertThat(at(1_000)).isNull();
        assertThat(at(1_200)).isNull();
        assertThat(dataPlane.looks).isEqualTo(2);
    }
}
