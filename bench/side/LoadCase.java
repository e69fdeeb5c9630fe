package side;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The usual case: every target set up alike and loaded alike.
 *
 * @param sides the setups, for a listener on the given port; a peer without one is not asked
 */
public record LoadCase(String name, String what, IntFunction<Sides> sides, Load load) implements Case {
    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Target> targets = new ArrayList<>();
        try {
            if (!start(lab, options, sides, "", 0, targets, report)) {
                return report;
            }
            List<Report.Row> rows = Rounds.run(lab, options, targets, load);
            return report.table(rows).ratio(rows);
        } finally {
            targets.forEach(Target::stop);
        }
    }

    /** Starts the targets that take part; false: our validation refuses the manifest, which is said. */
    static boolean start(
            Lab lab, Options options, IntFunction<Sides> sides, String suffix, int portOffset, List<Target> targets, Report report)
            throws Exception {
        if (options.takes("ours")) {
            int port = Ports.OURS + portOffset;
            String refusal = Target.Ours.refusal(lab, sides.apply(port).pool());
            if (refusal != null) {
                report.say("left out, our validation says: " + refusal);
                return false;
            }
            targets.add(Target.Ours.start(lab, lab.home, "ours" + suffix, port, sides.apply(port).pool()));
        }
        if (options.base() != null) {
            int port = Ports.BASE + portOffset;
            targets.add(Target.Ours.start(lab, options.base(), "base" + suffix, port, sides.apply(port).pool()));
        }
        if (options.takes("haproxy") && sides.apply(0).haproxy() != null) {
            int port = Ports.HAPROXY + portOffset;
            targets.add(Target.Haproxy.start(lab, "haproxy" + suffix, port, sides.apply(port).haproxy()));
        }
        if (options.takes("nginx") && sides.apply(0).nginx() != null) {
            int port = Ports.NGINX + portOffset;
            targets.add(Target.Nginx.start(lab, "nginx" + suffix, port, sides.apply(port).nginx()));
        }
        return true;
    }
}
