"""A token server as the registry's documentation describes it: GET with Basic, POST as in OAuth2, JWTs that a real
registry accepts. It remembers every request."""

import base64
import contextlib
import json
import math
import pathlib
import secrets
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from certificates import Authority
from service import installed

# docker-registry takes a token for so many seconds longer than its claims say.
LEEWAY = 60


class TokenRequest(NamedTuple):
    method: str
    user: str | None  # whom it was given to; None without credentials, or with wrong ones
    scopes: list      # one string for each scope, in the order of the request
    parameters: dict  # every parameter of the query or the form: a list of values each
    status: int


def pull_for_all_push_for_users(user, actions):
    """The usual rule: who is not known may pull, who is may do everything."""
    return actions if user else [action for action in actions if action == "pull"]


class TokenServer:
    """Started by `token_server`. Clients find it at `realm`; `requests` holds what it was asked."""

    service = "registry.test"
    issuer = "ocibuild tests"

    def __init__(self, directory, users, lifetime, expires_in, grant):
        self.users = users
        self.requests = []
        self._lifetime = lifetime
        self._expires_in = lifetime if expires_in is None else expires_in
        self._grant = grant
        self._refresh_tokens = {}
        self._certificate = Authority(directory).self_signed()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        self.realm = f"http://127.0.0.1:{self.port}/token"

    def auth(self, realm=None):
        """For `real_registry.registry`: trust these tokens, and send clients here, or to another realm."""
        return lambda directory: {"token": {"realm": realm or self.realm, "service": self.service,
                                            "issuer": self.issuer, "rootcertbundle": str(self._certificate.chain)}}

    def identity_token(self, user):
        """A refresh token, as `identitytoken` in a docker config."""
        token = secrets.token_urlsafe(16)
        self._refresh_tokens[token] = user
        return token

    def serve(self):
        self._server.serve_forever(poll_interval=0.05)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method, parameters, basic):
        """The status and the JSON for a request; `basic` is a pair of user and password, or None."""
        scopes = [scope for value in parameters.get("scope", []) for scope in value.split()]
        known, user = self._who(method, parameters, basic)
        status = 200 if known else 401
        self.requests.append(TokenRequest(method, user, scopes, parameters, status))
        if not known:
            return status, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong credentials"}]}
        token = self._token(user, scopes)
        issued_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        answer = {"token": token, "access_token": token, "expires_in": self._expires_in, "issued_at": issued_at}
        if user and (parameters.get("offline_token") == ["true"] or parameters.get("access_type") == ["offline"]):
            answer["refresh_token"] = self.identity_token(user)
        return status, answer

    def _who(self, method, parameters, basic):
        """Whether the credentials are good, and whose they are; in a GET none are good as well."""
        if method == "POST" and parameters.get("grant_type") == ["refresh_token"]:
            user = self._refresh_tokens.get(parameters.get("refresh_token", [""])[0])
            return user is not None, user
        if method == "POST":
            basic = (parameters.get("username", [""])[0], parameters.get("password", [""])[0])
        if basic is None:
            return True, None
        user, password = basic
        return (True, user) if self.users.get(user) == password else (False, None)

    def _token(self, user, scopes):
        access = []
        for scope in scopes:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            access.append({"type": kind, "name": name, "actions": self._grant(user, actions.split(","))})
        now = math.ceil(time.time())
        claims = {"iss": self.issuer, "sub": user or "", "aud": self.service, "iat": now - 1, "nbf": now - LEEWAY,
                  "exp": now + self._lifetime - LEEWAY, "jti": secrets.token_hex(8), "access": access}
        certificate = "".join(self._certificate.chain.read_text().splitlines()[1:-1])
        header = {"typ": "JWT", "alg": "ES256", "x5c": [certificate]}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return (signed + b"." + _base64url(self._sign(signed))).decode()

    def _sign(self, content):
        """JOSE wants the two numbers of an ECDSA signature side by side, where openssl gives a DER sequence."""
        der = subprocess.run([installed("openssl"), "dgst", "-sha256", "-sign", self._certificate.key], input=content,
                             stdout=subprocess.PIPE, check=True).stdout
        end = 4 + der[3]
        return b"".join(int.from_bytes(number, "big").to_bytes(32, "big") for number in (der[4:end], der[end + 2:]))


def _base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _handler(token_server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer(urlsplit(self.path).query)

        def do_POST(self):
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, query):
            status, document = token_server.answer(self.command, parse_qs(query, keep_blank_values=True), self._basic())
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _basic(self):
            scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "basic":
                return None
            user, _, password = base64.b64decode(encoded).decode().partition(":")
            return user, password

        def log_message(self, *_):
            """The requests are in the server's list."""

    return Handler


@contextlib.contextmanager
def token_server(users, lifetime=60, expires_in=None, grant=pull_for_all_push_for_users):
    """A running server for `{user: password}`. Its tokens are good for `lifetime` seconds and up to one more, and
    said to be for `expires_in`. `grant` gives the actions that a user, or None, gets of those asked for."""
    with tempfile.TemporaryDirectory(prefix="ocibuild-tokens-") as directory:
        server = TokenServer(pathlib.Path(directory), users, lifetime, expires_in, grant)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.close()
            thread.join()
