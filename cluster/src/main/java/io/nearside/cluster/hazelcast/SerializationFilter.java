package io.nearside.cluster.hazelcast;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.JavaSerializationFilterConfig;

/**
 * Which classes may be made out of bytes that come in by Java's serialization: Hazelcast's own, and
 * what its exceptions are made of. Frames are plain byte arrays and need none of them.
 */
final class SerializationFilter {
  private SerializationFilter() {}

  /** A new one at each call. */
  static JavaSerializationFilterConfig config() {
    return new JavaSerializationFilterConfig()
        .setDefaultsDisabled(true)
        .setWhitelist(
            new ClassFilter()
                .addPrefixes("com.hazelcast.", "java.lang.", "[")
                .addPackages("java.util", "java.util.concurrent")
                .addClasses("java.io.IOException", "java.io.EOFException"));
  }
}
