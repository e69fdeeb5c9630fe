package io.backendpool.operator.deploy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Steady GETs over keep-alive connections, as the main class of a pod: {@code LoadClient URL}. Once a second it prints
 * {@code requests=N failed=N last=...}. It needs nothing but the JDK. As every HTTP client does, the JDK's sends a GET
 * once more when a kept connection turns out to be closed (RFC 9112, 9.3.1); everything else that is not a 200 has failed.
 */
public final class LoadClient {
    private static final int CONNECTIONS = 8;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private LoadClient() {}

    public static void main(String[] arguments) throws InterruptedException {
        URI target = URI.create(arguments[0]);
        AtomicLong requests = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        AtomicReference<String> last = new AtomicReference<>("none");
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread.ofPlatform().daemon().start(() -> {
                try (HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
                    HttpRequest request =
                            HttpRequest.newBuilder(target).timeout(PATIENCE).build();
                    while (true) {
                        String failure;
                        try {
                            int status = client.send(request, BodyHandlers.ofString())
                                    .statusCode();
                            failure = status == 200 ? "" : "status " + status;
                        } catch (java.io.IOException broken) {
                            failure = broken.toString();
                        }
                        if (!failure.isEmpty()) {
                            last.set(failure.replaceAll("\\s", "_"));
                            failed.incrementAndGet();
                        }
                        requests.incrementAndGet();
                        Thread.sleep(PAUSE);
                    }
                } catch (InterruptedException end) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        while (true) {
            Thread.sleep(Duration.ofSeconds(1));
            System.out.printf("requests=%d failed=%d last=%s%n", requests.get(), failed.get(), last.get());
        }
    }
}
