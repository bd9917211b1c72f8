"""Stands between a program and a registry in plain http, and acts when the n-th request passes."""

import contextlib
import re
import socket
import threading

REQUEST = re.compile(rb"(?:HEAD|GET|POST|PUT|PATCH|DELETE) /\S* HTTP/1\.1\r\n")


class CountingProxy:
    """Started by `counting_proxy`. `before` is called with the number of each request before it is passed on."""

    def __init__(self, port, before):
        self._target = ("127.0.0.1", port)
        self._before = before
        self._lock = threading.Lock()
        self.count = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass(self, source, target, is_request):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if is_request:
                    self._announce(len(REQUEST.findall(data)))
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _announce(self, requests):
        with self._lock:
            for _ in range(requests):
                self.count += 1
                self._before(self.count)


@contextlib.contextmanager
def counting_proxy(port, before):
    """A running proxy before a local port."""
    proxy = CountingProxy(port, before)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
