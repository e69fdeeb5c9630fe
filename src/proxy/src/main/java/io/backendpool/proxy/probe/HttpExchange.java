package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.Header;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** An HTTP probe over HTTP/2. */
final class HttpExchange implements Http2Exchange {
    private final HttpProbe probe;
    private final String scheme;
    private final String address;
    private final ExpectedAnswer expected;
    private boolean headSeen;

    HttpExchange(HttpProbe probe, String scheme, String address, @Nullable BodyPattern pattern) {
        this.probe = probe;
        this.scheme = scheme;
        this.address = address;
        this.expected = new ExpectedAnswer(probe, pattern);
    }

    @Override
    public Http2Headers request() {
        String host = probe.host();
        Http2Headers fields = new DefaultHttp2Headers(false)
                .method(probe.method().name())
                .scheme(scheme)
                .authority(host == null ? address : host)
                .path(probe.path());
        for (Header field : HttpRequestText.fields(probe)) {
            fields.add(field.name(), field.value());
        }
        return fields;
    }

    @Override
    public byte[] requestBody() {
        return new byte[0];
    }

    @Override
    public @Nullable ProbeResult headers(Http2Headers fields, boolean end) {
        ProbeResult result = headSeen ? null : expected.status(Http2Conversation.status(fields));
        headSeen = true;
        return result == null && end ? expected.end() : result;
    }

    @Override
    public @Nullable ProbeResult data(ByteBuf bytes, boolean end) {
        ProbeResult result = expected.body(bytes);
        return result == null && end ? expected.end() : result;
    }
}
