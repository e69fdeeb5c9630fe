package io.backendpool.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A backend that answers each line of TCP and each datagram of UDP, both on one port, with its name and what came. It can die
 * and come back. Any thread.
 */
final class EchoBackend implements AutoCloseable {
    private final String name;
    private final int port;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket tcp;
    private @Nullable DatagramSocket udp;

    private EchoBackend(String name, int port) {
        this.name = name;
        this.port = port;
    }

    static EchoBackend start(String name) throws IOException {
        EchoBackend backend = new EchoBackend(name, Ports.freeOfBoth());
        backend.start();
        return backend;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void start() throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address, 1_024);
        DatagramSocket datagrams = new DatagramSocket(address);
        tcp = server;
        udp = datagrams;
        Thread.ofVirtual().start(() -> accept(server));
        Thread.ofPlatform().daemon().start(() -> answer(datagrams));
    }

    private void accept(ServerSocket server) {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> answer(connection));
            }
        } catch (IOException e) {
            // it has died
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                connection.getOutputStream().write((name + " " + line + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // the client or this backend is gone
        } finally {
            connections.remove(connection);
        }
    }

    private void answer(DatagramSocket datagrams) {
        DatagramPacket packet = new DatagramPacket(new byte[1_024], 1_024);
        try {
            while (true) {
                packet.setLength(1_024);
                datagrams.receive(packet);
                String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                byte[] answer = (name + " " + text).getBytes(StandardCharsets.US_ASCII);
                datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // it has died
        }
    }

    /** Dies at once: streams that are open are cut, and nobody listens any more when this returns. */
    void die() throws IOException {
        if (tcp != null) {
            tcp.close();
            tcp = null;
        }
        if (udp != null) {
            udp.close();
            udp = null;
        }
        for (Socket connection : connections) {
            connection.close();
        }
    }

    @Override
    public void close() throws IOException {
        die();
    }
}
