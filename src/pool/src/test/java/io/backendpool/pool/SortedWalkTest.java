package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SortedWalkTest {
    private static List<BackendKey> keys(Set<Integer> ports) {
        return new TreeSet<>(ports)
                .stream().map(port -> new BackendKey("web", "10.0.0.1", port)).toList();
    }

    @Property(tries = 500)
    void findsWhatBothHave_andPassesTheRestInOrder(
            @ForAll @Size(max = 12) Set<@IntRange(min = 1, max = 20) Integer> of,
            @ForAll @Size(max = 12) Set<@IntRange(min = 1, max = 20) Integer> beside) {
        List<BackendKey> sorted = keys(of);
        List<BackendKey> wanted = keys(beside);
        List<BackendKey> passed = new ArrayList<>();
        SortedWalk<BackendKey> walk = new SortedWalk<>(sorted, key -> key, passed::add);
        for (BackendKey key : wanted) {
            BackendKey found = walk.find(key);
            assertThat(found).isEqualTo(sorted.contains(key) ? key : null);
        }
        walk.end();
        assertThat(passed)
                .isEqualTo(sorted.stream().filter(key -> !wanted.contains(key)).toList());
    }
}
