package io.backendpool.e2e;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client's TCP connection to an {@link EchoBackend}, line by line. One thread. */
final class LineStream implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader answers;

    LineStream(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** The name of the backend that has answered; fails where the answer is not to this very line. */
    String ask(String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        String answer = answers.readLine();
        if (answer == null) {
            throw new EOFException("the stream has ended");
        }
        String[] words = answer.split(" ", 2);
        if (words.length != 2 || !words[1].equals(line)) {
            throw new IOException("answer: " + answer + " (expected: NAME " + line + ")");
        }
        return words[0];
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
