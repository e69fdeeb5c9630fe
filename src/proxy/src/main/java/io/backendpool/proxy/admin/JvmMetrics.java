package io.backendpool.proxy.admin;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;

/** The basics of the JVM, under the names that dashboards know from Prometheus' own client. */
final class JvmMetrics {
    private JvmMetrics() {}

    static void write(MetricsText text) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        text.gauge("jvm_memory_used_bytes", "Memory in use.")
                .sample(memory.getHeapMemoryUsage().getUsed(), "area", "heap")
                .sample(memory.getNonHeapMemoryUsage().getUsed(), "area", "nonheap");
        text.gauge("jvm_memory_max_bytes", "The most memory that may be in use; -1: not limited.")
                .sample(memory.getHeapMemoryUsage().getMax(), "area", "heap")
                .sample(memory.getNonHeapMemoryUsage().getMax(), "area", "nonheap");
        text.gauge("jvm_buffer_pool_used_bytes", "Memory of buffers outside the heap.");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            text.sample(pool.getMemoryUsed(), "pool", pool.getName());
        }
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        text.counter("jvm_gc_collections_total", "Garbage collections.");
        collectors.forEach(collector -> text.sample(collector.getCollectionCount(), "gc", collector.getName()));
        text.counter("jvm_gc_collection_seconds_total", "Time spent in them.");
        collectors.forEach(collector -> text.sample(collector.getCollectionTime() / 1e3, "gc", collector.getName()));
        text.gauge("jvm_threads_current", "Threads.")
                .sample(ManagementFactory.getThreadMXBean().getThreadCount());
    }
}
