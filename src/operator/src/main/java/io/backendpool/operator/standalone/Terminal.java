package io.backendpool.operator.standalone;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the output goes to. */
final class Terminal {
    private static final int USUAL_COLUMNS = 120;

    private Terminal() {}

    // The JDK documents null for a platform without a console, and NullAway holds us to it.
    @SuppressWarnings("SystemConsoleNull")
    static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** See no-color.org. */
    static boolean color(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** From COLUMNS, else from the terminal itself, else a usual width. */
    static int columns(Map<String, String> environment) {
        String told = environment.getOrDefault("COLUMNS", "");
        try {
            return told.isEmpty() ? asked() : Math.max(20, Integer.parseInt(told));
        } catch (NumberFormatException | IOException unknown) {
            return USUAL_COLUMNS;
        }
    }

    private static int asked() throws IOException {
        Process stty = new ProcessBuilder("stty", "size")
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String[] rowsAndColumns = answer.split(" ", -1);
        return rowsAndColumns.length == 2 ? Math.max(20, Integer.parseInt(rowsAndColumns[1])) : USUAL_COLUMNS;
    }
}
