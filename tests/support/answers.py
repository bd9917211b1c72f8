"""What services answer, as soon as they do."""

import json
import re
import urllib.request

from service import until

LISTENING = re.compile(r"listening.*:(\d+)$", re.MULTILINE)


def listening_port(log):
    """The port in the log of a service that chose it itself; `log` reads the log."""
    try:
        return until(lambda: LISTENING.search(log()), what="a port")[1]
    except AssertionError as failure:
        raise AssertionError(f"{failure} in:\n{log()}") from failure


def health(port):
    """The JSON behind /health."""

    def ask():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    return until(ask, what=f"an answer on port {port}")
