package io.backendpool.control;

/** What came over the wire or from a file is no pool that this version can run. The message is one sentence for people. */
public final class InvalidSnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidSnapshotException(String message) {
        super(message);
    }
}
