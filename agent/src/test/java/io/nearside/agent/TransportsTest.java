package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.TransportKind;
import io.vertx.core.transport.Transport;
import org.junit.jupiter.api.Test;

final class TransportsTest {
  @Test
  void auto_withPostgres_isNotIoUring() {
    assertNotEquals(Transport.IO_URING, Transports.of(TransportKind.AUTO, false, true));
  }

  @Test
  void ioUring_withPostgres_isRefusedByName() {
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class, () -> Transports.of(TransportKind.IO_URING, false, true));
    assertTrue(String.valueOf(refused.getMessage()).contains("PostgreSQL"));
  }

  @Test
  void nio_always_isThere() {
    assertEquals(Transport.NIO, Transports.of(TransportKind.NIO, true, true));
  }
}
