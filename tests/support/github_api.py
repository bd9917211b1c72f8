"""GitHub as far as workflows leave artifacts there: the REST API on one port of 127.0.0.1, its storage on another.

    with github(token="ghs_t") as api:
        run = api.run(commit="c0ffee")
        api.artifact(run, "docker-image-digests", zip_of({"docker-image-digests.json": text}))

What it says and how it behaves follows docs.github.com, "REST API": lists are newest first and come in pages, a zip is
behind a redirect to a signed link of short life, and the storage refuses requests that carry another authorization.
"""

import contextlib
import hashlib
import http.server
import io
import json
import secrets
import threading
import time
import urllib.parse
import zipfile

REPOSITORY = "acme/demon"
LINK_LIFETIME = 60  # seconds


def zip_of(files):
    """A compressed zip with these files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


class Github:
    """The state that tests change, and what was asked: (method, path, headers) of each request to one of the hosts."""

    def __init__(self, token, private):
        self.token, self.private = token, private
        self.remaining, self.reset = 5000, int(time.time()) + 3600
        self.page_size = 100  # at most
        self.runs, self.artifacts, self.links = [], [], {}
        self.asked, self.asked_of_storage = [], []
        self.api = self.storage = None

    def run(self, commit="0" * 40, branch="main", conclusion="success", event="push", head=REPOSITORY,
            workflow="docker-build.yml", created_at="2026-01-02T03:04:05Z"):
        """Adds a run, newer than all before; returns its id."""
        number = 1000 + len(self.runs)
        self.runs.insert(0, {
            "id": number, "name": "docker-build", "path": f".github/workflows/{workflow}", "head_branch": branch,
            "head_sha": commit, "event": event, "status": "completed", "conclusion": conclusion,
            "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{number}", "created_at": created_at,
            "pull_requests": [], "repository": {"id": 1, "full_name": REPOSITORY},
            "head_repository": {"id": 1 if head == REPOSITORY else 2, "full_name": head} if head else None})
        return number

    def artifact(self, run, name, content, expired=False, with_digest=True):
        """Adds an artifact to a run; returns what the API says about it, which may be changed."""
        entry = {"id": 5000 + len(self.artifacts), "name": name, "size_in_bytes": len(content), "expired": expired,
                 "created_at": "2026-01-02T03:05:00Z", "expires_at": "2026-04-02T03:05:00Z",
                 "workflow_run": {"id": run}}
        if with_digest:
            entry["digest"] = "sha256:" + hashlib.sha256(content).hexdigest()
        self.artifacts.append((entry, content))
        return entry

    def link(self, content):
        """A new address of the storage."""
        signature = secrets.token_hex(16)
        self.links[signature] = (time.time() + LINK_LIFETIME, content)
        return f"{self.storage}/actions-results/artifact.zip?sig={signature}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def github(self):
        return self.server.github

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", content_type="application/json; charset=utf-8", **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)


class _Storage(_Handler):
    def do_GET(self):
        self.github.asked_of_storage.append((self.command, self.path, dict(self.headers)))
        signature = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("sig", [""])[0]
        until, content = self.github.links.get(signature, (0, b""))
        if "Authorization" in self.headers:
            return self.answer(400, b"<Error><Code>InvalidAuthenticationInfo</Code></Error>", "application/xml")
        if time.time() > until:
            return self.answer(403, b"<Error><Code>AuthenticationFailed</Code></Error>", "application/xml")
        return self.answer(200, content, "application/zip")


class _Api(_Handler):
    def do_GET(self):
        self.github.asked.append((self.command, self.path, dict(self.headers)))
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        authorization = self.headers.get("Authorization")
        if authorization not in (None, f"Bearer {self.github.token}"):
            return self.say(401, "Bad credentials")
        if self.github.remaining == 0:
            return self.say(403, "API rate limit exceeded for 127.0.0.1.")
        self.github.remaining -= 1
        prefix = f"/api/v3/repos/{REPOSITORY}/actions/"
        if not url.path.startswith(prefix) or self.github.private and authorization is None:
            return self.say(404, "Not Found")
        return self.route(url.path.removeprefix(prefix).split("/"), authorization)

    def route(self, path, authorization):
        match path:
            case ["workflows", workflow, "runs"]:
                return self.list_runs(workflow)
            case ["runs", run]:
                found = [entry for entry in self.github.runs if str(entry["id"]) == run]
                return self.answer(200, found[0], **self.limits()) if found else self.say(404, "Not Found")
            case ["runs", run, "artifacts"]:
                found = [entry for entry, _ in self.github.artifacts if str(entry["workflow_run"]["id"]) == run
                         and entry["name"] == self.query.get("name", entry["name"])]
                return self.page("artifacts", found)
            case ["artifacts", artifact, "zip"]:
                return self.redirect(artifact, authorization)
        return self.say(404, "Not Found")

    def list_runs(self, workflow):
        of_workflow = [run for run in self.github.runs if run["path"].endswith("/" + workflow)]
        if not of_workflow:
            return self.say(404, "Not Found")
        return self.page("workflow_runs", [run for run in of_workflow
                                           if run["head_branch"] == self.query.get("branch", run["head_branch"])
                                           and self.query.get("status", "") in ("", run["status"], run["conclusion"])])

    def redirect(self, artifact, authorization):
        found = [entry for entry in self.github.artifacts if str(entry[0]["id"]) == artifact]
        if authorization is None:
            return self.say(401, "Requires authentication")
        if not found:
            return self.say(404, "Not Found")
        if found[0][0]["expired"]:
            return self.say(410, "Artifact has expired")
        return self.answer(302, Location=self.github.link(found[0][1]), **self.limits())

    def page(self, member, entries):
        size = min(int(self.query.get("per_page", 30)), self.github.page_size)
        number = int(self.query.get("page", 1))
        headers = self.limits()
        if number * size < len(entries):
            query = urllib.parse.urlencode({**self.query, "page": number + 1})
            here = f"{self.github.api}{urllib.parse.urlsplit(self.path).path.removeprefix('/api/v3')}"
            headers["Link"] = f'<{here}?{query}>; rel="next", <{here}>; rel="first"'
        return self.answer(200, {"total_count": len(entries), member: entries[(number - 1) * size:number * size]}, **headers)

    def say(self, status, message):
        return self.answer(status, {"message": message, "documentation_url": "https://docs.github.com/rest"}, **self.limits())

    def limits(self):
        return {"x-ratelimit-limit": 5000, "x-ratelimit-remaining": self.github.remaining,
                "x-ratelimit-reset": self.github.reset, "x-github-request-id": "C0FF:EE"}


@contextlib.contextmanager
def github(token="ghs_token", private=False):
    """A GitHub with one repository, REPOSITORY, that has no runs yet; a private one is there for the token alone."""
    state = Github(token, private)
    with contextlib.ExitStack() as stack:
        for handler in (_Storage, _Api):
            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
            server.github, server.daemon_threads = state, True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
            if handler is _Storage:
                # Another name for the same machine, so that it is another host, too.
                state.storage = f"http://localhost:{server.server_address[1]}"
            else:
                state.api = f"http://127.0.0.1:{server.server_address[1]}/api/v3"
        yield state
