"""HTTP servers of a few lines: what they answer is a function of the request and its number."""

import contextlib
import http.server
import socket
import threading


class Requests(list):
    """Every request so far, each as its path and headers."""

    @property
    def paths(self):
        return [path for path, _ in self]


def send(handler, status=200, body="", **headers):
    """An answer with that body."""
    content = body if isinstance(body, bytes) else body.encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@contextlib.contextmanager
def small_server(answer, port=0, tls=None):
    """The origin of a server on 127.0.0.1 and its `Requests`; `answer(handler, number)` answers GET, the first request
    has the number 1. With `tls`, an ssl.SSLContext, it speaks https."""
    requests = Requests()
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with lock:
                requests.append((self.path, self.headers))
                number = len(requests)
            with contextlib.suppress(OSError):  # the client may leave when it likes
                answer(self, number)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_):
            pass

        def get_request(self):
            connection, address = super().get_request()
            connection.settimeout(10)
            return (tls.wrap_socket(connection, server_side=True) if tls else connection), address

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", requests
        finally:
            server.shutdown()


@contextlib.contextmanager
def silent_server():
    """The origin of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
