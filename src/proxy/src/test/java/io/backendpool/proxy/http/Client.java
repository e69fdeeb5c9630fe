package io.backendpool.proxy.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client made of a raw socket. */
final class Client implements AutoCloseable {
    final Socket socket;
    private final InputStream in;

    Client(int port) throws IOException {
        this(InetAddress.getLoopbackAddress(), port);
    }

    Client(InetAddress address, int port) throws IOException {
        socket = new Socket(address, port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    Client send(String text) throws IOException {
        socket.getOutputStream().write(Wire.bytes(text));
        socket.getOutputStream().flush();
        return this;
    }

    Client get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    /** The next head; empty: the connection has ended. */
    String readHead() throws IOException {
        return Wire.readHead(in);
    }

    /** The next whole response as text; empty: the connection has ended. */
    String readResponse() throws IOException {
        String head = readHead();
        return head.isEmpty() ? head : head + Wire.readBody(in, head, true);
    }

    /** What comes until the connection's end. */
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    byte[] read(int length) throws IOException {
        return in.readNBytes(length);
    }

    /** The connection ends in order, with no byte before. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
