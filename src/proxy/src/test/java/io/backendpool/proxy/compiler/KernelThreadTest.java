package io.backendpool.proxy.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelThreadTest {
    private static final String STAT =
            "4711 (%s) S 1 4711 4711 0 -1 1077936192 24518 0 3 0 612 88 0 0 20 7 23 0 1234 5678 99 18446744073709551615 1 1 0";

    @Test
    void line_isRead() {
        assertThat(KernelThread.parse(STAT.formatted("C2 CompilerThre")))
                .isEqualTo(new KernelThread(4711, "C2 CompilerThre", 7, 700));
    }

    @Test
    void nameWithParenthesesAndBlanks_isRead() {
        assertThat(KernelThread.parse(STAT.formatted("a) (b c")).name()).isEqualTo("a) (b c");
    }

    @Test
    void threadThatEndsMeanwhile_isLeftOut(@TempDir Path tasks) throws Exception {
        Files.createDirectory(tasks.resolve("1"));
        Files.writeString(Files.createDirectory(tasks.resolve("4711")).resolve("stat"), STAT.formatted("here"));

        assertThat(KernelThread.all(tasks)).extracting(KernelThread::name).containsExactly("here");
    }

    @Test
    void noSuchFolder_isNoLinux(@TempDir Path tasks) {
        assertThatThrownBy(() -> KernelThread.all(tasks.resolve("none"))).isInstanceOf(IOException.class);
    }
}
