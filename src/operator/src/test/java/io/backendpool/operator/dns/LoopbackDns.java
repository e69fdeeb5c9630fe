package io.backendpool.operator.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A small DNS server over UDP on loopback. What it answers can be changed while it runs. */
public final class LoopbackDns implements AutoCloseable {
    private final DatagramSocket socket;
    private final Map<String, List<Record>> zone = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> failing = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();

    /** Knows no name yet. */
    public LoopbackDns() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("loopback-dns").start(this::serve);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    /** The name has these from now on; each {@code "A 203.0.113.7 TTL"} or {@code "AAAA ..."}. */
    public void answer(String name, String... records) {
        failing.clear();
        zone.put(name, Arrays.stream(records).map(text -> record(name, text)).toList());
    }

    /** Every question of {@code type} (a {@link Type}) gets {@code rcode}. */
    public void fail(int type, int rcode) {
        failing.put(type, rcode);
    }

    int questions() {
        return questions.get();
    }

    private static Record record(String name, String text) {
        String[] words = text.split(" ", -1);
        try {
            return Record.fromString(
                    Name.fromString(name + "."),
                    Type.value(words[0]),
                    DClass.IN,
                    Long.parseLong(words[2]),
                    words[1],
                    Name.root);
        } catch (IOException wrongTest) {
            throw new UncheckedIOException(wrongTest);
        }
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                questions.incrementAndGet();
                Message question = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                byte[] answer = answer(question).toWire();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (SocketException closed) {
            // close() ends the thread.
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    private Message answer(Message question) {
        Record asked = question.getQuestion();
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(asked, Section.QUESTION);
        Integer rcode = failing.get(asked.getType());
        List<Record> records = zone.get(asked.getName().toString(true));
        if (rcode != null) {
            answer.getHeader().setRcode(rcode);
        } else if (records == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else {
            records.stream()
                    .filter(record -> record.getType() == asked.getType())
                    .forEach(record -> answer.addRecord(record, Section.ANSWER));
        }
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
