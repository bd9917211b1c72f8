"""The manifests and scripts of examples/demon, without a cluster: what would be applied, and what would be asked."""

import pathlib
import re
import shutil
import subprocess
import time
import tomllib

from harness import Skip, case, contains, environment, equal, lacks, run_cases

DEMON = pathlib.Path(__file__).resolve().parents[2] / "examples/demon"
COMPONENTS = {"engine": 8081, "operate-ui": 3000, "runtime": 8082}
PROBES = {"startupProbe", "livenessProbe", "readinessProbe"}


def parse(text):
    """The Deployment and the Service of each component."""
    try:
        import yaml
    except ImportError as reason:
        raise Skip("python3-yaml is not installed") from reason
    result = {}
    for document in filter(None, yaml.safe_load_all(text)):
        result.setdefault(document["metadata"]["name"], {})[document["kind"]] = document
    return result


def pod(objects):
    return objects["Deployment"]["spec"]["template"]["spec"]


def container(objects):
    [result] = pod(objects)["containers"]
    return result


def committed():
    return parse("---\n".join(path.read_text() for path in sorted((DEMON / "k8s").glob("*.yaml"))))


def working_copy(directory, **images):
    """A copy of manifests and scripts where some components have another image."""
    for name in ("k8s", "scripts"):
        shutil.copytree(DEMON / name, directory / name)
    for component, image in images.items():
        path = directory / "k8s" / f"{component}.yaml"
        path.write_text(re.sub(r"image: .*", f"image: {image}", path.read_text()))
    return directory


def render(directory, *arguments, **changes):
    done = subprocess.run([directory / "scripts/render-manifests.sh", *arguments], text=True, capture_output=True,
                          timeout=60, check=False, env=environment(**changes))
    equal(done.returncode, 0, done.stderr)
    return parse(done.stdout)


@case("each component has a Deployment and a Service, on the port and with the name that its Cargo.toml gives")
def _(_):
    name = tomllib.loads((DEMON / "Cargo.toml").read_text())["workspace"]["metadata"]["ocibuild"]
    for component, objects in committed().items():
        package = tomllib.loads((DEMON / component / "Cargo.toml").read_text())["package"]["metadata"]["ocibuild"]
        port = COMPONENTS[component]
        equal(package["expose"], [f"{port}/tcp"])
        equal(container(objects)["ports"], [{"name": "http", "containerPort": port}])
        equal(objects["Service"]["spec"]["ports"], [{"name": "http", "port": port, "targetPort": "http"}])
        labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
        equal(objects["Service"]["spec"]["selector"], {"app.kubernetes.io/name": labels["app.kubernetes.io/name"]})
        equal(container(objects)["name"], component)
        contains(container(objects)["image"], f"{name['registry']}/{name['name'].format(component=component)}")
    equal(sorted(committed()), sorted(COMPONENTS))


