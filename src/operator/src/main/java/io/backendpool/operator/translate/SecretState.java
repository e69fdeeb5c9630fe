package io.backendpool.operator.translate;

import org.jspecify.annotations.Nullable;

/** What is known of one Secret at one moment, reduced to what a pool is made of. */
public sealed interface SecretState {

    /** Nobody looks for Secrets here. */
    record NotFollowed() implements SecretState {}

    /** It has not been read yet. */
    record Pending() implements SecretState {}

    /**
     * There is no such Secret.
     *
     * @param expected what should be there, for people
     */
    record Absent(String expected, LastGood lastGood) implements SecretState {}

    /**
     * It cannot be read.
     *
     * @param cause why, for people
     */
    record Unreadable(String cause, LastGood lastGood) implements SecretState {}

    /**
     * It is there.
     *
     * @param certificate what {@code tls.crt} and {@code tls.key} come to
     * @param authorities what {@code ca.crt} comes to: certificates, PEM
     */
    record Present(Part<KeyedCertificate> certificate, Part<String> authorities, LastGood lastGood)
            implements SecretState {}

    /** One use that a Secret may have. */
    sealed interface Part<T> {}

    /** It has it. */
    record Good<T>(T value) implements Part<T> {}

    /**
     * It has it not.
     *
     * @param message one clause for people that continues the Secret's name; holds nothing of its content
     */
    record Bad<T>(String message) implements Part<T> {}

    /**
     * What was good and valid when it was read last; goes on in place of what is not.
     *
     * @param certificate null: there was none
     * @param authorities null: there were none
     */
    record LastGood(
            @Nullable KeyedCertificate certificate,
            @Nullable String authorities) {
        /** Nothing was good so far. */
        public static final LastGood NONE = new LastGood(null, null);
    }
}
