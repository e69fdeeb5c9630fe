package io.backendpool.e2e;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What takes long to start and is therefore used by the tests of one class in turn. A test that needs it as it was at the
 * beginning sees to that itself, before it begins. After a test that failed, or that ended it, the next one gets a new one, so
 * that a failure is one test's own. One thread.
 */
final class Shared<T extends Shared.Running> implements AfterEachCallback, AfterAllCallback {
    /** Something that runs until it is closed. */
    interface Running {
        /** False: it has ended, and must be started anew. */
        boolean isRunning();

        void close() throws Exception;
    }

    /** Starts what is shared. */
    interface Start<T> {
        T start() throws Exception;
    }

    private final Start<T> start;
    private @Nullable T running;

    Shared(Start<T> start) {
        this.start = start;
    }

    /** The one that runs, or a new one. */
    T get() throws Exception {
        T current = running;
        if (current != null && current.isRunning()) {
            return current;
        }
        end();
        T started = start.start();
        running = started;
        return started;
    }

    @Override
    public void afterEach(ExtensionContext test) throws Exception {
        if (test.getExecutionException().isPresent()) {
            end();
        }
    }

    @Override
    public void afterAll(ExtensionContext tests) throws Exception {
        end();
    }

    private void end() throws Exception {
        T last = running;
        running = null;
        if (last != null) {
            last.close();
        }
    }
}
