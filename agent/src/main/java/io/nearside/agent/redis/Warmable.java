package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.warm.HotRead;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.agent.redis.resp.RequestScanner;
import org.jspecify.annotations.Nullable;

/**
 * A read that this sidecar may warm: one of its own user's, of one key, that a policy lets be
 * cached.
 */
record Warmable(HotRead read, Scope scope, int keyStart, int keyLength, Policy policy) {

  /** Points a probe at the key. */
  Key.Probe key(Key.Probe probe) {
    return probe.set(scope.database(), read.frame(), keyStart, keyLength);
  }

  /** The lead that asks for the key's time to live. */
  byte[] pttl() {
    return Request.ofKey("PTTL", read.frame(), keyStart, keyLength);
  }

  /** Tells which reads are such. One thread at a time. */
  static final class Judge {
    private final RedisFace face;
    private final RequestScanner scanner;

    Judge(RedisFace face) {
      this.face = face;
      this.scanner = new RequestScanner(face.settings().limits());
    }

    /**
     * Null for what may not be warmed. A peer's word is not taken for anything: the command line is
     * read, and judged as a client's would be.
     */
    @Nullable Warmable of(HotRead read) {
      LiveSettings settings = face.settings();
      byte[] bytes = read.frame();
      scanner.reset();
      if (scanner.scan(bytes, 0, bytes.length) != bytes.length || scanner.inline()) {
        return null;
      }
      RequestFrame frame = scanner.frame();
      Command command = settings.commands().find(frame);
      int index =
          settings.cache().enabled() && !command.denied() ? command.cacheableKeyIndex(frame) : -1;
      if (index < 0 || (command.hashFamily() && !settings.hashesCached())) {
        return null;
      }
      int start = frame.argStart(index);
      int length = frame.argLength(index);
      Policy policy = Policy.forKey(settings.policies(), bytes, start, length);
      Scope scope = face.scope(face.initialScope().credentials(), read.protocol(), read.database());
      return policy == null || scope == null
          ? null
          : new Warmable(read, scope, start, length, policy);
    }
  }
}
