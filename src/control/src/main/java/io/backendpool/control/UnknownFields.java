package io.backendpool.control;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a newer version wrote and this one would drop. A pool of which a part was dropped is another pool, so it is
 * refused instead.
 */
final class UnknownFields {
    /** Of each type, the fields that are messages: reading a field here is by reflection, and no other is to be read. */
    private static final Map<Descriptor, List<FieldDescriptor>> MESSAGES = new ConcurrentHashMap<>();

    private UnknownFields() {}

    static void refuse(Message message) throws InvalidSnapshotException {
        String place = find(message);
        if (place != null) {
            throw new InvalidSnapshotException(
                    "%s%s (expected: fields of this version): uses a field this version does not know"
                            .formatted(message.getDescriptorForType().getName(), place));
        }
    }

    /** Where the first is, from this message on; null: nowhere. */
    private static @Nullable String find(MessageOrBuilder message) {
        if (!message.getUnknownFields().isEmpty()) {
            return ": field "
                    + message.getUnknownFields().asMap().keySet().iterator().next();
        }
        for (FieldDescriptor field :
                MESSAGES.computeIfAbsent(message.getDescriptorForType(), UnknownFields::fieldsThatAreMessages)) {
            for (Object value : values(message, field)) {
                String place = find((MessageOrBuilder) value);
                if (place != null) {
                    return "." + field.getName() + (field.isRepeated() ? "[]" : "") + place;
                }
            }
        }
        return null;
    }

    private static List<?> values(MessageOrBuilder message, FieldDescriptor field) {
        if (field.isRepeated()) {
            return (List<?>) message.getField(field);
        }
        return message.hasField(field) ? List.of(message.getField(field)) : List.of();
    }

    private static List<FieldDescriptor> fieldsThatAreMessages(Descriptor type) {
        return type.getFields().stream()
                .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .toList();
    }
}
