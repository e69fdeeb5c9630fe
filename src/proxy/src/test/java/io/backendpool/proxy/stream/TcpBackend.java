package io.backendpool.proxy.stream;

import io.backendpool.pool.BackendKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server socket whose connections a test takes one after the other. */
final class TcpBackend implements AutoCloseable {
    private final ServerSocket server;
    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> all = new CopyOnWriteArrayList<>();

    TcpBackend() throws IOException {
        this("127.0.0.1");
    }

    TcpBackend(String address) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.ofLiteral(address));
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setSoTimeout(20_000);
                all.add(socket);
                accepted.add(socket);
            }
        } catch (IOException e) {
            // closed: the end of the test
        }
    }

    BackendKey key() {
        return new BackendKey("web", server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    /** The next connection. */
    Socket take() throws InterruptedException {
        Socket socket = accepted.poll(20, TimeUnit.SECONDS);
        if (socket == null) {
            throw new AssertionError("no connection came");
        }
        return socket;
    }

    int count() {
        return all.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : all) {
            socket.close();
        }
    }
}
