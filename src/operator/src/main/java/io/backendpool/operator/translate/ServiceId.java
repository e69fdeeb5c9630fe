package io.backendpool.operator.translate;

/** The name of a Service, unique in one cluster. */
public record ServiceId(String namespace, String name) {
    /** {@code namespace/name}, as logs show it. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
