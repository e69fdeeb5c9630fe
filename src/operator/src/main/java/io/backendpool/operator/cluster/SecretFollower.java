package io.backendpool.operator.cluster;

import io.backendpool.operator.pools.Secrets;
import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.secrets.SecretBook;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Follows the Secrets that pools refer to, by one watch for each: of other Secrets the operator sees and holds nothing. A
 * watch that breaks changes nothing until it is back. Any thread.
 */
final class SecretFollower implements Secrets, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SecretFollower.class);

    private final KubernetesClient client;
    private final SecretBook book;
    private final Map<SecretId, SharedIndexInformer<Secret>> watches = new HashMap<>();
    private volatile Consumer<SecretId> listener = secret -> {};
    private boolean closed;

    /** Follows no Secret yet. */
    SecretFollower(KubernetesClient client, Clock clock, PastCertificates past) {
        this.client = client;
        this.book = new SecretBook(clock, past);
    }

    @Override
    public void onChange(Consumer<SecretId> listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void follow(Set<SecretId> wanted) {
        if (closed) {
            return;
        }
        watches.entrySet().removeIf(entry -> {
            if (wanted.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
        book.follow(wanted).forEach(id -> watches.put(id, watch(id)));
    }

    @Override
    public SecretState state(SecretId secret) {
        return book.state(secret);
    }

    private SharedIndexInformer<Secret> watch(SecretId id) {
        // The informer's own memory needs no content: the book has what is needed of it.
        Stubs<Secret> stubs =
                new Stubs<>(meta -> new SecretBuilder().withMetadata(meta).build(), null);
        SharedIndexInformer<Secret> informer = client.secrets()
                .inNamespace(id.namespace())
                .withName(id.name())
                .runnableInformer(0)
                .itemStore(stubs);
        informer.exceptionHandler((started, failure) -> {
            String cause = ApiProblem.of(failure);
            LOG.warnf("secret=%s cannot be watched, tried again: %s", id, cause);
            if (book.state(id) instanceof SecretState.Pending || ApiProblem.isForbidden(failure)) {
                tell(id, book.unreadable(id, cause));
            }
            return true;
        });
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Secret secret) {
                tell(id, book.present(id, content(secret)));
            }

            @Override
            public void onUpdate(Secret before, Secret secret) {
                tell(id, book.present(id, content(secret)));
            }

            @Override
            public void onDelete(Secret secret, boolean unknown) {
                absent(id);
            }

            @Override
            public void onNothing() {
                absent(id);
            }
        });
        var unused = informer.start();
        return informer;
    }

    private void absent(SecretId id) {
        tell(id, book.absent(id, "a Secret of the namespace " + id.namespace()));
    }

    private void tell(SecretId id, boolean news) {
        if (news) {
            listener.accept(id);
        }
    }

    /** What cannot be decoded is left out, and so missed. */
    private static Map<String, byte[]> content(Secret secret) {
        Map<String, byte[]> content = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData().forEach((key, value) -> {
                try {
                    content.put(key, Base64.getDecoder().decode(value));
                } catch (IllegalArgumentException notBase64) {
                    LOG.debugf("a value of a Secret is no base64: its key is ignored");
                }
            });
        }
        return content;
    }

    @Override
    public synchronized void close() {
        closed = true;
        watches.values().forEach(SharedIndexInformer::close);
        watches.clear();
    }
}
