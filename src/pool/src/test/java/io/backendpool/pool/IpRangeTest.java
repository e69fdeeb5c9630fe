package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "172.16.0.0/12, 172.31.0.1, true",
        "172.16.0.0/12, 172.32.0.1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
    })
    void contains_ofAnAddress_isWhatTheFirstBitsSay(String range, String address, boolean expected) {
        assertThat(IpRange.parse(range).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "example.com/8", "::/129", "::/1 "})
    void parse_ofWhatIsNoRange_saysWhatWasExpected(String text) {
        assertThatThrownBy(() -> IpRange.parse(text)).hasMessageContaining("(expected: a range such as 10.0.0.0/8");
    }

    @Test
    void parse_withBitsBehindThePrefix_isRefused() {
        assertThatThrownBy(() -> IpRange.parse("10.1.0.0/8"))
                .hasMessage("10.1.0.0/8 (expected: no bit set behind the first 8, which are the network's)");
    }

    /** The law against another way to compute it: two numbers, shifted. */
    @Property
    void contains_agreesWithShiftedNumbers(
            @ForAll @Size(4) byte[] network, @ForAll @Size(4) byte[] address, @ForAll @IntRange(max = 32) int prefix)
            throws UnknownHostException {
        BigInteger masked = new BigInteger(1, network).shiftRight(32 - prefix).shiftLeft(32 - prefix);
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            bytes[i] = masked.shiftRight(8 * (3 - i)).byteValue();
        }
        IpRange range = IpRange.parse(InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefix);

        assertThat(range.contains(InetAddress.getByAddress(address)))
                .isEqualTo(masked.shiftRight(32 - prefix).equals(new BigInteger(1, address).shiftRight(32 - prefix)));
    }
}
