package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.HttpSettings.Forwarding;
import io.backendpool.pool.HttpSettings.RequestId;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@link HttpSettings} in the form in which heads are edited by them. Compiled once for each settings.
 *
 * @param xForwarded the X-Forwarded fields are written
 * @param forwarded {@code Forwarded} is written
 * @param trusting what came in these fields is kept
 * @param replaceId the client's request id is not kept
 * @param via the field line for a message that came as HTTP/1.1; null: none is added
 * @param viaOneZero as HTTP/1.0
 */
@SuppressWarnings("ArrayRecordComponent") // bytes for the hot path; nobody compares rules or writes to them
record HeadRules(
        boolean xForwarded,
        boolean forwarded,
        boolean trusting,
        boolean replaceId,
        byte @Nullable [] via,
        byte @Nullable [] viaOneZero) {
    static HeadRules of(HttpSettings settings) {
        return new HeadRules(
                settings.forwarding().contains(Forwarding.X_FORWARDED),
                settings.forwarding().contains(Forwarding.FORWARDED),
                settings.trustedHops() > 0,
                settings.requestId() == RequestId.REPLACE,
                viaLine("1.1", settings.via()),
                viaLine("1.0", settings.via()));
    }

    private static byte @Nullable [] viaLine(String version, @Nullable String pseudonym) {
        return pseudonym == null
                ? null
                : ("Via: " + version + " " + pseudonym + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
