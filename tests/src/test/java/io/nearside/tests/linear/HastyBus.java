package io.nearside.tests.linear;

import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.Hold;
import io.nearside.cluster.InvalidationBus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A bus that waits for nobody: it grants every hold at once, and tells the peers only when it is
 * settled, as of an ordinary write. A broken promise on purpose.
 */
final class HastyBus {
  private HastyBus() {}

  /** The same bus but for its holds. */
  static InvalidationBus around(InvalidationBus bus) {
    return (InvalidationBus)
        Proxy.newProxyInstance(
            HastyBus.class.getClassLoader(),
            new Class<?>[] {InvalidationBus.class},
            (_, method, arguments) -> {
              if (method.getName().equals("hold")) {
                @SuppressWarnings("unchecked") // as the method declares it
                List<HeldKey> keys = (List<HeldKey>) arguments[0];
                ((Runnable) arguments[1]).run();
                return new HastyHold(bus, keys);
              }
              try {
                return method.invoke(bus, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static final class HastyHold implements Hold {
    private final InvalidationBus bus;
    private final List<HeldKey> keys;
    private final AtomicBoolean settled = new AtomicBoolean();

    HastyHold(InvalidationBus bus, List<HeldKey> keys) {
      this.bus = bus;
      this.keys = List.copyOf(keys);
    }

    @Override
    public boolean isGranted() {
      return !settled.get();
    }

    @Override
    public void settle() {
      if (settled.getAndSet(true)) {
        return;
      }
      if (keys.isEmpty()) {
        bus.publishEpoch(EpochReason.UNKNOWN_KEYS);
      }
      keys.forEach(held -> bus.publish(held.database(), held.key()));
    }
  }
}
