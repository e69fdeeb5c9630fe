package side;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Backends that send back what they get. Each has one thread, on the load's core like all of this program. */
final class Echo {
    private static final Pattern KEY = Pattern.compile("(?i)\r\nSec-WebSocket-Key: *([^\r]*)");
    /** RFC 6455, 1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private Echo() {}

    static void udp(int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", port));
        Thread.ofPlatform().daemon().start(() -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
            while (true) {
                try {
                    buffer.clear();
                    SocketAddress from = channel.receive(buffer);
                    channel.send(buffer.flip(), from);
                } catch (IOException lost) {
                    // As any datagram may be.
                }
            }
        });
    }

    /** Takes the upgrade, then sends each frame back as a server's: without its mask. Frames of up to 125 bytes. */
    static void webSocket(int port) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", port), 1024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    selector.select();
                } catch (IOException e) {
                    return;
                }
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                    SelectionKey key = keys.next();
                    try {
                        if (key.isAcceptable()) {
                            SocketChannel accepted = server.accept();
                            accepted.configureBlocking(false);
                            accepted.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(4096));
                        } else {
                            read((SocketChannel) key.channel(), (ByteBuffer) key.attachment());
                        }
                    } catch (IOException gone) {
                        key.cancel();
                        close(key);
                    }
                }
            }
        });
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException closed) {
            // It is what was wanted.
        }
    }

    private static void read(SocketChannel channel, ByteBuffer in) throws IOException {
        if (channel.read(in) < 0) {
            throw new IOException("closed");
        }
        in.flip();
        if (in.hasRemaining() && in.get(in.position()) == 'G') {
            String head = StandardCharsets.US_ASCII.decode(in.duplicate()).toString();
            if (head.endsWith("\r\n\r\n")) {
                in.position(in.limit());
                channel.write(ByteBuffer.wrap(accept(head)));
            }
        } else {
            echoFrames(channel, in);
        }
        in.compact();
    }

    private static void echoFrames(SocketChannel channel, ByteBuffer in) throws IOException {
        while (in.remaining() >= 6) {
            int start = in.position();
            int length = in.get(start + 1) & 0x7f;
            if (in.remaining() < 6 + length) {
                return;
            }
            ByteBuffer out = ByteBuffer.allocate(2 + length).put(in.get(start)).put((byte) length);
            for (int i = 0; i < length; i++) {
                out.put((byte) (in.get(start + 6 + i) ^ in.get(start + 2 + (i & 3))));
            }
            in.position(start + 6 + length);
            channel.write(out.flip());
        }
    }

    private static byte[] accept(String head) {
        Matcher key = KEY.matcher(head);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest(((key.find() ? key.group(1).strip() : "") + GUID).getBytes(StandardCharsets.US_ASCII));
            return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
