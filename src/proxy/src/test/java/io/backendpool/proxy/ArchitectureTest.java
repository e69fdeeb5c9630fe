package io.backendpool.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The imports that docs/design.md allows. */
@AnalyzeClasses(packages = "io.backendpool.proxy", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsNothingOfKubernetes = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.backendpool.api..",
                    "io.backendpool.operator..",
                    "io.fabric8..",
                    "io.kubernetes..",
                    "io.javaoperatorsdk..",
                    "io.quarkus..");

    @ArchTest
    static final ArchRule ofOurs_importsControlAndPoolOnly = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.backendpool.proxy..",
                    "io.backendpool.control..",
                    "io.backendpool.pool..",
                    "java..",
                    "javax.net.ssl..",
                    "javax.security.auth.x500..",
                    "io.vertx..",
                    "io.netty..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "com.fasterxml.jackson.core..",
                    "com.google.re2j..",
                    "org.HdrHistogram..",
                    "org.jspecify..",
                    "org.slf4j..",
                    "picocli..");

    @ArchTest
    static final ArchRule packages_areThoseOfTheDesign = classes()
            .should()
            .resideInAnyPackage(
                    "io.backendpool.proxy",
                    "io.backendpool.proxy.admin",
                    "io.backendpool.proxy.compiler",
                    "io.backendpool.proxy.control",
                    "io.backendpool.proxy.http",
                    "io.backendpool.proxy.http2",
                    "io.backendpool.proxy.listener",
                    "io.backendpool.proxy.probe",
                    "io.backendpool.proxy.proxyprotocol",
                    "io.backendpool.proxy.socket",
                    "io.backendpool.proxy.stream",
                    "io.backendpool.proxy.tls",
                    "io.backendpool.proxy.traffic",
                    "io.backendpool.proxy.upstream",
                    "io.backendpool.proxy.warmup");

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("io.backendpool.proxy.(*)..").should().beFreeOfCycles();

    /** The wiring knows the parts; no part knows the wiring. */
    @ArchTest
    static final ArchRule parts_doNotKnowTheWiring = noClasses()
            .that()
            .resideInAPackage("io.backendpool.proxy.(*)..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.backendpool.proxy");

    /** Traffic must go on whatever becomes of the operator and of whoever looks on. */
    @ArchTest
    static final ArchRule requestPath_knowsNeitherControlNorAdminNorProbes = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.backendpool.proxy.http",
                    "io.backendpool.proxy.http2",
                    "io.backendpool.proxy.listener",
                    "io.backendpool.proxy.proxyprotocol",
                    "io.backendpool.proxy.socket",
                    "io.backendpool.proxy.stream",
                    "io.backendpool.proxy.tls",
                    "io.backendpool.proxy.traffic",
                    "io.backendpool.proxy.upstream")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.backendpool.proxy.control", "io.backendpool.proxy.admin",
                    "io.backendpool.proxy.compiler", "io.backendpool.proxy.probe");

    /** gRPC stays at the control channel. */
    @ArchTest
    static final ArchRule grpc_isOfTheControlClientAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.backendpool.proxy.control")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..");
}
