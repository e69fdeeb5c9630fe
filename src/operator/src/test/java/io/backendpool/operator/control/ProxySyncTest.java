package io.backendpool.operator.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.PoolSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever the order of messages, answers and losses: the proxy ends on the newest revision. */
class ProxySyncTest {
    private enum Event {
        PUBLISH,
        PUBLISH_SAME_AS_BEFORE,
        DELIVER,
        REFUSE,
        ASK_WHOLE,
        ASK_WHOLE_UNPROVOKED,
        STALE_ACK,
        RECONNECT,
        RECONNECT_EMPTY,
        FORGET_HISTORY
    }

    @Provide
    Arbitrary<List<Event>> events() {
        return Arbitraries.of(Event.class).list().ofMaxSize(60);
    }

    @Property(tries = 500)
    void proxy_endsOnTheNewestRevision(@ForAll("events") List<Event> events) {
        World world = new World();
        world.publish(0);
        for (int i = 0; i < events.size(); i++) {
            world.happens(events.get(i), i + 1);
        }
        world.publish(events.size() + 1);
        for (int i = 0; i < 5; i++) {
            world.deliver();
        }
        assertThat(world.live).isEqualTo(world.newest);
        assertThat(world.sync.acked()).isEqualTo(world.newest.revision());
        assertThat(world.sync.rejection()).isNull();
        assertThat(world.sync.next(world::find)).isInstanceOf(ProxySync.Wait.class);
    }

    /** The law of freshness: what is told is the oldest publication that the proxy does not hold, however bursts coalesce. */
    @Property(tries = 500)
    void behindSince_isTheOldestChangeThatIsNotAcknowledged(@ForAll("events") List<Event> events) {
        World world = new World();
        world.publish(0);
        for (int i = 0; i < events.size(); i++) {
            world.happens(events.get(i), i + 1);
            assertThat(world.sync.behindSince()).isEqualTo(world.oldestLacked());
        }
        world.publish(events.size() + 1);
        for (int i = 0; i < 5; i++) {
            world.deliver();
        }
        assertThat(world.sync.behindSince()).isNull();
    }

    @Test
    void behindSince_ofABurst_isTheFirstOfIt() {
        World world = new World();
        world.publish(0);
        world.deliver();
        world.happens(Event.PUBLISH, 10);
        world.happens(Event.PUBLISH, 20);
        world.happens(Event.PUBLISH, 30);
        assertThat(world.sync.behindSince()).isEqualTo(Instant.ofEpochSecond(10));

        world.deliver();
        // 10 was under way; 20 was overtaken by 30, and is what has waited longest.
        assertThat(world.sync.behindSince()).isEqualTo(Instant.ofEpochSecond(20));

        world.deliver();
        assertThat(world.sync.behindSince()).isNull();
    }

    @Test
    void behindSince_ofARefusedRevision_goesOnAging() {
        World world = new World();
        world.publish(0);
        world.deliver();
        world.happens(Event.PUBLISH, 10);
        world.happens(Event.REFUSE, 11);
        world.happens(Event.PUBLISH, 20);
        assertThat(world.sync.behindSince()).isEqualTo(Instant.ofEpochSecond(10));
    }

    /** An operator, a wire that holds one message, and a proxy. */
    private static final class World {
        private final Map<String, PublishedPool> history = new LinkedHashMap<>();
        private ProxySync sync = new ProxySync(null);
        private PublishedPool newest = published(0, 0);
        private @Nullable PublishedPool live;
        private ProxySync.Step wire = new ProxySync.Wait();

        /** What was published since the proxy came, the model of freshness: contents that differ from the one before. */
        private final List<Publication> publications = new ArrayList<>();

        private int heldIndex = -1;
        private int sentIndex = -1;
        private Instant now = Instant.EPOCH;

        private record Publication(String digest, Instant at) {}

