"""A stock nginx, as it is deployed where the real service is not there yet."""

import contextlib
import pathlib
import tempfile

from cases import Skip
from service import Service, free_port, installed

CONFIG = """
daemon off;
master_process off;
pid "{directory}/pid";
error_log stderr;
events {{ }}
http {{
  access_log off;
  client_body_temp_path "{directory}/body";
  proxy_temp_path "{directory}/proxy";
  fastcgi_temp_path "{directory}/fastcgi";
  scgi_temp_path "{directory}/scgi";
  uwsgi_temp_path "{directory}/uwsgi";
  default_type text/html;
  server {{
    listen 127.0.0.1:{port};
    root {pages};
  }}
}}
"""


@contextlib.contextmanager
def stock_nginx(port=None):
    """The origin of an nginx with nothing but the welcome page that comes with its package."""
    program = installed("nginx")
    pages = pathlib.Path("/usr/share/nginx/html")
    if not (pages / "index.html").exists():
        raise Skip("nginx has no welcome page here")
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="ocibuild-nginx-") as directory:
        config = pathlib.Path(directory) / "nginx.conf"
        config.write_text(CONFIG.format(directory=directory, port=port, pages=pages))
        server = Service([program, "-p", directory, "-e", "stderr", "-c", config], directory)
        pid = pathlib.Path(directory) / "pid"  # nginx writes it after it listens
        try:
            server.start(lambda: pid.exists() and pid.read_text())
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
