package io.backendpool.proxy.stream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** ClientHellos: those that the JDK's engine sends, and made up ones. */
final class HelloBytes {
    private HelloBytes() {}

    /** The first bytes of a real client. */
    static byte[] ofJdk(@Nullable String serverName, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(protocols);
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** A ClientHello of one record with these extensions, each whole with its type and length. */
    static byte[] with(byte[]... extensions) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] extension : extensions) {
            all.writeBytes(extension);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {3, 3});
        body.writeBytes(new byte[32]);
        body.writeBytes(new byte[] {0, 0, 2, 0x13, 0x01, 1, 0});
        body.writeBytes(vector16(all.toByteArray()));
        return records(message(body.toByteArray()), 1 << 14);
    }

    static byte[] message(byte[] body) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {1, (byte) (body.length >> 16), (byte) (body.length >> 8), (byte) body.length});
        message.writeBytes(body);
        return message.toByteArray();
    }

    /** {@code message} in records of {@code size} bytes. */
    static byte[] records(byte[] message, int size) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += size) {
            byte[] part = Arrays.copyOfRange(message, at, Math.min(message.length, at + size));
            records.writeBytes(new byte[] {22, 3, 1});
            records.writeBytes(vector16(part));
        }
        return records.toByteArray();
    }

    /** What is in the one record of {@code hello}. */
    static byte[] messageOf(byte[] hello) {
        return Arrays.copyOfRange(hello, 5, hello.length);
    }

    static byte[] serverName(String... names) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String name : names) {
            list.write(0);
            list.writeBytes(vector16(name.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return extension(0, vector16(list.toByteArray()));
    }

    static byte[] extension(int type, byte[] data) {
        ByteArrayOutputStream extension = new ByteArrayOutputStream();
        extension.writeBytes(new byte[] {(byte) (type >> 8), (byte) type});
        extension.writeBytes(vector16(data));
        return extension.toByteArray();
    }

    static byte[] vector16(byte[] data) {
        ByteArrayOutputStream vector = new ByteArrayOutputStream();
        vector.writeBytes(new byte[] {(byte) (data.length >> 8), (byte) data.length});
        vector.writeBytes(data);
        return vector.toByteArray();
    }

    /** For messages of assertions. */
    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append("%02x".formatted(b));
        }
        return text.toString().toUpperCase(Locale.ROOT);
    }
}
