package io.backendpool.operator.status;

import static io.backendpool.operator.status.StatusAggregatorTest.CURRENT;
import static io.backendpool.operator.status.StatusAggregatorTest.LATER;
import static io.backendpool.operator.status.StatusAggregatorTest.NOW;
import static io.backendpool.operator.status.StatusAggregatorTest.OLD;
import static io.backendpool.operator.status.StatusAggregatorTest.assertCondition;
import static io.backendpool.operator.status.StatusAggregatorTest.condition;
import static io.backendpool.operator.status.StatusAggregatorTest.facts;
import static io.backendpool.operator.status.StatusAggregatorTest.pool;
import static io.backendpool.operator.status.StatusAggregatorTest.proxy;
import static io.backendpool.operator.status.StatusAggregatorTest.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.translate.Finding;
import io.backendpool.pool.HealthState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

// Beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
class TakeOverTest {
    private static final PublishedPool POOL = pool(2);
    private static final HealthState[] WELL = {HealthState.HEALTHY, HealthState.HEALTHY};

    /** What the operator before said, all being well, of {@link #POOL} as {@code revision}. */
    private static BackendPoolStatus former(Revision revision) {
        PublishedPool published = new PublishedPool(revision, POOL.snapshot());
        return status(
                facts(
                        published,
                        7,
                        2,
                        List.of(),
                        List.of(),
                        null,
                        proxy("p0", published, revision, 300, WELL),
                        proxy("p1", published, revision, 300, WELL)),
                null,
                NOW);
    }

    private static BackendPoolStatus held(
            BackendPoolStatus former, long generation, List<Finding> findings, ConnectedProxy... proxies) {
        TakeOver takeOver = TakeOver.of(former);
        assertThat(takeOver).isNotNull();
        return status(facts(POOL, generation, 2, findings, List.of(), takeOver, proxies), former, LATER);
    }

    @Test
    void hold_whereNothingHasChanged_isTheFormerStatus() {
        BackendPoolStatus former = former(CURRENT);

        assertThat(held(former, 7, List.of())).usingRecursiveComparison().isEqualTo(former);
    }

    @Test
    void hold_whenOneOfTwoHasDialled_isTheFormerStatus() {
        BackendPoolStatus former = former(CURRENT);

        assertThat(held(former, 7, List.of(), proxy("p0", POOL, CURRENT, 300, WELL)))
                .usingRecursiveComparison()
                .isEqualTo(former);
    }

    @Test
    void hold_ofAnotherRevision_saysThatNobodyRunsIt_andThatTrafficIsServed() {
        BackendPoolStatus status = held(former(OLD), 7, List.of());

        assertCondition(status, Reason.PENDING);
        assertCondition(status, Reason.PROGRESSING);
        assertCondition(status, Reason.ALL_HEALTHY);
        assertThat(status.revision).isEqualTo(12);
        assertThat(status.proxies.syncedRatio).isEqualTo("0/2");
        assertThat(status.proxies.readyRatio).isEqualTo("2/2");
        assertThat(condition(status, ConditionType.PROGRAMMED).getMessage())
                .isEqualTo(
                        "0/2 proxies are known to run revision 12: they are yet to dial this operator, which has just"
                                + " taken over");
        assertThat(condition(status, ConditionType.READY).getMessage())
                .isEqualTo(
                        "2/2 backends are healthy (revision 11; proxies are yet to dial this operator, which has just"
                                + " taken over)");
    }

    @Test
    void hold_ofAnotherGeneration_isNotProgrammed_andReadyNamesTheOldOne() {
        BackendPoolStatus status = held(former(CURRENT), 8, List.of());

        assertCondition(status, Reason.PENDING);
        assertThat(status.observedGeneration).isEqualTo(8);
        assertThat(condition(status, ConditionType.READY).getObservedGeneration())
                .isEqualTo(7);
        assertThat(condition(status, ConditionType.PROGRAMMED).getObservedGeneration())
                .isEqualTo(8);
    }

