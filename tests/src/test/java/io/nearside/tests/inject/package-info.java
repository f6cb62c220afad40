/** The injector against reviews as API servers send them; what it makes is judged as a pod. */
@NullMarked
package io.nearside.tests.inject;

import org.jspecify.annotations.NullMarked;
