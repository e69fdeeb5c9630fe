package io.backendpool.pool.health;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.AdaptiveWeight.Mode;
import io.backendpool.pool.health.AdaptiveSimulation.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Draws the plots of docs/adaptive-weights.md, the same ones each time:
 *
 * <pre>{@code
 * ./mvnw -q -pl src/pool test-compile
 * java -cp "src/pool/target/classes:src/pool/target/test-classes" io.backendpool.pool.health.AdaptiveWeightPlots docs
 * }</pre>
 */
public final class AdaptiveWeightPlots {
    private static final AdaptiveWeight ENFORCE = new AdaptiveWeight(Mode.ENFORCE, 10, 200, 10);
    private static final AdaptiveWeight OBSERVE = new AdaptiveWeight(Mode.OBSERVE, 10, 200, 10);
    private static final long SEED = 42;
    private static final int WIDTH = 760;
    private static final int PANEL = 170;
    private static final int LEFT = 60;
    private static final int TOP = 30;
    private static final int GAP = 50;

    private final StringBuilder svg = new StringBuilder();
    private int panel;

    private AdaptiveWeightPlots(int panels) {
        int height = TOP + panels * (PANEL + GAP);
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n",
                WIDTH,
                height,
                WIDTH,
                height));
    }

    /**
     * Draws all of them.
     *
     * @param args the folder to write to
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        draw(
                folder.resolve("adaptive-weights-slow.svg"),
                AdaptiveScenarios.oneSlow(ENFORCE, 4, SEED).run(120),
                AdaptiveScenarios.oneSlow(OBSERVE, 4, SEED).run(120));
        draw(
                folder.resolve("adaptive-weights-errors.svg"),
                AdaptiveScenarios.erringUntil(ENFORCE, 20, 60, SEED).run(120),
                AdaptiveScenarios.erringUntil(OBSERVE, 20, 60, SEED).run(120));
        draw(
                folder.resolve("adaptive-weights-load.svg"),
                AdaptiveScenarios.loadStep(ENFORCE, SEED).run(140),
                AdaptiveScenarios.loadStep(OBSERVE, SEED).run(140));
        draw(
                folder.resolve("adaptive-weights-noise.svg"),
                AdaptiveScenarios.noisy(ENFORCE, SEED).run(160),
                AdaptiveScenarios.noisy(OBSERVE, SEED).run(160));
        draw(
                folder.resolve("adaptive-weights-limit.svg"),
                AdaptiveScenarios.nearItsLimit(ENFORCE, SEED).run(160),
                AdaptiveScenarios.nearItsLimit(OBSERVE, SEED).run(160));
    }

    private static void draw(Path file, List<Step> log, List<Step> without) throws IOException {
        AdaptiveWeightPlots plots = new AdaptiveWeightPlots(3);
        plots.panel("weight, percent of the declared one: the special backend (red), the others (grey)", 0, 200);
        for (int i = 9; i >= 0; i--) {
            int backend = i;
            plots.line(log, step -> step.adaptations().get(backend).percent(), i == 0 ? "#c0392b" : "#aaaaaa", "");
        }
        double most = Math.max(highest(log, Step::meanLatencyMillis), highest(without, Step::meanLatencyMillis));
        plots.panel("mean latency of all requests, ms: adapted (red), by declared weights (dashed)", 0, most * 1.1);
        plots.line(without, Step::meanLatencyMillis, "#333333", " stroke-dasharray=\"4 3\"");
        plots.line(log, Step::meanLatencyMillis, "#c0392b", "");
        plots.panel("errors, percent of all requests: adapted (red), by declared weights (dashed)", 0, 8);
        plots.line(without, step -> 100 * step.errors(), "#333333", " stroke-dasharray=\"4 3\"");
        plots.line(log, step -> 100 * step.errors(), "#c0392b", "");
        Files.writeString(file, plots.svg.append("</svg>\n"));
        Step end = log.getLast();
        System.out.printf(
                Locale.ROOT,
                "%s: weight %.0f%%, mean latency %.1f ms (%.1f ms without); turns in the second half %d; %s%n",
                file.getFileName(),
                end.adaptations().getFirst().percent(),
                end.meanLatencyMillis(),
                without.getLast().meanLatencyMillis(),
                AdaptiveSimulation.turns(log, 0, log.size() / 2),
                end.adaptations().getFirst().reason());
    }

    private static double highest(List<Step> log, ToDoubleFunction<Step> value) {
        return log.stream().mapToDouble(value).max().orElse(0);
    }

    private double low;
    private double high;

    private void panel(String title, double from, double to) {
        low = from;
        high = to;
        int top = TOP + panel * (PANEL + GAP);
        panel++;
        append("<text x=\"%d\" y=\"%d\">%s</text>".formatted(LEFT, top - 8, title));
        append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#cccccc\"/>"
                .formatted(LEFT, top, WIDTH - LEFT - 20, PANEL));
        for (int tick = 0; tick <= 4; tick++) {
            double value = low + (high - low) * tick / 4;
            append("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#666666\">%.0f</text>"
                    .formatted(LEFT - 6, (int) y(value) + 4, value));
        }
    }

    private void line(List<Step> log, ToDoubleFunction<Step> value, String colour, String more) {
        StringBuilder points = new StringBuilder();
        for (int step = 0; step < log.size(); step++) {
            double x = LEFT + (double) (WIDTH - LEFT - 20) * step / log.size();
            points.append(String.format(
                    Locale.ROOT, "%.1f,%.1f ", x, y(Math.clamp(value.applyAsDouble(log.get(step)), low, high))));
        }
        append("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"%s/>"
                .formatted(points.toString().strip(), colour, more));
        int bottom = TOP + (panel - 1) * (PANEL + GAP) + PANEL;
        for (int tick = 0; tick <= 4; tick++) {
            long seconds = log.size() * AdaptiveWeights.INTERVAL.toSeconds() * tick / 4;
            append("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#666666\">%d s</text>"
                    .formatted(LEFT + (WIDTH - LEFT - 20) * tick / 4, bottom + 15, seconds));
        }
    }

    private double y(double value) {
        return TOP + (panel - 1) * (PANEL + GAP) + PANEL * (1 - (value - low) / (high - low));
    }

    private void append(String line) {
        svg.append(line).append('\n');
    }
}
