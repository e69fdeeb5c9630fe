package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.HttpProbe;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Compares one answer with what an HTTP probe expects, as it comes in. Confined to one thread. */
final class ExpectedAnswer {
    private static final int FIRST_CAPACITY = 1024;
    private static final ProbeResult SUCCEEDED = new ProbeResult.Succeeded();

    private final HttpProbe probe;
    private final @Nullable BodyPattern pattern;
    private byte[] body = {};
    private int length;

    /**
     * Has seen nothing yet.
     *
     * @param pattern made of the probe's body; null: any body will do
     */
    ExpectedAnswer(HttpProbe probe, @Nullable BodyPattern pattern) {
        this.probe = probe;
        this.pattern = pattern;
    }

    /** Takes a final status. Null: the body counts, too. */
    @Nullable
    ProbeResult status(int status) {
        if (!probe.expects(status)) {
            return new ProbeResult.Failed("HTTP " + status);
        }
        return pattern == null ? SUCCEEDED : null;
    }

    /** Takes the next bytes of the body, and reads them. Null: more are needed. */
    @Nullable
    ProbeResult body(ByteBuf bytes) {
        if (pattern == null) {
            return SUCCEEDED;
        }
        int before = length;
        int taken = Math.min(bytes.readableBytes(), pattern.limit() - length);
        if (length + taken > body.length) {
            body = Arrays.copyOf(body, Math.max(length + taken, Math.max(FIRST_CAPACITY, 2 * body.length)));
        }
        bytes.readBytes(body, length, taken);
        length += taken;
        if (pattern.foundEarly(body, before, length)) {
            return SUCCEEDED;
        }
        return bytes.isReadable() ? judged(pattern, true) : null;
    }

    /** The body is complete. */
    ProbeResult end() {
        return pattern == null ? SUCCEEDED : judged(pattern, false);
    }

    private ProbeResult judged(BodyPattern complete, boolean cut) {
        return complete.found(body, length) ? SUCCEEDED : new ProbeResult.Failed(complete.complaint(cut));
    }
}
