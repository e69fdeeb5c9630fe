package io.backendpool.operator.translate;

/** The name of a Secret, unique in one cluster; standalone, of a folder of files. */
public record SecretId(String namespace, String name) {
    /** {@code namespace/name}, as logs show it. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
