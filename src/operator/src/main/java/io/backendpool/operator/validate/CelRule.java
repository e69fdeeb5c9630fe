package io.backendpool.operator.validate;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code x-kubernetes-validations}. Its expressions are compiled when they are first needed, because most
 * manifests have no use for most messages. Any thread.
 */
final class CelRule {
    private final Expression rule;
    private final @Nullable Expression messageExpression;
    private final String message;
    private final String fieldPath;

    private CelRule(Expression rule, @Nullable Expression messageExpression, String message, String fieldPath) {
        this.rule = rule;
        this.messageExpression = messageExpression;
        this.message = message;
        this.fieldPath = fieldPath;
    }

    /** A rule as it is written in the CRD. */
    static CelRule of(Map<?, ?> rule) {
        String source = String.valueOf(rule.get("rule"));
        return new CelRule(
                new Expression(source),
                rule.get("messageExpression") instanceof String expression ? new Expression(expression) : null,
                rule.get("message") instanceof String message ? message : "failed rule: " + source,
                rule.get("fieldPath") instanceof String path ? path : "");
    }

    /** Relative to the value that the rule is about, as in {@code .timeout}; empty: that value itself. */
    String fieldPath() {
        return fieldPath;
    }

    /** Judges a value: null when it passes, else what to say of it. */
    @Nullable
    String verdict(Object self) {
        try {
            if (Boolean.TRUE.equals(rule.evaluate(self))) {
                return null;
            }
        } catch (CelEvaluationException notAValue) {
            // A text that is no time or no regular expression; the API server refuses it, too.
            return message;
        }
        if (messageExpression == null) {
            return message;
        }
        try {
            return (String) messageExpression.evaluate(self);
        } catch (CelEvaluationException e) {
            return message; // as the API server does
        }
    }

    /** A CEL expression over {@code self}. */
    private static final class Expression {
        private final String source;
        private volatile CelRuntime.@Nullable Program program;

        Expression(String source) {
            this.source = source;
        }

        Object evaluate(Object self) throws CelEvaluationException {
            CelRuntime.Program compiled = program;
            if (compiled == null) {
                compiled = compile();
                program = compiled; // two threads may compile it twice, to the same
            }
            return compiled.eval(Map.of("self", self));
        }

        private CelRuntime.Program compile() throws CelEvaluationException {
            try {
                CelAbstractSyntaxTree ast = Environment.COMPILER.compile(source).getAst();
                return Environment.RUNTIME.createProgram(ast);
            } catch (CelValidationException e) {
                throw new IllegalStateException("the CRD's rule " + source + ": " + e.getMessage(), e);
            }
        }
    }

    /** Loaded with the first rule that is judged. What both the API server and this library know, and no more. */
    private static final class Environment {
        static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(CelExtensions.strings())
                .addVar("self", SimpleType.DYN)
                .build();
        static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
                .addLibraries(CelExtensions.strings())
                .build();
    }
}
