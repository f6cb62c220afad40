package io.nearside.agent.redis;

import java.nio.charset.StandardCharsets;

/** Commands that the sidecar itself sends, as RESP arrays. */
final class Request {
  private Request() {}

  static byte[] of(String... arguments) {
    var text = new StringBuilder("*").append(arguments.length).append("\r\n");
    for (String argument : arguments) {
      text.append('$')
          .append(argument.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n")
          .append(argument)
          .append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A command of a name and one binary key. */
  static byte[] ofKey(String name, byte[] source, int from, int length) {
    byte[] head =
        ("*2\r\n$" + name.length() + "\r\n" + name + "\r\n$" + length + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[head.length + length + 2];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(source, from, request, head.length, length);
    request[request.length - 2] = '\r';
    request[request.length - 1] = '\n';
    return request;
  }
}
