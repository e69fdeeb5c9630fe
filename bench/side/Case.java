package side;

/** One kind of traffic, and how it is measured. */
public interface Case {
    String name();

    /** One line for people. */
    String what();

    /** Takes minutes and compares nothing that the others do: not a part of a run of all. */
    default boolean isAlone() {
        return this instanceof SoakCase
                || this instanceof FailoverCase
                || this instanceof ProbesCase
                || this instanceof ChangeCase;
    }

    /** Measures; what cannot be measured is said in the report. */
    Report run(Lab lab, Options options) throws Exception;
}
