package io.backendpool.operator.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Says beforehand that a port is taken, with its number, instead of a stack trace afterwards. */
public final class Ports {
    private Ports() {}

    /** Whether {@code port} can be bound on {@code host} now. */
    public static boolean free(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
