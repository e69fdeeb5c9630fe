package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The expected values were computed with the reference implementation, xxhash.h 0.8. */
class HashingTest {
    @Test
    void hash_publishedTexts_asTheReference() {
        assertThat(Hashing.hash("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(Hashing.hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(Hashing.hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(Hashing.hash("xxhash")).isEqualTo(0x32DD38952C4BC720L);
        assertThat(Hashing.hash("Nobody inspects the spammish repetition")).isEqualTo(0xFBCEA83C8A378BF1L);
        assertThat(Hashing.hash("0123456789abcdef0123456789abcdef")).isEqualTo(0x642A94958E71E6C5L);
    }

    @Test
    void hash_seed_asTheReference() {
        byte[] bytes = "--xxhash--".getBytes(StandardCharsets.UTF_8);
        assertThat(Hashing.hash(bytes, 2, 6, 20_141_025)).isEqualTo(0xB559B98D844E0635L);
    }

    @Test
    void hash_everyLengthTo256_asTheReference() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7 + 3);
        }
        long all = 0;
        for (int length = 0; length <= bytes.length; length++) {
            all = all * 31 + Hashing.hash(bytes, 0, length, length);
        }
        assertThat(all).isEqualTo(0xBB8CBA88B253C003L);
        assertThat(Hashing.hash(bytes, 0, 256, 0x9E3779B185EBCA87L)).isEqualTo(0x36EC2551D2E97C7EL);
    }

    @Test
    void hash_number_isThatOfItsBytes() {
        byte[] bytes = {8, 7, 6, 5, 4, 3, 2, 1};
        assertThat(Hashing.hash(0x0102030405060708L, 99)).isEqualTo(Hashing.hash(bytes, 0, 8, 99));
    }

    @Test
    void hash_backend_isThatOfGroupHostAndPort() {
        assertThat(Hashing.hash(new BackendKey("web", "10.0.0.1", 8080))).isEqualTo(0x5DB57D9C6CFEAE60L);
    }

    @Test
    void hash_addressWithPrefix_oneNetworkHasOneHash() {
        byte[] one = {10, 1, 2, 3};
        byte[] same = {10, 1, 2, (byte) 200};
        byte[] other = {10, 1, 3, 3};
        assertThat(Hashing.hash(one, 24)).isEqualTo(Hashing.hash(same, 24)).isNotEqualTo(Hashing.hash(other, 24));
        assertThat(Hashing.hash(one, 32)).isNotEqualTo(Hashing.hash(same, 32));
        assertThat(Hashing.hash(one, 23)).isEqualTo(Hashing.hash(other, 23));
        assertThat(Hashing.hash(one, 0)).isEqualTo(Hashing.hash(new byte[4], 32));
    }

    @Test
    void hash_longAddressWithPrefix_allBitsUpToItCount() {
        byte[] address = new byte[16];
        Arrays.fill(address, (byte) 0xAA);
        for (int bit = 0; bit < 128; bit++) {
            byte[] flipped = address.clone();
            flipped[bit / 8] ^= (byte) (0x80 >> bit % 8);
            for (int prefix : new int[] {0, 1, 48, 56, 63, 64, 65, 127, 128}) {
                boolean same = Hashing.hash(address, prefix) == Hashing.hash(flipped, prefix);
                assertThat(same).as("bit %d, prefix %d", bit, prefix).isEqualTo(bit >= prefix);
            }
        }
    }
}
