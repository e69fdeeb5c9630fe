package io.backendpool.operator.logs;

import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.formatters.JsonFormatter;
import org.jboss.logmanager.formatters.StructuredFormatter;

/** The form of the log's lines. */
public enum LogFormat {
    /** For people: time, level, words. The pool is among the words. */
    TEXT,
    /** For collectors: one JSON object a line. The pool is {@code mdc.pool}. */
    JSON;

    /** Lines are of this form from now on, whichever handlers the log has by now. */
    public void apply() {
        switch (this) {
            case TEXT -> {
                // As application.properties has it.
            }
            case JSON -> {
                for (Handler handler : Logger.getLogger("").getHandlers()) {
                    format(handler);
                }
            }
        }
    }

    private static void format(Handler handler) {
        if (handler instanceof ExtHandler nest && nest.getHandlers().length > 0) {
            // Quarkus puts its console into another one.
            for (Handler inner : nest.getHandlers()) {
                format(inner);
            }
        } else {
            handler.setFormatter(json());
        }
    }

    /** One line an event; a stack trace is a text in it. */
    static Formatter json() {
        JsonFormatter json = new JsonFormatter();
        json.setExceptionOutputType(StructuredFormatter.ExceptionOutputType.FORMATTED);
        return json;
    }
}
