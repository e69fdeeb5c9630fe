package io.backendpool.operator.status;

/**
 * What one condition is to say.
 *
 * @param reason gives the condition its type and its status
 * @param message for people; must not change while nothing changes
 */
record Verdict(Reason reason, String message) {}
