package io.backendpool.proxy.control;

import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One dial and the stream that may come of it. Every callback is on the control thread. The next message of the operator
 * is read only when the last has been handled, so none queues up.
 */
final class ControlStream extends ClientCall.Listener<OperatorMessage> {
    /** What happens to a stream. */
    interface Events {
        /** The operator has let this proxy in. */
        void accepted(ControlStream stream);

        /** A message came; {@link ControlStream#readNext} asks for the next. */
        void message(ControlStream stream, OperatorMessage message);

        /** It is over. */
        void ended(ControlStream stream, Status status);
    }

    private final Dialer.Dial dial;
    private final ClientCall<ProxyMessage, OperatorMessage> call;
    private final Events events;
    private boolean accepted;
    /** It has ended, or is about to by this side's will: gRPC throws where more is sent. */
    private boolean over;

    private ControlStream(Dialer.Dial dial, Events events) {
        this.dial = dial;
        this.events = events;
        this.call = dial.channel().newCall(ControlChannelGrpc.getConnectMethod(), CallOptions.DEFAULT);
    }

    static ControlStream open(Dialer.Dial dial, ProxyMessage hello, Events events) {
        ControlStream stream = new ControlStream(dial, events);
        stream.call.start(stream, dial.headers());
        stream.call.sendMessage(hello);
        stream.call.request(1);
        return stream;
    }

    boolean isAccepted() {
        return accepted && !over;
    }

    /** Answers are few: at most one for each message of the operator. */
    void send(ProxyMessage message) {
        if (!over) {
            call.sendMessage(message);
        }
    }

    /** The transport takes more: reports wait for it, answers do not. */
    boolean isReady() {
        return isAccepted() && call.isReady();
    }

    void readNext() {
        if (!over) {
            call.request(1);
        }
    }

    /** Ends it from this side; {@link Events#ended} follows. */
    void cancel(String reason, @Nullable Throwable cause) {
        over = true;
        call.cancel(reason, cause);
    }

    void cancelUnlessAccepted() {
        if (!accepted && !over) {
            cancel("no answer to the Hello", null);
        }
    }

    void goodbye() {
        if (!over) {
            over = true;
            call.halfClose();
        }
    }

    @Override
    public void onHeaders(Metadata headers) {
        accepted = true;
        events.accepted(this);
    }

    @Override
    public void onMessage(OperatorMessage message) {
        events.message(this, message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        over = true;
        dial.channel().shutdownNow();
        events.ended(this, status);
    }
}
