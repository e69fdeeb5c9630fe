package side;

/** Where the targets listen: the network namespace is the run's own, so nobody else is there. */
final class Ports {
    static final int OURS = 8001;
    static final int HAPROXY = 8002;
    static final int NGINX = 8003;
    static final int BASE = 8004;
    /** Between two setups of the same target. */
    static final int NEXT_SETUP = 10;

    private Ports() {}
}
