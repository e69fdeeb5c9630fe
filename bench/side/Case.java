package side;

/** One kind of traffic, and how it is measured. */
public interface Case {
    String name();

    /** One line for people. */
    String what();

    /** Measures; what cannot be measured is said in the report. */
    Report run(Lab lab, Options options) throws Exception;
}
