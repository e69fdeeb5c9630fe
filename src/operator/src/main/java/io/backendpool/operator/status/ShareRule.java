package io.backendpool.operator.status;

import io.backendpool.api.v1alpha1.BackendState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When the shares of a pool's traffic are rewritten: all, when one has moved by more than chance, so that they add up. */
final class ShareRule {
    private final Map<String, BackendState> before;
    private final boolean moved;

    /**
     * For the status of {@code lines}.
     *
     * @param before the backends of the status before it, see {@link DrainRule#byKey}
     * @param requests that the shares are parts of
     */
    ShareRule(List<PoolReport.Line> lines, Map<String, BackendState> before, long requests) {
        this.before = before;
        this.moved = lines.stream().anyMatch(line -> Smoothing.shareMoved(line.share(), requests, said(line)));
    }

    /** What the status says of one of the lines; null: there were no requests. */
    @Nullable
    String of(PoolReport.Line line) {
        return moved ? Smoothing.percent(line.share()) : said(line);
    }

    private @Nullable String said(PoolReport.Line line) {
        BackendState state = before.get(line.key().toString());
        return state == null ? null : state.trafficShare;
    }
}
