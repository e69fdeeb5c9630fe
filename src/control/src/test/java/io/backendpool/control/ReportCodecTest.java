package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.control.v1.BackendReport;
import io.backendpool.control.v1.Report;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ReportCodecTest {
    private static final BackendKey KEY = new BackendKey("stable", "10.0.0.1", 80);

    @Provide
    Arbitrary<ProxyStatus> statuses() {
        Arbitrary<List<BackendStatus>> backends = Combinators.combine(
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.of(HealthState.class),
                        Arbitraries.of("probes succeed", "connection refused", ""),
                        Arbitraries.integers().between(0, 5_000),
                        Arbitraries.doubles().between(0, 100),
                        Arbitraries.integers().between(0, 9))
                .as((host, state, reason, since, weight, count) -> new BackendStatus(
                        new BackendKey("g", "10.0.0." + host, 80),
                        state,
                        reason,
                        Instant.ofEpochMilli(since),
                        weight,
                        count,
                        count,
                        6L * count,
                        count % 2 == 0 ? "" : "90 %: 20 % slower than the pool",
                        count % 3 == 0))
                .list()
                .ofMaxSize(6)
                .uniqueElements(BackendStatus::key)
                .map(list -> list.stream()
                        .sorted((a, b) -> a.key().compareTo(b.key()))
                        .toList());
        Arbitrary<Traffic> traffic =
                Arbitraries.integers().between(0, 3).map(n -> new Traffic(10_000, n, n / 2, n * 1.5, n, n));
        Arbitrary<PoolMode> mode = Combinators.combine(
                        Arbitraries.of(PoolMode.Kind.class),
                        Arbitraries.integers().between(0, 7))
                .as((kind, priority) -> new PoolMode(kind, priority, "priority " + priority))
                .injectNull(0.2);
        Arbitrary<List<String>> notes = Arbitraries.of(
                        "group a: weight 5 by an override, 90 declared", "1 of 3 backends drained by an override")
                .list()
                .ofMaxSize(3);
        return Combinators.combine(Arbitraries.of(true, false), backends, traffic, mode, notes)
                .as(ProxyStatus::new);
    }

    @Property(tries = 300)
    void changes_appliedToTheFirst_giveTheSecond(
            @ForAll("statuses") ProxyStatus first, @ForAll("statuses") ProxyStatus second) throws Exception {
        Report changes = ReportCodec.changes(first, second);
        ProxyStatus result =
                changes == null ? first : ReportCodec.apply(first, Report.parseFrom(changes.toByteArray()));
        assertThat(result).isEqualTo(second);
    }

    @Property(tries = 100)
    void whole_appliedToAnything_givesIt(@ForAll("statuses") ProxyStatus before, @ForAll("statuses") ProxyStatus status)
            throws Exception {
        assertThat(ReportCodec.apply(before, ReportCodec.whole(status))).isEqualTo(status);
    }

    @Property(tries = 50)
    void changes_ofNothing_areNull(@ForAll("statuses") ProxyStatus status) {
        assertThat(ReportCodec.changes(status, status)).isNull();
    }

    @Test
    void changes_nameOnlyWhatChanged() {
        ProxyStatus before =
                new ProxyStatus(true, List.of(backend("10.0.0.1", 0), backend("10.0.0.2", 0)), Traffic.NONE);
        ProxyStatus after =
                new ProxyStatus(true, List.of(backend("10.0.0.1", 0), backend("10.0.0.2", 5)), Traffic.NONE);
        Report changes = Objects.requireNonNull(ReportCodec.changes(before, after));
        assertThat(changes.getChangedList())
                .singleElement()
                .satisfies(changed -> assertThat(changed.getKey().getHost()).isEqualTo("10.0.0.2"));
    }

    @Test
    void unknownState_ofANewerProxy_countsAsUnknown() throws Exception {
        Report report = Report.newBuilder()
                .addChanged(BackendReport.newBuilder()
                        .setKey(SnapshotCodec.encode(KEY))
                        .setStateValue(99))
                .build();
        assertThat(ReportCodec.apply(ProxyStatus.NONE, report).backends())
                .singleElement()
                .satisfies(backend -> assertThat(backend.state()).isEqualTo(HealthState.UNKNOWN));
    }

    @Test
    void unknownMode_ofANewerProxy_isNone() throws Exception {
        Report report = Report.newBuilder()
                .setMode(io.backendpool.control.v1.PoolMode.newBuilder().setKindValue(99))
                .build();
        assertThat(ReportCodec.apply(ProxyStatus.NONE, report).mode()).isNull();
    }

    @Test
    void tooManyNotes_areCut() throws Exception {
        Report.Builder report = Report.newBuilder();
        for (int i = 0; i < 100; i++) {
            report.addNotes("x".repeat(5_000));
        }
        assertThat(ReportCodec.apply(ProxyStatus.NONE, report.build()).notes())
                .hasSize(ReportCodec.MAX_NOTES)
                .allSatisfy(note -> assertThat(note).hasSize(ReportCodec.MAX_REASON_LENGTH));
    }

    @Test
    void longReason_isCut() throws Exception {
        Report report = Report.newBuilder()
                .addChanged(BackendReport.newBuilder()
                        .setKey(SnapshotCodec.encode(KEY))
                        .setReason("x".repeat(5_000)))
                .build();
        assertThat(ReportCodec.apply(ProxyStatus.NONE, report)
                        .backends()
                        .getFirst()
                        .reason())
                .hasSize(ReportCodec.MAX_REASON_LENGTH);
    }

    @Test
    void backendWithoutAddress_isRefused() {
        Report report = Report.newBuilder()
                .addChanged(BackendReport.getDefaultInstance())
                .build();
        assertThatThrownBy(() -> ReportCodec.apply(ProxyStatus.NONE, report))
                .isInstanceOf(InvalidReportException.class)
                .hasMessage("report: backend.group: \"\" (expected: not empty)");
    }

    @Test
    void tooManyBackends_areRefused() {
        Report.Builder report = Report.newBuilder();
        for (int i = 0; i <= ReportCodec.MAX_BACKENDS; i++) {
            report.addChangedBuilder()
                    .getKeyBuilder()
                    .setGroup("g")
                    .setHost("h" + i)
                    .setPort(1);
        }
        assertThatThrownBy(() -> ReportCodec.apply(ProxyStatus.NONE, report.build()))
                .hasMessage("report: 100,001 backends (expected: at most 100,000)");
    }

    @Test
    void proxyOfAnEarlierVersion_saysNothingOfTheMinute_andSomethingOfTheWindow() throws Exception {
        Report.Builder report = Report.newBuilder();
        report.addChangedBuilder()
                .setWindowRequests(7)
                .setState(BackendReport.State.HEALTHY)
                .getKeyBuilder()
                .setGroup("g")
                .setHost("h")
                .setPort(1);
        assertThat(ReportCodec.apply(ProxyStatus.NONE, report.build()).backends())
                .extracting(BackendStatus::minuteRequests)
                .containsExactly(7L);
    }

    private static BackendStatus backend(String host, int inFlight) {
        return new BackendStatus(
                new BackendKey("stable", host, 80), HealthState.HEALTHY, "", Instant.EPOCH, 1, inFlight, 0);
    }
}
