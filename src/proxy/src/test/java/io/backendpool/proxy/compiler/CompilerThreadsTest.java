package io.backendpool.proxy.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompilerThreadsTest {
    private static final Duration SLICE = Duration.ofNanos(100_000);

    private final List<KernelThread> threads = new ArrayList<>(List.of(
            new KernelThread(7, "C2 CompilerThre", 0, 100),
            new KernelThread(8, "vert.x-eventloo", 0, 0),
            new KernelThread(9, "C1 CompilerThre", 3, 0)));
    private final List<String> told = new ArrayList<>();
    private final CompilerThreads compilers = new CompilerThreads(() -> threads, this::tell);

    private @Nullable String tell(int thread, int nice, Duration slice) {
        told.add(thread + ": nice " + nice + ", " + slice.toNanos() / 1000 + " us");
        return null;
    }

    @Test
    void shortSlices_leaveTheShareAsItIs_andOtherThreadsAlone() {
        assertThat(compilers.useShortSlices()).isNull();

        assertThat(told).containsExactly("7: nice 0, 100 us", "9: nice 3, 100 us");
    }

    @Test
    void oneStep_isTakenAtOnce() {
        compilers.stepBack();

        assertThat(told).containsExactly("7: nice 5, 100 us", "9: nice 5, 100 us");
    }

    @Test
    void compilersThatAreBusy_keepTheirShare() {
        for (int second = 0; second < 60; second++) {
            assertThat(compilers.stepBackOnceQuiet()).as("in second %d", second).isFalse();
            threads.set(0, new KernelThread(7, "C2 CompilerThre", 0, 100 + 5 * (second + 1)));
        }

        assertThat(told).isEmpty();
    }

    @Test
    void compilersThatBecomeQuiet_stepBackTenSecondsLater() {
        for (int second = 0; second < 20; second++) {
            assertThat(compilers.stepBackOnceQuiet()).as("in second %d", second).isFalse();
            threads.set(0, new KernelThread(7, "C2 CompilerThre", 0, 100 + 50 * (second + 1)));
        }
        int quiet = 0;
        while (!compilers.stepBackOnceQuiet()) {
            quiet++;
        }

        // The work of one second, half of a core, within ten is the limit.
        assertThat(quiet).isEqualTo(10);
        assertThat(told).containsExactly("7: nice 5, 100 us", "9: nice 5, 100 us");
    }

    @Test
    void systemWithoutSuchThreads_hasNothingToDo() {
        threads.clear();

        assertThat(compilers.useShortSlices()).isNull();
        assertThat(compilers.stepBackOnceQuiet()).isTrue();
    }

    @Test
    void systemWithoutTheCall_saysSo() {
        CompilerThreads without = new CompilerThreads(() -> threads, null);

        assertThat(without.useShortSlices()).isEqualTo("no sched_setattr is known for this system");
    }

    @Test
    void kernelThatForbidsIt_isQuotedOnce() {
        CompilerThreads forbidden =
                new CompilerThreads(() -> threads, (thread, nice, slice) -> "thread " + thread + " may not");

        assertThat(forbidden.useShortSlices()).isEqualTo("thread 7 may not");
    }

    @Test
    void steps_areFromWhereTheProcessIs() {
        threads.set(1, new KernelThread(8, "vert.x-eventloo", -5, 0));
        compilers.stepBack();
        compilers.stepBack();

        assertThat(told)
                .containsExactly("7: nice 0, 100 us", "9: nice 3, 100 us", "7: nice 5, 100 us", "9: nice 5, 100 us");
    }

    @Test
    void nice_hasItsEnd() {
        threads.set(0, new KernelThread(7, "C2 CompilerThre", 17, 0));
        threads.set(1, new KernelThread(8, "vert.x-eventloo", 17, 0));
        threads.set(2, new KernelThread(9, "C1 CompilerThre", 18, 0));
        compilers.stepBack();

        assertThat(told).containsExactly("7: nice 19, 100 us", "9: nice 19, 100 us");
    }

    @Test
    void realThread_isTold() throws Exception {
        SchedSetattr sharing = sharing();
        FutureTask<String> change = new FutureTask<>(() -> {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            int id = Integer.parseInt(self.getFileName().toString());
            int nice = nice(id);
            String problem = sharing.set(id, nice + 1, SLICE);
            return problem == null ? "%+d".formatted(nice(id) - nice) : problem;
        });
        Thread.ofPlatform().start(change);

        String changed = change.get();
        assumeFalse(changed.equals("sched_setattr: errno 1"), "forbidden here");
        assertThat(changed).isEqualTo("+1");
    }

    @Test
    void threadThatIsNotThere_isAProblem() {
        assertThat(sharing().set(Integer.MAX_VALUE, 0, SLICE)).isEqualTo("sched_setattr: errno 3");
    }

    private static SchedSetattr sharing() {
        SchedSetattr sharing = SchedSetattr.find();
        return sharing == null ? abort("sched_setattr is known for Linux on amd64 and aarch64 only") : sharing;
    }

    @Test
    void numbersOfTheCall_areThoseOfTheKernel() {
        assertThat(SchedSetattr.number("Linux", "amd64")).isEqualTo(314);
        assertThat(SchedSetattr.number("Linux", "aarch64")).isEqualTo(274);
        assertThat(SchedSetattr.number("Linux", "riscv64")).isZero();
        assertThat(SchedSetattr.number("Mac OS X", "aarch64")).isZero();
    }

    private static int nice(int id) throws Exception {
        return KernelThread.all(Path.of("/proc/self/task")).stream()
                .filter(each -> each.id() == id)
                .findFirst()
                .orElseThrow()
                .nice();
    }
}
