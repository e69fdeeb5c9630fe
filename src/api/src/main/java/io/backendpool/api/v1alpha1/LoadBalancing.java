package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a backend is chosen. */
// The API server puts the default {} of spec.loadBalancing to the rules as it is: without a policy.
@ValidationRule(
        value = "(has(self.policy) && self.policy in ['RingHash', 'Maglev', 'Rendezvous']) == has(self.hash)",
        messageExpression =
                "has(self.hash) ? 'hash with policy ' + self.policy + ' (expected: policy RingHash, Maglev or Rendezvous, or no hash)'"
                        + " : 'no hash with policy ' + self.policy + ' (expected: what of a request is hashed, such as [{clientIP: {}}])'",
        message = "expected: hash with policy RingHash, Maglev or Rendezvous, and only there",
        fieldPath = ".hash")
@ValidationRule(
        value = "!has(self.leastRequest) || self.policy in ['LeastRequest', 'LeastConnections']",
        messageExpression =
                "'leastRequest with policy ' + self.policy + ' (expected: policy LeastRequest or LeastConnections)'",
        message = "expected: policy LeastRequest or LeastConnections",
        fieldPath = ".leastRequest")
@ValidationRule(
        value = "!has(self.leastResponseTime) || self.policy == 'LeastResponseTime'",
        messageExpression = "'leastResponseTime with policy ' + self.policy + ' (expected: policy LeastResponseTime)'",
        message = "expected: policy LeastResponseTime",
        fieldPath = ".leastResponseTime")
@ValidationRule(
        value = "!has(self.ringHash) || self.policy == 'RingHash'",
        messageExpression = "'ringHash with policy ' + self.policy + ' (expected: policy RingHash)'",
        message = "expected: policy RingHash",
        fieldPath = ".ringHash")
@ValidationRule(
        value = "!has(self.boundedLoad) || self.policy in ['RingHash', 'Maglev']",
        messageExpression = "'boundedLoad with policy ' + self.policy + ' (expected: policy RingHash or Maglev)'",
        message = "expected: policy RingHash or Maglev",
        fieldPath = ".boundedLoad")
public class LoadBalancing {
    @Default("RoundRobin")
    @JsonPropertyDescription(
            "The rule by which a backend is chosen for a request. RoundRobin: in turn, heavier backends more "
                    + "often, evenly interleaved. Random: independently at random, by weight. LeastRequest: of a few random "
                    + "ones, the one with the fewest requests under way for its weight. LeastConnections: the same by open "
                    + "connections. LeastResponseTime: of two random ones, the one with the lower recent latency times its load. "
                    + "RingHash, Maglev and Rendezvous: always the same one for the same key, as far as backends stay. "
                    + "Default: RoundRobin.")
    public @Nullable Policy policy;

    @JsonPropertyDescription(
            "How many backends are compared. With policy LeastRequest and LeastConnections. Absent: two.")
    public @Nullable LeastRequest leastRequest;

    @JsonPropertyDescription("How long a latency counts. With policy LeastResponseTime.")
    public @Nullable LeastResponseTime leastResponseTime;

    @JsonPropertyDescription("How large the ring is. With policy RingHash.")
    public @Nullable RingHash ringHash;

    @JsonPropertyDescription(
            "No backend gets more than so much above the mean load; what is beyond goes to the next one. With policy RingHash "
                    + "and Maglev. Absent: no bound.")
    public @Nullable BoundedLoad boundedLoad;

    @Size(min = 1, max = 8)
    @ValidationRule(
            value = "self.all(key, self.exists_one(other, other == key))",
            message = "a key more than once (expected: each key once)")
    @JsonPropertyDescription(
            "What of a request is hashed, 1 to 8 keys: the first that a request has counts; one that has none goes to a random "
                    + "backend. With policy RingHash, Maglev and Rendezvous, and there required.")
    public @Nullable List<HashKey> hash;

    @JsonPropertyDescription("Whether backends of a proxy's own zone come first. Absent: they do not.")
    public @Nullable Locality locality;

    @Min(1)
    @Max(100_000)
    @JsonPropertyDescription(
            "How many backends each proxy uses, for pools so large that a connection from each proxy to each backend would be "
                    + "too many; the subsets of all proxies cover all backends evenly. 1 to 100000. Absent: all.")
    public @Nullable Integer subsetSize;

    @Default("50")
    @Min(0)
    @Max(100)
    @JsonPropertyDescription(
            "Of the backends with a weight, the percentage of healthy ones below which all are tried: better a try on all "
                    + "than too much on a few. 0 to 100; 0: never. Default: 50.")
    public @Nullable Integer panicThreshold;

