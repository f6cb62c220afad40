package io.nearside.agent.redis;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A parsed reply of Vert.x Redis Client, back as RESP bytes. */
final class ResponseBytes {
  private ResponseBytes() {}

  static byte[] of(Response response) {
    var out = new ByteArrayOutputStream(1024);
    write(response, out);
    return out.toByteArray();
  }

  private static void write(@Nullable Response response, ByteArrayOutputStream out) {
    if (response == null) {
      line(out, "$-1");
    } else if (response.type() == ResponseType.MULTI || response.type() == ResponseType.PUSH) {
      if (response.isMap()) {
        line(out, "*" + 2 * response.getKeys().size());
        for (String key : response.getKeys()) {
          bulk(out, key.getBytes(StandardCharsets.UTF_8));
          write(response.get(key), out);
        }
      } else {
        line(out, "*" + response.size());
        for (Response element : response) {
          write(element, out);
        }
      }
    } else if (response.type() == ResponseType.NUMBER) {
      line(out, ":" + response);
    } else if (response.type() == ResponseType.BULK) {
      bulk(out, response.toBytes());
    } else {
      bulk(out, response.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void bulk(ByteArrayOutputStream out, byte[] bytes) {
    line(out, "$" + bytes.length);
    out.writeBytes(bytes);
    line(out, "");
  }

  private static void line(ByteArrayOutputStream out, String text) {
    out.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
  }
}
