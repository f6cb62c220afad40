package io.nearside.agent.inject.server;

import java.util.List;
import java.util.regex.Pattern;

/** An object's namespace and name, written {@code NAMESPACE/NAME}. */
record ObjectName(String namespace, String name) {
  private static final Pattern FORM =
      Pattern.compile("([a-z0-9]([-a-z0-9]*[a-z0-9])?)/([a-z0-9]([-.a-z0-9]*[a-z0-9])?)");

  /**
   * @throws IllegalArgumentException when it is not of that form
   */
  static ObjectName of(String text) {
    var parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(text + " (expected NAMESPACE/NAME)");
    }
    return new ObjectName(parts.group(1), parts.group(3));
  }

  /** The names under which a cluster's pods, and the API server, find a service of this name. */
  List<String> serviceNames() {
    String service = name + "." + namespace;
    return List.of(service + ".svc", service + ".svc.cluster.local", service);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
