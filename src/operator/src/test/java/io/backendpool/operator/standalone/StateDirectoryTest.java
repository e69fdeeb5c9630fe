package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the directory, and beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
class StateDirectoryTest {
    private static final PoolId POOL = new PoolId("shop", "web");

    @TempDir
    Path directory;

    @Test
    void open_ofOneThatIsHeld_namesTheHolder() throws IOException {
        Path root = directory.resolve("state");
        try (StateDirectory held = StateDirectory.open(root)) {
            assertThatThrownBy(() -> StateDirectory.open(root))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--state-dir");
            assertThat(held.root()).isEqualTo(root);
        }
        StateDirectory.open(root).close();
    }

    @Test
    void open_makesWhatOnlyTheOwnerCanRead() throws IOException {
        Path root = directory.resolve("a/b");
        try (StateDirectory state = StateDirectory.open(root)) {
            ProxyTokens tokens = new ProxyTokens(new SecureRandom());
            Path file = tokens.fileFor(POOL, state.pool(POOL));

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(state.pools()).isEqualTo(Map.of(POOL, state.pool(POOL)));
        }
    }

    @Test
    void lastPublished_isTheProxysOwnCopy_andNothingWhereThatIsDamaged() throws IOException {
        PoolSnapshot snapshot = new PoolSnapshot(
                POOL,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("a", 1)),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        try (StateDirectory state = StateDirectory.open(directory.resolve("state"))) {
            assertThat(state.lastPublished(POOL)).isNull();

            Path copy = Files.createDirectories(StateDirectory.proxyState(state.pool(POOL)))
                    .resolve(LastKnownGood.FILE_NAME);
            LastKnownGood.write(copy, new PublishedPool(new Revision(3, SnapshotDigest.of(snapshot)), snapshot));
            assertThat(state.lastPublished(POOL)).isEqualTo(snapshot);

            Files.writeString(copy, "no pool");
            assertThat(state.lastPublished(POOL)).isNull();
        }
    }

    @Test
    void token_opensItsOwnPoolAlone_andOutlivesTheOperator() throws IOException {
        ProxyTokens tokens = new ProxyTokens(new SecureRandom());
        String token = Files.readString(tokens.fileFor(POOL, directory)).strip();

        ProxyTokens restarted = new ProxyTokens(new SecureRandom());
        restarted.fileFor(POOL, directory);

        assertThat(token).hasSizeGreaterThanOrEqualTo(43);
        assertThat(restarted.verify(token)).isEqualTo(POOL);
        assertThat(restarted.verify(token + "x")).isNull();
        assertThat(restarted.verify("")).isNull();
        restarted.forget(POOL);
        assertThat(restarted.verify(token)).isNull();
    }

    @Test
    void defaultFor_isOneForEachSetOfManifests() {
        Map<String, String> environment = Map.of("XDG_STATE_HOME", "/state");
        Path one = StateDirectory.defaultFor(List.of(Path.of("a"), Path.of("b")), environment);

        assertThat(one).isEqualTo(StateDirectory.defaultFor(List.of(Path.of("b"), Path.of("./a")), environment));
        assertThat(one).isNotEqualTo(StateDirectory.defaultFor(List.of(Path.of("a")), environment));
        assertThat(one).startsWithRaw(Path.of("/state/backendpool"));
        assertThat(StateDirectory.defaultFor(List.of(Path.of("a")), Map.of("HOME", "/home/me")))
                .startsWithRaw(Path.of("/home/me/.local/state/backendpool"));
    }
}
