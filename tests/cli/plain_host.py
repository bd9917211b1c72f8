"""A host that speaks plain http and whose name is not that of a loopback host, as registries inside companies have."""

import contextlib
import os
import socket
import socketserver
import threading

from harness import Skip

ANSWER = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(ANSWER)


@contextlib.contextmanager
def plain_host():
    """`NAME:PORT` of this machine, which answers everything with 404."""
    name = os.uname().nodename.lower()
    try:
        socket.getaddrinfo(name, None, socket.AF_INET)
    except OSError as reason:
        raise Skip(f"the name of this machine does not lead to it: {reason}") from reason
    if name.startswith("localhost"):
        raise Skip("this machine has no name that is not of a loopback host")
    with socketserver.ThreadingTCPServer(("", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"{name}:{server.server_address[1]}"
        server.shutdown()
