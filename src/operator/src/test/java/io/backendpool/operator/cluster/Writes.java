package io.backendpool.operator.cluster;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an operator says in its metrics that it has written. */
final class Writes {
    private static final Pattern LINE = Pattern.compile(
            "(?m)^backendpool_api_writes_total\\{code=\"(\\d+)\",method=\"(\\w+)\",resource=\"([^\"]+)\"} (\\S+)$");

    private Writes() {}

    /** Counts by method and resource, without the Lease and the questions whose a token is. */
    static Map<String, Integer> of(String metrics) {
        Map<String, Integer> writes = all(metrics);
        writes.keySet().removeIf(kind -> kind.endsWith(" leases") || kind.endsWith(" tokenreviews"));
        return writes;
    }

    /** Counts by method and resource. */
    static Map<String, Integer> all(String metrics) {
        Map<String, Integer> writes = new TreeMap<>();
        Matcher matcher = LINE.matcher(metrics);
        while (matcher.find()) {
            int count = (int) Double.parseDouble(matcher.group(4));
            writes.merge(matcher.group(2) + " " + matcher.group(3), count, Integer::sum);
        }
        return writes;
    }

    /** How many all are. */
    static int sum(Map<String, Integer> writes) {
        return writes.values().stream().mapToInt(Integer::intValue).sum();
    }
}
