package side;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a process and its children have used, from /proc. */
record Meter(double userMicros, double systemMicros) {
    /** USER_HZ, which Linux shows the times of processes in, whatever its own clock. */
    private static final double TICK_MICROS = 1e6 / 100;

    static Meter read(ProcessHandle root) throws IOException {
        double user = 0;
        double system = 0;
        for (ProcessHandle each : tree(root)) {
            String[] fields = stat(each);
            if (fields == null) {
                continue;
            }
            user += Long.parseLong(fields[11]);
            system += Long.parseLong(fields[12]);
            if (each.equals(root)) {
                // Children that have ended, such as the workers before a reload.
                user += Long.parseLong(fields[13]);
                system += Long.parseLong(fields[14]);
            }
        }
        return new Meter(user * TICK_MICROS, system * TICK_MICROS);
    }

    Meter minus(Meter before) {
        return new Meter(userMicros - before.userMicros, systemMicros - before.systemMicros);
    }

    /** What a JVM's compiler does from now on. */
    static Compiling compiling(ProcessHandle jvm) throws IOException {
        return new Compiling(jvm, compilerMicros(jvm));
    }

    /** @param before what its threads had used at the beginning, microseconds */
    record Compiling(ProcessHandle jvm, double before) {
        /** Its share of a core in the {@code seconds} that have passed since. */
        double share(int seconds) throws IOException {
            return (compilerMicros(jvm) - before) / (seconds * 1e6);
        }
    }

    private static double compilerMicros(ProcessHandle jvm) throws IOException {
        double micros = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(jvm.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                List<String> stat = lines(thread.resolve("stat"));
                if (!stat.isEmpty() && stat.getFirst().contains(" CompilerThre")) {
                    String[] fields = fields(stat.getFirst());
                    micros += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MICROS;
                }
            }
        }
        return micros;
    }

    /** Resident memory, KiB. */
    static long rss(ProcessHandle root) throws IOException {
        long sum = 0;
        for (ProcessHandle each : tree(root)) {
            for (String line : lines(Path.of("/proc", Long.toString(each.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    sum += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        }
        return sum;
    }

    private static List<ProcessHandle> tree(ProcessHandle root) {
        List<ProcessHandle> all = new ArrayList<>(root.descendants().toList());
        all.addFirst(root);
        return all;
    }

    /** The fields after the program's name, which may hold spaces; null: the process has ended. */
    private static String[] stat(ProcessHandle process) {
        List<String> lines = lines(Path.of("/proc", Long.toString(process.pid()), "stat"));
        return lines.isEmpty() ? null : fields(lines.getFirst());
    }

    private static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException ended) {
            return List.of();
        }
    }
}
