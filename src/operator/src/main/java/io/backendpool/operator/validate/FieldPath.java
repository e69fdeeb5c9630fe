package io.backendpool.operator.validate;

/** Paths of fields, as the API server writes them: {@code spec.backends[0].addresses[1]}, {@code metadata.labels[a.b/c]}. */
final class FieldPath {
    private FieldPath() {}

    static String child(String path, String name) {
        if (path.isEmpty()) {
            return name;
        }
        return isPlain(name) ? path + "." + name : path + "[" + name + "]";
    }

    static String item(String path, int index) {
        return path + "[" + index + "]";
    }

    /** The path without its last step; empty for a step of the root. */
    static String parent(String path) {
        if (path.endsWith("]")) {
            return path.substring(0, path.lastIndexOf('['));
        }
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    /** Whether the path is that ancestor, or below it. */
    static boolean isWithin(String path, String ancestor) {
        if (ancestor.isEmpty() || path.equals(ancestor)) {
            return true;
        }
        return path.startsWith(ancestor)
                && (path.charAt(ancestor.length()) == '.' || path.charAt(ancestor.length()) == '[');
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!Character.isLetterOrDigit(c) && c != '_' && c != '-') {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
