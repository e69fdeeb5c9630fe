package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.http.ExchangeTimeouts.Expired;
import io.backendpool.proxy.upstream.LoopPolicy;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The first tick may be any number: a loop's ticks overflow in the end. */
class ExchangeTimeoutsTest {
    private static final int LONG = Integer.MAX_VALUE / 2;
    private static final long NO_LIMIT = 0;

    private static LoopPolicy policy(int requestTicks, int tryTicks, int streamTicks) {
        return new LoopPolicy(
                TrafficPolicy.DEFAULT,
                LONG,
                LONG,
                requestTicks,
                LONG,
                streamTicks,
                LONG,
                tryTicks,
                LONG,
                LONG,
                LONG,
                false,
                1,
                1,
                1,
                1,
                1);
    }

    @Property
    void request_isLimitedFromItsEnd_withOrWithoutABackend(
            @ForAll int start,
            @ForAll @IntRange(max = 1_000_000) int reading,
            @ForAll @IntRange(min = 1, max = 1_000_000) int limit,
            @ForAll @IntRange(max = 2_000_000) int waited) {
        LoopPolicy policy = policy(limit, 0, LONG);
        ExchangeTimeouts timeouts = new ExchangeTimeouts(start, NO_LIMIT);
        timeouts.requestRead(start + reading);
        int now = start + reading + waited;
        assertThat(timeouts.beforeTry(now, policy, true, true)).isEqualTo(waited > limit ? Expired.CONNECTION : null);
        timeouts.tryBegan(now - waited / 2);
        assertThat(timeouts.beforeResponse(now, policy, true, true))
                .isEqualTo(waited > limit ? Expired.RESPONSE : null);
    }

    @Property
    void try_isLimitedFromTheLaterOfItsBeginningAndTheEndOfTheRequest(
            @ForAll int start,
            @ForAll @IntRange(min = 1, max = 1_000) int limit,
            @ForAll @IntRange(max = 1_000) int first,
            @ForAll @IntRange(max = 1_000) int second,
            @ForAll boolean readFirst,
            @ForAll @IntRange(max = 2_000) int waited) {
        ExchangeTimeouts timeouts = new ExchangeTimeouts(start, NO_LIMIT);
        if (readFirst) {
            timeouts.requestRead(start + first);
            timeouts.tryBegan(start + first + second);
        } else {
            timeouts.tryBegan(start + first);
            timeouts.requestRead(start + first + second);
        }
        int now = start + first + second + waited;
        assertThat(timeouts.beforeResponse(now, policy(LONG, limit, LONG), true, true))
                .isEqualTo(waited > limit ? Expired.TRY : null);
        assertThat(timeouts.beforeResponse(now, policy(LONG, 0, LONG), true, true))
                .as("no limit for each try")
                .isNull();
    }

    @Property
    void body_isLimitedFromItsLastProgress_andWhoeverDoesNotMoveItIsToBlame(
            @ForAll int start,
            @ForAll @IntRange(max = 1_000) int moving,
            @ForAll @IntRange(min = 1, max = 1_000) int limit,
            @ForAll @IntRange(max = 2_000) int still) {
        LoopPolicy policy = policy(1, 1, limit);
        ExchangeTimeouts timeouts = new ExchangeTimeouts(start, NO_LIMIT);
        timeouts.progressed(start + moving);
        int now = start + moving + still;
        boolean over = still > limit;
        assertThat(timeouts.beforeTry(now, policy, false, true)).isEqualTo(over ? Expired.REQUEST_NOT_SENT : null);
        assertThat(timeouts.beforeTry(now, policy, false, false))
                .as("no room for the body before there is a connection")
                .isNull();
        assertThat(timeouts.beforeResponse(now, policy, false, true)).isEqualTo(over ? Expired.REQUEST_NOT_SENT : null);
        assertThat(timeouts.beforeResponse(now, policy, false, false))
                .isEqualTo(over ? Expired.REQUEST_NOT_READ : null);
        assertThat(timeouts.inResponse(now, policy, true)).isEqualTo(over ? Expired.RESPONSE_NOT_SENT : null);
        assertThat(timeouts.inResponse(now, policy, false)).isEqualTo(over ? Expired.RESPONSE_NOT_READ : null);
    }

    @Property
    void clientsOwnLimit_isFromTheHeadToTheResponse_whateverElseIsOver(
            @ForAll int start,
            @ForAll @IntRange(min = 1, max = 100_000) int millis,
            @ForAll @IntRange(max = 2_000) int waited,
            @ForAll boolean requestRead,
            @ForAll boolean wantsBody) {
        LoopPolicy policy = policy(LONG, 0, LONG);
        ExchangeTimeouts timeouts = new ExchangeTimeouts(start, millis);
        int now = start + waited;
        Expired expected = waited > LoopPolicy.ticks(millis) ? Expired.CLIENTS_OWN : null;
        assertThat(timeouts.beforeTry(now, policy, requestRead, wantsBody)).isEqualTo(expected);
        assertThat(timeouts.beforeResponse(now, policy, requestRead, wantsBody)).isEqualTo(expected);
        assertThat(timeouts.inResponse(now, policy, true)).isNull();
        if (expected != null) {
            LoopPolicy allOver = policy(1, 1, 1);
            assertThat(timeouts.beforeTry(now, allOver, requestRead, wantsBody)).isEqualTo(expected);
            assertThat(timeouts.beforeResponse(now, allOver, requestRead, wantsBody))
                    .isEqualTo(expected);
        }
    }

    @Example
    void wholeRequest_isOverBeforeItsTry() {
        ExchangeTimeouts timeouts = new ExchangeTimeouts(0, NO_LIMIT);
        timeouts.tryBegan(0);
        timeouts.requestRead(0);
        assertThat(timeouts.beforeResponse(11, policy(10, 10, 10), true, true)).isEqualTo(Expired.RESPONSE);
    }

    @Example
    void progress_prolongsNoRequest() {
        ExchangeTimeouts timeouts = new ExchangeTimeouts(0, NO_LIMIT);
        timeouts.tryBegan(0);
        timeouts.requestRead(0);
        timeouts.progressed(11);
        assertThat(timeouts.beforeResponse(11, policy(10, 0, LONG), true, true)).isEqualTo(Expired.RESPONSE);
    }
}
