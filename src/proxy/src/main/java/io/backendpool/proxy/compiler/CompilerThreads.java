package io.backendpool.proxy.compiler;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the JVM's compilers out of the way of the traffic, where both want the same core. One thread at a time.
 *
 * <p>A kernel that schedules by EEVDF (Linux 6.6 and later) lets a compiler that is running end its slice, of 3 to 4 ms, before an
 * event loop that wakes up gets the core: every request of that time waits. So the compilers
 * <ul>
 *   <li>have the shortest slice that there is, from the start on, which leaves their share of the core as it is;
 *   <li>step back one step when the proxy is ready: a third of a core that an event loop wants whole is theirs;
 *   <li>step back once more when they have become quiet: what is compiled then is rare, and a tenth is enough.
 * </ul>
 *
 * <p>Without a privilege there is no way back, and where a core has time to spare, nothing of this takes any from them. Why:
 * docs/adr/0034-start-up.md. Compilers that the JVM adds later inherit it all. Linux before 6.12 takes a slice and does
 * nothing with it.
 */
public final class CompilerThreads {
    /** How often to call {@link #stepBackOnceQuiet}. */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Duration SLICE = Duration.ofNanos(100_000);
    /** Of nice: the kernel's weights are 1,024 of an event loop, 335 of a compiler after one step, 110 after two. */
    private static final int STEP = 5;

    private static final int NICE_MAX = 19;

    /** Quiet is less than a twentieth of a core over so many seconds. */
    private static final int QUIET_SECONDS = 10;

    private static final long QUIET_TICKS = QUIET_SECONDS * KernelThread.TICKS_PER_SECOND / 20;

    private final Supplier<List<KernelThread>> threads;
    private final @Nullable Sharing sharing;
    private final Deque<Long> cpuTicks = new ArrayDeque<>();
    private int steps;

    CompilerThreads(Supplier<List<KernelThread>> threads, @Nullable Sharing sharing) {
        this.threads = threads;
        this.sharing = sharing;
    }

    /** Those of this JVM; none where the system is no Linux. */
    public static CompilerThreads ofThisProcess() {
        return new CompilerThreads(
                () -> {
                    try {
                        return KernelThread.all(Path.of("/proc/self/task"));
                    } catch (IOException noLinux) {
                        return List.of();
                    }
                },
                SchedSetattr.find());
    }

    /** Gives them short slices. Returns why that is not possible, in some words; null: it is, or there are no such threads. */
    public @Nullable String useShortSlices() {
        return set();
    }

    /** Steps back behind the traffic. */
    public void stepBack() {
        steps++;
        set();
    }

    /**
     * Steps back once more, if they are quiet by now.
     *
     * @return there is nothing left to do: they have stepped back, or they cannot
     */
    public boolean stepBackOnceQuiet() {
        List<KernelThread> compilers = compilers(threads.get());
        long now = compilers.stream().mapToLong(KernelThread::cpuTicks).sum();
        cpuTicks.addLast(now);
        if (cpuTicks.size() <= QUIET_SECONDS) {
            return compilers.isEmpty();
        }
        if (now - cpuTicks.removeFirst() >= QUIET_TICKS) {
            return false;
        }
        stepBack();
        return true;
    }

    private @Nullable String set() {
        List<KernelThread> all = threads.get();
        // Not from where they are: another proxy of this process may have told them before.
        int nice = all.stream().mapToInt(KernelThread::nice).min().orElse(0) + steps * STEP;
        String problem = null;
        for (KernelThread each : compilers(all)) {
            if (sharing == null) {
                return "no sched_setattr is known for this system";
            }
            String failed = sharing.set(each.id(), Math.min(NICE_MAX, Math.max(each.nice(), nice)), SLICE);
            problem = problem == null ? failed : problem;
        }
        return problem;
    }

    /** The JVM calls them {@code C1 CompilerThread0} and so on, of which the kernel keeps 15 bytes. */
    private static List<KernelThread> compilers(List<KernelThread> all) {
        return all.stream()
                .filter(each -> each.name().matches("C[12] Compiler.*"))
                .toList();
    }
}
