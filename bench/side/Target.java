package side;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the proxies that are compared, running. */
sealed interface Target {
    /** As it is called in the tables: what it is, and the variant after a dash. */
    String name();

    /** Where it takes its clients. */
    int port();

    /** What is compared with the peers, and not one of them or an older state of our own. */
    default boolean ours() {
        return name().startsWith("ours");
    }

    /** The process that is measured, with its children. */
    ProcessHandle proxy();

    void stop();

    /** Has to be warmed for longer than programs that are compiled before. */
    default boolean isJvm() {
        return this instanceof Ours;
    }

    /**
     * Our proxy as it is shipped: started and fed by the operator in standalone mode over its control channel, with its
     * counters, health checks and admin port. The operator moves to the load's core as soon as the proxy runs.
     */
    record Ours(String name, int port, ProcessHandle proxy, Process operator, Lab lab) implements Target {
        private static final Pattern PID = Pattern.compile("proxy pid=(\\d+) started");
        private static final Pattern PUBLISHED = Pattern.compile("(?m)^(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) .* revision=\\d+ .* published ");

        static Ours start(Lab lab, Path home, String name, int port, String pool) throws Exception {
            return start(lab, home, name, port, pool, Map.of());
        }

        /** The same with variables of the environment, for the operator and its proxy. */
        static Ours start(Lab lab, Path home, String name, int port, String pool, Map<String, String> environment)
                throws Exception {
            lab.file(name + ".yaml", pool);
            List<String> command = List.of(
                    "taskset", "-c", String.valueOf(Lab.PROXY_CORE), home.resolve("backendpool").toString(),
                    "run", lab.path(name + ".yaml").toString(), "--state-dir", lab.path(name + "-state").toString(),
                    "--bind", "127.0.0.1", "--plain", "--for", "3h");
            Map<String, String> all = new java.util.HashMap<>(environment);
            all.put("BACKENDPOOL_BUILD", "never");
            Process operator = lab.start(name, command, all);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (true) {
                String said = Files.readString(lab.path(name + ".log"));
                Matcher pid = PID.matcher(said);
                if (pid.find() && said.contains("ready=1/1")) {
                    Lab.run(List.of("taskset", "-a", "-p", "-c", String.valueOf(Lab.LOAD_CORE), String.valueOf(operator.pid())));
                    ProcessHandle proxy = ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
                    lab.adopt(proxy);
                    Lab.favour(proxy);
                    return new Ours(name, port, proxy, operator, lab);
                }
                if (!operator.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("our proxy is not ready; the operator said:\n" + lab.lastWords(name));
                }
                Thread.sleep(50);
            }
        }

        /** Why our validation refuses this pool; null: it does not. */
        static String refusal(Lab lab, String pool) throws Exception {
            lab.file("check.yaml", pool);
            ProcessBuilder builder = new ProcessBuilder(
                            lab.home.resolve("backendpool").toString(), "validate", lab.path("check.yaml").toString())
                    .redirectErrorStream(true);
            builder.environment().put("BACKENDPOOL_BUILD", "never");
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes());
            return process.waitFor() == 0
                    ? null
                    : said.lines().findFirst().orElse("").replace(lab.path("").toString() + "/", "");
        }

        /** The port of what it says of itself. */
        int admin() throws IOException {
            return Integer.parseInt(
                    Files.readString(state().resolve("pools/default_bench/state/admin.port")).strip());
        }

        /** When its operator has given each revision to the control channel, to the millisecond. */
        List<LocalTime> published() throws IOException {
            return PUBLISHED
                    .matcher(Files.readString(lab.path(name + ".log")))
                    .results()
                    .map(line -> LocalTime.parse(line.group(1)))
                    .toList();
        }

        /** Where its operator keeps what it has to know after a restart. */
        Path state() {
            return lab.path(name + "-state");
        }

        /** Its proxy goes on. */
        void killOperator() throws InterruptedException {
            operator.destroyForcibly().waitFor();
        }

        /** What a user does: saves the manifest. */
        void edit(String pool) throws IOException {
            lab.file(name + ".yaml", pool);
        }

        @Override
        public void stop() {
            Lab.stop(operator);
            proxy.destroy();
            try {
                proxy.onExit().get(10, TimeUnit.SECONDS);
            } catch (Exception late) {
                proxy.destroyForcibly();
            }
        }
    }

    record Haproxy(String name, int port, ProcessHandle proxy, Process process, Lab lab) implements Target {
        private static final String COMMON =
                """
                global
                  nbthread 1
                  maxconn 9500
                  stats socket %s mode 600 level admin
                defaults
                  mode http
                  timeout connect 1s
                  timeout client 60s
                  timeout server 60s
                  timeout tunnel 60s
                  timeout http-request 10s
                """;

        static Haproxy start(Lab lab, String name, int port, String sections) throws Exception {
            String configuration = lab.file(name + ".cfg", COMMON.formatted(lab.inside(name + ".sock")) + sections);
            Process process = lab.startInside(name, Lab.PROXY_CORE, "haproxy", "-W", "-db", "-f", configuration);
            lab.awaitPort(name, process, port);
            Lab.favour(process.toHandle());
            return new Haproxy(name, port, process.toHandle(), process, lab);
        }

        /** Says commands to the runtime API. */
        void command(String commands) throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(lab.path(name + ".sock"));
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(address);
                channel.write(ByteBuffer.wrap((commands + "\n").getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(4096);
                while (channel.read(answer) >= 0) {
                    answer.clear();
                }
            }
        }

        void reload(String sections) throws IOException {
            lab.file(name + ".cfg", COMMON.formatted(lab.inside(name + ".sock")) + sections);
            signal(proxy, "USR2");
        }

        @Override
        public void stop() {
            Lab.stop(process);
        }
    }

    record Nginx(String name, int port, ProcessHandle proxy, Process process, Lab lab) implements Target {
        static Nginx start(Lab lab, String name, int port, String contexts) throws Exception {
            String configuration = lab.file(name + ".conf", text(lab, name, contexts));
            Process process = lab.startInside(
                    name, Lab.PROXY_CORE, "nginx", "-e", "stderr", "-p", lab.inside(""), "-c", configuration);
            lab.awaitPort(name, process, port);
            Lab.favour(process.toHandle());
            return new Nginx(name, port, process.toHandle(), process, lab);
        }

        private static String text(Lab lab, String name, String contexts) {
            return """
                    load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                    daemon off;
                    user root;
                    pid %s;
                    worker_processes 1;
                                        error_log stderr crit;
                    events { worker_connections 19000; }
                    """
                            .formatted(lab.inside(name + ".pid"))
                    + contexts;
        }

        void reload(String contexts) throws IOException {
            lab.file(name + ".conf", text(lab, name, contexts));
            signal(proxy, "HUP");
        }

        @Override
        public void stop() {
            Lab.stop(process);
        }
    }

    private static void signal(ProcessHandle process, String signal) throws IOException {
        try {
            Lab.run(List.of("kill", "-" + signal, String.valueOf(process.pid())));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
