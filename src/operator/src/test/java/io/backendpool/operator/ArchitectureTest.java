package io.backendpool.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.backendpool", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule operator_neverImportsTheProxy = noClasses()
            .that()
            .resideInAPackage("io.backendpool.operator..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.backendpool.proxy..", "io.vertx..");

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("io.backendpool.operator.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule translation_isPure = noClasses()
            .that()
            .resideInAPackage("io.backendpool.operator.translate")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "org.xbill..", "io.grpc..", "io.quarkus..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    @ArchTest
    static final ArchRule status_isPure = noClasses()
            .that()
            .resideInAPackage("io.backendpool.operator.status")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "io.grpc..", "io.quarkus..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    @ArchTest
    static final ArchRule sharedCore_knowsNoMode = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.backendpool.operator.pools",
                    "io.backendpool.operator.translate",
                    "io.backendpool.operator.status",
                    "io.backendpool.operator.control",
                    "io.backendpool.operator.dns")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.backendpool.operator.standalone", "io.backendpool.operator.cli");

    @ArchTest
    static final ArchRule noPackage_isADrawer =
            noClasses().should().resideInAnyPackage("..util..", "..common..", "..helper..", "..impl..");
}
