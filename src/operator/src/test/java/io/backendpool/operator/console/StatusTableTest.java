package io.backendpool.operator.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatusTableTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/console");
    private static final Instant NOW = Instant.parse("2026-01-31T06:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"well", "trouble", "new"})
    void lines_ofAStatus_areAsBefore(String name) throws IOException {
        BackendPool pool =
                Serialization.unmarshal(Files.readString(GOLDEN.resolve(name + ".in.yaml")), BackendPool.class);
        List<String> lines = new ArrayList<>(new StatusTable(false, NOW).lines(List.of(pool, pool)));
        lines.add("--- wide");
        lines.addAll(new StatusTable(true, NOW).lines(List.of(pool)));
        String text = String.join("\n", lines) + "\n";
        Path file = GOLDEN.resolve(name + ".out.txt");
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }
}
