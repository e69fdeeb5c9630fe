package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * An answer of the proxy's own: a status, and one sentence that says why.
 *
 * @param status 400 to 599
 * @param error the type of RFC 9209 (Proxy-Status), 2.3
 * @param reason one sentence without a full stop
 */
public record Reply(int status, String error, String reason) {
    /** Of a request that is none. */
    public static Reply refused(int status, String reason) {
        return new Reply(status, "http_request_error", reason);
    }

    /** The whole message; the caller owns it. */
    ByteBuf encode(ByteBufAllocator allocator, boolean toHead, boolean close) {
        byte[] body = (text() + "\n").getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase())
                .append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ")
                .append(body.length)
                .append("\r\nCache-Control: no-store\r\nProxy-Status: backendpool; error=")
                .append(error)
                .append("\r\n");
        if (status == 503) {
            head.append("Retry-After: 1\r\n");
        }
        if (close) {
            head.append("Connection: close\r\n");
        }
        head.append("\r\n");
        ByteBuf out = allocator.directBuffer(head.length() + body.length);
        ByteBufUtil.writeAscii(out, head);
        return toHead ? out : out.writeBytes(body);
    }

    /** What a client is to read. */
    public String text() {
        return status + " " + phrase() + ": " + reason;
    }

    private String phrase() {
        return switch (status) {
            case 400 -> "Bad Request";
            case 408 -> "Request Timeout";
            case 414 -> "URI Too Long";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
