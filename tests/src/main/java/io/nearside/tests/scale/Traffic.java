package io.nearside.tests.scale;

import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.InvalidationBus;
import java.util.List;

/** Sealed bytes that some buses have sent and received together. */
record Traffic(long bytesSent, long bytesReceived) {

  static Traffic of(List<InvalidationBus> buses) {
    long sent = 0;
    long received = 0;
    for (InvalidationBus bus : buses) {
      BusStatistics statistics = bus.statistics();
      sent += statistics.bytesSent();
      received += statistics.bytesReceived();
    }
    return new Traffic(sent, received);
  }

  Traffic since(Traffic before) {
    return new Traffic(bytesSent - before.bytesSent, bytesReceived - before.bytesReceived);
  }
}
