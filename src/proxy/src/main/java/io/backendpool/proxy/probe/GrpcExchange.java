package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.GrpcProbe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.health.v1.Health/Check} (the gRPC health checking protocol). Its two messages have one field each, so they are
 * written and read here; the frames around them are those of gRPC over HTTP/2.
 */
final class GrpcExchange implements Http2Exchange {
    private static final int PREFIX = 5;
    /** Far beyond a message with one number in it. */
    private static final int MAX_MESSAGE = 4 * 1024;

    /** The codes of gRPC, by their numbers. */
    private static final String[] CODES = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"
    };

    private final GrpcProbe probe;
    private final String scheme;
    private final String address;
    private final ByteBuf answer = Unpooled.buffer();
    private boolean headSeen;

    GrpcExchange(GrpcProbe probe, String scheme, String address) {
        this.probe = probe;
        this.scheme = scheme;
        this.address = address;
    }

    @Override
    public Http2Headers request() {
        String authority = probe.authority();
        return new DefaultHttp2Headers(false)
                .method("POST")
                .scheme(scheme)
                .authority(authority == null ? address : authority)
                .path("/grpc.health.v1.Health/Check")
                .add("te", "trailers")
                .add("content-type", "application/grpc")
                .add("user-agent", HttpRequestText.USER_AGENT);
    }

    /** {@code message HealthCheckRequest { string service = 1; }}. */
    @Override
    public byte[] requestBody() {
        byte[] service = probe.service().getBytes(StandardCharsets.UTF_8);
        ByteBuf message = Unpooled.buffer();
        if (service.length > 0) {
            message.writeByte((1 << 3) | 2);
            for (int left = service.length; ; left >>>= 7) {
                message.writeByte(left < 0x80 ? left : (left & 0x7f) | 0x80);
                if (left < 0x80) {
                    break;
                }
            }
            message.writeBytes(service);
        }
        ByteBuf framed =
                Unpooled.buffer().writeByte(0).writeInt(message.readableBytes()).writeBytes(message);
        return ByteBufUtil.getBytes(framed);
    }

    @Override
    public @Nullable ProbeResult headers(Http2Headers fields, boolean end) {
        if (!headSeen) {
            headSeen = true;
            int status = Http2Conversation.status(fields);
            if (status != 200) {
                return new ProbeResult.Failed("HTTP " + status);
            }
            CharSequence type = fields.get("content-type");
            if (type == null || !type.toString().startsWith("application/grpc")) {
                return new ProbeResult.Failed("not a gRPC answer");
            }
        }
        return end ? ended(fields) : null;
    }

    @Override
    public @Nullable ProbeResult data(ByteBuf bytes, boolean end) {
        if (answer.readableBytes() + bytes.readableBytes() > MAX_MESSAGE) {
            return new ProbeResult.Failed("not an answer of grpc.health.v1");
        }
        answer.writeBytes(bytes);
        return end ? new ProbeResult.Failed("not a gRPC answer: it ends without a status") : null;
    }

    private ProbeResult ended(Http2Headers trailers) {
        CharSequence code = trailers.get("grpc-status");
        if (code == null) {
            return new ProbeResult.Failed("not a gRPC answer: it ends without a status");
        }
        String name = name(code.toString());
        return switch (name) {
            case "OK" -> health();
            case "UNIMPLEMENTED" ->
                new ProbeResult.Failed("grpc UNIMPLEMENTED (expected: the service grpc.health.v1.Health)");
            case "NOT_FOUND" ->
                new ProbeResult.Failed(
                        "grpc NOT_FOUND: no service " + ProbeFailure.quoted(probe.service()) + " of which it knows");
            default -> {
                CharSequence message = trailers.get("grpc-message");
                String words =
                        message == null || message.isEmpty() ? "" : ": " + ProbeFailure.quoted(message.toString());
                yield new ProbeResult.Failed("grpc " + name + words);
            }
        };
    }

    private static String name(String code) {
        if (code.matches("[0-9]{1,2}")) {
            int number = Integer.parseInt(code);
            return number < CODES.length ? CODES[number] : "status " + number;
        }
        return "status " + ProbeFailure.quoted(code);
    }

    /** {@code message HealthCheckResponse { ServingStatus status = 1; }}. */
    private ProbeResult health() {
        if (answer.readableBytes() < PREFIX || answer.readByte() != 0 || answer.readInt() != answer.readableBytes()) {
            return new ProbeResult.Failed("not an answer of grpc.health.v1");
        }
        // One that is absent is 0, and of an enumeration of four no value takes more than a byte.
        int status = 0;
        if (answer.isReadable()) {
            if (answer.readableBytes() < 2 || answer.readByte() != 1 << 3) {
                return new ProbeResult.Failed("not an answer of grpc.health.v1");
            }
            status = answer.readByte();
        }
        return switch (status) {
            case 0 -> new ProbeResult.Failed("grpc UNKNOWN");
            case 1 -> new ProbeResult.Succeeded();
            case 2 -> new ProbeResult.Failed("grpc NOT_SERVING");
            case 3 -> new ProbeResult.Failed("grpc SERVICE_UNKNOWN");
            default -> new ProbeResult.Failed("not an answer of grpc.health.v1");
        };
    }
}
