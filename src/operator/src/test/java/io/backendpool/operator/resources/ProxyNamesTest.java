package io.backendpool.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProxyNamesTest {
    private static final String LONGEST = "a".repeat(50);

    @Test
    void of_aName_isNotTheNameOfTheUsersService() {
        assertThat(ProxyNames.of("web")).isEqualTo("web-backendpool");
        assertThat(ProxyNames.bootstrapOf("web")).isEqualTo("web-backendpool-bootstrap");
    }

    @Test
    void of_theLongestNameThatTheCrdAllows_isItWhole_andFitsADnsLabel() {
        assertThat(ProxyNames.of(LONGEST)).startsWith(LONGEST).hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void of_longerNames_fitADnsLabel_andDiffer() {
        List<String> names = IntStream.range(0, 1_000)
                .mapToObj(i -> ProxyNames.of(LONGEST + ".more-" + i))
                .toList();
        assertThat(names).doesNotHaveDuplicates().allSatisfy(name -> assertThat(name)
                .hasSizeLessThanOrEqualTo(63)
                .matches("[a-z]([-a-z0-9]*[a-z0-9])?"));
    }

    @Test
    void of_anyTwoPools_neverShareAnObject() {
        // One pool's name may end as another's objects do.
        assertThat(List.of(
                        ProxyNames.of("web"),
                        ProxyNames.bootstrapOf("web"),
                        ProxyNames.of("web-backendpool"),
                        ProxyNames.bootstrapOf("web-backendpool"),
                        ProxyNames.of("web-backendpool-bootstrap")))
                .doesNotHaveDuplicates();
    }
}
