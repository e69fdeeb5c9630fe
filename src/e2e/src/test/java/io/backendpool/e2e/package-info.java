/**
 * The whole system as its users run it: the built operator and its proxies are processes of their own, backends are real
 * servers, requests go over real sockets. Everything is on loopback, on ports that were free, and ends with its test.
 */
@NullMarked
package io.backendpool.e2e;

import org.jspecify.annotations.NullMarked;
