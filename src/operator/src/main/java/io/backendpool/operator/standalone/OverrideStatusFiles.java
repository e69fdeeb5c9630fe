package io.backendpool.operator.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideStatus;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.validate.ManifestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The status of each override in the status file of the manifest that it stands in, as on a cluster it is in the resource;
 * it goes with the override. Thread-safe; written by a thread of its own, only when it has changed, and again until it is
 * written.
 */
final class OverrideStatusFiles implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OverrideStatusFiles.class);
    private static final long RETRY_MILLIS = 30_000;
    private static final long LONGEST_WRITE_MILLIS = 5_000;

    /** Where it stands, and what is said of it; null: nothing yet. */
    private record Said(Path manifest, @Nullable BackendPoolOverrideStatus status) {}

    private final List<Path> roots;
    private final StatusDocuments documents;
    private final Clock clock;
    private final SortedMap<OverrideId, Said> overrides = new TreeMap<>();
    private final Set<Path> due = new HashSet<>();
    private final ScheduledThreadPoolExecutor writer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("override-status").factory());
    private boolean begun;

    /** Of the overrides in and beside {@code roots}: files, and folders of them. */
    OverrideStatusFiles(List<Path> roots, StatusDocuments documents, Clock clock) {
        this.roots = List.copyOf(roots);
        this.documents = documents;
        this.clock = clock;
        writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** These overrides and no others are there from now on, each in its manifest. */
    synchronized void are(Map<OverrideId, Path> manifests) {
        Map<OverrideId, Said> before = begun ? new HashMap<>(overrides) : earlier();
        begun = true;
        overrides.clear();
        manifests.forEach((id, manifest) -> {
            Said old = before.get(id);
            overrides.put(id, new Said(manifest, old == null ? null : old.status));
            if (old != null && !old.manifest.equals(manifest)) {
                due.add(manifest);
            }
        });
        before.forEach((id, old) -> {
            Said now = overrides.get(id);
            if (now == null || !now.manifest.equals(old.manifest)) {
                due.add(old.manifest);
            }
        });
        writeSoon();
    }

    /** What an operator before this one has written, of overrides that may be gone since. */
    private Map<OverrideId, Said> earlier() {
        Map<OverrideId, Said> earlier = new HashMap<>();
        for (Path manifest : manifestsWithStatus()) {
            for (BackendPoolOverride document : documents.of(manifest, BackendPoolOverride.class)) {
                if (document.getMetadata() != null) {
                    earlier.put(OverrideId.of(document.getMetadata()), new Said(manifest, document.getStatus()));
                }
            }
        }
        return earlier;
    }

    /** Also those that are gone: their status is not. */
    private List<Path> manifestsWithStatus() {
        List<Path> found = new ArrayList<>();
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                found.add(root);
                found.add(ManifestFiles.overridesBeside(root));
                continue;
            }
            try (Stream<Path> children = Files.list(root)) {
                children.map(Path::getFileName)
                        .map(Path::toString)
                        .filter(name -> name.endsWith(ManifestFiles.STATUS_SUFFIX))
                        .map(name -> name.substring(0, name.length() - ManifestFiles.STATUS_SUFFIX.length()))
                        .filter(name -> !name.isEmpty())
                        .forEach(name -> found.add(root.resolve(name)));
            } catch (IOException unreadable) {
                LOG.debugf("%s cannot be listed: %s", root, unreadable.getMessage());
            }
        }
        return found;
    }

    /** This came of the override; nothing is written of one that is not there. */
    synchronized void say(OverrideId id, OverrideJudgement judgement) {
        Said said = overrides.get(id);
        if (said == null) {
            return;
        }
        BackendPoolOverrideStatus status = judgement.status(said.status, null, clock.instant());
        if (!OverrideJudgement.same(said.status, status)) {
            overrides.put(id, new Said(said.manifest, status));
            due.add(said.manifest);
            writeSoon();
        }
    }

    private void writeSoon() {
        if (!due.isEmpty() && !writer.isShutdown()) {
            writer.execute(this::write);
        }
    }

    private void write() {
        Map<Path, List<JsonNode>> next = taken();
        next.entrySet()
                .removeIf(entry -> documents.replace(entry.getKey(), BackendPoolOverride.class, entry.getValue()));
        if (!next.isEmpty()) {
            synchronized (this) {
                due.addAll(next.keySet());
                if (!writer.isShutdown()) {
                    var unused = writer.schedule(this::write, RETRY_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        }
    }

    private synchronized Map<Path, List<JsonNode>> taken() {
        Map<Path, List<JsonNode>> next = new HashMap<>();
        due.forEach(manifest -> next.put(manifest, new ArrayList<>()));
        due.clear();
        overrides.forEach((id, said) -> {
            List<JsonNode> its = next.get(said.manifest);
            if (its != null && said.status != null) {
                its.add(StatusDocuments.document(BackendPoolOverride.class, id.namespace(), id.name(), said.status));
            }
        });
        return next;
    }

    /** Writes what is due still. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LONGEST_WRITE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        write();
    }
}
