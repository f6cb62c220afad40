package io.nearside.tests.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.stack.RawRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** More bytes than there is memory for, and clients that do not read theirs. */
@ParameterizedClass(name = "{0}")
@MethodSource("io.nearside.tests.fault.HostileTarget#all")
final class HostileVolumeTest {
  private static final int MIB = 1 << 20;
  private static final int GIANT_MIB = CoherencePlan.isLong() ? 256 : 96;
  private static final int PIPELINED = 100_000;
  private static final Duration READ_WITHIN = Duration.ofSeconds(30);

  /** What a sidecar may need for the transit of a giant: some buffers, not the giant. */
  private static final long TRANSIT_MIB_MAX = 64;

  private final HostileTarget target;

  HostileVolumeTest(HostileTarget target) {
    this.target = target;
  }

  @Test
  void giantBulk_bothWays_passesWithoutBeingHeld() throws IOException {
    byte[] chunk = "0123456789abcdef".repeat(MIB / 16).getBytes(StandardCharsets.US_ASCII);
    long before = target.residentMib();
    long most = before;
    try (ControlClient control = new ControlClient(target);
        RawRedis connection = target.connect()) {
      long length = (long) GIANT_MIB * MIB;
      connection.send(ascii("*3\r\n$3\r\nSET\r\n$5\r\ngiant\r\n$" + length + "\r\n"));
      for (int i = 0; i < GIANT_MIB; i++) {
        connection.send(chunk);
        most = Math.max(most, target.residentMib());
      }
      connection.send(ascii("\r\n"));
      assertEquals("+OK\r\n", text(connection.read(1, READ_WITHIN).getFirst()));
      assertEquals(":" + length + "\r\n", connection.ask("STRLEN", "giant"));
      control.assertServed();
      most = Math.max(most, readGiant(length));
      assertEquals("$4\r\ncdef\r\n", connection.ask("GETRANGE", "giant", "-4", "-1"));
      control.assertServed();
      System.out.printf(
          "giant bulk of %d MiB %s: %d -> %d MiB; %s%n", GIANT_MIB, target, before, most, control);
    } finally {
      target.redis().command("DEL", "giant");
    }
    if (target.isSidecar()) {
      assertTrue(most - before <= TRANSIT_MIB_MAX, before + " -> " + most + " MiB");
    }
    target.assertResidentWithinLimit();
  }

  /** Reads the giant's GET with a small buffer; gives the most memory that was seen meanwhile. */
  private long readGiant(long length) throws IOException {
    long most = 0;
    try (SocketChannel channel = open()) {
      write(channel, RawRedis.encode("GET", "giant"));
      ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
      long header = ("$" + length + "\r\n").length();
      for (long rest = header + length + 2; rest > 0; ) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), rest));
        int count = channel.read(buffer);
        assertTrue(count > 0, "the reply ends early");
        rest -= count;
        most = Math.max(most, target.residentMib());
      }
    }
    return most;
  }

  /** 200 kB is kept by the near-cache, 1 MB is not: hits and misses pile up by different ways. */
  @ParameterizedTest
  @ValueSource(ints = {200_000, MIB})
  void slowReader_ofLargeReplies_doesNotHoldUpOthers(int valueBytes) throws IOException {
    int replies = (target.isSidecar() ? 400 : 60) * MIB / valueBytes;
    target.redis().command("SET", "large", "y".repeat(valueBytes));
    try (ControlClient control = new ControlClient(target);
        SocketChannel slow = open()) {
      ByteArrayOutputStream requests = new ByteArrayOutputStream();
      for (int i = 0; i < replies; i++) {
        requests.writeBytes(RawRedis.encode("GET", "large"));
      }
      write(slow, requests.toByteArray());
      waitUntilStuck();
      control.assertServed();
      target.assertResidentWithinLimit();
      System.out.printf(
          "slow reader of %d x %,d bytes %s: %d MiB; %s%n",
          replies, valueBytes, target, target.residentMib(), control);
      assertReadsOrWasClosed(slow, (long) replies * (valueBytes + header(valueBytes)));
    } finally {
      target.redis().command("DEL", "large");
    }
  }

  private static int header(int valueBytes) {
    return ("$" + valueBytes + "\r\n\r\n").length();
  }

  /** A slow reader may be cut off, but what it gets until then is right. */
  private static void assertReadsOrWasClosed(SocketChannel slow, long due) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(MIB);
    long received = 0;
    try {
      while (received < due) {
        buffer.clear();
        int count = slow.read(buffer);
        if (count < 0) {
          return;
        }
        received += count;
        for (int i = 0; i < count; i += 1_000) {
          assertTrue("$0123456789\r\ny".indexOf(buffer.get(i)) >= 0, "a byte of something else");
        }
      }
    } catch (IOException reset) {
      return;
    }
    assertEquals(due, received);
  }

  @Test
  void manyStuckReaders_doNotHoldUpOthers() throws IOException {
    target.redis().command("SET", "large", "y".repeat(MIB));
    List<SocketChannel> stuck = new ArrayList<>();
    try (ControlClient control = new ControlClient(target)) {
      for (int i = 0; i < 40; i++) {
        SocketChannel channel = open();
        stuck.add(channel);
        for (int j = 0; j < 3; j++) {
          write(channel, RawRedis.encode("GET", "large"));
        }
      }
      waitUntilStuck();
      control.assertServed();
      target.assertResidentWithinLimit();
      System.out.printf("40 stuck readers %s: %d MiB; %s%n", target, target.residentMib(), control);
    } finally {
      for (SocketChannel channel : stuck) {
        channel.close();
      }
      target.redis().command("DEL", "large");
    }
  }

  @Test
  void pipeline_of100000WithoutReading_isAnsweredInOrder() throws Exception {
    target.redis().command("DEL", "counter");
    byte[] command = RawRedis.encode("INCR", "counter");
    AtomicLong sent = new AtomicLong();
    try (ControlClient control = new ControlClient(target);
        SocketChannel channel = open()) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < PIPELINED; i++) {
                        write(channel, command);
                        sent.incrementAndGet();
                      }
                    } catch (IOException cut) {
                      // the reader's count tells
                    }
                  });
      waitUntilStuck();
      control.assertServed();
      target.assertResidentWithinLimit();
      System.out.printf(
          "pipeline %s: %,d of %,d sent without reading; %d MiB; %s%n",
          target, sent.get(), PIPELINED, target.residentMib(), control);
      assertCounts(channel);
      writer.join();
    }
  }

  private static void assertCounts(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    long expected = 1;
    long number = 0;
    while (expected <= PIPELINED) {
      buffer.clear();
      assertTrue(channel.read(buffer) > 0, "closed before reply " + expected);
      buffer.flip();
      while (buffer.hasRemaining()) {
        byte next = buffer.get();
        if (next == '\n') {
          assertEquals(expected, number);
          expected++;
          number = 0;
        } else if (next >= '0' && next <= '9') {
          number = number * 10 + next - '0';
        } else {
          assertTrue(next == ':' || next == '\r', "an unexpected byte: " + (char) next);
        }
      }
    }
  }

  private void waitUntilStuck() {
    LockSupport.parkNanos(Duration.ofMillis(target.isSidecar() ? 1_500 : 200).toNanos());
  }

  private SocketChannel open() throws IOException {
    return SocketChannel.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()));
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
