package io.backendpool.proxy.traffic;

/** Statuses by their first digit; 0 stands for requests that got no answer. */
final class StatusClass {
    static final int NONE = 0;
    static final int COUNT = 6;

    private StatusClass() {}

    static int of(int status) {
        int digit = status / 100;
        return digit >= 1 && digit < COUNT ? digit : NONE;
    }
}
