package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.PoolId;
import io.backendpool.proxy.traffic.AccessLogFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProxyCommandTest {
    private Path folder;
    private Path ca;
    private Path token;
    private final List<ProxyConfig> started = new ArrayList<>();
    private final StringWriter errors = new StringWriter();
    private final StringWriter output = new StringWriter();

    @BeforeEach
    void writeFiles(@TempDir Path given) throws IOException {
        folder = given;
        ca = Files.writeString(folder.resolve("ca.pem"), "x");
        token = Files.writeString(folder.resolve("token"), "x");
    }

    @Test
    void options_leftOut_haveTheDocumentedDefaults() {
        assertThat(run()).isZero();
        ProxyConfig config = started.getFirst();
        assertThat(config.pool()).isEqualTo(new PoolId("shop", "web"));
        assertThat(config.name()).isNotEmpty();
        assertThat(config.control()).isEqualTo(new HostPort("localhost", 9443));
        assertThat(config.stateDirectory()).isNull();
        assertThat(config.bootstrap()).isNull();
        assertThat(config.admin()).isEqualTo(new HostPort("127.0.0.1", 9901));
        assertThat(config.bind()).isIn("::", "0.0.0.0");
        assertThat(config.accessLog()).isEqualTo(new ProxyConfig.NoAccessLog());
        assertThat(config.eventLoops()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.transport()).isEqualTo(TransportChoice.AUTO);
        assertThat(config.drainDeadline()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.stopDeadline()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.warmUp()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void options_given_areTaken() {
        assertThat(run(
                        "--name=a",
                        "--control=[::1]:1",
                        "--admin=0.0.0.0:0",
                        "--bind=127.0.0.1",
                        "--access-log=stdout",
                        "--event-loops=3",
                        "--transport=nio",
                        "--drain-deadline=1m30s",
                        "--stop-deadline=3s",
                        "--warm-up=0s",
                        "--state-dir=" + folder,
                        "--bootstrap=" + ca,
                        "--zone=eu-1a"))
                .isZero();
        assertThat(started)
                .containsExactly(new ProxyConfig(
                        new PoolId("shop", "web"),
                        "a",
                        new HostPort("::1", 1),
                        ca,
                        token,
                        folder,
                        ca,
                        "eu-1a",
                        new HostPort("0.0.0.0", 0),
                        "127.0.0.1",
                        new ProxyConfig.StandardOutput(AccessLogFormat.JSON),
                        3,
                        TransportChoice.NIO,
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(3),
                        Duration.ZERO));
    }

    @Test
    void stopDeadline_notGiven_isTheDrainDeadline() {
        run("--drain-deadline=7s");
        assertThat(started.getFirst().stopDeadline()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void admin_ofAllAddresses_isBoundAsTheListenersAre() {
        run("--admin=*:9902");
        ProxyConfig config = started.getFirst();
        assertThat(config.admin()).isEqualTo(new HostPort(config.bind(), 9902));
    }

    @Test
    void accessLog_otherThanAWord_isAFile() {
        run("--access-log=" + folder.resolve("access.log"));
        assertThat(started.getFirst().accessLog())
                .isEqualTo(new ProxyConfig.LogFile(folder.resolve("access.log"), AccessLogFormat.JSON));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--pool=web | --pool: web (expected: NAMESPACE/NAME)",
                "--pool=a/b/c | --pool: a/b/c (expected: NAMESPACE/NAME)",
                "--name= | --name: \"\" (expected: a name, unique in the pool)",
                "--control=localhost | --control: localhost (expected: HOST:PORT, IPv6 in brackets, port 0 to 65535)",
                "--control=::1:80 | --control: ::1:80 (expected: HOST:PORT, IPv6 in brackets, port 0 to 65535)",
                "--control=h:70000 | --control: h:70000 (expected: HOST:PORT, IPv6 in brackets, port 0 to 65535)",
                "--control=h:0 | --control: h:0 (expected: a port from 1 to 65535)",
                "--admin=h:x | --admin: h:x (expected: HOST:PORT, IPv6 in brackets, port 0 to 65535)",
                "--token-file=/no/such | --token-file: /no/such (expected: a file that can be read)",
                "--control-ca=/no/such | --control-ca: /no/such (expected: a file that can be read)",
                "--event-loops=0 | --event-loops: 0 (expected: 1 to 1024)",
                "--event-loops=two | --event-loops: two (expected: 1 to 1024)",
                "--transport=kqueue | --transport: kqueue (expected: one of auto, io_uring, epoll, nio)",
                "--drain-deadline=soon | --drain-deadline: soon"
                        + " (expected: a duration such as 30s, 1m30s or 500ms, or seconds)",
                "--stop-deadline=soon | --stop-deadline: soon"
                        + " (expected: a duration such as 30s, 1m30s or 500ms, or seconds)",
                "--warm-up=-1s | --warm-up: -1s (expected: a duration such as 30s, 1m30s or 500ms, or seconds)"
            })
    void option_thatIsWrong_endsWith2_andOneSentence(String option, String sentence) {
        assertThat(run(option)).isEqualTo(2);
        assertThat(errors).hasToString("backendpool-proxy: " + sentence + System.lineSeparator());
        assertThat(started).isEmpty();
    }

    @Test
    void option_thatIsMissing_isNamedWithItsVariable() {
        assertThat(execute("--pool=shop/web")).isEqualTo(2);
        assertThat(errors)
                .hasToString("backendpool-proxy: --control: not set (expected: HOST:PORT, or BACKENDPOOL_CONTROL in the"
                        + " environment)" + System.lineSeparator());
    }

    @Test
    void option_thatIsUnknown_endsWith2() {
        assertThat(run("--colour")).isEqualTo(2);
        assertThat(errors.toString()).contains("--colour").hasLineCount(1);
    }

    @Test
    void help_namesEachOptionAndItsVariable() {
        assertThat(execute("--help")).isZero();
        assertThat(output.toString()).contains("--drain-deadline", "[BACKENDPOOL_DRAIN_DEADLINE]", "Exit codes:");
    }

    @Test
    void startThatFails_endsWith1() {
        int code = ProxyCommand.commandLine(config -> {
                    throw new StartFailedException("--admin: taken");
                })
                .setErr(new PrintWriter(errors, true))
                .execute(arguments());
        assertThat(code).isEqualTo(1);
        assertThat(errors).hasToString("backendpool-proxy: --admin: taken" + System.lineSeparator());
    }

    private int run(String... options) {
        return execute(arguments(options));
    }

    private String[] arguments(String... options) {
        List<String> all = new ArrayList<>(
                List.of("--pool=shop/web", "--control=localhost:9443", "--control-ca=" + ca, "--token-file=" + token));
        for (String option : options) {
            String name = option.substring(0, option.indexOf('=') + 1);
            all.removeIf(given -> !name.isEmpty() && given.startsWith(name));
            all.add(option);
        }
        return all.toArray(String[]::new);
    }

    private int execute(String... arguments) {
        return ProxyCommand.commandLine(config -> {
                    started.add(config);
                    return 0;
                })
                .setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(output, true))
                .execute(arguments);
    }
}
