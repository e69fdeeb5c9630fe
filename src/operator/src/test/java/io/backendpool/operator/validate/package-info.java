/** Tests of the validation, by golden files and by folders of files. */
@NullMarked
package io.backendpool.operator.validate;

import org.jspecify.annotations.NullMarked;
