package io.backendpool.operator.cli;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.console.PoolAccess;
import io.backendpool.operator.console.StatusTable;
import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code backendpool status}: what the proxies see, as a table. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Shows how pools are: each backend with its health and why, what is declared, what an override says and what"
                    + " counts, and everything that is not as it should be.",
            "json and yaml print the pools alone; what is wrong goes to standard error, a sentence a line.",
            "Of a cluster, by your own rights; or of a standalone operator, with --filename or --state-dir."
        },
        footer = {"", "Exit codes: 0 shown, 1 could not be read, 2 wrong usage."})
final class StatusCommand implements Callable<Integer> {
    private static final Duration REDRAW = Duration.ofSeconds(1);

    /** How it is printed. */
    enum Output {
        table,
        wide,
        json,
        yaml
    }

    @Parameters(arity = "0..1", paramLabel = "POOL", description = "One pool. Default: all of the namespace.")
    private String pool = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Output output = Output.table;

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "The pools of all namespaces.")
    private boolean allNamespaces;

    @Option(
            names = {"-w", "--watch"},
            description = "Show it again whenever it has changed, until Ctrl-C.")
    private boolean watch;

    @Mixin
    private PoolArguments arguments = new PoolArguments();

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        try (PoolAccess access = arguments.open(allNamespaces)) {
            String last = print(look(access), out);
            while (watch) {
                TimeUnit.NANOSECONDS.sleep(REDRAW.toNanos());
                PoolAccess.Seen now = look(access);
                if (!identity(now).equals(last)) {
                    out.println();
                    last = print(now, out);
                }
            }
        }
        return 0;
    }

    private PoolAccess.Seen look(PoolAccess access) throws IOException {
        PoolAccess.Seen seen = access.look();
        return pool.isEmpty() ? seen : seen.only(pool);
    }

    /** Gives back what it was made of, to be compared with. */
    private String print(PoolAccess.Seen seen, PrintWriter out) {
        switch (output) {
            case table, wide -> table(seen.pools(), seen.problems(), out);
            case json -> out.println(Serialization.asJson(document(seen.pools())));
            case yaml -> out.print(Serialization.asYaml(document(seen.pools())));
        }
        out.flush();
        if (output == Output.json || output == Output.yaml) {
            warn(seen.problems());
        }
        return identity(seen);
    }

    /** Programs read the document, and nothing but it; people see both. */
    private void warn(List<PoolAccess.Trouble> problems) {
        PrintWriter err = command.commandLine().getErr();
        problems.forEach(err::println);
        err.flush();
    }

    private static String identity(PoolAccess.Seen seen) {
        return Serialization.asJson(seen.pools()) + seen.problems();
    }

    private void table(List<BackendPool> pools, List<PoolAccess.Trouble> problems, PrintWriter out) {
        if (pools.isEmpty()) {
            out.println("there is no pool here");
        }
        new StatusTable(output == Output.wide, Instant.now()).lines(pools).forEach(out::println);
        problems.stream().filter(problem -> !isSaid(problem, pools)).forEach(problem -> out.println("! " + problem));
    }

    /** The operator that runs the pool has said it in its status. */
    private static boolean isSaid(PoolAccess.Trouble problem, List<BackendPool> pools) {
        return pools.stream()
                .map(BackendPool::getStatus)
                .filter(status -> status != null && status.conditions != null)
                .flatMap(status -> status.conditions.stream())
                .anyMatch(condition -> condition.getMessage().contains(problem.sentence()));
    }

    /** As kubectl does: one as itself, several as a List. */
    private Object document(List<BackendPool> pools) {
        if (!pool.isEmpty()) {
            return pools.getFirst();
        }
        DefaultKubernetesResourceList<BackendPool> list = new DefaultKubernetesResourceList<>();
        list.setApiVersion("v1");
        list.setKind("List");
        list.setItems(pools);
        return list;
    }
}
