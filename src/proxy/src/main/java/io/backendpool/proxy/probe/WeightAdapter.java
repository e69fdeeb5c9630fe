package io.backendpool.proxy.probe;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.health.Adaptation;
import io.backendpool.pool.health.AdaptiveWeights;
import io.backendpool.pool.health.AdaptiveWeights.Reading;
import io.backendpool.pool.health.EffectiveWeights;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Lets weights follow what the event loops have counted, at the times that {@link AdaptiveWeights} says. The monitor's event loop only. */
final class WeightAdapter {
    private AdaptiveWeight rules = AdaptiveWeight.OFF;
    private Instant next = Instant.MAX;

    /** Whether weights adapt, so that outcomes are to be counted and the time is to be told. */
    boolean isOn() {
        return rules.mode() != AdaptiveWeight.Mode.OFF;
    }

    /** Goes by {@code wanted} from now on. */
    void follow(AdaptiveWeight wanted, Iterable<WatchedBackend> watched, Instant now) {
        boolean was = isOn();
        rules = wanted;
        if (!isOn()) {
            watched.forEach(backend -> backend.adaptation = Adaptation.NONE);
            next = Instant.MAX;
        } else if (!was) {
            watched.forEach(WatchedBackend::sinceAdaptation);
            next = now.plus(AdaptiveWeights.INTERVAL);
        }
    }

    /**
     * Called often: adapts when an interval is over.
     *
     * @param ordered the backends in the snapshot's order
     * @param weights as they are now
     * @return whether the adaptations were computed anew
     */
    boolean onTick(List<WatchedBackend> ordered, EffectiveWeights weights, Instant now) {
        if (now.isBefore(next)) {
            return false;
        }
        next = now.plus(AdaptiveWeights.INTERVAL);
        List<Reading> readings = new ArrayList<>(ordered.size());
        for (int i = 0; i < ordered.size(); i++) {
            WatchedBackend backend = ordered.get(i);
            readings.add(new Reading(
                    backend.key.group(), weights.shown(i) > 0, backend.adaptation, backend.sinceAdaptation()));
        }
        List<Adaptation> adapted = AdaptiveWeights.next(rules, readings);
        for (int i = 0; i < ordered.size(); i++) {
            ordered.get(i).adaptation = adapted.get(i);
        }
        return true;
    }
}
