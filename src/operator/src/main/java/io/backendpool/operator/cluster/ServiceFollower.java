package io.backendpool.operator.cluster;

import io.backendpool.operator.pools.Services;
import io.backendpool.operator.translate.ServiceId;
import io.backendpool.operator.translate.ServiceReader;
import io.backendpool.operator.translate.ServiceState;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows Services and their EndpointSlices by informers. Of those that no pool refers to it keeps nothing but a name and a
 * version; one that a pool begins to refer to is read once, and by events from then on. A watch that breaks changes nothing
 * until it is back. Any thread.
 */
final class ServiceFollower implements Services, AutoCloseable {
    static final String SERVICE_NAME = "kubernetes.io/service-name";

    private static final Logger LOG = Logger.getLogger(ServiceFollower.class);
    private static final String ALL = "";
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LONGEST_RETRY_MILLIS = 30_000;

    private final KubernetesClient client;
    /** By namespace; under {@link #ALL} where there is one for all. */
    private final Map<String, Place> places = new HashMap<>();

    private final ScheduledExecutorService loader = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("services").factory());
    private final Map<ServiceId, FollowedService> followed = new HashMap<>();
    private volatile Consumer<ServiceId> listener = service -> {};
    private volatile Consumer<String> refused = namespace -> {};

    /** Begins to watch {@code scope}; follows no Service yet. */
    ServiceFollower(KubernetesClient client, Scope scope) {
        this.client = client;
        List<String> namespaces = scope.namespaces().isEmpty() ? List.of(ALL) : scope.namespaces();
        var serviceOperations = scope.of(client.services());
        var sliceOperations = scope.of(client.discovery().v1().endpointSlices());
        for (int i = 0; i < namespaces.size(); i++) {
            String namespace = namespaces.get(i);
            // Each informer has a memory of its own: what is not in its list it takes out of it.
            Stubs<Service> services =
                    new Stubs<>(meta -> new ServiceBuilder().withMetadata(meta).build(), null);
            Stubs<EndpointSlice> slices = new Stubs<>(
                    meta -> new EndpointSliceBuilder().withMetadata(meta).build(), SERVICE_NAME);
            Watched<Service> ofServices = Informers.start(
                    serviceOperations.get(i).runnableInformer(0).itemStore(services),
                    this::serviceIs,
                    this::serviceGone,
                    () -> refused.accept(namespace));
            Watched<EndpointSlice> ofSlices = Informers.start(
                    sliceOperations
                            .get(i)
                            .withLabel(SERVICE_NAME)
                            .runnableInformer(0)
                            .itemStore(slices),
                    this::sliceIs,
                    this::sliceGone,
                    () -> refused.accept(namespace));
            places.put(namespace, new Place(services, slices, List.of(ofServices, ofSlices)));
        }
    }

    /** What is watched in one namespace, or in all. */
    private record Place(Stubs<Service> services, Stubs<EndpointSlice> slices, List<Watched<?>> watches) {}

    /** {@code listener} is told of each namespace (empty: all) where a right is missing, also of those that are known now. */
    void onRefused(Consumer<String> listener) {
        refused = listener;
        places.forEach((namespace, place) -> {
            if (place.watches().stream().anyMatch(watch -> watch.refusal() != null)) {
                listener.accept(namespace);
            }
        });
    }

    /** What may not be read of {@code namespace}, one sentence each: what changes there is seen late, or never. */
    List<String> refusals(String namespace) {
        Place place = place(namespace);
        List<String> refusals = new ArrayList<>();
        for (Watched<?> watch : place == null ? List.<Watched<?>>of() : place.watches()) {
            String refusal = watch.refusal();
            if (refusal != null) {
                refusals.add(refusal);
            }
        }
        return refusals;
    }

    private @Nullable Place place(String namespace) {
        Place all = places.get(ALL);
        return all == null ? places.get(namespace) : all;
    }

    @Override
    public void onChange(Consumer<ServiceId> listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void follow(Set<ServiceId> wanted) {
        followed.keySet().retainAll(wanted);
        for (ServiceId id : wanted) {
            if (!followed.containsKey(id)) {
                FollowedService service = new FollowedService();
                followed.put(id, service);
                loadIn(0, id, service, FIRST_RETRY_MILLIS);
            }
        }
    }

    @Override
    public synchronized ServiceState state(ServiceId service) {
        FollowedService known = followed.get(service);
        return known == null ? new ServiceState.Pending() : known.state();
    }

    /** Whether all that there is and may be read has been seen. */
    boolean synced() {
        return places.values().stream()
                .flatMap(place -> place.watches().stream())
                .allMatch(Watched::isSettled);
    }

    private void loadIn(long millis, ServiceId id, FollowedService service, long nextRetry) {
        try {
            var unused = loader.schedule(() -> load(id, service, nextRetry), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debugf("service=%s is not read any more", id);
        }
    }

    private void load(ServiceId id, FollowedService target, long nextRetry) {
        synchronized (this) {
            if (followed.get(id) != target) {
                return;
            }
        }
        try {
            Service service = client.services()
                    .inNamespace(id.namespace())
                    .withName(id.name())
                    .get();
            List<EndpointSlice> found = client.discovery()
                    .v1()
                    .endpointSlices()
                    .inNamespace(id.namespace())
                    .withLabel(SERVICE_NAME, id.name())
                    .list()
                    .getItems();
            Place place = place(id.namespace());
            if (place != null && place.watches().stream().allMatch(Watched::hasSynced)) {
                loaded(id, place, target, service, found);
                return;
            }
            // Without its events it would not be kept up to date.
            refusals(id.namespace()).stream().findFirst().ifPresent(refusal -> unreadable(id, target, refusal));
        } catch (KubernetesClientException failed) {
            String cause = ApiProblem.of(failed);
            LOG.warnf("service=%s cannot be read, tried again in %d ms: %s", id, nextRetry, cause);
            unreadable(id, target, cause);
        }
        loadIn(nextRetry, id, target, Math.min(2 * nextRetry, LONGEST_RETRY_MILLIS));
    }

    private void unreadable(ServiceId id, FollowedService target, String cause) {
        synchronized (this) {
            target.unreadable(cause);
        }
        listener.accept(id);
    }

    /**
     * Takes what was read, as far as events have not overtaken it: only what the informer has at the same version. What is
     * older was followed by an event already, and the event of what is newer is on its way.
     */
    private void loaded(
            ServiceId id, Place place, FollowedService target, @Nullable Service service, List<EndpointSlice> found) {
        synchronized (this) {
            if (service != null && isCurrent(service, place.services().version(service))) {
                target.service(service);
            }
            for (EndpointSlice slice : found) {
                if (isCurrent(slice, place.slices().version(slice))) {
                    target.slice(ServiceReader.read(slice));
                }
            }
            target.loaded();
        }
        listener.accept(id);
    }

    private static boolean isCurrent(io.fabric8.kubernetes.api.model.HasMetadata object, @Nullable String version) {
        return object.getMetadata().getResourceVersion().equals(version);
    }

    private void serviceIs(Service service) {
        change(
                new ServiceId(
                        service.getMetadata().getNamespace(),
                        service.getMetadata().getName()),
                target -> target.service(service));
    }

    private void serviceGone(Service service) {
        change(
                new ServiceId(
                        service.getMetadata().getNamespace(),
                        service.getMetadata().getName()),
                target -> target.service(null));
    }

    private void sliceIs(EndpointSlice slice) {
        change(owner(slice), target -> target.slice(ServiceReader.read(slice)));
    }

    private void sliceGone(EndpointSlice slice) {
        change(owner(slice), target -> target.dropSlice(slice.getMetadata().getName()));
    }

    private static ServiceId owner(EndpointSlice slice) {
        return new ServiceId(
                slice.getMetadata().getNamespace(),
                slice.getMetadata().getLabels().getOrDefault(SERVICE_NAME, ""));
    }

    private void change(ServiceId id, Consumer<FollowedService> step) {
        synchronized (this) {
            FollowedService target = followed.get(id);
            if (target == null) {
                return;
            }
            step.accept(target);
            if (!target.isLoaded()) {
                return;
            }
        }
        listener.accept(id);
    }

    @Override
    public void close() {
        loader.shutdownNow();
        places.values().forEach(place -> place.watches().forEach(Watched::close));
    }
}
