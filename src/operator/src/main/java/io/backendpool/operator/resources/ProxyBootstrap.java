package io.backendpool.operator.resources;

/**
 * What the proxies of a pool are told before they can ask.
 *
 * @param control where the operator listens, {@code HOST:PORT}
 * @param caBundle the CAs that the operator's certificate may come from, PEM
 * @param lastKnownGood the pool to serve while there is no operator
 */
public record ProxyBootstrap(String control, String caBundle, LastKnownGoodCopy lastKnownGood) {
    public ProxyBootstrap {
        if (control.isBlank()) {
            throw new IllegalArgumentException("the control endpoint: \"" + control + "\" (expected: HOST:PORT)");
        }
        if (caBundle.isBlank()) {
            throw new IllegalArgumentException("the control channel's CA bundle is empty (expected: PEM)");
        }
    }
}
