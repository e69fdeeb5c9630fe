package io.backendpool.proxy.traffic;

import io.backendpool.pool.BackendKey;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the access log can tell of a request, in the order of its JSON. See {@link AccessRecord} for what each means. */
enum AccessField {
    TIME("time", entry -> Instant.ofEpochMilli(entry.startMillis()).toString()),
    CLIENT("client", AccessRecord::client),
    METHOD("method", AccessRecord::method),
    TARGET("target", AccessRecord::target),
    REQUEST_ID("requestId", AccessRecord::requestId),
    STATUS("status", AccessRecord::status),
    BYTES_IN("bytesIn", AccessRecord::bytesIn),
    BYTES_OUT("bytesOut", AccessRecord::bytesOut),
    DURATION_MICROS("durationMicros", AccessRecord::durationMicros),
    GROUP("group", entry -> of(entry.backend(), BackendKey::group)),
    BACKEND("backend", entry -> of(entry.backend(), BackendKey::address)),
    ATTEMPTS("attempts", AccessRecord::attempts),
    OUTCOME("outcome", entry -> entry.outcome().name().toLowerCase(Locale.ROOT));

    /** As users write it. */
    final String word;

    @SuppressWarnings("ImmutableEnumChecker") // a method without state
    private final Function<AccessRecord, @Nullable Object> value;

    AccessField(String word, Function<AccessRecord, @Nullable Object> value) {
        this.word = word;
        this.value = value;
    }

    /** A text or a number; null: there is none. */
    @Nullable
    Object of(AccessRecord entry) {
        return value.apply(entry);
    }

    private static @Nullable Object of(@Nullable BackendKey backend, Function<BackendKey, String> part) {
        return backend == null ? null : part.apply(backend);
    }
}
