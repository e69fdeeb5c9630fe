package io.backendpool.proxy.control;

import java.time.Clock;
import java.util.random.RandomGenerator;

@SuppressWarnings("DoNotCallSuggester") // the signatures come first
public final class ControlClient implements AutoCloseable {
    private ControlClient() {}

    public static ControlClient start(
            ControlSettings settings, DataPlane dataPlane, Clock clock, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    public ControlState state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
