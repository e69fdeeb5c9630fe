package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.http.Policies;
import io.backendpool.proxy.http.Proxy;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC, with grpc-java on both sides and the proxy between them: HTTP/2 to HTTP/2. */
class GrpcTest {
    private static final Metadata.Key<String> SUM = Metadata.Key.of("x-sum", Metadata.ASCII_STRING_MARSHALLER);

    private final AtomicInteger cancelled = new AtomicInteger();
    private final BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();
    private @Nullable Server server;
    private @Nullable Proxy proxy;
    private @Nullable ManagedChannel channel;

    private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
        MethodDescriptor.Marshaller<String> text = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(String value) {
                return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public String parse(InputStream stream) {
                try {
                    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .setRequestMarshaller(text)
                .setResponseMarshaller(text)
                .build();
    }

    private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodDescriptor.MethodType.UNARY);
    private static final MethodDescriptor<String, String> FAIL = method("Fail", MethodDescriptor.MethodType.UNARY);
    private static final MethodDescriptor<String, String> STUCK = method("Stuck", MethodDescriptor.MethodType.UNARY);
    private static final MethodDescriptor<String, String> MANY =
            method("Many", MethodDescriptor.MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<String, String> BOTH =
            method("Both", MethodDescriptor.MethodType.BIDI_STREAMING);

    private final class Noting implements ServerInterceptor {
        @Override
        public <Q, S> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
            seen.add(headers);
            return next.startCall(
                    new ForwardingServerCall.SimpleForwardingServerCall<Q, S>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            trailers.put(SUM, "42");
                            super.close(status, trailers);
                        }
                    },
                    headers);
        }
    }

    @BeforeEach
    void start() throws Exception {
        ServerServiceDefinition service = ServerServiceDefinition.builder("test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(request);
                    answer.onCompleted();
                }))
                .addMethod(
                        FAIL,
                        ServerCalls.asyncUnaryCall((request, answer) -> answer.onError(Status.FAILED_PRECONDITION
                                .withDescription("not today: 100%")
                                .asRuntimeException())))
                .addMethod(STUCK, ServerCalls.asyncUnaryCall((request, answer) -> {
                    Context.current().addListener(context -> cancelled.incrementAndGet(), Runnable::run);
                }))
                .addMethod(MANY, ServerCalls.asyncServerStreamingCall((request, answer) -> {
                    int count = Integer.parseInt(request);
                    for (int i = 0; i < count; i++) {
                        answer.onNext("message " + i + "x".repeat(1000));
                    }
                    answer.onCompleted();
                }))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(answer -> new StreamObserver<>() {
                    @Override
                    public void onNext(String value) {
                        answer.onNext(value);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        cancelled.incrementAndGet();
                    }

                    @Override
                    public void onCompleted() {
                        answer.onCompleted();
                    }
                }))
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(service, new Noting()))
                .build()
                .start();
        proxy = Proxy.to(BackendGroup.Protocol.H2C, server.getPort());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        if (channel != null) {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
        if (proxy != null) {
            proxy.close();
        }
        if (server != null) {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private ManagedChannel channel() {
        return Objects.requireNonNull(channel);
    }

    @Test
    void unary_isAnswered_manyTimesOverOneConnection() {
        for (int i = 0; i < 300; i++) {
            assertThat(ClientCalls.blockingUnaryCall(channel(), UNARY, CallOptions.DEFAULT, "hello " + i))
                    .isEqualTo("hello " + i);
        }
        assertThat(seen).hasSize(300);
    }

    @Test
    void largeMessage_passesBothWays() {
        String large = "x".repeat(3 << 20);
        assertThat(ClientCalls.blockingUnaryCall(channel(), UNARY, CallOptions.DEFAULT, large))
                .isEqualTo(large);
    }

    @Test
    void deadline_isPassedOn_andEndsTheCallOnBothSides() throws Exception {
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel(), STUCK, CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.MILLISECONDS), "x"));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        Metadata headers = seen.poll(10, TimeUnit.SECONDS);
        assertThat(headers).isNotNull();
        assertThat(headers.get(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("127.0.0.1");
        await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
    }

    /** UNAVAILABLE would invite clients to send the call again. */
    @Test
    void timeLimitOfThePool_isDeadlineExceeded_andCancelsTheCallAtTheBackend() throws Exception {
        if (proxy != null && server != null) {
            proxy.policy(Policies.impatient(Duration.ofMillis(300)));
            proxy.publish(server.getPort());
        }
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel(), STUCK, CallOptions.DEFAULT, "x"));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(thrown.getStatus().getDescription()).contains("did not answer within 300 ms");
        await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
    }

    @Test
    void failure_withTrailersOnly_isTheBackends() {
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel(), FAIL, CallOptions.DEFAULT, "x"));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(thrown.getStatus().getDescription()).isEqualTo("not today: 100%");
        assertThat(thrown.getTrailers()).isNotNull();
        assertThat(thrown.getTrailers().get(SUM)).isEqualTo("42");
    }

    @Test
    void serverStream_comesWhole_toASlowReader() {
        List<String> got = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(channel(), MANY, CallOptions.DEFAULT, "2000")
                .forEachRemaining(got::add);
        assertThat(got).hasSize(2000);
        assertThat(got.getLast()).startsWith("message 1999x");
    }

    @Test
    void bothStreams_goOnInTurns_andCancellationReachesTheBackend() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        ClientCall<String, String> call = channel().newCall(BOTH, CallOptions.DEFAULT);
        StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<>() {
            @Override
            public void onNext(String value) {
                got.add(value);
            }

            @Override
            public void onError(Throwable cause) {
                got.add("error");
            }

            @Override
            public void onCompleted() {
                got.add("completed");
            }
        });
        for (int i = 0; i < 50; i++) {
            requests.onNext("turn " + i);
            assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("turn " + i);
        }
        call.cancel("enough", null);
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("error");
        await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
    }

    @Test
    void noBackend_isUnavailable_withTheReason() {
        if (proxy != null) {
            proxy.publish();
        }
        StatusRuntimeException thrown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel(), UNARY, CallOptions.DEFAULT, "x"));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(thrown.getStatus().getDescription()).contains("has no backends");
    }

    @Test
    void backendsGoAway_losesNoCall() throws Exception {
        Server second = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        try {
            if (proxy != null && server != null) {
                proxy.publish(server.getPort(), second.getPort());
                for (int i = 0; i < 200; i++) {
                    if (i == 50) {
                        // It sends GOAWAY and serves what has begun; its port is closed.
                        server.shutdown();
                    }
                    assertThat(ClientCalls.blockingUnaryCall(channel(), UNARY, CallOptions.DEFAULT, "call " + i))
                            .isEqualTo("call " + i);
                }
            }
        } finally {
            second.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }
}
