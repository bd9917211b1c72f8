"""What a server was asked, read from its log."""

import http.client
import itertools
import re
import ssl
from typing import NamedTuple

from service import until

COMBINED = re.compile(r'^\S+ \S+ \S+ \[[^\]]*\] "(?P<method>\S+) (?P<uri>\S+) (?P<protocol>[^"]+)" (?P<status>\d+) '
                      r'(?P<sent>\d+)(?: (?P<received>\d+)$)?')
MARK = "/v2/?ocibuild-mark="
_marks = itertools.count(1)


class Request(NamedTuple):
    method: str
    uri: str
    protocol: str  # such as HTTP/2.0
    status: int
    sent: int      # bytes of the response's body
    received: int | None  # bytes of the whole request, where the server counts them


def parse(text):
    """The requests in a log, without the marks of `settle`."""
    matches = [COMBINED.match(line) for line in text.splitlines()]
    return [Request(match["method"], match["uri"], match["protocol"], int(match["status"]), int(match["sent"]),
                    int(match["received"]) if match["received"] else None)
            for match in matches if match and MARK not in match["uri"]]


def settle(port, read, tls=False):
    """Waits until the log has everything that was asked before: servers answer first and write it down afterwards."""
    mark = f"{MARK}{next(_marks)} "
    if tls:
        anyone = ssl.create_default_context()
        anyone.check_hostname = False
        anyone.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=anyone)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", mark.strip())
    connection.getresponse().read()
    connection.close()
    until(lambda: mark in read(), what=f"{mark} in the log")