    @Test
    void hold_whenAProxyThatHasDialledRunsAnOlderRevision_saysSo() {
        BackendPoolStatus status = held(former(CURRENT), 7, List.of(), proxy("p1", POOL, OLD, 0, WELL));

        assertCondition(status, Reason.PENDING);
        assertThat(condition(status, ConditionType.PROGRAMMED).getMessage()).contains("p1 (revision 11)");
        assertThat(status.proxies.behindSince).isEqualTo("2025-12-31T23:59:30Z");
    }

    @Test
    void hold_saysAtOnceWhatThisOperatorKnowsItself() {
        BackendPoolStatus status = held(
                former(CURRENT),
                7,
                List.of(new Finding(Finding.Kind.SERVICE_NOT_FOUND, "spec.backends[0].service.name", "web ...")));

        assertCondition(status, Reason.SERVICE_NOT_FOUND);
        assertCondition(status, Reason.ALL_HEALTHY);
        assertCondition(status, Reason.PROGRAMMED);
    }

    @Test
    void of_whatWasNotKnownBefore_isNothing() {
        BackendPoolStatus unknown = status(facts(POOL, 7, 2, List.of(), List.of(), null), null, NOW);

        assertThat(TakeOver.of(unknown)).isNull();
        assertThat(TakeOver.of(null)).isNull();
        assertThat(TakeOver.of(new BackendPoolStatus())).isNull();
    }

    @Test
    void isOver_whenAllHaveSpoken() {
        TakeOver takeOver = TakeOver.of(former(CURRENT));
        ConnectedProxy spoken = proxy("p0", POOL, CURRENT, 0, WELL);

        assertThat(takeOver.isOver(List.of(spoken, silent("p1", CURRENT)), 2)).isFalse();
        assertThat(takeOver.isOver(List.of(spoken, proxy("p1", POOL, CURRENT, 0, WELL)), 2))
                .isTrue();
    }

    private static ConnectedProxy silent(String name, @Nullable Revision acked) {
        return new ConnectedProxy(name, "1", NOW, acked, null, acked == null ? NOW : null, null, ProxyStatus.NONE);
    }

    @Provide
    Arbitrary<List<Revision>> acknowledged() {
        return Arbitraries.of(CURRENT, OLD).injectNull(0.2).list().ofMaxSize(3);
    }

    /** The law: Programmed is never True of a revision that a proxy has not acknowledged, as far as anybody knows. */
    @Property(tries = 500)
    void programmed_isNeverTrueOfARevisionThatIsNotAcknowledged(
            @ForAll("acknowledged") List<Revision> acknowledged,
            @ForAll boolean formerOfThisRevision,
            @ForAll boolean sameGeneration,
            @ForAll boolean spoken) {
        BackendPoolStatus former = former(formerOfThisRevision ? CURRENT : OLD);
        List<ConnectedProxy> proxies = new ArrayList<>();
        for (int i = 0; i < acknowledged.size(); i++) {
            Revision acked = acknowledged.get(i);
            proxies.add(spoken ? proxy("p" + i, POOL, acked, 0, WELL) : silent("p" + i, acked));
        }
        BackendPoolStatus status =
                held(former, sameGeneration ? 7 : 8, List.of(), proxies.toArray(ConnectedProxy[]::new));

        boolean allOfThem = acknowledged.stream().allMatch(CURRENT::equals);
        boolean enough = acknowledged.stream().filter(CURRENT::equals).count() >= 2;
        boolean wordOfTheFormer = formerOfThisRevision && sameGeneration && allOfThem;
        if (condition(status, ConditionType.PROGRAMMED).getStatus().equals("True")) {
            assertThat(wordOfTheFormer || (allOfThem && enough)).isTrue();
        }
        assertThat(condition(status, ConditionType.READY).getStatus()).isEqualTo("True");
        assertThat(status.revision).isEqualTo(12);
        assertThat(status.conditions)
                .extracting(each -> each.getType())
                .containsExactly(Arrays.stream(ConditionType.values())
                        .map(ConditionType::word)
                        .toArray(String[]::new));
        int synced = Objects.requireNonNull(status.proxies.synced);
        assertThat(synced).isLessThanOrEqualTo(wordOfTheFormer ? 2 : acknowledged.size());
    }
}
