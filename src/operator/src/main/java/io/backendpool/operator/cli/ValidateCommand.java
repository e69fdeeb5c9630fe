package io.backendpool.operator.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code backendpool validate}: what a pipeline asks before the merge. */
@Command(
        name = "validate",
        header = "Check BackendPool manifests off line, as the API server would.",
        description = {
            "Checks the schema and the rules of the CRD, and prints each problem as FILE:LINE: FIELD: MESSAGE.",
            "Of a folder, its *.yaml and *.yml files are checked, without subfolders. Documents of other kinds are skipped."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every pool is valid", "1:there is a problem", "2:wrong usage"},
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private static final int VALID = 0;
    private static final int INVALID = 1;

    /** How the result is printed. */
    enum Output {
        text,
        json
    }

    @Parameters(paramLabel = "FILE|DIR", arity = "1..*", description = "Manifests, or folders of them.")
    List<Path> paths = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    Output output = Output.text;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        ManifestCheck check = new ManifestValidator().check(paths);
        PrintWriter out = spec.commandLine().getOut();
        switch (output) {
            case text -> printText(check, out);
            case json -> printJson(check, out);
        }
        out.flush();
        return check.problems().isEmpty() ? VALID : INVALID;
    }

    private static void printText(ManifestCheck check, PrintWriter out) {
        check.problems().forEach(out::println);
        StringBuilder summary = new StringBuilder();
        summary.append(count(check.pools().size(), "pool"));
        if (!check.overrides().isEmpty()) {
            summary.append(" and ").append(count(check.overrides().size(), "override"));
        }
        summary.append(" valid");
        long files = check.problems().stream().map(Problem::file).distinct().count();
        if (files > 0) {
            summary.append(", ")
                    .append(count(check.problems().size(), "problem"))
                    .append(" in ")
                    .append(count(files, "file"));
        }
        if (check.otherDocuments() > 0) {
            summary.append(", ")
                    .append(count(check.otherDocuments(), "document"))
                    .append(" of other kinds skipped");
        }
        out.println(summary);
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static void printJson(ManifestCheck check, PrintWriter out) throws IOException {
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeArrayFieldStart("pools");
            for (var valid : check.pools()) {
                BackendPool pool = valid.pool();
                json.writeStartObject();
                json.writeStringField("namespace", pool.getMetadata().getNamespace());
                json.writeStringField("name", pool.getMetadata().getName());
                json.writeStringField("file", valid.file().toString());
                json.writeNumberField("line", valid.line());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("problems");
            for (Problem problem : check.problems()) {
                json.writeStartObject();
                json.writeStringField("file", problem.file().toString());
                json.writeNumberField("line", problem.line());
                json.writeStringField("field", problem.field());
                json.writeStringField("message", problem.message());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("otherDocuments", check.otherDocuments());
            json.writeEndObject();
        }
        out.println();
    }
}
