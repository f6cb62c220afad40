package io.nearside.tests.equivalence;

import java.time.Duration;
import java.util.List;

/** One step of a script. Connections are known by a letter or a word and open at first use. */
sealed interface Step {
  /** Sends all requests in one go, then reads all their replies. */
  record Send(String connection, List<Exchange> exchanges) implements Step {
    public Send {
      exchanges = List.copyOf(exchanges);
    }
  }

  /** Reads replies that another step brings about: pushes, a blocked command that was woken. */
  record Read(String connection, int replies, Normaliser normaliser) implements Step {}

  /** The peer must close the connection; what it sends before is compared. */
  record Closed(String connection) implements Step {}

  /** The client closes the connection. */
  record Close(String connection) implements Step {}

  /** Lets time go by: for things that expire. */
  record Wait(Duration time) implements Step {}

  /** Waits until so many clients are blocked at each server. */
  record AwaitBlocked(int clients) implements Step {}
}
