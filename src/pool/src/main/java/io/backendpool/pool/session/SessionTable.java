package io.backendpool.pool.session;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.pick.Hashing;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.PickPlans;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions belong in one state of the pool. A session is bound to a group first and to a backend second:
 *
 * <ul>
 *   <li>The group follows from the session's seed by weighted rendezvous hashing (C. Schindelhauer, G. Schomaker, "Weighted
 *       Distributed Hash Tables", SPAA 2005, the logarithmic method): each group has its share of the sessions, and a change
 *       of weights moves exactly as many as shares have changed. So a canary from 10 % to 20 % takes a tenth of the sessions
 *       and leaves all others where they are.
 *   <li>Within its group a session stays with the backend that its token names. Where that is gone, the next one follows from
 *       the seed, too: all proxies send it to the same.
 * </ul>
 *
 * <p>A backend that drains gets no new sessions and keeps those that it has. Immutable; any thread. Built off the event
 * loops.
 */
public final class SessionTable {
    /** Where a session belongs to no backend. */
    public static final int NONE = -1;

    /** How often a seed is drawn at most for a group: enough for one with a share of a thousandth. */
    private static final int DRAWS = 10_000;
    /** Up to so many backends the highest weight is looked for; above, a table costs less. */
    private static final int SMALL_GROUP = 64;

    private static final double UNIT = 0x1p-53;

    /** A group that gets traffic. */
    private record Group(String name, long hash, int weight, PickPlan plan) {}

    private final Session session;
    private final List<Group> groups;
    private final String[] groupOf;
    private final HealthState[] states;
    private final long[] weights;
    private final long[] signingTags;
    private final Map<Long, Integer> byTag;
    private final Map<BackendKey, Integer> byKey;

    private SessionTable(
            Session session,
            List<Group> groups,
            String[] groupOf,
            HealthState[] states,
            long[] weights,
            long[] signingTags,
            Map<Long, Integer> byTag,
            Map<BackendKey, Integer> byKey) {
        this.session = session;
        this.groups = groups;
        this.groupOf = groupOf;
        this.states = states;
        this.weights = weights;
        this.signingTags = signingTags;
        this.byTag = byTag;
        this.byKey = byKey;
    }

    /**
     * The table of one state of the pool.
     *
     * @param states of the backends, in the snapshot's order
     * @param weights what traffic is shared by, in that order
     * @param groupWeight the weight of a group as it is wanted now, whatever the health of its backends
     * @param tags kept from one table to the next
     * @return null: the pool has no sessions
     */
    public static @Nullable SessionTable of(
            PoolSnapshot snapshot,
            List<HealthState> states,
            long[] weights,
            ToIntFunction<String> groupWeight,
            BackendTags tags) {
        Session session = snapshot.session();
        if (session == null) {
            return null;
        }
        int size = snapshot.backends().size();
        Map<String, List<Integer>> members = new LinkedHashMap<>();
        String[] groupOf = new String[size];
        Map<BackendKey, Integer> byKey = HashMap.newHashMap(size);
        List<BackendKey> keys = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            Backend backend = snapshot.backends().get(i);
            groupOf[i] = backend.key().group();
            byKey.put(backend.key(), i);
            keys.add(backend.key());
            if (weights[i] > 0) {
                members.computeIfAbsent(groupOf[i], unused -> new ArrayList<>()).add(i);
            }
        }
        List<Group> groups = new ArrayList<>();
        members.forEach((name, indices) -> {
            int weight = groupWeight.applyAsInt(name);
            if (weight > 0) {
                groups.add(new Group(name, Hashing.hash(name), weight, plan(keys, weights, indices)));
            }
        });
        Map<Long, Integer> byTag = new HashMap<>();
        long[] signingTags = new long[size];
        List<long[]> computed = tags.of(snapshot.sessionKeys(), keys);
        for (int i = 0; i < size; i++) {
            long[] ofKeys = computed.get(i);
            for (int k = ofKeys.length - 1; k >= 0; k--) {
                byTag.put(ofKeys[k], i);
            }
            signingTags[i] = ofKeys.length == 0 ? 0 : ofKeys[0];
        }
        return new SessionTable(
                session,
                List.copyOf(groups),
                groupOf,
                states.toArray(HealthState[]::new),
                weights.clone(),
                signingTags,
                byTag,
                byKey);
    }

    /** Of the backends of one group; the others weigh nothing, so that indices are those of the pool. */
    private static PickPlan plan(List<BackendKey> keys, long[] weights, List<Integer> members) {
        long[] own = new long[weights.length];
        members.forEach(i -> own[i] = weights[i]);
        Policy policy = members.size() <= SMALL_GROUP ? Policy.RENDEZVOUS : Policy.MAGLEV;
        return PickPlans.build(new LoadBalancing(policy), keys, own);
    }

    /** How sessions are recognised. */
    public Session session() {
        return session;
    }

    /** The backend that {@code token} names, if it is in the pool; {@link #NONE}: it is not. */
    public int named(SessionToken token) {
        return byTag.getOrDefault(token.backend(), NONE);
    }

    /**
     * Whether a session with {@code seed} may stay with {@code backend}: it serves (or drains and still serves), and its
     * group has not lost the session by a change of weights.
     */
    public boolean keeps(long seed, int backend) {
        if (states[backend] == HealthState.DRAINING) {
            return true;
        }
        int group = group(seed);
        return weights[backend] > 0 && group != NONE && groupName(group).equals(groupOf[backend]);
    }

    /** Whether {@code backend} can serve a session that it has. */
    public boolean serves(int backend) {
        return weights[backend] > 0 || states[backend] == HealthState.DRAINING;
    }

    /** The group that a session with {@code seed} belongs to, a number below {@link #groups}; {@link #NONE}: none gets traffic. */
    public int group(long seed) {
        int best = NONE;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            double uniform = ((Hashing.hash(seed, group.hash()) >>> 11) + 0.5) * UNIT;
            double score = -group.weight() / Math.log(uniform);
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        return best;
    }

    /** How many groups get traffic. */
    public int groups() {
        return groups.size();
    }

    /** How a backend is chosen in {@code group} for a session whose backend is gone, by its seed. */
    public PickPlan plan(int group) {
        return groups.get(group).plan();
    }

    /** The name of {@code group}. */
    public String groupName(int group) {
        return groups.get(group).name();
    }

    /**
     * A seed for a session that begins at {@code backend}: one of those that belong to its group, each as likely. So seeds of
     * all sessions are evenly spread, whatever chose the backends.
     */
    public long seedFor(BackendKey backend, RandomGenerator random) {
        long seed = random.nextLong();
        for (int i = 0; i < DRAWS; i++) {
            int group = group(seed);
            if (group == NONE || groupName(group).equals(backend.group())) {
                return seed;
            }
            seed = random.nextLong();
        }
        return seed;
    }

    /** What stands for {@code backend} in a token that is signed now; 0: it is not in the pool. */
    public long tag(BackendKey backend) {
        Integer index = byKey.get(backend);
        return index == null ? 0 : signingTags[index];
    }
}
