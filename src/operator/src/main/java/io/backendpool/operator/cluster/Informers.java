package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Informers that never give up: what fails is said and tried again, with the client's growing pauses. */
final class Informers {
    private static final Logger LOG = Logger.getLogger(Informers.class);

    private Informers() {}

    /**
     * Starts {@code informer} without waiting for it.
     *
     * @param is gets every object that is new or changed
     * @param gone gets the last that was kept of every object that is away
     * @param refused is run when a right is missing
     */
    static <T> Watched<T> start(SharedIndexInformer<T> informer, Consumer<T> is, Consumer<T> gone, Runnable refused) {
        Watched<T> watched = new Watched<>(informer);
        String type = informer.getApiTypeClass().getSimpleName();
        informer.exceptionHandler((started, failure) -> {
            LOG.warnf("watch of %s failed, tried again: %s", type, ApiProblem.of(failure));
            if (ApiProblem.isForbidden(failure)) {
                watched.refused(type + ": " + ApiProblem.of(failure));
                refused.run();
            }
            return true;
        });
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                guarded(type, is, object);
            }

            @Override
            public void onUpdate(T before, T object) {
                guarded(type, is, object);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                guarded(type, gone, object);
            }
        });
        var unused = informer.start();
        return watched;
    }

    /** One object's defect must not end the watch of all. */
    private static <T> void guarded(String type, Consumer<T> handler, T object) {
        try {
            handler.accept(object);
        } catch (RuntimeException defect) {
            LOG.errorf(defect, "internal error at a change of a %s", type);
        }
    }
}
