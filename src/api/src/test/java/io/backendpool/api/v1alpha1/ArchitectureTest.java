package io.backendpool.api.v1alpha1;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.backendpool", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule api_imports = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.backendpool.api..",
                    "java..",
                    "org.jspecify..",
                    "com.fasterxml.jackson.annotation..",
                    "io.fabric8..")
            .because("design.md: the API is data, for whoever reads it");

    @ArchTest
    static final ArchRule api_logic = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .areNotEnums()
            .should()
            .bePublic()
            .because("design.md: no logic in the API")
            .allowEmptyShould(true); // today there is no method at all
}
