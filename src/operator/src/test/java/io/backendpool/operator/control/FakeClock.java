package io.backendpool.operator.control;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Time that stands until a test moves it. */
public final class FakeClock extends Clock {
    private volatile Instant now;

    /** Stands at {@code now}. */
    public FakeClock(Instant now) {
        this.now = now;
    }

    /** Lets {@code by} pass. */
    public void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
