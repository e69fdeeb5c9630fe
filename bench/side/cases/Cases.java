package side.cases;

import java.util.List;
import side.Case;

/** All cases, in the order in which they run; those that are alone only where they are asked for. */
public final class Cases {
    public static final List<Case> ALL = List.of(
            H1Small.CASE,
            H1TenKib.CASE,
            H1Post.CASE,
            H1Close.CASE,
            TlsH1.CASE,
            TlsHandshake.CASE,
            H2.CASE,
            H2H2cUpstream.CASE,
            GrpcUnary.CASE,
            WebSocketEcho.CASE,
            Tcp.CASE,
            Udp.CASE,
            IdleMemory.CASE,
            IdleMemoryTls.CASE,
            Churn.CASE,
            Scale.CASE,
            Soak.CASE,
            Failover.CASE,
            Probes.CASE,
            Change.CASE);

    private Cases() {}
}
