/**
 * The injector: an admission webhook that puts the sidecar into pods. Doors: {@code Injection},
 * {@code AdmissionReviews} and the commands. Deciding and building is pure and thread-safe; pods
 * are JSON, and what of them is not ours is kept as it came.
 */
@NullMarked
package io.nearside.agent.inject;

import org.jspecify.annotations.NullMarked;
