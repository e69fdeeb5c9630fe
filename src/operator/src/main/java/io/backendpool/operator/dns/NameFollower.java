package io.backendpool.operator.dns;

import io.backendpool.operator.translate.Resolution;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows names: looks each one up again when its TTL has passed, and tells of every change. The last answer is kept for
 * as long as lookups fail, because addresses that worked a minute ago are better than none; so is the one that an operator
 * before this one had, where the very first lookup fails.
 *
 * <p>State belongs to one thread of its own; {@link #resolution} may be called from any. The callback runs on that thread
 * and must not block.
 */
public final class NameFollower implements AutoCloseable {
    /** A TTL of 0 is asked once a second; one of a week is not trusted for longer than five minutes. */
    static final Duration SHORTEST = Duration.ofSeconds(1);

    static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
    /** How often former answers are asked for that cannot be read, before the name counts as one without. */
    private static final int MOST_RECALLS = 4;

    private static final Logger LOG = Logger.getLogger(NameFollower.class);

    private final DnsResolver resolver;
    private final FormerAnswers former;
    private final Clock clock;
    private final Consumer<String> onChange;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dns").factory());
    /** Former answers are read one after the other, and off the thread that takes new ones. */
    private final ExecutorService recalls = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("dns-recall").factory());

    private final Map<String, Followed> followed = new HashMap<>();
    private volatile Map<String, Resolution> resolutions = Map.of();

    private static final class Followed {
        Resolution resolution = new Resolution.Pending();
        int failures;
        int recalls;

        @Nullable
        ScheduledFuture<?> next;
    }

    /**
     * Starts to follow nothing.
     *
     * @param former what names stood for before
     * @param onChange gets each name whose resolution has changed
     */
    public NameFollower(DnsResolver resolver, FormerAnswers former, Clock clock, Consumer<String> onChange) {
        this.resolver = resolver;
        this.former = former;
        this.clock = clock;
        this.onChange = onChange;
    }

    /** Follows exactly {@code names} from now on: new ones are looked up at once, others are forgotten. */
    public void follow(Set<String> names) {
        Set<String> wanted = Set.copyOf(names);
        thread.execute(() -> {
            followed.entrySet().removeIf(entry -> {
                boolean gone = !wanted.contains(entry.getKey());
                if (gone && entry.getValue().next != null) {
                    entry.getValue().next.cancel(false);
                }
                return gone;
            });
            for (String name : wanted) {
                if (followed.putIfAbsent(name, new Followed()) == null) {
                    lookup(name);
                }
            }
            publish();
        });
    }

    /** What is known of {@code name} now. */
    public Resolution resolution(String name) {
        return resolutions.getOrDefault(name, new Resolution.Pending());
    }

    private void lookup(String name) {
        // The outcome is a value; after close() the thread takes no more, which is meant.
        var unused = resolver.lookup(name).thenAcceptAsync(answer -> answered(name, answer), thread);
    }

    private void answered(String name, DnsAnswer answer) {
        Followed state = followed.get(name);
        if (state == null) {
            return;
        }
        switch (answer) {
            case DnsAnswer.Addresses(List<String> addresses, Duration ttl) -> {
                state.failures = 0;
                becomes(name, state, new Resolution.Resolved(addresses), bounded(ttl, LONGEST));
            }
            case DnsAnswer.Nothing(String cause) -> {
                state.failures++;
                if (state.resolution instanceof Resolution.Pending) {
                    recall(name, state, cause);
                } else {
                    becomes(
                            name,
                            state,
                            afterFailure(state.resolution, cause, clock.instant()),
                            afterFailures(state.failures));
                }
            }
        }
    }

    private void becomes(String name, Followed state, Resolution resolution, Duration wait) {
        Resolution before = state.resolution;
        state.resolution = resolution;
        state.next = thread.schedule(() -> lookup(name), wait.toMillis(), TimeUnit.MILLISECONDS);
        if (!resolution.equals(before)) {
            publish();
            onChange.accept(name);
        }
    }

    /** @param problem why they cannot be read now; null: they could */
    private record Recalled(
            List<String> addresses, @Nullable String problem) {}

    /** The first lookup has failed. Until it is known what the name stood for before, it is pending still. */
    private void recall(String name, Followed state, String cause) {
        state.recalls++;
        var unused = CompletableFuture.supplyAsync(() -> recalled(name), recalls)
                .thenAcceptAsync(
                        recalled -> {
                            if (followed.get(name) == state) {
                                recalled(name, state, recalled, cause);
                            }
                        },
                        thread);
    }

    private Recalled recalled(String name) {
        try {
            return new Recalled(former.of(name).stream().sorted().distinct().toList(), null);
        } catch (IOException | RuntimeException notNow) {
            String message = notNow.getMessage();
            return new Recalled(List.of(), message == null ? notNow.getClass().getSimpleName() : message);
        }
    }

    private void recalled(String name, Followed state, Recalled recalled, String cause) {
        Resolution next;
        if (!recalled.addresses().isEmpty()) {
            next = new Resolution.LastKnown(recalled.addresses(), cause, clock.instant());
            LOG.warnf(
                    "name=%s cannot be looked up (%s); its last %d addresses are used",
                    name, cause, recalled.addresses().size());
        } else if (recalled.problem() != null && state.recalls < MOST_RECALLS) {
            next = state.resolution;
            LOG.warnf(
                    "name=%s cannot be looked up (%s), and what it stood for before cannot be read, tried again: %s",
                    name, cause, recalled.problem());
        } else {
            next = new Resolution.Failed(cause, clock.instant());
        }
        becomes(name, state, next, afterFailures(state.failures));
    }

    private static Duration afterFailures(int failures) {
        return bounded(SHORTEST.multipliedBy(1L << Math.min(failures - 1, 10)), LONGEST_RETRY);
    }

    /** The moment of the first failure stays, and so does its cause: a status must not change at every retry. */
    private static Resolution afterFailure(Resolution before, String cause, Instant now) {
        return switch (before) {
            case Resolution.Pending() -> new Resolution.Failed(cause, now);
            case Resolution.Resolved(List<String> addresses) -> new Resolution.LastKnown(addresses, cause, now);
            case Resolution.LastKnown stillFailing -> stillFailing;
            case Resolution.Failed stillFailing -> stillFailing;
        };
    }

    private static Duration bounded(Duration wanted, Duration longest) {
        if (wanted.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wanted.compareTo(longest) > 0 ? longest : wanted;
    }

    private void publish() {
        Map<String, Resolution> copy = new HashMap<>();
        followed.forEach((name, state) -> copy.put(name, state.resolution));
        resolutions = Map.copyOf(copy);
    }

    /** Stops following. */
    @Override
    public void close() {
        thread.shutdownNow();
        recalls.shutdownNow();
    }
}
