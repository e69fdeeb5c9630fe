package side;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a proxy of ours says of itself on its admin port. */
final class Metrics {
    private Metrics() {}

    /** Each sample, by its name with its labels. */
    static Map<String, Double> read(int admin) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String page = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(admin))).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            Map<String, Double> values = new LinkedHashMap<>();
            page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                int space = line.lastIndexOf(' ');
                values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1).replace("+Inf", "Infinity")));
            });
            return values;
        }
    }
}
