# Sourced by ./mvnw and ./backendpool: sets JAVA_HOME to a JDK of the version that the project needs.
# Order: JAVA_HOME if it is new enough, the default `java`, JDKs installed in the usual places (newest first).
# POSIX sh; works with `set -eu` and with globbing off (the Maven wrapper sets -f).

BACKENDPOOL_JDK=25

# Prints the feature version (17, 25, ...) of the JDK in $1, or nothing where there is none with a compiler.
jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1
}

jdk_is_new_enough() {
  jdk_found=$(jdk_version "$1")
  [ -n "$jdk_found" ] && [ "$jdk_found" -ge "$BACKENDPOOL_JDK" ]
}

find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && jdk_is_new_enough "$JAVA_HOME"; then
    return 0
  fi
  jdk_default=$(command -v javac || :)
  if [ -n "$jdk_default" ]; then
    jdk_default=$(dirname "$(dirname "$(readlink -f "$jdk_default")")")
    if jdk_is_new_enough "$jdk_default"; then
      JAVA_HOME=$jdk_default
      export JAVA_HOME
      return 0
    fi
  fi
  jdk_best= jdk_best_version=0
  for jdk_parent in /usr/lib/jvm /usr/java /opt /opt/java /opt/jdk "${HOME:-/nonexistent}/.sdkman/candidates/java" \
    "${HOME:-/nonexistent}/.jdks" /Library/Java/JavaVirtualMachines; do
    [ -d "$jdk_parent" ] || continue
    for jdk_name in $(ls "$jdk_parent"); do
      for jdk_home in "$jdk_parent/$jdk_name" "$jdk_parent/$jdk_name/Contents/Home"; do
        if jdk_is_new_enough "$jdk_home" && [ "$jdk_found" -gt "$jdk_best_version" ]; then
          jdk_best=$jdk_home jdk_best_version=$jdk_found
        fi
      done
    done
  done
  if [ -z "$jdk_best" ]; then
    echo "BackendPool needs a JDK $BACKENDPOOL_JDK or newer, and none was found: install one (for example temurin-$BACKENDPOOL_JDK-jdk or openjdk-$BACKENDPOOL_JDK-jdk) or set JAVA_HOME to it." >&2
    return 1
  fi
  JAVA_HOME=$jdk_best
  export JAVA_HOME
}
