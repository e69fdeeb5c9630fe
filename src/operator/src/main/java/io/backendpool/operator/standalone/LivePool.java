package io.backendpool.operator.standalone;

import io.backendpool.operator.translate.PoolSpec;
import java.nio.file.Path;

/**
 * The last good manifest of a pool.
 *
 * @param spec what it asks for
 * @param file where it is, or was
 * @param line where it starts there
 * @param source identity of its text: the same text needs no second look
 */
public record LivePool(PoolSpec spec, Path file, int line, String source) {}
