package side;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Asks a proxy which backend answers, by one request after the other on a connection that it keeps, as a client with a pool of
 * connections does: a kept one that was closed meanwhile is no failure, the request goes by a new one (RFC 9110, 9.2.2).
 */
final class PortProbe implements AutoCloseable {
    private static final byte[] REQUEST = "GET /port HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MILLIS = 5_000;

    private final int port;
    /** Null: none is open. */
    private Socket socket;

    private long failed;

    PortProbe(int port) {
        this.port = port;
    }

    /** The port of the backend that answers; empty: the request failed. */
    String servedBy() {
        while (true) {
            boolean kept = socket != null;
            try {
                return ask();
            } catch (IOException noAnswer) {
                close();
                if (!kept) {
                    failed++;
                    return "";
                }
            }
        }
    }

    private String ask() throws IOException {
        if (socket == null) {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }
        socket.getOutputStream().write(REQUEST);
        InputStream in = socket.getInputStream();
        String status = line(in);
        int length = -1;
        boolean last = false;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            String lower = field.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            last |= lower.equals("connection: close");
        }
        String body = new String(in.readNBytes(Math.max(0, length)), StandardCharsets.US_ASCII).strip();
        if (last || length < 0) {
            close();
        }
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status);
        }
        return body;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("closed");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    long failed() {
        return failed;
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                // Which is what was wanted.
            }
            socket = null;
        }
    }
}
