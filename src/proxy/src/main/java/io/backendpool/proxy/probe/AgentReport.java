package io.backendpool.proxy.probe;

/** What came of asking the agent of one backend once. */
sealed interface AgentReport {
    /**
     * It answered; whether that makes sense is not looked at here.
     *
     * @param line its first line, without the end
     */
    record Said(String line) implements AgentReport {}

    /**
     * It did not answer.
     *
     * @param cause why, for people: {@code connection refused}
     */
    record Silent(String cause) implements AgentReport {}
}
