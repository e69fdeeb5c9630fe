package io.backendpool.proxy.upstream;

import io.backendpool.pool.Retries;
import io.backendpool.proxy.traffic.Limit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one request goes, and where it goes next when a backend fails it. Knows nothing of the protocol: whether the
 * request may be sent again at all (it is idempotent, it is still here as a whole, nothing of a response has gone to the
 * client) is for the caller to say, by asking or not. Event loop only.
 *
 * <pre>
 *   not connected     another backend, as long as there is one; costs nothing
 *   a stale keep-alive connection    a fresh one to the same backend, once; costs nothing
 *   reset, timeout, a status to retry    another backend, or the same where there is no other; costs one of
 *                                        retries.attempts, and a place in the budget and among the backend's retries
 * </pre>
 */
public final class AttemptPlan {
    private final LoopUpstreams upstreams;
    private final LoopPolicy policy;
    private final long hash;
    private final @Nullable Upstream bound;
    private final boolean strict;
    private List<Upstream> tried = List.of();
    private String lastFailure = "";
    private int retries;
    private boolean hadFreshChance;
    private boolean inBudget;
    private @Nullable Upstream retrying;

    /** For a request without a key that begins now, and keeps to the policy of now. */
    public AttemptPlan(LoopUpstreams upstreams) {
        this.upstreams = upstreams;
        this.policy = upstreams.policy();
        this.hash = upstreams.randomHash();
        this.bound = null;
        this.strict = false;
    }

    /**
     * The same for a request with a key or a session.
     *
     * @param hash of its key; random where it has none
     * @param bound the backend of its session; null: it has none
     * @param strict no other than {@code bound} may answer
     */
    public AttemptPlan(LoopUpstreams upstreams, long hash, @Nullable Upstream bound, boolean strict) {
        this.upstreams = upstreams;
        this.policy = upstreams.policy();
        this.hash = hash;
        this.bound = bound;
        this.strict = strict;
    }

    /** Only the backend of the request's session may answer, so there is nothing to wait for where it cannot. */
    public boolean isStrict() {
        return strict;
    }

    public LoopPolicy policy() {
        return policy;
    }

    /** Backends that failed the request. */
    public List<Upstream> tried() {
        return tried;
    }

    /** How the last of {@link #tried} failed it, for people. */
    public String lastFailure() {
        return lastFailure;
    }

    /** The backend for the first try, or after one could not be connected to; null: there is none with room. */
    public @Nullable Upstream next() {
        Upstream session = bound;
        if (session != null && !tried.contains(session) && upstreams.usableBySession(session)) {
            return session;
        }
        return strict ? null : upstreams.choose(hash, tried, false);
    }

    /** No connection could be made to {@code upstream}: {@link #next} gives another. */
    public void exclude(Upstream upstream, String failure) {
        endTry();
        if (tried.isEmpty()) {
            tried = new ArrayList<>(4);
        }
        tried.add(upstream);
        lastFailure = failure;
    }

    /**
     * A connection that had served before ended without a byte of an answer. Most likely the backend was just closing it,
     * and may be closing the other idle ones; a fresh one tells. True once in a request's life.
     */
    public boolean takeFreshChance() {
        boolean first = !hadFreshChance;
        hadFreshChance = true;
        return first;
    }

    /** The connection ended before a byte of the response: where to send the request again; null: nowhere. */
    public @Nullable Upstream retryAfterReset(Upstream failed, String failure) {
        return policy.retries().on().contains(Retries.On.RESET) ? retry(failed, failure) : null;
    }

    /** The try took too long: where to send the request again; null: nowhere. */
    public @Nullable Upstream retryAfterTimeout(Upstream failed) {
        return policy.retries().on().contains(Retries.On.TIMEOUT) ? retry(failed, "no answer in time") : null;
    }

    /** The backend answered with {@code status}: where to send the request again; null: this is the answer. */
    public @Nullable Upstream retryAfterStatus(Upstream failed, int status) {
        return policy.retriesStatuses() && policy.retries().retriesStatus(status)
                ? retry(failed, "status " + status)
                : null;
    }

    private @Nullable Upstream retry(Upstream failed, String failure) {
        if (retries >= policy.retries().attempts()) {
            return null;
        }
        endTry();
        if (!inBudget && !upstreams.retryBudget().take(policy.retries().budgetPercent())) {
            upstreams.traffic().limitHit(Limit.RETRY_BUDGET);
            return null;
        }
        inBudget = true;
        exclude(failed, failure);
        Upstream next = strict ? null : upstreams.choose(hash, tried, true);
        if (next == null && upstreams.usable(failed, true)) {
            next = failed;
        }
        if (next == null) {
            return null;
        }
        retries++;
        retrying = next;
        next.retryStarted();
        return next;
    }

    /** The try under way has ended, however. */
    private void endTry() {
        if (retrying != null) {
            retrying.retryEnded();
            retrying = null;
        }
    }

    /** The request has ended, however. To be called once. */
    public void end() {
        endTry();
        if (inBudget) {
            upstreams.retryBudget().giveBack();
            inBudget = false;
        }
    }
}
