import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Reads the count ten times a second and prints it when it has changed. A stand-in: it speaks RESP
 * by hand, yours has a client.
 */
final class Reader {
  private static final String REQUEST = "*2\r\n$3\r\nGET\r\n$10\r\nshop:count\r\n";

  public static void main(String[] arguments) throws IOException, InterruptedException {
    String host = System.getenv().getOrDefault("REDIS_HOST", "127.0.0.1");
    int port = Integer.parseInt(System.getenv().getOrDefault("REDIS_PORT", "6379"));
    int health = Integer.parseInt(System.getenv().getOrDefault("HEALTH_PORT", "8081"));
    // Kept open, for the probes to connect to.
    try (var _ = new ServerSocket(health)) {
      String last = "";
      while (true) {
        String count = read(host, port);
        if (!count.equals(last)) {
          System.out.println("count " + count);
          last = count;
        }
        Thread.sleep(100);
      }
    }
  }

  private static String read(String host, int port) {
    try (var socket = new Socket(host, port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      var reply =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String length = reply.readLine();
      return "$-1".equals(length) ? "none" : reply.readLine();
    } catch (IOException e) {
      return "unknown: " + e.getMessage();
    }
  }
}
