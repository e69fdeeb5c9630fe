package side.cases;

import java.util.List;
import side.Case;

/** All cases, in the order in which they run. */
public final class Cases {
    public static final List<Case> ALL = List.of(
            H1Small.CASE,
            H1TenKib.CASE,
            H1Post.CASE,
            H1Close.CASE,
            IdleMemory.CASE,
            Churn.CASE,
            Scale.CASE);

    private Cases() {}
}
