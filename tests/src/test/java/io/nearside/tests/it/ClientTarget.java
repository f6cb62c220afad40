package io.nearside.tests.it;

import io.nearside.tests.stack.TamperProxy;

/** Where a client connects: a loopback port whose connections can be cut under its feet. */
record ClientTarget(TamperProxy proxy) {
  static final String HOST = "127.0.0.1";

  int port() {
    return proxy.port();
  }

  /** Ends every connection of the client by a reset. */
  void cutConnections() {
    proxy.cutAll(TamperProxy.Cut.RESET);
  }
}
