package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Session;
import io.backendpool.pool.Session.OnUnavailable;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.Picker;
import io.backendpool.pool.session.SessionTable;
import io.backendpool.pool.session.SessionToken;
import io.backendpool.pool.session.TokenCodec;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The sessions of the live pool as one event loop sees them: from tokens to backends, and back. Event loop only. */
public final class LoopSessions {
    /**
     * Where a request belongs.
     *
     * @param seed of its session; 0 where none has begun yet
     * @param backend null: it has no session, or none that a backend could be found for
     * @param strict no other backend may answer
     * @param told what the client has says the same, so nothing need be told as long as {@code backend} answers
     */
    public record Binding(long seed, @Nullable Upstream backend, boolean strict, boolean told) {
        /** Of a request without a session: one begins with the backend that answers. */
        static final Binding NEW = new Binding(0, null, false, false);

        private boolean isNew() {
            return backend == null && seed == 0;
        }
    }

    private final SessionTable table;
    private final TokenCodec codec;
    private final Upstream[] upstreams;
    private final Function<PickPlan, Picker> pickers;
    private final RandomGenerator random;
    /** By group; made when first needed. */
    private final @Nullable Picker[] byGroup;

    LoopSessions(
            SessionTable table,
            TokenCodec codec,
            Upstream[] upstreams,
            Function<PickPlan, Picker> pickers,
            RandomGenerator random) {
        this.table = table;
        this.codec = codec;
        this.upstreams = upstreams;
        this.pickers = pickers;
        this.random = random;
        this.byGroup = new Picker[table.groups()];
    }

    /** How sessions are recognised. */
    public Session session() {
        return table.session();
    }

    /**
     * Where a request with {@code token} belongs.
     *
     * @param token null: it has none. One that is forged, of another pool or of a key that is gone counts as none
     * @param boundTo see {@link TokenCodec}
     */
    public Binding find(@Nullable String token, long boundTo) {
        SessionToken known = token == null ? null : codec.check(token, boundTo);
        if (known == null) {
            return Binding.NEW;
        }
        int named = table.named(known);
        if (named == SessionTable.NONE) {
            return elsewhere(known.seed());
        }
        if (table.serves(named)) {
            return table.keeps(known.seed(), named)
                    ? new Binding(known.seed(), upstreams[named], isStrict(), known.byFirstKey())
                    : elsewhere(known.seed());
        }
        return isStrict() ? new Binding(known.seed(), upstreams[named], true, true) : elsewhere(known.seed());
    }

    /** Where the requests of a client belong that is known by its address, {@code hash} being made of it. */
    public Binding ofSource(long hash) {
        return new Binding(hash, chosen(hash), false, true);
    }

    private boolean isStrict() {
        return table.session().onUnavailable() == OnUnavailable.FAIL;
    }

    private Binding elsewhere(long seed) {
        return new Binding(seed, chosen(seed), false, false);
    }

    private @Nullable Upstream chosen(long seed) {
        int group = table.group(seed);
        if (group == SessionTable.NONE) {
            return null;
        }
        Picker picker = byGroup[group];
        if (picker == null) {
            picker = pickers.apply(table.plan(group));
            byGroup[group] = picker;
        }
        int index = picker.pick(seed);
        return index == Picker.NONE ? null : upstreams[index];
    }

    /**
     * What the client is to be told after {@code answered} has answered a request that belonged where {@code binding} says.
     *
     * @return the token; null: nothing new, or nothing to sign with
     */
    public @Nullable String token(Binding binding, BackendKey answered, long boundTo) {
        Upstream backend = binding.backend();
        if (binding.told() && backend != null && backend.key().equals(answered)) {
            return null;
        }
        return sign(binding, answered, boundTo);
    }

    /** The same whether it is new or not. */
    public @Nullable String sign(Binding binding, BackendKey answered, long boundTo) {
        long tag = table.tag(answered);
        if (tag == 0 || !codec.canSign()) {
            return null;
        }
        long seed = binding.isNew() ? table.seedFor(answered, random) : binding.seed();
        return codec.sign(seed, tag, boundTo);
    }
}
