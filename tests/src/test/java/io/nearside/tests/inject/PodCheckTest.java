package io.nearside.tests.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A check that lets a broken pod pass proves nothing: each of these must be found. */
final class PodCheckTest {
  private static final String SIDECAR = "/spec/initContainers/0";

  private final Map<String, Consumer<JsonNode>> mutants = new LinkedHashMap<>();

  PodCheckTest() {
    changes();
    additions();
    removals();
  }

  @TestFactory
  List<DynamicTest> problems_brokenPod_areFound() {
    JsonNode pod = Reviews.json(Reviews.text("deployment-postgres")).at("/request/object");
    JsonNode answer = Reviews.answer(Reviews.text("deployment-postgres"));
    assertEquals(List.of(), PodCheck.problems(pod, Reviews.patched(pod, answer)));
    List<DynamicTest> tests = new ArrayList<>();
    mutants.forEach(
        (name, mutant) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      JsonNode patched = Reviews.patched(pod, answer).deepCopy();
                      mutant.accept(patched);
                      assertFalse(PodCheck.problems(pod, patched).isEmpty());
                    })));
    return tests;
  }

  private void changes() {
    set("an unknown field", "/spec", "hostNetwrok", "true");
    set("a field of the wrong type", SIDECAR, "args", "run");
    set("another image of the app's", "/spec/containers/0", "image", "x:1");
    set("another user of the pod's", "/spec/securityContext", "fsGroup", "1");
    set("no native sidecar", SIDECAR, "restartPolicy", "Never");
    set("a container's name", SIDECAR, "name", "Near_side");
    set("an image without a tag", SIDECAR, "image", "nearside");
    set("another annotation's value", "/metadata/annotations", "prometheus.io/scrape", "false");
    set("not under its user", SIDECAR + "/securityContext", "runAsNonRoot", "false");
    set("a mount of nothing", SIDECAR + "/volumeMounts/0", "name", "nowhere");
    set("a mount's path twice", SIDECAR + "/volumeMounts/0", "mountPath", "/run/nearside");
    set("a variable twice", SIDECAR + "/env/0", "name", "POD_NAME");
    set("a volume twice", "/spec/volumes/2", "name", "nearside-tmp");
    set("a probe of another port", SIDECAR + "/readinessProbe/httpGet", "port", "admin");
  }

  private void additions() {
    set("a new field of the pod's", "/spec", "nodeName", "node-1");
    set("a new annotation", "/metadata/annotations", "example.com/x", "1");
    mutants.put(
        "a container too many",
        pod -> array(pod, "/spec/containers").addObject().put("name", "extra").put("image", "x:1"));
    mutants.put(
        "a variable of another name",
        pod -> array(pod, "/spec/containers/0/env").addObject().put("name", "HOME"));
    mutants.put(
        "a port of the sidecar's",
        pod ->
            array(pod, SIDECAR + "/ports")
                .add(pod.at(SIDECAR + "/ports/0").<ObjectNode>deepCopy().put("name", "other")));
    mutants.put(
        "a capability",
        pod -> object(pod, SIDECAR + "/securityContext/capabilities").putArray("add").add("ALL"));
  }

  private void removals() {
    for (String field :
        List.of("startupProbe", "livenessProbe", "readinessProbe", "securityContext")) {
      mutants.put("no " + field, pod -> object(pod, SIDECAR).remove(field));
    }
    mutants.put("no request", pod -> object(pod, SIDECAR + "/resources/requests").remove("memory"));
    mutants.put("no sidecar", pod -> array(pod, "/spec/initContainers").remove(0));
    mutants.put("a volume less", pod -> array(pod, "/spec/volumes").remove(0));
    mutants.put("a container less", pod -> array(pod, "/spec/containers").remove(1));
    mutants.put(
        "no arguments of the app's", pod -> object(pod, "/spec/containers/0").remove("args"));
    mutants.put("no label", pod -> object(pod, "/metadata/labels").remove("nearside.io/injected"));
  }

  private void set(String name, String path, String field, String value) {
    mutants.put(name, pod -> object(pod, path).put(field, value));
  }

  private static ObjectNode object(JsonNode pod, String path) {
    return (ObjectNode) pod.at(path);
  }

  private static ArrayNode array(JsonNode pod, String path) {
    return (ArrayNode) pod.at(path);
  }
}
