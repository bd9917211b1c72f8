"""`ocibuild probe -f`: what manifests declare is asked."""

from harness import PROGRAM, case, contains, equal, fails, in_terminal, ocibuild, run_cases, succeeds
from small_server import send, small_server


def healthy(handler, _):
    send(handler, 200, "ok")


def deployment(name, container, *probes, ports=()):
    """A Deployment in YAML; `probes` are pairs of a kind and an action."""
    declared = "".join(f"          {kind}Probe: {{{action}}}\n" for kind, action in probes)
    return (f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  template:\n"
            f"    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n"
            f"        - name: {container}\n          ports: [{', '.join(ports)}]\n{declared}")


READY = ("readiness", "httpGet: {path: /ready, port: http}")
LIVE = ("liveness", "httpGet: {path: /ready, port: 8080}")
PORTS = ("{name: http, containerPort: 8080}",)


@case("probes of manifests are asked below their base URLs, what two of them ask only once")
def _(directory):
    (directory / "a.yaml").write_text(deployment("engine", "web", READY, LIVE, ports=PORTS))
    (directory / "b.yaml").write_text(deployment("runtime", "main", READY, ports=PORTS) +
                                      "---\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: runtime}}\n")
    with small_server(healthy) as (origin, requests):
        done = ocibuild("probe", "-f", directory / "a.yaml", directory / "b.yaml", origin + "/more", "--base-url",
                        f"engine={origin}/engine", "--base-url", f"api={origin}/")
        equal(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        equal(lines[0].split(), ["NAME", "STATE", "STATUS", "TRIES", "TIME", "URL"])
        equal([line.split()[0:3] for line in lines[1:3]],
              [["engine/web", "readiness+liveness", "healthy"], ["runtime/main", "readiness", "healthy"]])
        equal([line.split()[-1] for line in lines[1:3]], [origin + "/engine/ready", origin + "/ready"])
        equal(lines[3].split()[:2], [origin + "/more", "healthy"])
        equal(sorted(requests.paths), ["/engine/ready", "/more", "/ready"])


@case("in a terminal that is too narrow for the table, URLs have lines of their own")
def _(directory):
    (directory / "a.yaml").write_text(deployment("operate-ui", "operate-ui", READY, LIVE, ports=PORTS))
    with small_server(healthy) as (origin, _):
        command = [PROGRAM, "probe", "-q", "-f", directory / "a.yaml", f"--base-url=operate-ui={origin}"]
        wide, _ = in_terminal(command, columns=200)
        equal(wide.splitlines()[1].split()[-1], origin + "/ready")
        narrow, code = in_terminal(command, columns=80)
        equal(code, 0, narrow)
        lines = narrow.splitlines()
        equal(lines[0].split(), ["NAME", "STATE", "STATUS", "TRIES", "TIME"])
        equal([lines[1].split()[:3], lines[2]],
              [["operate-ui/operate-ui", "readiness+liveness", "healthy"], f"  {origin}/ready"])
        equal([line for line in lines if len(line) > 80], [])


@case("a hostPort needs no base URL, and headers of the probe are sent")
def _(directory):
    with small_server(healthy) as (origin, requests):
        port = f"{{name: http, containerPort: 8080, hostPort: {origin.rsplit(':', 1)[1]}}}"
        action = "httpGet: {path: /ready, port: http, httpHeaders: [{name: Host, value: engine.test}]}"
        (directory / "a.yaml").write_text(deployment("engine", "web", ("startup", action), ports=[port]))
        contains(succeeds("probe", "-f", directory / "a.yaml"), "engine/web startup")
        equal((requests[0][0], requests[0][1]["Host"]), ("/ready", "engine.test"))


@case("probes that only the cluster can ask are noted and passed over")
def _(directory):
    (directory / "a.yaml").write_text(
        deployment("engine", "web", READY, ("liveness", "exec: {command: [a]}"), ("startup", "grpc: {port: 1}"),
                   ports=PORTS))
    with small_server(healthy) as (origin, _):
        done = ocibuild("probe", "-f", directory / "a.yaml", f"--base-url=engine={origin}")
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, "note: engine/web: its liveness probe is exec, passed over\n")
        contains(done.stderr, "note: engine/web: its startup probe is grpc, passed over\n")


@case("a workload that has nothing to ask is noted")
def _(directory):
    (directory / "a.yaml").write_text(deployment("engine", "web", READY, ports=PORTS) + "---\n" +
                                      deployment("runtime", "web"))
    with small_server(healthy) as (origin, _):
        done = ocibuild("probe", "-f", directory / "a.yaml", f"--base-url=engine={origin}")
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, "note: runtime: it has no HTTP probe, passed over\n")


@case("a workload that nothing leads to is an error with the option to add")
def _(directory):
    (directory / "a.yaml").write_text(deployment("engine", "web", READY, ports=PORTS))
    message = fails(3, "probe", "-f", directory / "a.yaml")
    contains(message, "error: it is not known where engine can be reached\n")
    contains(message, "help: add '--base-url engine=http://HOST:PORT', with what leads to its port 8080\n")
    contains(fails(2, "probe", "-f", directory / "a.yaml", "--base-url", "engin=http://h"), "did you mean 'engine'?")


@case("manifests without HTTP probes, or with bad ones, end with 3")
def _(directory):
    file = directory / "a.yaml"
    file.write_text("kind: ConfigMap\nmetadata: {name: m}\n")
    contains(fails(3, "probe", "-f", file), f"error: no HTTP probe in {file}\n")
    file.write_text(deployment("engine", "web", READY))
    contains(fails(3, "probe", "-f", file), f'error: {file}: line 11: container web has no port "http"\n')
    file.write_text("a: [")
    contains(fails(3, "probe", "-f", file), f"error: {file}: ")
    equal(fails(3, "probe", "-f", directory / "missing.yaml"), f"error: {directory}/missing.yaml: no such file\n")


@case("a wrong base URL is a usage error")
def _(directory):
    (directory / "a.yaml").write_text(deployment("engine", "web", READY, ports=PORTS))
    for value in ("engine", "=http://h", "http://h?a=b", "engine=h:80", "engine=http://h?a=b"):
        contains(fails(2, "probe", "-f", directory / "a.yaml", "--base-url", value), "error: ")
    contains(fails(2, "probe", "http://h", "--base-url", "engine=http://h"), "--base-url is for manifests")


run_cases()
