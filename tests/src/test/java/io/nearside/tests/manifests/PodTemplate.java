package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What pods are made from.
 *
 * @param owner the object that holds it
 */
record PodTemplate(Manifest owner, JsonNode metadata, JsonNode spec) {

  /** The app's and the init containers. */
  Stream<JsonNode> containers() {
    return Stream.of("initContainers", "containers")
        .flatMap(field -> Nodes.stream(spec.path(field)));
  }

  Map<String, String> labels() {
    return Nodes.texts(metadata.path("labels"));
  }

  /** The ports of its containers. */
  Stream<JsonNode> ports() {
    return containers().flatMap(container -> Nodes.stream(container.path("ports")));
  }

  /** Whether a container has the port of this number or name. */
  boolean hasPort(JsonNode port) {
    return ports()
        .anyMatch(each -> each.path(port.isNumber() ? "containerPort" : "name").equals(port));
  }
}
