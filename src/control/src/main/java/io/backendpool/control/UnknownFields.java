package io.backendpool.control;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.List;
import java.util.Map;

/**
 * Finds what a newer version wrote and this one would drop. A pool of which a part was dropped is another pool, so it is
 * refused instead.
 */
final class UnknownFields {
    private UnknownFields() {}

    static void refuse(Message message) throws InvalidSnapshotException {
        refuse(message, message.getDescriptorForType().getName());
    }

    private static void refuse(MessageOrBuilder message, String path) throws InvalidSnapshotException {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            int number = message.getUnknownFields().asMap().keySet().iterator().next();
            throw new InvalidSnapshotException(
                    "%s: field %d (expected: fields of this version): uses a field this version does not know"
                            .formatted(path, number));
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            String name = path + "." + field.getKey().getName();
            if (field.getValue() instanceof List<?> values) {
                for (Object value : values) {
                    refuse((MessageOrBuilder) value, name + "[]");
                }
            } else {
                refuse((MessageOrBuilder) field.getValue(), name);
            }
        }
    }
}
