"""Counts in Redis once per second and answers HTTP with the count. A stand-in: it speaks RESP by hand, yours has a client."""

import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REDIS = (os.environ.get("REDIS_HOST", "127.0.0.1"), int(os.environ.get("REDIS_PORT", "6379")))
HTTP_PORT = int(os.environ.get("HTTP_PORT", "8080"))


def command(*words):
    """Sends one command on a connection of its own and returns the line of its reply that has the value."""
    with socket.create_connection(REDIS, timeout=2) as connection:
        lines = connection.makefile("rwb")
        lines.write(b"*%d\r\n" % len(words))
        for word in words:
            lines.write(b"$%d\r\n%s\r\n" % (len(word), word.encode()))
        lines.flush()
        reply = lines.readline().strip()
        return lines.readline().strip() if reply.startswith(b"$") and reply != b"$-1" else reply


class Count(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, text = 200, command("GET", "shop:count")
        except OSError as error:
            status, text = 503, str(error).encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text + b"\n")

    def log_message(self, *_):
        """Probes come often; they need no line each."""


def count():
    while True:
        try:
            command("INCR", "shop:count")
        except OSError as error:
            print("not counted:", error, flush=True)
        time.sleep(1)


threading.Thread(target=count, daemon=True).start()
ThreadingHTTPServer(("0.0.0.0", HTTP_PORT), Count).serve_forever()