    @JsonPropertyDescription("How new and recovered backends come to their share. Absent: they get it at once.")
    public @Nullable SlowStart slowStart;

    /** The rules to choose by. */
    public enum Policy {
        RoundRobin,
        Random,
        LeastRequest,
        LeastConnections,
        LeastResponseTime,
        RingHash,
        Maglev,
        Rendezvous
    }

    /** How many backends are compared. */
    public static class LeastRequest {
        @Default("2")
        @Min(2)
        @Max(10)
        @JsonPropertyDescription("How many random backends are compared, 2 to 10. Default: 2.")
        public @Nullable Integer choices;

        @Default("false")
        @JsonPropertyDescription(
                "Compare all backends of a pool of up to 64; a larger one falls back to choices. Default: false.")
        public @Nullable Boolean fullScan;
    }

    /** How long a latency counts. */
    @ValidationRule(
            value = "duration(self.decay) >= duration('10ms') && duration(self.decay) <= duration('1h')",
            messageExpression = "self.decay + ' (expected: 10ms to 1h)'",
            message = "expected: 10ms to 1h",
            fieldPath = ".decay")
    public static class LeastResponseTime {
        @Default("10s")
        @Size(min = 2, max = 32)
        @Pattern(Syntax.DURATION)
        @JsonPropertyDescription(
                "After this time a latency counts 1/e of what it did; a higher one counts at once. 10ms to 1h. Default: 10s.")
        public @Nullable String decay;
    }

    /** How large the ring is. */
    @ValidationRule(
            value = "self.minimumSize <= self.maximumSize",
            // No messageExpression with the values: the API server puts no bound on the cost of string(int).
            message =
                    "above the maximumSize (expected: at most the maximumSize, which is 1048576 where it is not given)",
            fieldPath = ".minimumSize")
    public static class RingHash {
        @Default("1024")
        @Min(1)
        @Max(8_388_608)
        @JsonPropertyDescription(
                "How many points the ring has at least; more are more even. 1 to 8388608. Default: 1024.")
        public @Nullable Integer minimumSize;

        @Default("1048576")
        @Min(1)
        @Max(8_388_608)
        @JsonPropertyDescription("How many points the ring has at most. 1 to 8388608. Default: 1048576.")
        public @Nullable Integer maximumSize;
    }

    /** How much a backend gets above the mean. */
    public static class BoundedLoad {
        @Default("125")
        @Min(101)
        @Max(1_000)
        @JsonPropertyDescription(
                "Of the mean load for its weight, what no backend goes beyond, in percent. 101 to 1000. Default: 125.")
        public @Nullable Integer factorPercent;
    }

    /** What zones are for. */
    public static class Locality {
        @Default("Disabled")
        @JsonPropertyDescription(
                "Prefer: backends of the proxy's zone come first, or those that the platform hints at it. Disabled: zones do "
                        + "not count. Default: Disabled.")
        public @Nullable LocalityMode mode;

        @Default("70")
        @Min(0)
        @Max(100)
        @JsonPropertyDescription(
                "Of the backends of its zone, the percentage of healthy ones below which a proxy uses those of all zones. 0 to "
                        + "100. Default: 70.")
        public @Nullable Integer minHealthyShare;
    }

    /** Whether zones count. */
    public enum LocalityMode {
        Disabled,
        Prefer
    }

    /** How new and recovered backends come to their share. */
    @ValidationRule(
            value = "duration(self.window) >= duration('1ms') && duration(self.window) <= duration('24h')",
            messageExpression = "self.window + ' (expected: 1ms to 24h)'",
            message = "expected: 1ms to 24h",
            fieldPath = ".window")
    public static class SlowStart {
        @Default("30s")
        @Size(min = 2, max = 32)
        @Pattern(Syntax.DURATION)
        @JsonPropertyDescription("How long it takes. 1ms to 24h. Default: 30s.")
        public @Nullable String window;

        @Default("1.0")
        @Size(min = 1, max = 8)
        @Pattern(Syntax.FACTOR)
        @JsonPropertyDescription(
                "After time t the share is (t / window) ^ (1 / aggression): \"1.0\" grows in proportion to time, above it "
                        + "faster at first. \"0.1\" to \"10\", in quotes. Default: \"1.0\".")
        public @Nullable String aggression;

        @Default("10")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription("The percentage of the share that it begins with. 1 to 100. Default: 10.")
        public @Nullable Integer minimumPercent;
    }
}
