package io.backendpool.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.control.Seat;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.ProxySeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class SeatTableTest {
    private static final SeatTimes TIMES = new SeatTimes(Duration.ofSeconds(10), Duration.ofSeconds(60));

    private SeatTable table = new SeatTable(TIMES);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Example
    void firstSeats_areDealtTogether_whenAllCanHaveCome() {
        join("a");
        pass(9);
        join("b");
        assertThat(seat("a")).isNull();
        pass(1);
        assertThat(seat("a")).isEqualTo(new Seat(0, 2));
        assertThat(seat("b")).isEqualTo(new Seat(1, 2));
        assertThat(table.nextDue()).isNull();
    }

    @Example
    void oneProxyAlone_getsTheWholeRing() {
        join("a");
        pass(10);
        assertThat(seat("a")).isEqualTo(new Seat(0, 1));
    }

    @Example
    void lostConnection_keepsTheSeatForItsProxy_beforeANewcomer() {
        dealt("a", "b", "c");
        leave("b", false);
        pass(5);
        join("new");
        pass(4);
        join("b");
        assertThat(seat("b")).isEqualTo(new Seat(1, 3));
        assertThat(seat("new")).isNull();
        assertThat(seat("c")).isEqualTo(new Seat(2, 3));
    }

    @Example
    void proxyThatIsLostForLonger_leavesItsSeatToANewcomer() {
        dealt("a", "b", "c");
        leave("b", false);
        join("new");
        pass(9);
        assertThat(seat("new")).isNull();
        pass(1);
        assertThat(seat("new")).isEqualTo(new Seat(1, 3));
    }

    @Example
    void rollingUpdate_handsEachSeatOn_andMovesNobody() {
        dealt("old-0", "old-1", "old-2");
        for (int i = 0; i < 3; i++) {
            join("new-" + i);
            pass(30);
            assertThat(seat("new-" + i)).isNull();
            leave("old-" + i, true);
            assertThat(seat("new-" + i)).isEqualTo(new Seat(i, 3));
            pass(3);
        }
        assertThat(seat("new-0")).isEqualTo(new Seat(0, 3));
        pass(1_000);
        assertThat(seat("new-0")).isEqualTo(new Seat(0, 3));
    }

    @Example
    void seatThatNobodyTakes_isTakenAwayAfterAWhile_withAllThatAreFreeByThen() {
        dealt("a", "b", "c", "d");
        leave("b", true);
        pass(40);
        leave("d", true);
        pass(19);
        assertThat(seat("c")).isEqualTo(new Seat(2, 4));
        pass(1);
        assertThat(table.seats()).isEqualTo(2);
        assertThat(Set.of(index("a"), index("c"))).isEqualTo(Set.of(0, 1));
        pass(1_000);
        assertThat(table.nextDue()).isNull();
    }

    @Example
    void moreProxies_getSeatsTogether_whenTheFirstHasWaitedForAWhile() {
        dealt("a", "b");
        join("c");
        pass(50);
        join("d");
        pass(9);
        assertThat(seat("a")).isEqualTo(new Seat(0, 2));
        pass(1);
        assertThat(List.of(index("a"), index("b"))).isEqualTo(List.of(0, 2));
        assertThat(List.of(index("c"), index("d"))).isEqualTo(List.of(1, 3));
    }

    @Example
    void proxyThatComesAndGoes_movesNobody() {
        dealt("a", "b", "c");
        for (int i = 0; i < 20; i++) {
            leave("c", false);
            pass(30);
            join("c");
            pass(5);
            assertThat(seat("a")).isEqualTo(new Seat(0, 3));
            assertThat(seat("c")).isEqualTo(new Seat(2, 3));
        }
    }

    @Example
    void restartedOperator_takesProxiesAtTheirWord_andMovesNobody() {
        join("new");
        join("c", new Seat(2, 4));
        pass(3);
        join("a", new Seat(0, 4));
        join("liar", new Seat(0, 4));
        assertThat(seat("c")).isEqualTo(new Seat(2, 4));
        assertThat(seat("a")).isEqualTo(new Seat(0, 4));
        assertThat(seat("new")).isNull();
        assertThat(seat("liar")).isNull();
        // One of four does not come back: a newcomer sits there. The other seat is free for b until then.
        pass(5);
        join("b", new Seat(1, 4));
        assertThat(seat("b")).isEqualTo(new Seat(1, 4));
        pass(5);
        assertThat(seat("new")).isEqualTo(new Seat(3, 4));
        assertThat(seat("a")).isEqualTo(new Seat(0, 4));
    }

    @Example
    void seatOfAnotherDeal_isNoClaimLater() {
        dealt("a", "b");
        leave("b", true);
        join("x", new Seat(1, 3));
        // It takes what is free as any newcomer, not by its word.
        assertThat(seat("x")).isEqualTo(new Seat(1, 2));
        join("y", new Seat(70, 100));
        assertThat(seat("y")).isNull();
        assertThat(table.seats()).isEqualTo(2);
    }

    @Example
    void allGone_isEmptyAfterAWhile_andBeginsAnew() {
        dealt("a", "b");
        leave("a", false);
        leave("b", false);
        pass(60);
        assertThat(table.isEmpty()).isTrue();
        join("c");
        pass(10);
        assertThat(seat("c")).isEqualTo(new Seat(0, 1));
    }

    @Example
    void timesThatMakeNoSense_areSaid() {
        assertThatThrownBy(() -> new SeatTimes(Duration.ofSeconds(10), Duration.ofSeconds(9)))
                .hasMessage(
                        "control.seats: comeback PT10S, patience PT9S (expected: above 0, and patience not below comeback)");
    }

    /** Whoever comes and goes: no seat is held twice, a seat moves only with the number of seats, and in the end all sit. */
    @Property(tries = 300)
    void seats_overAnyHistory_areDistinct_andMoveOnlyWithTheirNumber(@ForAll long seed) {
        Random random = new Random(seed);
        table = new SeatTable(TIMES);
        Set<String> here = new HashSet<>();
        Map<String, Seat> last = new HashMap<>();
        Map<String, Seat> dealtOnce = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            String proxy = "p" + random.nextInt(12);
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (here.add(proxy)) {
                        join(proxy, random.nextBoolean() ? dealtOnce.get(proxy) : null);
                    }
                }
                case 1 -> {
                    if (here.remove(proxy)) {
                        leave(proxy, random.nextBoolean());
                        last.remove(proxy);
                    }
                }
                case 2 -> pass(random.nextInt(15));
                default -> pass(random.nextInt(3));
            }
            Set<Integer> taken = new HashSet<>();
            for (String each : here) {
                Seat seat = seat(each);
                Seat before = last.get(each);
                if (seat == null) {
                    assertThat(before)
                            .as("a seat that was dealt is not taken away")
                            .isNull();
                    continue;
                }
                assertThat(seat.count()).isEqualTo(table.seats());
                assertThat(taken.add(seat.index())).isTrue();
                if (before != null && before.count() == seat.count()) {
                    assertThat(seat).isEqualTo(before);
                }
                last.put(each, seat);
                dealtOnce.put(each, seat);
            }
        }
        pass(1_000);
        assertThat(table.nextDue()).isNull();
        assertThat(table.seats()).isEqualTo(here.size());
        assertThat(here.stream().map(this::index).distinct()).hasSize(here.size());
    }

    /** What a change of the number of proxies costs those that stay, counted in backends by the proxy's own arithmetic. */
    @Property(tries = 60)
    void changeOfTheNumber_changesFewBackendsOfThoseThatStay(
            @ForAll @IntRange(min = 20, max = 200) int backends,
            @ForAll @IntRange(min = 2, max = 20) int proxies,
            @ForAll @IntRange(min = 2, max = 40) int size,
            @ForAll long seed) {
        Random random = new Random(seed);
        PoolSnapshot pool = Subsets.pool(backends, size, LoadBalancing.Locality.Mode.OFF);
        List<String> names = new ArrayList<>(
                IntStream.range(0, proxies).mapToObj(i -> "p" + i).toList());
        dealt(names.toArray(String[]::new));
        Map<String, Set<Integer>> before = used(pool, names);
        boolean more = random.nextBoolean();
        if (more) {
            join("new");
        } else {
            leave(names.remove(random.nextInt(names.size())), true);
        }
        pass(60);
        Map<String, Set<Integer>> after = used(pool, names);

        int count = more ? proxies + 1 : proxies - 1;
        double wider = width(backends, size, count) - width(backends, size, proxies);
        // Nobody is moved by more than half a distance between seats, or a whole one; and each end may cut a backend.
        double way = more ? 0.5 / count : 1.0 / proxies;
        for (String name : names) {
            Set<Integer> got = new HashSet<>(Objects.requireNonNull(after.get(name)));
            got.removeAll(Objects.requireNonNull(before.get(name)));
            assertThat((double) got.size())
                    .as("backends that %s did not have", name)
                    .isLessThanOrEqualTo(backends * (way + Math.max(0, wider)) + 2);
            Set<Integer> lost = new HashSet<>(Objects.requireNonNull(before.get(name)));
            lost.removeAll(Objects.requireNonNull(after.get(name)));
            assertThat((double) lost.size())
                    .as("backends that %s has no more", name)
                    .isLessThanOrEqualTo(backends * (way + Math.max(0, -wider)) + 2);
        }
    }

    private static double width(int backends, int size, int proxies) {
        return Math.min(1, Math.max(1, Math.ceil((double) size / backends * proxies - 1e-9)) / proxies);
    }

    private Map<String, Set<Integer>> used(PoolSnapshot pool, List<String> names) {
        Map<String, Set<Integer>> used = new HashMap<>();
        for (String name : names) {
            Seat seat = Objects.requireNonNull(seat(name));
            used.put(name, Subsets.used(pool, ProxySeat.of(seat.index(), seat.count())));
        }
        return used;
    }

    private void dealt(String... names) {
        table = new SeatTable(TIMES);
        for (String name : names) {
            join(name);
        }
        pass(10);
        assertThat(table.seats()).isEqualTo(names.length);
    }

    private void join(String proxy) {
        join(proxy, null);
    }

    private void join(String proxy, @Nullable Seat had) {
        table.join(proxy, had, now);
    }

    private void leave(String proxy, boolean goodbye) {
        table.leave(proxy, goodbye, now);
    }

    /** As the timer would: what is due in between is done when it is. */
    private void pass(int seconds) {
        Instant until = now.plusSeconds(seconds);
        for (Instant due = table.nextDue(); due != null && !due.isAfter(until); due = table.nextDue()) {
            assertThat(due).as("what was due before has been done").isAfterOrEqualTo(now);
            now = due;
            table.settle(now);
            assertThat(Objects.requireNonNullElse(table.nextDue(), Instant.MAX)).isAfter(now);
        }
        now = until;
        table.settle(now);
    }

    private @Nullable Seat seat(String proxy) {
        return table.seat(proxy);
    }

    private int index(String proxy) {
        return Objects.requireNonNull(seat(proxy), proxy).index();
    }
}
