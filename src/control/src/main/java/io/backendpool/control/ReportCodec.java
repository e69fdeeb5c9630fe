package io.backendpool.control;

import io.backendpool.control.v1.BackendReport;
import io.backendpool.control.v1.Report;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.SortedWalk;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A proxy's status as reports: the first whole, then only what changed. Times travel in whole milliseconds. Any thread.
 *
 * <p>Unlike a pool, a report may come from a newer version: fields that this one does not know are skipped and a health
 * state that it does not know counts as {@link HealthState#UNKNOWN}, so that proxies may be upgraded first.
 */
public final class ReportCodec {
    /** A proxy that reports more backends than this is refused: the operator's memory is bounded. */
    static final int MAX_BACKENDS = 100_000;

    /** Longer reasons are cut. */
    static final int MAX_REASON_LENGTH = 1_024;

    /** Of more notes only these are taken. */
    static final int MAX_NOTES = 32;

    private ReportCodec() {}

    /** All of {@code status}. */
    public static Report whole(ProxyStatus status) {
        Report.Builder report = poolWide(status).setWhole(true);
        status.backends().forEach(backend -> report.addChanged(encode(backend)));
        return report.build();
    }

    /** What changed between two states of the same proxy; null: nothing did. */
    public static @Nullable Report changes(ProxyStatus from, ProxyStatus to) {
        Report.Builder report = poolWide(to);
        SortedWalk<BackendStatus> before = new SortedWalk<>(
                from.backends(), BackendStatus::key, gone -> report.addRemoved(SnapshotCodec.encode(gone.key())));
        for (BackendStatus backend : to.backends()) {
            BackendStatus known = before.find(backend.key());
            if (!backend.equals(known)) {
                BackendReport now = encode(backend);
                // What is cut and rounded on its way may be the same.
                if (known == null || !now.equals(encode(known))) {
                    report.addChanged(now);
                }
            }
        }
        before.end();
        boolean same = report.getChangedCount() == 0
                && report.getRemovedCount() == 0
                && from.ready() == to.ready()
                && from.traffic().equals(to.traffic())
                && Objects.equals(from.mode(), to.mode())
                && from.notes().equals(to.notes());
        return same ? null : report.build();
    }

    /** What every report says anew: all but the backends. */
    private static Report.Builder poolWide(ProxyStatus status) {
        Report.Builder report = Report.newBuilder().setReady(status.ready()).setTraffic(encode(status.traffic()));
        PoolMode mode = status.mode();
        if (mode != null) {
            report.setMode(encode(mode));
        }
        status.notes().stream().limit(MAX_NOTES).map(ReportCodec::cut).forEach(report::addNotes);
        return report;
    }

    /**
     * The status after {@code report}, backends in the order of their keys.
     *
     * @param last the status before it; ignored where the report is whole
     * @throws InvalidReportException a backend without an address, or too many of them
     */
    public static ProxyStatus apply(ProxyStatus last, Report report) throws InvalidReportException {
        Map<BackendKey, BackendStatus> backends = new TreeMap<>();
        if (!report.getWhole()) {
            last.backends().forEach(backend -> backends.put(backend.key(), backend));
        }
        for (io.backendpool.control.v1.BackendKey removed : report.getRemovedList()) {
            backends.remove(decode(removed));
        }
        for (BackendReport changed : report.getChangedList()) {
            BackendStatus status = decode(changed);
            backends.put(status.key(), status);
        }
        if (backends.size() > MAX_BACKENDS) {
            throw new InvalidReportException(
                    "report: %,d backends (expected: at most %,d)".formatted(backends.size(), MAX_BACKENDS));
        }
        return new ProxyStatus(
                report.getReady(),
                List.copyOf(backends.values()),
                decode(report.getTraffic()),
                report.hasMode() ? decode(report.getMode()) : null,
                report.getNotesList().stream()
                        .limit(MAX_NOTES)
                        .map(ReportCodec::cut)
                        .toList());
    }

    private static BackendReport encode(BackendStatus status) {
        return BackendReport.newBuilder()
                .setKey(SnapshotCodec.encode(status.key()))
                .setState(encode(status.state()))
                .setReason(cut(status.reason()))
                .setSinceEpochMillis(Math.max(0, status.since().toEpochMilli()))
                .setEffectiveWeight(status.effectiveWeight())
                .setInFlight(status.inFlight())
                .setWindowRequests(status.windowRequests())
                .setMinuteRequests(status.minuteRequests())
                .setAdaptation(cut(status.adaptation()))
                .setStarting(status.starting())
                .build();
    }

    private static BackendStatus decode(BackendReport report) throws InvalidReportException {
        return new BackendStatus(
                decode(report.getKey()),
                decode(report.getState()),
                cut(report.getReason()),
                Instant.ofEpochMilli(Math.max(0, report.getSinceEpochMillis())),
                report.getEffectiveWeight(),
                Math.max(0, report.getInFlight()),
                Math.max(0, report.getWindowRequests()),
                // A proxy of an earlier version does not say.
                Math.max(Math.max(0, report.getWindowRequests()), report.getMinuteRequests()),
                cut(report.getAdaptation()),
                report.getStarting());
    }

    private static BackendKey decode(io.backendpool.control.v1.BackendKey key) throws InvalidReportException {
        try {
            return SnapshotCodec.decode(key);
        } catch (InvalidSnapshotException invalid) {
            throw new InvalidReportException("report: " + invalid.getMessage());
        }
    }

    private static String cut(String reason) {
        return reason.length() <= MAX_REASON_LENGTH ? reason : reason.substring(0, MAX_REASON_LENGTH);
    }

    private static BackendReport.State encode(HealthState state) {
        return switch (state) {
            case UNHEALTHY -> BackendReport.State.UNHEALTHY;
            case EJECTED -> BackendReport.State.EJECTED;
            case UNKNOWN -> BackendReport.State.UNKNOWN;
            case WARMING -> BackendReport.State.WARMING;
            case DRAINING -> BackendReport.State.DRAINING;
            case HEALTHY -> BackendReport.State.HEALTHY;
        };
    }

    private static HealthState decode(BackendReport.State state) {
        return switch (state) {
            case UNHEALTHY -> HealthState.UNHEALTHY;
            case EJECTED -> HealthState.EJECTED;
            case WARMING -> HealthState.WARMING;
            case DRAINING -> HealthState.DRAINING;
            case HEALTHY -> HealthState.HEALTHY;
            case UNKNOWN, STATE_UNSPECIFIED, UNRECOGNIZED -> HealthState.UNKNOWN;
        };
    }

    private static io.backendpool.control.v1.PoolMode encode(PoolMode mode) {
        return io.backendpool.control.v1.PoolMode.newBuilder()
                .setKind(
                        switch (mode.kind()) {
                            case NORMAL -> io.backendpool.control.v1.PoolMode.Kind.NORMAL;
                            case UNPROBED -> io.backendpool.control.v1.PoolMode.Kind.UNPROBED;
                            case LAST_RESORT -> io.backendpool.control.v1.PoolMode.Kind.LAST_RESORT;
                            case FAILOVER -> io.backendpool.control.v1.PoolMode.Kind.FAILOVER;
                            case PANIC -> io.backendpool.control.v1.PoolMode.Kind.PANIC;
                            case DOWN -> io.backendpool.control.v1.PoolMode.Kind.DOWN;
                        })
                .setPriority(mode.priority())
                .setSentence(cut(mode.sentence()))
                .build();
    }

    /** Null: a rule that this version does not know. */
    private static @Nullable PoolMode decode(io.backendpool.control.v1.PoolMode mode) {
        PoolMode.Kind kind =
                switch (mode.getKind()) {
                    case NORMAL -> PoolMode.Kind.NORMAL;
                    case UNPROBED -> PoolMode.Kind.UNPROBED;
                    case LAST_RESORT -> PoolMode.Kind.LAST_RESORT;
                    case FAILOVER -> PoolMode.Kind.FAILOVER;
                    case PANIC -> PoolMode.Kind.PANIC;
                    case DOWN -> PoolMode.Kind.DOWN;
                    case KIND_UNSPECIFIED, UNRECOGNIZED -> null;
                };
        return kind == null ? null : new PoolMode(kind, Math.max(0, mode.getPriority()), cut(mode.getSentence()));
    }

    private static io.backendpool.control.v1.Traffic encode(Traffic traffic) {
        return io.backendpool.control.v1.Traffic.newBuilder()
                .setWindowMillis(traffic.windowMillis())
                .setWindowRequests(traffic.windowRequests())
                .setWindowErrors(traffic.windowErrors())
                .setP99Millis(traffic.p99Millis())
                .setTotalRequests(traffic.totalRequests())
                .setClientConnections(traffic.clientConnections())
                .build();
    }

    private static Traffic decode(io.backendpool.control.v1.Traffic traffic) {
        return new Traffic(
                Math.max(0, traffic.getWindowMillis()),
                Math.max(0, traffic.getWindowRequests()),
                Math.max(0, traffic.getWindowErrors()),
                traffic.getP99Millis(),
                Math.max(0, traffic.getTotalRequests()),
                Math.max(0, traffic.getClientConnections()));
    }
}
