package io.backendpool.operator.control;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** Says who was refused and why, once a minute and not at each of its retries. Bounded. Any thread. */
final class RefusalLog {
    private static final Logger LOG = Logger.getLogger(ControlServer.class);
    private static final Duration SILENCE = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 256;

    private final Clock clock;
    private final Map<String, Instant> said = new LinkedHashMap<>();

    RefusalLog(Clock clock) {
        this.clock = clock;
    }

    /** True: it was logged; false: it was logged for the same peer in the last minute. */
    synchronized boolean say(String peer, String sentence) {
        String line = "peer=" + peer + " refused: " + sentence;
        Instant now = clock.instant();
        Instant last = said.get(line);
        if (last != null && Duration.between(last, now).compareTo(SILENCE) < 0) {
            return false;
        }
        said.remove(line);
        said.put(line, now);
        if (said.size() > MAX_REMEMBERED) {
            said.remove(said.keySet().iterator().next());
        }
        LOG.warn(line);
        return true;
    }
}
