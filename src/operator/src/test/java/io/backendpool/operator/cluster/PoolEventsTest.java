package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.status.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.Test;

final class PoolEventsTest {
    private static Condition condition(Reason reason) {
        return new ConditionBuilder()
                .withType(reason.type().word())
                .withStatus(reason.status())
                .withReason(reason.word())
                .build();
    }

    private static boolean isNews(Reason before, Reason now) {
        return PoolEvents.isNews(condition(before), condition(now));
    }

    @Test
    void newPool_onItsUsualWay_isNoNews() {
        assertThat(PoolEvents.isNews(null, condition(Reason.PROXIES_NOT_READY))).isFalse();
        assertThat(PoolEvents.isNews(null, condition(Reason.NO_REPORT))).isFalse();
        assertThat(PoolEvents.isNews(null, condition(Reason.NOT_OVERRIDDEN))).isFalse();
        assertThat(isNews(Reason.NO_REPORT, Reason.PROXIES_NOT_READY)).isFalse();
        assertThat(isNews(Reason.PROXIES_NOT_READY, Reason.UNPROBED)).isFalse();
        assertThat(isNews(Reason.UNPROBED, Reason.ALL_HEALTHY)).isTrue();
        assertThat(PoolEvents.isGood(condition(Reason.ALL_HEALTHY))).isTrue();
    }

    @Test
    void newPool_thatIsBad_isNews() {
        assertThat(PoolEvents.isNews(null, condition(Reason.SERVICE_NOT_FOUND))).isTrue();
        assertThat(PoolEvents.isNews(null, condition(Reason.OVERRIDE_ACTIVE))).isTrue();
    }

    @Test
    void degreesOfReady_areNews_andWarnings() {
        Reason before = Reason.ALL_HEALTHY;
        for (Reason now : new Reason[] {
            Reason.DEGRADED, Reason.FAILOVER, Reason.PANIC, Reason.LAST_RESORT, Reason.NO_ELIGIBLE_BACKEND
        }) {
            assertThat(isNews(before, now)).as(now.word()).isTrue();
            assertThat(isNews(now, now)).as(now.word()).isFalse();
            assertThat(PoolEvents.isGood(condition(now))).as(now.word()).isFalse();
            before = now;
        }
        assertThat(isNews(before, Reason.PROXIES_NOT_READY)).isFalse();
        assertThat(isNews(Reason.ALL_HEALTHY, Reason.PROXIES_NOT_READY)).isTrue();
    }

    @Test
    void override_isAWarningWhileItIsActive() {
        assertThat(isNews(Reason.NOT_OVERRIDDEN, Reason.OVERRIDE_ACTIVE)).isTrue();
        assertThat(isNews(Reason.OVERRIDE_ACTIVE, Reason.NOT_OVERRIDDEN)).isTrue();
        assertThat(PoolEvents.isGood(condition(Reason.OVERRIDE_ACTIVE))).isFalse();
        assertThat(PoolEvents.isGood(condition(Reason.NOT_OVERRIDDEN))).isTrue();
    }
}
