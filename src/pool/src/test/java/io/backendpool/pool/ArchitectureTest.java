package io.backendpool.pool;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetAddress;
import java.nio.ByteOrder;

/** docs/design.md: pool -> JDK only; pool.pick and pool.health -> pool, never each other. */
@AnalyzeClasses(packages = "io.backendpool", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule pool_imports_jdkOnly = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "javax.crypto..", "org.jspecify.annotations..", "io.backendpool.pool..");

    @ArchTest
    static final ArchRule pickers_know_no_health = noClasses()
            .that()
            .resideInAPackage("..pool.pick..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..pool.health..");

    @ArchTest
    static final ArchRule health_knows_no_pickers = noClasses()
            .that()
            .resideInAPackage("..pool.health..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..pool.pick..");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.backendpool.(**)").should().beFreeOfCycles();

    /**
     * Clock and randomness are injected; nothing here reads, writes, waits or logs. An address is a value, as long as it
     * is not looked up, and so are charsets and the order of bytes.
     */
    @ArchTest
    static final ArchRule no_io_no_threads = noClasses()
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage(
                            "java.io..", "java.nio..", "java.net..", "java.util.concurrent..", "java.util.logging..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(InetAddress.class)))
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(ByteOrder.class)))
                    .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("java.nio.charset"))));

    @ArchTest
    static final ArchRule no_lookup_of_names = noClasses()
            .should()
            .callMethod(InetAddress.class, "getByName", String.class)
            .orShould()
            .callMethod(InetAddress.class, "getAllByName", String.class)
            .orShould()
            .callMethod(InetAddress.class, "getHostName")
            .orShould()
            .callMethod(InetAddress.class, "getCanonicalHostName");

    @ArchTest
    static final ArchRule no_clock_of_its_own = noClasses()
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");
}
