package io.backendpool.operator.translate;

import io.backendpool.pool.StatusRange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ranges of status codes as manifests write them: {@code 200}, {@code 200-299}. */
final class StatusRanges {
    private static final Pattern STATUS = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");

    private StatusRanges() {}

    /**
     * Reads {@code texts}.
     *
     * @param field the list's path, for the message
     * @throws IllegalArgumentException where one is no range; the message names it
     */
    static List<StatusRange> read(String field, List<String> texts) {
        List<StatusRange> ranges = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            ranges.add(range(field + "[" + i + "]", texts.get(i)));
        }
        return ranges;
    }

    private static StatusRange range(String field, String text) {
        Matcher matcher = STATUS.matcher(text);
        if (matcher.matches()) {
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (first <= last) {
                return new StatusRange(first, last);
            }
        }
        throw new IllegalArgumentException(field + ": " + text + " (expected: a status such as 200, or a range such as"
                + " 200-299 with the smaller one first)");
    }
}
