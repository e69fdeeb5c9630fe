package io.backendpool.proxy.compiler;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A thread as the kernel sees it, proc_pid_stat(5).
 *
 * @param id of the kernel, not of Java
 * @param name its first 15 bytes
 * @param nice -20 to 19; the higher, the less of a core that others want, too
 * @param cpuTicks user and system time so far, in ticks of {@link #TICKS_PER_SECOND}
 */
record KernelThread(int id, String name, int nice, long cpuTicks) {
    /** {@code USER_HZ}: 100 on every architecture that a JDK 25 is made for. */
    static final int TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int NICE = 16;

    /**
     * The threads of a process that there are now.
     *
     * @param tasks {@code /proc/self/task} for this process
     * @throws IOException where there is no such folder, as on other systems than Linux
     */
    static List<KernelThread> all(Path tasks) throws IOException {
        List<KernelThread> threads = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(tasks)) {
            for (Path folder : folders) {
                KernelThread thread = read(folder.resolve("stat"));
                if (thread != null) {
                    threads.add(thread);
                }
            }
        }
        return threads;
    }

    private static @Nullable KernelThread read(Path stat) {
        try {
            return parse(Files.readString(stat, StandardCharsets.ISO_8859_1));
        } catch (IOException ended) {
            return null;
        }
    }

    /** Reads a line of {@code stat}: a name may hold anything, blanks and parentheses too, so its end is the last one. */
    static KernelThread parse(String stat) {
        int nameBegin = stat.indexOf('(');
        int nameEnd = stat.lastIndexOf(')');
        String[] rest = stat.substring(nameEnd + 2).split(" ", -1);
        return new KernelThread(
                Integer.parseInt(stat.substring(0, nameBegin - 1)),
                stat.substring(nameBegin + 1, nameEnd),
                Integer.parseInt(rest[NICE]),
                Long.parseLong(rest[USER_TIME]) + Long.parseLong(rest[SYSTEM_TIME]));
    }
}
