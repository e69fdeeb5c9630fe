package io.backendpool.control;

/** Seats to and from control.proto and text. Pure. */
public final class SeatCodec {
    private static final String WORDS = "seat: \"%s\" (expected: INDEX of COUNT)";

    private SeatCodec() {}

    public static io.backendpool.control.v1.Seat encode(Seat seat) {
        return io.backendpool.control.v1.Seat.newBuilder()
                .setIndex(seat.index())
                .setCount(seat.count())
                .build();
    }

    /**
     * Reads what came over the wire.
     *
     * @throws InvalidSeatException there is no such seat
     */
    public static Seat decode(io.backendpool.control.v1.Seat message) throws InvalidSeatException {
        return seat(message.getIndex(), message.getCount());
    }

    /**
     * Reads what {@link Seat#toString} wrote.
     *
     * @throws InvalidSeatException it says no seat
     */
    public static Seat parse(String text) throws InvalidSeatException {
        String[] words = text.strip().split(" ", -1);
        if (words.length != 3 || !words[1].equals("of")) {
            throw new InvalidSeatException(WORDS.formatted(cut(text)));
        }
        try {
            return seat(Integer.parseInt(words[0]), Integer.parseInt(words[2]));
        } catch (NumberFormatException noNumber) {
            throw new InvalidSeatException(WORDS.formatted(cut(text)));
        }
    }

    private static Seat seat(int index, int count) throws InvalidSeatException {
        try {
            return new Seat(index, count);
        } catch (IllegalArgumentException invalid) {
            throw new InvalidSeatException(String.valueOf(invalid.getMessage()));
        }
    }

    private static String cut(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40);
    }
}
