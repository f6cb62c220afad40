/**
 * The manifests in {@code k8s-manifests}: rendered as kubectl does, held against Kubernetes' model,
 * against each other and against the policies that they must keep to. No cluster is needed.
 */
@NullMarked
package io.nearside.tests.manifests;

import org.jspecify.annotations.NullMarked;