        private @Nullable Instant oldestLacked() {
            return live != null
                            && live.revision().digest().equals(newest.revision().digest())
                    ? null
                    : publications.get(heldIndex + 1).at();
        }

        private void offered() {
            String digest = newest.revision().digest();
            if (publications.isEmpty() || !publications.getLast().digest().equals(digest)) {
                publications.add(new Publication(digest, now));
            }
            if (live != null && live.revision().digest().equals(digest)) {
                heldIndex = publications.size() - 1;
            }
        }

        private void happens(Event event, int time) {
            now = Instant.ofEpochSecond(time);
            switch (event) {
                case PUBLISH -> publish(time);
                case PUBLISH_SAME_AS_BEFORE -> publishSame();
                case DELIVER -> deliver();
                case REFUSE -> {
                    PublishedPool sent = sent();
                    if (sent != null) {
                        wire = new ProxySync.Wait();
                        sync.nacked(sent.revision(), "no");
                        send();
                    }
                }
                case ASK_WHOLE -> {
                    if (wire instanceof ProxySync.SendDelta) {
                        askWhole();
                    }
                }
                case ASK_WHOLE_UNPROVOKED -> {
                    if (!(wire instanceof ProxySync.SendWhole)) {
                        askWhole();
                    }
                }
                case STALE_ACK ->
                    assertThat(sync.acked(
                                    new Revision(999_999, newest.revision().digest())))
                            .isFalse();
                case RECONNECT -> connect(live == null ? null : live.revision());
                case RECONNECT_EMPTY -> {
                    live = null;
                    connect(null);
                }
                case FORGET_HISTORY -> {
                    history.clear();
                    history.put(newest.revision().digest(), newest);
                }
            }
        }

        private void publish(int content) {
            newest = published(newest.revision().number(), content);
            offer();
        }

        private void publishSame() {
            newest = new PublishedPool(
                    new Revision(
                            newest.revision().number() + 1, newest.revision().digest()),
                    newest.snapshot());
            offer();
        }

        private void offer() {
            history.put(newest.revision().digest(), newest);
            offered();
            sync.publish(newest, now);
            send();
        }

        private void connect(@Nullable Revision applied) {
            sync = new ProxySync(applied);
            wire = new ProxySync.Wait();
            publications.clear();
            heldIndex = -1;
            offered();
            sync.publish(newest, now);
            send();
        }

        private void askWhole() {
            wire = new ProxySync.Wait();
            sync.wholeWanted();
            send();
        }

        private void send() {
            ProxySync.Step step = sync.next(this::find);
            if (step instanceof ProxySync.Wait) {
                return;
            }
            assertThat(wire).as("one revision under way at most").isInstanceOf(ProxySync.Wait.class);
            wire = step;
            sentIndex = publications.size() - 1;
        }

        private void deliver() {
            PublishedPool sent = sent();
            if (sent == null) {
                return;
            }
            if (wire instanceof ProxySync.SendDelta delta) {
                PublishedPool base = Objects.requireNonNull(live);
                assertThat(delta.held()).isEqualTo(base.revision());
                assertThat(delta.base().snapshot()).isEqualTo(base.snapshot());
            }
            live = sent;
            heldIndex = sentIndex;
            wire = new ProxySync.Wait();
            assertThat(sync.acked(sent.revision())).isTrue();
            send();
        }

        private @Nullable PublishedPool sent() {
            return switch (wire) {
                case ProxySync.Wait() -> null;
                case ProxySync.SendWhole(PublishedPool pool) -> pool;
                case ProxySync.SendDelta delta -> delta.pool();
            };
        }

        private @Nullable PublishedPool find(Revision revision) {
            return history.get(revision.digest());
        }

        private static PublishedPool published(long lastNumber, int content) {
            PoolSnapshot snapshot = ControlServerTest.pool(content);
            return new PublishedPool(new Revision(lastNumber + 1, SnapshotDigest.of(snapshot)), snapshot);
        }
    }
}
