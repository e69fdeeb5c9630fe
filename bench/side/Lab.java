package side;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder and the processes of one run: proxies on core 0; load, backend and this program on core 1. HAProxy, nginx and
 * the load generators run in the folder that bench/setup made. What is started here ends with {@link #close}.
 */
public final class Lab implements AutoCloseable {
    static final int PROXY_CORE = 0;
    static final int LOAD_CORE = 1;

    /** Stands for the folder of the run in configurations. */
    public static final String FOLDER = "@folder@";
    /** A self-signed certificate of P-256 for bench.internal, PEM; its key; both in one file. */
    public static final String CERTIFICATE = FOLDER + "/certificate.pem";

    public static final String KEY = FOLDER + "/key.pem";
    public static final String BUNDLE = FOLDER + "/bundle.pem";
    final Path home;
    private final Path sid;
    /** Inside of {@code sid}, so that what runs there can read it. */
    private final Path folder;

    private final List<Process> started = new ArrayList<>();
    private final List<ProcessHandle> orphans = new ArrayList<>();

    private Lab(Path home, Path sid, Path folder) {
        this.home = home;
        this.sid = sid;
        this.folder = folder;
    }

    static Lab open(Path home) throws Exception {
        Path sid = home.resolve("bench/.tools/sid");
        Lab lab = new Lab(home, sid, Files.createTempDirectory(sid.resolve("tmp"), "bench"));
        try {
            favour(ProcessHandle.current());
            lab.makeCertificate();
            Backend.start(lab);
        } catch (Exception e) {
            lab.close();
            throw e;
        }
        return lab;
    }

    /**
     * Writes a file of this run, in one step, so that nobody reads half of it; returns its name as the programs in the folder
     * see it.
     */
    public String file(String name, String text) throws IOException {
        Path draft = Files.createTempFile(folder, name, ".draft");
        Files.writeString(draft, text.replace(FOLDER, inside("")));
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        return inside(name);
    }

    private void makeCertificate() throws Exception {
        runInside(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", "/CN=bench.internal", "-addext", "subjectAltName=DNS:bench.internal",
                "-keyout", inside("key.pem"), "-out", inside("certificate.pem"));
        file("bundle.pem", Files.readString(path("certificate.pem")) + Files.readString(path("key.pem")));
        // Where our standalone mode looks for the Secret "bench": beside the manifest.
        Path secret = Files.createDirectories(path("secrets/bench"));
        Files.copy(path("certificate.pem"), secret.resolve("tls.crt"));
        Files.copy(path("key.pem"), secret.resolve("tls.key"));
        Files.copy(path("certificate.pem"), secret.resolve("ca.crt"));
        Files.writeString(sid.resolve("etc/hosts"), "127.0.0.1 localhost bench.internal\n");
    }

    /** Where {@code name} is for this program. */
    public Path path(String name) {
        return folder.resolve(name);
    }

    /** Where {@code name} is for the programs in the folder. */
    public String inside(String name) {
        return "/" + sid.relativize(folder.resolve(name));
    }

    /** Starts a program of the folder on a core; its output goes to {@code NAME.log}. */
    Process startInside(String name, int core, String... command) throws IOException {
        // In a session of its own, as our proxy is: the scheduler may share a core out among sessions before processes.
        List<String> whole = new ArrayList<>(List.of("setsid", "taskset", "-c", String.valueOf(core), "chroot", sid.toString()));
        whole.addAll(List.of(command));
        return start(name, whole, Map.of());
    }

    /** Starts any program; its output goes to {@code NAME.log}. */
    Process start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        synchronized (started) {
            started.add(process);
        }
        return process;
    }

    /** Ends with this lab, whoever started it and has ended before. */
    void adopt(ProcessHandle process) {
        synchronized (started) {
            orphans.add(process);
        }
    }

    /** Gives a session as much of its core as bench/run has got for this program, where sessions are what counts. */
    static void favour(ProcessHandle process) {
        try {
            String nice = run(List.of("nice")).strip();
            Files.writeString(Path.of("/proc", Long.toString(process.pid()), "autogroup"), nice);
        } catch (Exception unsupported) {
            // Without groups of the scheduler, the process has inherited it.
        }
    }

    /** Runs a program of the folder on the load's core to its end; returns what it printed. */
    public String runInside(String... command) throws Exception {
        List<String> whole = new ArrayList<>(List.of("chroot", sid.toString()));
        whole.addAll(List.of(command));
        return run(whole);
    }

    static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException("%s: exit code %d: %s"
                    .formatted(String.join(" ", command), process.exitValue(), output.strip()));
        }
        return output;
    }

    /** The end of what a program has said. */
    String lastWords(String name) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(name + ".log"));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /** Waits until the port takes connections, or datagrams. */
    void awaitPort(String name, Process process, int port) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String datagrams = ":%04X 00000000:0000".formatted(port);
        while (true) {
            if (Files.readString(Path.of("/proc/net/udp")).contains(datagrams)) {
                return;
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException(name + " does not listen on port " + port + "; it said:\n" + lastWords(name));
                }
                Thread.sleep(20);
            }
        }
    }

    static void stop(Process process) {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
        below.forEach(ProcessHandle::destroyForcibly);
    }

    /** What the figures depend on; no name and no path of the machine. */
    String machine() throws Exception {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: *", ""))
                .findFirst()
                .orElse("unknown CPU");
        long memory = ((com.sun.management.OperatingSystemMXBean)
                                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
                        .getTotalMemorySize() >> 30;
        int cores = Integer.parseInt(run(List.of("nproc", "--all")).strip());
        return """
                machine: %s, %d cores, %d GiB, Linux %s
                ours: commit %s, JDK %s, %s
                HAProxy: %s
                nginx: %s
                load at the start: %s
                """
                .formatted(
                        cpu,
                        cores,
                        memory,
                        run(List.of("uname", "-r")).strip(),
                        run(List.of("git", "-C", home.toString(), "rev-parse", "--short", "HEAD")).strip(),
                        Runtime.version(),
                        System.getenv().getOrDefault("BACKENDPOOL_TRANSPORT", "its default transport")
                                + (System.getenv("JAVA_TOOL_OPTIONS") == null ? "" : ", " + System.getenv("JAVA_TOOL_OPTIONS")),
                        runInside("haproxy", "-v").lines().findFirst().orElse("").replaceFirst(" - .*", ""),
                        runInside("nginx", "-v").strip(),
                        Files.readString(Path.of("/proc/loadavg")).replaceFirst("(\\S+ \\S+ \\S+).*\\s*", "$1"));
    }

    @Override
    public void close() {
        synchronized (started) {
            started.reversed().forEach(Lab::stop);
            started.clear();
            orphans.forEach(ProcessHandle::destroyForcibly);
            orphans.clear();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException gone) {
            // It has been closed before.
        }
    }
}
