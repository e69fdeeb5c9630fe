package io.backendpool.proxy.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * sched_setattr(2) of Linux, which the C library has no function for before glibc 2.41, and none in musl. One thread at a time.
 */
final class SchedSetattr implements Sharing {
    private static final StructLayout ATTRIBUTES = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("size"),
            ValueLayout.JAVA_INT.withName("sched_policy"),
            ValueLayout.JAVA_LONG.withName("sched_flags"),
            ValueLayout.JAVA_INT.withName("sched_nice"),
            ValueLayout.JAVA_INT.withName("sched_priority"),
            ValueLayout.JAVA_LONG.withName("sched_runtime"),
            ValueLayout.JAVA_LONG.withName("sched_deadline"),
            ValueLayout.JAVA_LONG.withName("sched_period"));
    private static final VarHandle SIZE = field("size");
    private static final VarHandle NICE = field("sched_nice");
    private static final VarHandle RUNTIME = field("sched_runtime");

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle syscall;
    private final long number;

    private SchedSetattr(MethodHandle syscall, long number) {
        this.syscall = syscall;
        this.number = number;
    }

    /** The call of this machine; null: it is not a Linux of an architecture whose number of the call is known here. */
    @SuppressWarnings("restricted") // the signature below is that of syscall(2)
    static @Nullable SchedSetattr find() {
        long number = number(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        if (number == 0) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("syscall")
                .map(address -> new SchedSetattr(
                        linker.downcallHandle(
                                address,
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_LONG),
                                Linker.Option.firstVariadicArg(1),
                                Linker.Option.captureCallState("errno")),
                        number))
                .orElse(null);
    }

    /** Of the kernel's tables of system calls; 0: unknown. */
    static long number(String system, String architecture) {
        if (!system.equals("Linux")) {
            return 0;
        }
        return switch (architecture) {
            case "amd64" -> 314;
            case "aarch64" -> 274;
            default -> 0;
        };
    }

    @Override
    public @Nullable String set(int thread, int nice, Duration slice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES);
            SIZE.set(attributes, 0L, (int) ATTRIBUTES.byteSize());
            NICE.set(attributes, 0L, nice);
            RUNTIME.set(attributes, 0L, slice.toNanos());
            MemorySegment captured = arena.allocate(CAPTURED);
            long result = (long) syscall.invokeExact(captured, number, (long) thread, attributes, 0L);
            return result == 0 ? null : "sched_setattr: errno " + (int) ERRNO.get(captured, 0L);
        } catch (Throwable unexpected) { // what a method handle declares
            throw new IllegalStateException("sched_setattr", unexpected);
        }
    }

    private static VarHandle field(String name) {
        return ATTRIBUTES.varHandle(MemoryLayout.PathElement.groupElement(name));
    }
}
