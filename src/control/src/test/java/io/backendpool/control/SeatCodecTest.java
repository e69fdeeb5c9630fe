package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SeatCodecTest {

    @Property(tries = 200)
    void seat_overTheWireAndAsText_isTheSame(
            @ForAll @IntRange(min = 1, max = 100_000) int count, @ForAll @IntRange(max = 99_999) int any)
            throws InvalidSeatException {
        Seat seat = new Seat(any % count, count);
        assertThat(SeatCodec.decode(SeatCodec.encode(seat))).isEqualTo(seat);
        assertThat(SeatCodec.parse(seat + "\n")).isEqualTo(seat);
    }

    @Example
    void seatThatCannotBe_saysWhatItIsAndWhatWasExpected() {
        assertRefused(5, 5, "seat: index 5 of 5 (expected: an index below the count of 1 to 100,000)");
        assertRefused(0, 0, "seat: index 0 of 0 (expected: an index below the count of 1 to 100,000)");
        assertRefused(0, 100_001, "seat: index 0 of 100001 (expected: an index below the count of 1 to 100,000)");
        // Both are unsigned on the wire.
        assertRefused(
                -1, -1, "seat: index 4294967295 of 4294967295 (expected: an index below the count of 1 to 100,000)");
    }

    @Example
    void otherText_isNoSeat() {
        for (String text : new String[] {"", "3", "3 of", "3 / 10", "three of 10", "3 of 10 11", "3 of 99999999999"}) {
            assertThatThrownBy(() -> SeatCodec.parse(text))
                    .isInstanceOf(InvalidSeatException.class)
                    .hasMessage("seat: \"%s\" (expected: INDEX of COUNT)", text);
        }
        assertThatThrownBy(() -> SeatCodec.parse("10 of 10"))
                .hasMessageStartingWith("seat: index 10 of 10 (expected: ");
    }

    private static void assertRefused(int index, int count, String sentence) {
        assertThatThrownBy(() -> SeatCodec.decode(io.backendpool.control.v1.Seat.newBuilder()
                        .setIndex(index)
                        .setCount(count)
                        .build()))
                .isInstanceOf(InvalidSeatException.class)
                .hasMessage(sentence);
    }
}
