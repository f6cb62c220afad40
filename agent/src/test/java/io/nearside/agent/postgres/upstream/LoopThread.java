package io.nearside.agent.postgres.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** An event loop's context, and how a test does something on it. */
record LoopThread(Context context) {
  private static final long SECONDS = 30;

  static LoopThread on(Vertx vertx) {
    Promise<Context> made = Promise.promise();
    vertx
        .deployVerticle(
            context -> {
              made.complete(context);
              return Future.succeededFuture();
            })
        .onFailure(made::tryFail);
    return new LoopThread(await(made.future()));
  }

  <T> T call(Callable<T> what) {
    Promise<T> result = Promise.promise();
    context.runOnContext(
        _ -> {
          try {
            result.complete(what.call());
          } catch (Exception e) {
            result.fail(e);
          }
        });
    return await(result.future());
  }

  void run(Runnable what) {
    call(
        () -> {
          what.run();
          return true;
        });
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
