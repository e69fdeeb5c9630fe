package io.backendpool.proxy.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A slow and obvious reader of a ClientHello: first the records are joined, then the message is read as a stream. */
final class ReferenceHello {
    /** What the parser must say: {@code incomplete}, {@code malformed}, or {@code hello} with the name. */
    static String read(byte[] bytes) {
        try {
            byte[] message = join(bytes);
            if (message == null) {
                return "incomplete";
            }
            String name = name(message);
            return "hello " + name;
        } catch (IOException e) {
            return "malformed";
        }
    }

    private ReferenceHello() {}

    /** The message; null: there is not all of it. */
    private static byte @Nullable [] join(byte[] bytes) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int left = bytes.length - at;
            require(left < 1 || bytes[at] == 22);
            require(left < 2 || bytes[at + 1] == 3);
            if (left < 5) {
                require(at + 5 <= ClientHello.MAX_BYTES);
                return null;
            }
            int length = (bytes[at + 3] & 0xFF) * 256 + (bytes[at + 4] & 0xFF);
            require(length >= 1 && length <= 16_384);
            for (int i = 0; i < length; i++) {
                int from = at + 5 + i;
                require(from < ClientHello.MAX_BYTES);
                if (from >= bytes.length) {
                    require(from + missing(message.toByteArray()) <= ClientHello.MAX_BYTES);
                    return null;
                }
                message.write(bytes[from]);
                require(message.toByteArray()[0] == 1);
                if (missing(message.toByteArray()) == 0) {
                    return message.toByteArray();
                }
            }
            at += 5 + length;
            require(at + missing(message.toByteArray()) <= ClientHello.MAX_BYTES);
        }
    }

    private static int missing(byte[] message) {
        if (message.length < 4) {
            return 4 - message.length;
        }
        int body = ((message[1] & 0xFF) * 256 + (message[2] & 0xFF)) * 256 + (message[3] & 0xFF);
        return 4 + body - message.length;
    }

    private static @Nullable String name(byte[] message) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(message, 4, message.length - 4));
        bytes(in, 2 + 32);
        int sessionId = in.readUnsignedByte();
        require(sessionId <= 32);
        bytes(in, sessionId);
        int suites = in.readUnsignedShort();
        require(suites >= 2 && suites % 2 == 0);
        bytes(in, suites);
        int compressions = in.readUnsignedByte();
        require(compressions >= 1);
        bytes(in, compressions);
        if (in.available() == 0) {
            return null;
        }
        byte[] extensions = bytes(in, in.readUnsignedShort());
        require(in.available() == 0);
        return nameIn(new DataInputStream(new ByteArrayInputStream(extensions)));
    }

    private static @Nullable String nameIn(DataInputStream extensions) throws IOException {
        int times = 0;
        List<String> names = new ArrayList<>();
        while (extensions.available() > 0) {
            int type = extensions.readUnsignedShort();
            byte[] data = bytes(extensions, extensions.readUnsignedShort());
            if (type != 0) {
                continue;
            }
            times++;
            DataInputStream extension = new DataInputStream(new ByteArrayInputStream(data));
            byte[] list = bytes(extension, extension.readUnsignedShort());
            require(list.length > 0 && extension.available() == 0);
            DataInputStream entries = new DataInputStream(new ByteArrayInputStream(list));
            while (entries.available() > 0) {
                int nameType = entries.readUnsignedByte();
                byte[] name = bytes(entries, entries.readUnsignedShort());
                if (nameType == 0) {
                    names.add(new String(name, StandardCharsets.ISO_8859_1));
                }
            }
        }
        require(times <= 1 && names.size() <= 1);
        if (names.isEmpty()) {
            return null;
        }
        String name = names.getFirst();
        require(name.length() <= 253 && name.matches("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*"));
        return name.toLowerCase(Locale.ROOT);
    }

    private static byte[] bytes(DataInputStream in, int count) throws IOException {
        byte[] read = in.readNBytes(count);
        if (read.length < count) {
            throw new EOFException();
        }
        return read;
    }

    private static void require(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("malformed");
        }
    }
}
