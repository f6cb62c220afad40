/** What people read and what runs the sidecar must say what is: documents, image, manifests. */
@NullMarked
package io.nearside.tests.docs;

import org.jspecify.annotations.NullMarked;
