package io.backendpool.pool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large a regular expression becomes when its counted repetitions are written out, without doing so: 5 for {@code
 * (ab){2}c}. Reads the syntax of RE2 as far as that needs; of what is no expression it says something. Pure; any
 * thread.
 */
public final class RegexSize {
    /** Far above what anybody writes and far below an overflow. */
    private static final long ENOUGH = 1L << 40;

    private static final Pattern COUNTS = Pattern.compile("([0-9]{1,9})(?:,([0-9]{0,9}))?");

    private final String text;
    private int at;

    private RegexSize(String text) {
        this.text = text;
    }

    /** At least as many as there are characters, classes and the like to be matched one after the other; above 0. */
    public static long bound(String expression) {
        RegexSize size = new RegexSize(expression);
        long total = 1;
        while (size.at < expression.length()) {
            // A closing parenthesis without its partner ends a sequence, too.
            total = Math.min(ENOUGH, total + size.sequence());
            size.at++;
        }
        return total;
    }

    /** As far as the parenthesis that closes it. */
    private long sequence() {
        long total = 0;
        while (at < text.length() && text.charAt(at) != ')') {
            total = Math.min(ENOUGH, total + repeated(atom()));
        }
        return total;
    }

    private long atom() {
        char c = text.charAt(at++);
        return switch (c) {
            case '(' -> {
                long inner = sequence();
                at++;
                yield inner + 2;
            }
            case '[' -> {
                skipClass();
                yield 1;
            }
            case '\\' -> escape();
            default -> 1;
        };
    }

    private long escape() {
        char kind = at < text.length() ? text.charAt(at++) : ' ';
        if (kind == 'Q') {
            int end = text.indexOf("\\E", at);
            int stop = end < 0 ? text.length() : end;
            int quoted = stop - at;
            at = end < 0 ? stop : stop + 2;
            return quoted;
        }
        if ((kind == 'p' || kind == 'P' || kind == 'x') && at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return 1;
    }

    private void skipClass() {
        if (at < text.length() && text.charAt(at) == '^') {
            at++;
        }
        // A closing bracket that comes first is one of the class.
        int first = at;
        while (at < text.length() && (text.charAt(at) != ']' || at == first)) {
            if (text.startsWith("[:", at) && text.indexOf(":]", at) > 0) {
                at = text.indexOf(":]", at) + 2;
            } else {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
        }
        at++;
    }

    /** {@code size} times what the repetitions that follow say. */
    private long repeated(long size) {
        long total = size;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '*' || c == '+' || c == '?') {
                at++;
                total++;
            } else if (c == '{') {
                int end = text.indexOf('}', at);
                long times = end < 0 ? 0 : times(text.substring(at + 1, end));
                if (times == 0) {
                    break;
                }
                at = end + 1;
                total = Math.min(ENOUGH, (total + 1) * times);
            } else {
                break;
            }
        }
        return total;
    }

    /** Of {@code 3}, {@code 3,} and {@code 3,5} the largest that is written out; 0: it is none of these. */
    private static long times(String braces) {
        Matcher numbers = COUNTS.matcher(braces);
        if (!numbers.matches()) {
            return 0;
        }
        String upper = numbers.group(2);
        long most = Long.parseLong(numbers.group(1));
        if (upper != null && !upper.isEmpty()) {
            most = Math.max(most, Long.parseLong(upper));
        }
        return most + 1;
    }
}