@case("each component is probed, limited, not root, and can write nowhere")
def _(_):
    for objects in committed().values():
        runs, inside = pod(objects)["securityContext"], container(objects)
        equal((runs["runAsNonRoot"], runs["runAsUser"], runs["seccompProfile"]), (True, 65532, {"type": "RuntimeDefault"}))
        equal(inside["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                          "capabilities": {"drop": ["ALL"]}})
        equal({probe: inside[probe]["httpGet"]["path"] for probe in sorted(PROBES)},
              {"livenessProbe": "/health", "readinessProbe": "/ready", "startupProbe": "/health"})
        equal(inside["startupProbe"]["periodSeconds"] * inside["startupProbe"]["failureThreshold"], 30)
        equal((inside["imagePullPolicy"], sorted(inside["resources"])), ("IfNotPresent", ["limits", "requests"]))


@case("with real images, by tag or digest, the manifests are applied as they are committed")
def _(directory):
    digest = "sha256:" + "a" * 64
    images = {"engine": f"ghcr.io/afewell-hh/demon-engine@{digest}",
              "runtime": f"localhost:5000/demon-runtime:1.2@{digest}"}
    expected = committed()
    for component, image in images.items():
        container(expected[component])["image"] = image
    equal(render(working_copy(directory, **images)), expected)


@case("a manifest that names image and port first, or has the line ends of Windows, is understood as well")
def _(directory):
    path = working_copy(directory) / "k8s" / "engine.yaml"
    text = re.sub(r"- name: engine\n( +)(image: .*)\n", r"- \2\n\1name: engine\n", path.read_text())
    text = re.sub(r"- name: http\n( +)(containerPort: \d+)\n", r"- \2\n\1name: http\n", text)
    equal("- image: " in text and "- containerPort: " in text, True, text)
    path.write_text(text)
    equal(render(directory), committed())
    ports = container(render(directory, "--podman")["engine"])["ports"]
    equal(ports, [{"containerPort": 8081, "hostPort": 8081, "name": "http"}])
    path.write_bytes(text.replace("\n", "\r\n").encode())
    equal(render(directory), committed())


@case("a placeholder is applied without probes and security context, on its own port, and the others as they are")
def _(directory):
    rendered = render(working_copy(directory, engine="nginx:alpine"))
    objects = rendered["engine"]
    lacks(str(objects), "Probe")
    lacks(str(objects), "securityContext")
    equal(container(objects)["ports"], [{"name": "http", "containerPort": 80}])
    equal(objects["Service"]["spec"]["ports"], [{"name": "http", "port": 8081, "targetPort": "http"}])
    equal({name: rendered[name] for name in ("operate-ui", "runtime")},
          {name: committed()[name] for name in ("operate-ui", "runtime")})
    equal(container(render(directory, PLACEHOLDER_PORT=8080)["engine"])["ports"][0]["containerPort"], 8080)


@case("for podman there are ports of this machine and no probes, and everything else stays")
def _(directory):
    rendered = render(working_copy(directory, engine="nginx:alpine"), "--podman", "--port-offset", "10000")
    equal({name: container(objects)["ports"] for name, objects in rendered.items()},
          {"engine": [{"name": "http", "containerPort": 80, "hostPort": 18081}],
           "operate-ui": [{"name": "http", "containerPort": 3000, "hostPort": 13000}],
           "runtime": [{"name": "http", "containerPort": 8082, "hostPort": 18082}]})
    for name in ("operate-ui", "runtime"):
        before = committed()[name]
        equal(container(rendered[name]).keys(), container(before).keys() - PROBES)
        equal(pod(rendered[name])["securityContext"], pod(before)["securityContext"])


def stand_in(path, script):
    path.write_text(f"#!/usr/bin/env bash\nset -eu\n{script}")
    path.chmod(0o755)
    return path


# Says yes to everything, notes what it was told, and forwards ports as long as it lives, as kubectl does.
KUBECTL = """
echo "$*" >>"$0.log"
case $* in
  *apply*) cat >"$0.applied" ;;
  *port-forward*)
    echo $$ >>"$0.pids"
    port=${*: -1:1}
    echo "Forwarding from 127.0.0.1:4${port#:} -> ${port#:}"
    exec sleep 60
    ;;
esac
"""


def smoke(directory, status, *arguments):
    """Runs the smoke script with stand-ins; how it went, what kubectl was told, and what ocibuild was."""
    kubectl = stand_in(directory / "kubectl", KUBECTL)
    ocibuild = stand_in(directory / "ocibuild", f'echo "$*" >>"$0.log"\nexit {status}\n')
    done = subprocess.run([directory / "scripts/smoke-k8s-bootstrap.sh", *arguments], text=True, capture_output=True,
                          timeout=60, check=False, env=environment(KUBECTL=kubectl, OCIBUILD=ocibuild))
    return done, *(path.with_suffix(".log").read_text().splitlines() for path in (kubectl, ocibuild))


@case("in a cluster the smoke test applies, waits, forwards a port to each Service, and asks there")
def _(directory):
    done, told, asked = smoke(working_copy(directory), 0, "--namespace", "demon", "--timeout", "40s")
    equal(done.returncode, 0, done.stderr)
    equal(told[0], "--namespace demon apply -f -")
    for component, port in COMPONENTS.items():
        contains("\n".join(told), f"--namespace demon rollout status deployment/{component} --timeout 40s\n")
        contains("\n".join(told), f"--namespace demon port-forward --address 127.0.0.1 service/{component} :{port}")
        contains(asked[0], f"--base-url {component}=http://127.0.0.1:4{port}")
    contains(asked[0], "probe -f k8s/engine.yaml k8s/operate-ui.yaml k8s/runtime.yaml --timeout 40s")
    for pid in (directory / "kubectl.pids").read_text().split():
        ended(int(pid))


def ended(pid):
    """Waits until a process is gone, which it may be a moment after it was told to."""
    deadline = time.monotonic() + 10
    while pathlib.Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"process {pid} still runs")
        time.sleep(0.01)


@case("a smoke test that fails shows what the components logged and ends as the probe did")
def _(directory):
    done, told, asked = smoke(working_copy(directory), 1, "--allow-placeholder")
    equal(done.returncode, 1, done.stderr)
    contains(asked[0], "--allow-placeholder")
    equal([line for line in told if line.startswith("logs")],
          [f"logs deployment/{component} --tail 20" for component in COMPONENTS])


run_cases()
