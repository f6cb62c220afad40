package io.nearside.agent.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control groups as kernels and container engines show them. */
final class ContainerMemoryTest {
  @TempDir private Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void expect(long limit, long used) {
    ContainerMemory found = ContainerMemory.find(root.resolve("fs"), root.resolve("cgroup"));
    assertNotNull(found);
    assertEquals(limit, found.limitBytes());
    assertEquals(used, found.usedBytes());
  }

  @Test
  void v2_ownFolder() throws IOException {
    file("cgroup", "0::/kubepods/pod1\n");
    file("fs/kubepods/pod1/memory.max", "201326592\n");
    file("fs/kubepods/pod1/memory.current", "150000000\n");
    file("fs/kubepods/pod1/memory.stat", "anon 100\ninactive_file 50000000\n");
    expect(201_326_592, 100_000_000);
  }

  @Test
  void v2_mountedAtTheTop() throws IOException {
    file("cgroup", "0::/\n");
    file("fs/memory.max", "1000\n");
    file("fs/memory.current", "900\n");
    expect(1_000, 900);
  }

  @Test
  void v2_noLimit() throws IOException {
    file("cgroup", "0::/\n");
    file("fs/memory.max", "max\n");
    file("fs/memory.current", "900\n");
    expect(0, 900);
  }

  @Test
  void v1_besideAnEmptyV2() throws IOException {
    file("cgroup", "5:devices:/\n4:memory:/docker/abc\n0::/\n");
    file("fs/memory/docker/abc/memory.limit_in_bytes", "1000\n");
    file("fs/memory/docker/abc/memory.usage_in_bytes", "900\n");
    file("fs/memory/docker/abc/memory.stat", "inactive_file 1\ntotal_inactive_file 300\n");
    expect(1_000, 600);
  }

  @Test
  void v1_noLimit() throws IOException {
    file("cgroup", "4:cpu,memory:/\n");
    file("fs/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("fs/memory/memory.usage_in_bytes", "900\n");
    expect(0, 900);
  }

  @Test
  void nothingToSee_isNull() throws IOException {
    assertNull(ContainerMemory.find(root.resolve("fs"), root.resolve("cgroup")));
    file("cgroup", "nonsense\n1:cpu:/\n");
    assertNull(ContainerMemory.find(root.resolve("fs"), root.resolve("cgroup")));
  }
}
