package io.backendpool.proxy.admin;

import java.math.BigDecimal;

/**
 * Writes Prometheus' text format, version 0.0.4: one block a metric, each name once, label values escaped. Confined to one
 * thread.
 */
final class MetricsText {
    private final StringBuilder text = new StringBuilder(8 * 1024);
    private String name = "";

    MetricsText gauge(String metric, String help) {
        return block(metric, help, "gauge");
    }

    MetricsText counter(String metric, String help) {
        return block(metric, help, "counter");
    }

    MetricsText histogram(String metric, String help) {
        return block(metric, help, "histogram");
    }

    private MetricsText block(String metric, String help, String type) {
        name = metric;
        text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(metric).append(' ').append(type).append('\n');
        return this;
    }

    /**
     * A sample of the block that was begun last.
     *
     * @param labels name, value, name, value...
     */
    MetricsText sample(long value, String... labels) {
        return line("", Long.toString(value), labels);
    }

    /** The same, for what is no whole number. */
    MetricsText sample(double value, String... labels) {
        return line("", number(value), labels);
    }

    /** A sample under the block's name and {@code suffix}, as histograms have them: {@code _bucket}. */
    MetricsText sampleOf(String suffix, long value, String... labels) {
        return line(suffix, Long.toString(value), labels);
    }

    /** The same, for what is no whole number. */
    MetricsText sampleOf(String suffix, double value, String... labels) {
        return line(suffix, number(value), labels);
    }

    private MetricsText line(String suffix, String value, String... labels) {
        text.append(name).append(suffix);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1]);
            text.append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
        return this;
    }

    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : BigDecimal.valueOf(value).toPlainString();
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
