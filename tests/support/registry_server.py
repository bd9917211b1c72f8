"""The test registry as a process: starts `registry_server` and asks it what happened.

    with RegistryServer(program, options={"like": "ghcr"}, faults=[
        {"method": "PUT", "target": "/blobs/", "do": "status", "status": 503, "times": 2},
        {"method": "GET", "target": "/blobs/", "do": "close", "at": "response", "bytes": 10},
    ]) as registry:
        push_to(f"{registry.host}/team/app:1.0")
        assert registry.tags("team/app") == {"1.0": digest}

What options and faults there are is said in registry/options.hpp, faults.hpp and settings.hpp.
"""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request


class RegistryServer:
    """A registry on 127.0.0.1, until the end of the `with` block. `program` is the executable `registry_server`."""

    def __init__(self, program, options=None, faults=(), random=None, seed=0, port=0, journal=None):
        """`journal` is a file that gets every request as a line of JSON, too."""
        settings = {"options": options or {}, "faults": list(faults), "seed": seed, "port": port}
        if random:
            settings["random"] = random
        command = [str(program), *(["--journal", str(journal)] if journal else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self._process.stdin.write(json.dumps(settings) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.close()
            raise ValueError("registry_server did not start")
        self.port = json.loads(line)["port"]
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the process and waits for it; a second call does nothing."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)

    @property
    def host(self):
        """`127.0.0.1:PORT`, as it stands in a reference."""
        return f"127.0.0.1:{self.port}"

    def journal(self):
        """Every request: dicts with origin, method, target, headers (pairs), body_size, status, fault."""
        return json.loads(self._ask("GET", "journal"))

    def requests(self, method=None, part=""):
        """`METHOD TARGET STATUS` of each request with that method and `part` in its target."""
        return [f"{entry['method']} {entry['target']} {entry['status']}" for entry in self.journal()
                if method in (None, entry["method"]) and part in entry["target"]]

    def state(self):
        """What is stored: repositories with blobs, manifests and tags; open_uploads, issued_tokens, faults_fired."""
        return json.loads(self._ask("GET", "state"))

    def tags(self, repository):
        """The tags of a repository with the digests they name."""
        return self.state()["repositories"].get(repository, {}).get("tags", {})

    def blob(self, repository, digest):
        """The bytes of a blob, or None."""
        return self._ask_or_none("blob", repository=repository, digest=digest)

    def manifest(self, repository, reference):
        """The bytes of a manifest, by tag or digest, or None."""
        return self._ask_or_none("manifest", repository=repository, reference=reference)

    def set_faults(self, faults=(), random=None, seed=0):
        """Replaces every rule."""
        settings = {"faults": list(faults), "seed": seed}
        if random:
            settings["random"] = random
        self._ask("POST", "faults", settings)

    def configure(self, options):
        """Replaces every option."""
        self._ask("POST", "options", options)

    def reset_journal(self):
        self._ask("POST", "reset-journal")

    def expire_tokens(self):
        self._ask("POST", "expire-tokens")

    def corrupt(self, digest, how="flipped"):
        """Spoils a blob or manifest, everywhere; `how` is flipped or truncated."""
        self._ask("POST", "corrupt", digest=digest, how=how)

    def forget(self, digest):
        """Loses a blob or manifest, everywhere."""
        self._ask("POST", "forget", digest=digest)

    def tag(self, repository, name, digest):
        """Moves a tag."""
        self._ask("POST", "tag", repository=repository, tag=name, digest=digest)

    def offline(self, seconds):
        """Breaks off every connection and closes the port for that time; keeps what is stored."""
        self._ask("POST", "offline", milliseconds=int(seconds * 1000))

    def _ask(self, method, control, body=None, **parameters):
        url = f"http://{self.host}/_test/{control}?{urllib.parse.urlencode(parameters)}"
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(url, data=data, method=method, headers={"Connection": "close"})
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise KeyError(control, parameters) from error
            raise ValueError(error.read().decode()) from error

    def _ask_or_none(self, control, **parameters):
        try:
            return self._ask("GET", control, **parameters)
        except KeyError:
            return None
