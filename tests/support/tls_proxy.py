"""nginx in front of a registry: TLS and HTTP/2, as registries are met in the world."""

import contextlib
import pathlib
import tempfile

import access_log
from service import Service, free_port, installed

# One process without a master, so that killing it leaves no worker behind.
CONFIG = """
daemon off;
master_process off;
pid "{directory}/pid";
error_log stderr;
events {{ }}
http {{
  log_format counted '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent $request_length';
  access_log "{directory}/access" counted;
  client_body_temp_path "{directory}/body";
  proxy_temp_path "{directory}/proxy";
  fastcgi_temp_path "{directory}/fastcgi";
  scgi_temp_path "{directory}/scgi";
  uwsgi_temp_path "{directory}/uwsgi";
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate "{certificate.chain}";
    ssl_certificate_key "{certificate.key}";
    client_max_body_size {largest_body};
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto https;
    {locations}
  }}
}}
"""


class TlsProxy:
    """Started by `tls_proxy`. `host` is a name that a good certificate covers, and so is 127.0.0.1."""

    def __init__(self, directory, certificate, routes, port, largest_body):
        self.directory = pathlib.Path(directory)
        self.port = port
        self.host = f"localhost:{port}"
        self.url = f"https://{self.host}"
        locations = " ".join(f"location {path} {{ proxy_pass http://127.0.0.1:{target}; }}"
                             for path, target in routes.items())
        (self.directory / "nginx.conf").write_text(
            CONFIG.format(directory=self.directory, certificate=certificate, port=port, locations=locations,
                          largest_body=largest_body))
        self._service = Service([installed("nginx"), "-p", self.directory, "-e", "stderr", "-c",
                                 self.directory / "nginx.conf"], self.directory)

    def start(self):
        """nginx writes its process id after it listens."""
        pid = self.directory / "pid"
        pid.unlink(missing_ok=True)
        self._service.start(lambda: pid.exists() and pid.read_text())

    def kill(self):
        self._service.kill()

    def requests(self):
        """What it was asked, with the protocol (HTTP/1.1, HTTP/2.0) and the bytes of each request."""
        log = self.directory / "access"
        if self._service.running:
            access_log.settle(self.port, log.read_text, tls=True)
        return access_log.parse(log.read_text())


@contextlib.contextmanager
def tls_proxy(certificate, routes, port=None, largest_body="0"):
    """A running proxy; `routes` are paths and the local ports that serve them, as in {"/": registry.port}. Requests may
    be as large as they like, or as `largest_body` says in nginx's words."""
    with tempfile.TemporaryDirectory(prefix="ocibuild-proxy-") as directory:
        result = TlsProxy(directory, certificate, routes, port or free_port(), largest_body)
        try:
            result.start()
            yield result
        finally:
            result.kill()
