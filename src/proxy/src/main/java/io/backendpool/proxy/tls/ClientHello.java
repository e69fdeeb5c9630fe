package io.backendpool.proxy.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client's first message says of the certificates that it takes (RFC 8446, 4.1.2; RFC 5246, 7.4.1.2).
 *
 * @param serverName what it asks for (RFC 6066, 3), in lower case; null: nothing
 * @param tls13 it speaks TLS 1.3
 * @param takes the kinds of keys whose signatures it can verify
 */
record ClientHello(@Nullable String serverName, boolean tls13, Set<KeyKind> takes) {
    private static final int[] NONE = {};
    private static final int RANDOM_LENGTH = 32;
    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int TLS_1_3 = 0x0304;
    private static final int HOST_NAME = 0;
    private static final int MAX_NAME = 255;

    /** What is known of a client that sent something else: nothing, so that it gets what most clients take. */
    static final ClientHello UNKNOWN = new ClientHello(null, false, Set.of(KeyKind.RSA));

    /**
     * Reads {@code body}, the message without its header; its indices stay.
     *
     * @return {@link #UNKNOWN} where it is malformed: the engine will say so to the client
     */
    static ClientHello parse(ByteBuf body) {
        try {
            return parseSlice(body.slice());
        } catch (IndexOutOfBoundsException malformed) {
            return UNKNOWN;
        }
    }

    private static ClientHello parseSlice(ByteBuf in) {
        in.skipBytes(2 + RANDOM_LENGTH);
        in.skipBytes(in.readUnsignedByte());
        boolean ecdsaSuites = anyEcdsa(in.readSlice(in.readUnsignedShort()));
        in.skipBytes(in.readUnsignedByte());
        String name = null;
        boolean tls13 = false;
        int[] signatures = NONE;
        int[] groups = NONE;
        if (in.isReadable()) {
            ByteBuf extensions = in.readSlice(in.readUnsignedShort());
            while (extensions.isReadable()) {
                int type = extensions.readUnsignedShort();
                ByteBuf data = extensions.readSlice(extensions.readUnsignedShort());
                switch (type) {
                    case SERVER_NAME -> name = serverName(data);
                    case SUPPORTED_GROUPS -> groups = list(data.readSlice(data.readUnsignedShort()));
                    case SIGNATURE_ALGORITHMS -> signatures = list(data.readSlice(data.readUnsignedShort()));
                    case SUPPORTED_VERSIONS -> tls13 = contains(list(data.readSlice(data.readUnsignedByte())), TLS_1_3);
                    default -> {}
                }
            }
        }
        return new ClientHello(name, tls13, kinds(tls13, signatures, groups, ecdsaSuites));
    }

    /** Null: none that a certificate could be for. */
    private static @Nullable String serverName(ByteBuf data) {
        ByteBuf names = data.readSlice(data.readUnsignedShort());
        while (names.isReadable()) {
            int type = names.readUnsignedByte();
            ByteBuf name = names.readSlice(names.readUnsignedShort());
            if (type == HOST_NAME && name.readableBytes() <= MAX_NAME) {
                String text = name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
                return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
            }
        }
        return null;
    }

    private static boolean anyEcdsa(ByteBuf suites) {
        while (suites.isReadable()) {
            switch (suites.readUnsignedShort()) {
                // TLS_ECDHE_ECDSA_WITH_ AES_128_GCM_SHA256, AES_256_GCM_SHA384, CHACHA20_POLY1305_SHA256: those we
                // speak.
                case 0xC02B, 0xC02C, 0xCCA9 -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    private static int[] list(ByteBuf data) {
        int[] values = new int[data.readableBytes() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.readUnsignedShort();
        }
        return values;
    }

    private static boolean contains(int[] values, int wanted) {
        for (int value : values) {
            if (value == wanted) {
                return true;
            }
        }
        return false;
    }

    /**
     * The kinds that a client takes.
     *
     * @param signatures what it can verify (RFC 8446, 4.2.3)
     * @param groups the curves that it knows (RFC 8446, 4.2.7); empty: it does not say
     * @param ecdsaSuites it offers a cipher suite of TLS 1.2 with ECDSA
     */
    private static Set<KeyKind> kinds(boolean tls13, int[] signatures, int[] groups, boolean ecdsaSuites) {
        Set<KeyKind> kinds = EnumSet.noneOf(KeyKind.class);
        for (KeyKind kind : KeyKind.values()) {
            boolean taken =
                    switch (kind) {
                        // TLS 1.3 has no RSA but PSS (RFC 8446, 4.2.3); older clients all take it.
                        case RSA -> !tls13 || anyPss(signatures);
                        case P256, P384, P521 ->
                            tls13
                                    ? contains(signatures, kind.signature())
                                    : ecdsaSuites
                                            && anyStrongEcdsa(signatures)
                                            && (groups.length == 0 || contains(groups, kind.group()));
                    };
            if (taken) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private static boolean anyPss(int[] signatures) {
        return contains(signatures, 0x0804) || contains(signatures, 0x0805) || contains(signatures, 0x0806);
    }

    /** In TLS 1.2 the hash does not depend on the curve (RFC 5246, 7.4.1.4.1). SHA-1 is not signed with any more. */
    private static boolean anyStrongEcdsa(int[] signatures) {
        for (int signature : signatures) {
            if ((signature & 0xff) == 3 && signature >> 8 >= 4) {
                return true;
            }
        }
        return false;
    }

    /** Whether it can verify a server whose key is of {@code kind}. */
    boolean takes(KeyKind kind) {
        return takes.contains(kind);
    }
}
