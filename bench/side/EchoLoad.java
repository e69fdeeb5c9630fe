package side;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** A closed loop of messages of 64 bytes and their echoes, each client waiting for its own. */
public record EchoLoad(Kind kind, int clients) implements Load {
    /** What the messages are. */
    public enum Kind {
        UDP,
        WEB_SOCKET
    }

    private static final int LENGTH = 64;
    /** An echo that takes longer is lost; the client sends again. */
    private static final long LOST_NANOS = 1_000_000_000L;
    private static final byte[] UPGRADE =
            ("GET /echo HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private static final class Client {
        ByteChannel channel;
        long sent;
        int received;
    }

    @Override
    public Figures run(Lab lab, int port, int seconds) throws Exception {
        List<Client> all = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < clients; i++) {
                all.add(connect(selector, port));
            }
            return measure(selector, all, seconds);
        } finally {
            for (Client client : all) {
                client.channel.close();
            }
        }
    }

    private Figures measure(Selector selector, List<Client> all, int seconds) throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(LENGTH + 6);
        if (kind == Kind.WEB_SOCKET) {
            // A binary frame of a client, masked by zeros.
            message.put((byte) 0x82).put((byte) (0x80 | LENGTH)).putInt(0);
        }
        message.put(new byte[LENGTH]).flip();
        int expected = kind == Kind.WEB_SOCKET ? LENGTH + 2 : LENGTH;
        ByteBuffer in = ByteBuffer.allocateDirect(4096);
        int[] micros = new int[1 << 20];
        int count = 0;
        long errors = 0;
        long begin = System.nanoTime();
        long end = begin + seconds * 1_000_000_000L;
        for (Client client : all) {
            send(client, message);
        }
        long lostCheck = begin + LOST_NANOS;
        while (System.nanoTime() < end) {
            selector.select(100);
            for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                Client client = (Client) keys.next().attachment();
                in.clear();
                int read = client.channel.read(in);
                if (read < 0) {
                    throw new IOException("a connection was closed after %,d echoes".formatted(count));
                }
                client.received += read;
                if (client.received >= expected) {
                    client.received = 0;
                    if (count == micros.length) {
                        micros = Arrays.copyOf(micros, count * 2);
                    }
                    micros[count++] = (int) ((System.nanoTime() - client.sent) / 1000);
                    send(client, message);
                }
            }
            long now = System.nanoTime();
            if (now > lostCheck) {
                lostCheck = now + LOST_NANOS;
                for (Client client : all) {
                    if (now - client.sent > LOST_NANOS) {
                        errors++;
                        send(client, message);
                    }
                }
            }
        }
        double took = (System.nanoTime() - begin) / 1e9;
        int[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return new Figures(count, took, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999), errors);
    }

    private static long at(int[] sorted, double quantile) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    private static void send(Client client, ByteBuffer message) throws IOException {
        client.sent = System.nanoTime();
        client.channel.write(message.duplicate());
    }

    private Client connect(Selector selector, int port) throws IOException {
        Client client = new Client();
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
        SelectableChannel selectable;
        if (kind == Kind.UDP) {
            DatagramChannel channel = DatagramChannel.open().connect(address);
            client.channel = channel;
            selectable = channel;
        } else {
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
            client.channel = channel;
            selectable = channel;
            upgrade(channel);
        }
        selectable.configureBlocking(false);
        selectable.register(selector, SelectionKey.OP_READ, client);
        return client;
    }

    private static void upgrade(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(UPGRADE));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        String head;
        do {
            if (channel.read(answer) < 0) {
                throw new IOException("the connection was closed before its upgrade");
            }
            head = StandardCharsets.US_ASCII.decode(answer.duplicate().flip()).toString();
        } while (!head.endsWith("\r\n\r\n"));
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new IOException("no upgrade, but: " + head.lines().findFirst().orElse(""));
        }
    }
}
