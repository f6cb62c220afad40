package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValuesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "7B, 7",
    "64KiB, 65536",
    "64 KiB, 65536",
    "32MiB, 33554432",
    "1GiB, 1073741824",
    "1kB, 1000",
    "1KB, 1000",
    "10MB, 10000000",
    "2GB, 2000000000",
    "999999999999999999, 999999999999999999"
  })
  void size_goodText_bytes(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text).bytes());
    assertTrue(text.matches(ByteSize.PATTERN), "the schema's pattern");
    assertEquals(bytes, ByteSize.parse(ByteSize.parse(text).toString()).bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "1.5MiB",
        "MiB",
        "1 TiB",
        "1mib",
        "1  KiB",
        "1000000000000000000",
        "999999999999999999GiB"
      })
  void size_badText_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "32MiB, 33554432",
    "64KiB, 65536",
    "1GiB, 1073741824",
    "1000, 1000",
    "1025KiB, 1049600"
  })
  void size_bytes_largestUnitThatDivides(String text, long bytes) {
    assertEquals(text, new ByteSize(bytes).toString());
  }

  @ParameterizedTest
  @CsvSource({"a:1, a, 1", "10.0.0.1:65535, 10.0.0.1, 65535", "[::1]:5701, ::1, 5701"})
  void address_goodText_parts(String text, String host, int port) {
    assertEquals(new HostPort(host, port), HostPort.parse(text));
    assertEquals(text, HostPort.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "a", "a:", ":1", "a:0", "a:65536", "a:x", "::1:5", "[::1]", "[::1", "[]:1", "a b:1",
        "u@h:1", "a:+1"
      })
  void address_badText_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));
  }

  @Test
  void url_tcp_parts() {
    UpstreamUrl url = UpstreamUrl.parse("rediss://us%40er:p%2Fa+s%3As@[fe80::1]:7000/15");
    assertTrue(url.tls() && !url.unix());
    assertEquals("fe80::1", url.host());
    assertEquals(7000, url.port());
    assertEquals("us@er", url.username());
    assertEquals("p/a+s:s", url.password().reveal());
    assertEquals(15, url.database());
  }

  @Test
  void url_short_defaults() {
    UpstreamUrl url = UpstreamUrl.parse("redis://redis_box");
    assertEquals("redis_box", url.host());
    assertEquals(6379, url.port());
    assertEquals(0, url.database());
    assertEquals("pw", UpstreamUrl.parse("redis://:pw@h/").password().reveal());
  }

  @Test
  void url_unix_parts() {
    UpstreamUrl url = UpstreamUrl.parse("unix://u:p@/run/redis.sock?db=3");
    assertTrue(url.unix() && !url.tls());
    assertEquals("/run/redis.sock", url.socketPath());
    assertEquals("u", url.username());
    assertEquals("p", url.password().reveal());
    assertEquals(3, url.database());
    assertEquals("unix://u:***@/run/redis.sock?db=3", url.toString());
    assertEquals("unix:///run/redis.sock", UpstreamUrl.parse("unix:///run/redis.sock").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "redis:",
        "redis://",
        "REDIS://h",
        "redis://h:0",
        "redis://h:1/x",
        "redis://h/65536",
        "redis://user@h",
        "redis://u:@h",
        "redis://h?db=1",
        "redis://a,b",
        "unix://",
        "unix:///",
        "unix://host/path",
        "unix:///p?x=1",
        "unix:///p?db=",
        "http://h",
        "redis-sentinel://h",
        "rediss-cluster://h",
        "redis://h/1/2",
        "redis://u:%q@h"
      })
  void url_bad_refused(String text) {
    if (text.equals("unix:///p?db=")) {
      assertEquals(0, UpstreamUrl.parse(text).database());
    } else {
      assertThrows(IllegalArgumentException.class, () -> UpstreamUrl.parse(text));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "redis.upstream.connectMillis, NEARSIDE_REDIS_UPSTREAM_CONNECT_MILLIS",
    "admin.port, NEARSIDE_ADMIN_PORT",
    "redis.listen.tls.clientCaFile, NEARSIDE_REDIS_LISTEN_TLS_CLIENT_CA_FILE"
  })
  void variable_path_wordsInCapitals(String path, String variable) {
    assertEquals(variable, Key.variable(path));
  }

  @Test
  void variable_everyKey_unlikeAllOthers() {
    long names = Key.all().stream().map(Key::variable).distinct().count();
    assertEquals(Key.all().size(), names);
  }
}
