"""What stands where a real image is not there yet: Debian's nginx with its welcome page, as the image nginx:alpine has it."""

import pathlib

from cases import Skip
from harness import succeeds
from service import installed, run

# As root on port 80, and its files where it writes them by default.
CONFIG = """
daemon off;
user root;
error_log stderr;
events {}
http {
  server {
    listen 80;
    access_log /dev/stdout;
    root /usr/share/nginx/html;
  }
}
"""
PAGE = pathlib.Path("/usr/share/nginx/html/index.html")


def push_placeholder(reference, directory):
    """Pushes the image for this machine to a registry that speaks plain HTTP."""
    nginx = pathlib.Path(installed("nginx")).resolve()
    if not PAGE.exists():
        raise Skip("nginx has no welcome page here")
    (directory / "nginx.conf").write_text(CONFIG)
    (directory / "passwd").write_text("root:x:0:0::/:\n")
    (directory / "group").write_text("root:x:0:\n")
    (directory / "empty").mkdir()
    places = {nginx: "/usr/sbin/nginx", PAGE: PAGE, directory / "nginx.conf": "/etc/nginx/nginx.conf",
              directory / "passwd": "/etc/passwd", directory / "group": "/etc/group",
              directory / "empty": "/var/lib/nginx",
              **{pathlib.Path(library).resolve(): library for library in libraries(nginx)}}
    added = [word for source, place in places.items() for word in ("--add", f"{source}:{place}")]
    succeeds("image", reference, "--push", *added, "--add", f"{directory}/empty:/run", "--entrypoint", "/usr/sbin/nginx",
             "--user", "0", "--expose", "80/tcp")


def libraries(program):
    """What a program is linked with, and what loads it."""
    return [word for line in run("ldd", program).splitlines() for word in line.split() if word.startswith("/")]
