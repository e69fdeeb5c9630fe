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
import java.util.Map;
import java.util.TreeMap;

/** A closed loop of messages of 64 bytes and their echoes, each client waiting for its own. */
public record EchoLoad(Kind kind, int clients) implements Load {
    /** What the messages are. */
    public enum Kind {
        UDP,
        WEB_SOCKET
    }

    private static final int LENGTH = 64;
    /** A datagram whose echo takes longer is lost; the client sends again. */
    private static final long LOST_NANOS = 1_000_000_000L;
    /** On a connection nothing is lost, only late: so long after the end the last echoes are waited for. */
    private static final long LATE_NANOS = 10_000_000_000L;
    /** What the proxy gives a connection whose backend left, in standalone mode. */
    private static final long DRAIN_NANOS = 30_000_000_000L;
    private static final byte[] UPGRADE =
            ("GET /echo HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private static final class Client {
        ByteChannel channel;
        long opened;
        long sent;
        int received;
        boolean waiting;
    }

    @Override
    public Figures run(Lab lab, int port, int seconds) throws Exception {
        List<Client> all = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < clients; i++) {
                all.add(connect(selector, port));
            }
            return measure(selector, all, port, seconds);
        } finally {
            for (Client client : all) {
                client.channel.close();
            }
        }
    }

    private Figures measure(Selector selector, List<Client> all, int port, int seconds) throws IOException {
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
        Map<String, Long> failures = new TreeMap<>();
        long drained = 0;
        long begin = System.nanoTime();
        long end = begin + seconds * 1_000_000_000L;
        for (Client client : all) {
            send(client, message);
        }
        long lostCheck = begin + LOST_NANOS;
        long now = begin;
        int slow = 0;
        int waiting = clients;
        while (now < end || (kind == Kind.WEB_SOCKET && waiting > 0 && now < end + LATE_NANOS)) {
            selector.select(100);
            for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                SelectionKey key = keys.next();
                Client client = (Client) key.attachment();
                in.clear();
                String closed = "closed";
                int read;
                try {
                    read = client.channel.read(in);
                } catch (IOException e) {
                    read = -1;
                    closed = String.valueOf(e.getMessage());
                }
                now = System.nanoTime();
                if (read < 0) {
                    // Its backend was in the pool when the connection began: if it is younger, the proxy has cut it too early.
                    if (now - client.opened >= DRAIN_NANOS) {
                        drained++;
                    } else {
                        failures.merge("%s after %.1f s".formatted(closed, (now - client.opened) / 1e9), 1L, Long::sum);
                    }
                    client.channel.close();
                    all.remove(client);
                    waiting -= client.waiting ? 1 : 0;
                    if (now < end) {
                        Client next = connect(selector, port);
                        all.add(next);
                        send(next, message);
                        waiting++;
                    }
                    continue;
                }
                client.received += read;
                if (client.received >= expected) {
                    client.received = 0;
                    if (count == micros.length) {
                        micros = Arrays.copyOf(micros, count * 2);
                    }
                    micros[count++] = (int) ((now - client.sent) / 1000);
                    slow += now - client.sent > Figures.SLOW_SECONDS * 1_000_000_000L ? 1 : 0;
                    if (now < end) {
                        send(client, message);
                    } else {
                        client.waiting = false;
                        waiting--;
                    }
                }
            }
            now = System.nanoTime();
            if (kind == Kind.UDP && now > lostCheck) {
                lostCheck = now + LOST_NANOS;
                for (Client client : all) {
                    if (now - client.sent > LOST_NANOS) {
                        failures.merge("lost", 1L, Long::sum);
                        send(client, message);
                    }
                }
            }
        }
        if (kind == Kind.WEB_SOCKET && waiting > 0) {
            failures.merge("no echo within 10 s", (long) waiting, Long::sum);
        }
        double took = (now - begin) / 1e9;
        int[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return new Figures(count, took, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999), failures, slow, drained);
    }

    private static long at(int[] sorted, double quantile) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    private static void send(Client client, ByteBuffer message) throws IOException {
        client.sent = System.nanoTime();
        client.waiting = true;
        client.channel.write(message.duplicate());
    }

    private Client connect(Selector selector, int port) throws IOException {
        Client client = new Client();
        client.opened = System.nanoTime();
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
