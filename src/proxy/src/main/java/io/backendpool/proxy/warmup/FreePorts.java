package io.backendpool.proxy.warmup;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports of loopback that nobody has, neither of TCP nor of UDP. Any thread. */
public final class FreePorts {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private FreePorts() {}

    /** A port that was free a moment ago. */
    public static int next() throws IOException {
        return next(1).getFirst();
    }

    /**
     * As many different ports, all free a moment ago.
     *
     * @throws IOException there are not so many
     */
    public static List<Integer> next(int count) throws IOException {
        List<Integer> ports = new ArrayList<>(count);
        // Each is held until all are found, or one might be found twice.
        List<Closeable> held = new ArrayList<>();
        try {
            while (ports.size() < count) {
                ServerSocket tcp = new ServerSocket(0, 1, LOOPBACK);
                held.add(tcp);
                try {
                    held.add(new DatagramSocket(new InetSocketAddress(LOOPBACK, tcp.getLocalPort())));
                    ports.add(tcp.getLocalPort());
                } catch (BindException takenByUdp) {
                    // the next one
                }
            }
        } finally {
            for (Closeable socket : held) {
                socket.close();
            }
        }
        return ports;
    }
}
