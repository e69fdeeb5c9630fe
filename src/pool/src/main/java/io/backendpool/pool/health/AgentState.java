package io.backendpool.pool.health;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a backend's own agent wants, by the words of HAProxy's agent check (HAProxy configuration manual, {@code
 * agent-check}). A word changes what it speaks of and leaves the rest: {@code 75%} after {@code drain} still drains. An
 * agent that is silent or talks rubbish changes nothing.
 *
 * @param weightPercent of the backend's share, 0 to 100; 0: new traffic only where nothing else is left
 * @param admin whether it takes part
 * @param down why it says that it is down, or empty for no reason; null: it does not say so
 * @param complaint what could not be understood of the last line, or that there was none; null: nothing
 */
public record AgentState(
        int weightPercent,
        Admin admin,
        @Nullable String down,
        @Nullable String complaint) {
    /** As long as no agent has spoken. */
    public static final AgentState UNHEARD = new AgentState(100, Admin.READY, null, null);

    /** A reason that an agent gives is cut off after so many characters. */
    private static final int MAX_WORDS = 60;

    private static final Pattern WORD = Pattern.compile("[^ \\t,#]+");
    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

    /** Whether the backend takes part. */
    public enum Admin {
        READY,
        /** New traffic only where nothing else is left. */
        DRAIN,
        /** No traffic at all, not even in a panic. */
        MAINT
    }

    public AgentState {
        if (weightPercent < 0 || weightPercent > 100) {
            throw new IllegalArgumentException("weightPercent: %d (expected: 0 to 100)".formatted(weightPercent));
        }
    }

    /**
     * After one line of the agent, without its end: words apart by spaces, tabs or commas; what follows {@code #} is the
     * reason. Understood are {@code 75%} (above 100: 100), {@code ready}, {@code drain}, {@code maint}, {@code up}, {@code
     * down}, {@code failed} and {@code stopped}; {@code maxconn:30} is passed over. Where one word is rubbish, the
     * whole line counts as not said.
     */
    public AgentState hear(String line) {
        int hash = line.indexOf('#');
        String words = hash < 0 ? line : line.substring(0, hash);
        String reason = hash < 0 ? "" : printable(line.substring(hash + 1).strip());
        AgentState next = new AgentState(weightPercent, admin, down, null);
        boolean any = false;
        Matcher matcher = WORD.matcher(words.strip());
        while (matcher.find()) {
            any = true;
            AgentState heard = next.after(matcher.group().toLowerCase(Locale.ROOT), reason);
            if (heard == null) {
                return complaining(line);
            }
            next = heard;
        }
        return any ? next : complaining(line);
    }

    /**
     * After the agent was asked and did not answer: what it said last holds.
     *
     * @param cause why, for people: {@code connection refused}
     */
    public AgentState silent(String cause) {
        return complainingThat("agent is silent: " + printable(cause));
    }

    /** Whether {@code other} wants the same, whatever there is to complain of. */
    public boolean agrees(AgentState other) {
        return complainingThat(null).equals(other.complainingThat(null));
    }

    private AgentState complainingThat(@Nullable String words) {
        return new AgentState(weightPercent, admin, down, words);
    }

    private AgentState complaining(String line) {
        return complainingThat(
                "agent said \"%s\" (expected: 75%%, ready, drain, maint, up or down)".formatted(printable(line)));
    }

    private @Nullable AgentState after(String word, String reason) {
        return switch (word) {
            case "ready" -> new AgentState(weightPercent, Admin.READY, down, null);
            case "drain" -> new AgentState(weightPercent, Admin.DRAIN, down, null);
            case "maint" -> new AgentState(weightPercent, Admin.MAINT, down, null);
            case "up" -> new AgentState(weightPercent, admin, null, null);
            case "down", "failed", "stopped" -> new AgentState(weightPercent, admin, reason, null);
            default -> {
                if (word.startsWith("maxconn:")) {
                    yield this;
                }
                yield word.matches("[0-9]{1,6}%")
                        ? new AgentState(
                                Math.min(100, Integer.parseInt(word.substring(0, word.length() - 1))),
                                admin,
                                down,
                                null)
                        : null;
            }
        };
    }

    private static String printable(String text) {
        String clean = UNPRINTABLE.matcher(text).replaceAll("?");
        return clean.length() > MAX_WORDS ? clean.substring(0, MAX_WORDS) + "..." : clean;
    }
}
