package io.backendpool.operator.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A backend for a first look: answers every request with its own name, in the body and in {@code X-Backend}, and
 * {@code /healthz} with 200. A program of its own, on the JDK alone, so that it starts at once.
 */
public final class SampleBackend {
    private static final int BACKLOG = 1024;

    private SampleBackend() {}

    /**
     * Runs until it is killed or its standard input ends: then whoever started it is gone.
     *
     * @param arguments name, host, port
     */
    public static void main(String[] arguments) throws IOException {
        start(arguments[0], arguments[1], Integer.parseInt(arguments[2]));
        InputStream parent = System.in;
        while (parent.read() >= 0) {}
        System.exit(0);
    }

    /** Serves on {@code host:port} from now on. */
    public static HttpServer start(String name, String host, int port) throws IOException {
        // Head and body are two writes: without this the second waits 40 ms for the acknowledgement of the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
        server.createContext("/", exchange -> answer(exchange, name, name + "\n"));
        server.createContext("/healthz", exchange -> answer(exchange, name, "ok\n"));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, String name, String text) throws IOException {
        try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("X-Backend", name);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            boolean headOnly = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, headOnly ? -1 : body.length);
            if (!headOnly) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
