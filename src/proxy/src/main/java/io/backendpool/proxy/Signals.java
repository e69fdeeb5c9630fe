package io.backendpool.proxy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handlers of operating system signals. A shutdown hook would not do: it cannot change the exit code, nor see a second
 * signal. {@code sun.misc.Signal} is the JDK's supported way (module jdk.unsupported, JEP 260), reached by reflection
 * because javac's warning about it cannot be suppressed.
 */
final class Signals {
    private Signals() {}

    /**
     * Calls {@code handler} on a thread of the JVM's each time that the process gets one of {@code names}, instead of
     * what the JVM does by default.
     *
     * @param names without the prefix: {@code TERM}
     */
    static void handle(Runnable handler, String... names) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
            Object adapter = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {signalHandler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            handler.run();
                        }
                        return null;
                    });
            for (String name : names) {
                signal.getMethod("handle", signal, signalHandler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), adapter);
            }
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("signals cannot be handled: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signals cannot be handled: " + e, e);
        }
    }

    /**
     * Sends this process a signal.
     *
     * @param name without the prefix: {@code TERM}
     */
    static void raise(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            signal.getMethod("raise", signal)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the signal " + name + " cannot be sent: " + e, e);
        }
    }
}
