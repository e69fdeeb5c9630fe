package io.backendpool.proxy.probe;

import java.util.PriorityQueue;

/** Stands still but where a test moves it. */
final class FakeTime implements ProbeTimer {
    static final long SECOND = 1_000_000_000L;

    private record Task(long at, long order, Runnable task) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private long now;
    private long order;

    long now() {
        return now;
    }

    @Override
    public Due in(long nanos, Runnable task) {
        Task due = new Task(now + Math.max(0, nanos), order++, task);
        tasks.add(due);
        return () -> tasks.remove(due);
    }

    /** Time that a task takes for itself: what is due meanwhile comes late. */
    void pass(long nanos) {
        now += nanos;
    }

    void runUntil(long end) {
        for (Task next = tasks.peek(); next != null && next.at <= end; next = tasks.peek()) {
            tasks.remove();
            now = Math.max(now, next.at);
            next.task.run();
        }
        now = Math.max(now, end);
    }
}
