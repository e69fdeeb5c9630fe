package io.backendpool.e2e;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds ports for tests. */
final class Ports {
    private Ports() {}

    /** A port that was free a moment ago, both in TCP and in UDP. */
    static int freeOfBoth() throws IOException {
        for (int i = 0; i < 100; i++) {
            int port = free();
            try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // the next one
            }
        }
        throw new IOException("none of 100 ports is free both in TCP and in UDP");
    }

    /** A port that was free a moment ago. */
    static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
