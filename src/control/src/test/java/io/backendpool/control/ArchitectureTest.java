package io.backendpool.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** docs/design.md, "Allowed imports". */
@AnalyzeClasses(packages = "io.backendpool.control", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ours_importsPoolAndProtobuf = classes()
            .that()
            .resideInAPackage("io.backendpool.control")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.backendpool.control..",
                    "io.backendpool.pool",
                    "com.google.protobuf..",
                    "org.jspecify.annotations",
                    "java..");

    @ArchTest
    static final ArchRule generated_addsGrpc = classes()
            .that()
            .resideInAPackage("io.backendpool.control.v1")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.backendpool.control.v1", "com.google..", "io.grpc..", "java..");

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("io.backendpool.(**)").should().beFreeOfCycles();
}
