package io.nearside.agent.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

final class PodPatchTest {
  private static String operation(PodPatch patch) {
    assertEquals(1, patch.operations().size());
    JsonObject operation = patch.operations().getJsonObject(0);
    assertEquals("add", operation.getString("op"));
    return operation.getString("path") + " " + operation.getValue("value");
  }

  @Test
  void put_objectThere_addsTheKeyEscaped() {
    var patch = new PodPatch(new JsonObject("{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"));
    patch.put("x~y/z", "1", "metadata", "labels");
    assertEquals("/metadata/labels/x~0y~1z 1", operation(patch));
    assertEquals("{\"metadata\":{\"labels\":{\"a\":\"b\",\"x~y/z\":\"1\"}}}", patch.pod().encode());
  }

  @Test
  void put_objectMissing_isMadeWithItsParents() {
    var patch = new PodPatch(new JsonObject("{\"metadata\":null}"));
    patch.put("k", "1", "metadata", "labels");
    assertEquals("/metadata {\"labels\":{\"k\":\"1\"}}", operation(patch));
    assertEquals("{\"metadata\":{\"labels\":{\"k\":\"1\"}}}", patch.pod().encode());
  }

  @Test
  void last_listMissingNullOrEmpty_isMade() {
    for (String pod : new String[] {"{}", "{\"l\":null}", "{\"l\":[]}"}) {
      var patch = new PodPatch(new JsonObject(pod));
      patch.last(1, "l");
      assertEquals("/l [1]", operation(patch));
      assertEquals("{\"l\":[1]}", patch.pod().encode());
    }
  }

  @Test
  void firstAndLast_listThere_areBeforeAndBehind() {
    var pod = new JsonObject("{\"l\":[{\"env\":[2]}]}");
    var patch = new PodPatch(pod);
    patch.last(3, "l", 0, "env");
    patch.first(1, "l", 0, "env");
    assertEquals("{\"l\":[{\"env\":[1,2,3]}]}", patch.pod().encode());
    assertEquals("/l/0/env/-", patch.operations().getJsonObject(0).getString("path"));
    assertEquals("/l/0/env/0", patch.operations().getJsonObject(1).getString("path"));
    assertEquals("{\"l\":[{\"env\":[2]}]}", pod.encode(), "what came stays as it is");
  }

  /** What was put into the pod may be changed by a later operation, but not the earlier one. */
  @Test
  void operations_afterLaterOnes_sayWhatTheySaid() {
    var patch = new PodPatch(new JsonObject());
    patch.last(new JsonObject().put("env", new JsonArray()), "l");
    patch.last("x", "l", 0, "env");
    assertEquals(
        "[{\"env\":[]}]", patch.operations().getJsonObject(0).getValue("value").toString());
    assertEquals("{\"l\":[{\"env\":[\"x\"]}]}", patch.pod().encode());
  }
}
