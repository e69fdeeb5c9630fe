# The two images, made from what ./mvnw package leaves:
#   docker build --target operator -t backendpool-operator:0.1.0-SNAPSHOT .
#   docker build --target proxy -t backendpool-proxy:0.1.0-SNAPSHOT .
# Libraries come before the project's own jars, which change with every build. Nothing is written at run time but /tmp and,
# by the proxy, its state folder. The user is numeric, so that runAsNonRoot can be checked.

FROM eclipse-temurin:25-jre AS jre
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.title="BackendPool"
WORKDIR /app
USER 65532:65532

FROM jre AS operator
COPY src/operator/target/quarkus-app/lib/boot/ lib/boot/
COPY src/operator/target/quarkus-app/lib/main/[^i]*.jar src/operator/target/quarkus-app/lib/main/i[^o]*.jar src/operator/target/quarkus-app/lib/main/io.[^b]*.jar lib/main/
COPY src/operator/target/quarkus-app/lib/main/io.backendpool.*.jar lib/main/
COPY src/operator/target/quarkus-app/quarkus/ quarkus/
COPY src/operator/target/quarkus-app/app/ app/
COPY src/operator/target/quarkus-app/quarkus-run.jar src/operator/target/quarkus-app/quarkus-app-dependencies.txt ./
EXPOSE 8443 8081
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-jar", "/app/quarkus-run.jar"]
CMD ["operate"]

# Heap and direct memory may each take 40 %, the rest is the JVM's own. The collector that costs the path nothing between its
# short pauses, and small object headers: what is alive is little. Names are asked again after 5 s, not 30 s as the
# JVM would: a new operator has a new address.
FROM jre AS proxy
COPY src/proxy/target/proxy-app/lib/[^b]*.jar lib/
COPY src/proxy/target/proxy-app/lib/backendpool-*.jar lib/
COPY src/proxy/target/proxy-app/backendpool-proxy.jar ./
# What the JVM learns of a proxy in a training run, for the starts of all others: docs/adr/0034-start-up.md. The cache fits this JVM
# and these jars; a JVM that it does not fit starts without, and the proxy says so in a line.
USER 0
RUN ["java", "-XX:MaxRAMPercentage=40", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xlog:aot*=off", "-XX:AOTCacheOutput=/app/proxy.aot", "-cp", "/app/backendpool-proxy.jar", "io.backendpool.proxy.TrainingRun"]
USER 65532:65532
EXPOSE 9901
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=40", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xlog:aot*=off", "-XX:AOTCache=/app/proxy.aot", "-Dsun.net.inetaddr.ttl=5", "-Dsun.net.inetaddr.negative.ttl=1", "-jar", "/app/backendpool-proxy.jar"]
