"""`ocibuild pin`: references in manifests become digests and nothing else changes, whatever the bytes around them are."""

import fcntl
import json
import os
import stat
import subprocess

from harness import PROGRAM, case, contains, environment, equal, fails, files_below, lacks, ocibuild, run_cases, succeeds
from pin_project import COMPONENTS, image, make_project, manifest, pinned_text, reference, write_digests
from real_registry import registry
from small_server import send, small_server
from workspace import make_layout


@case("pin replaces references by digests, prints them, and changes no other byte")
def _(directory):
    file = make_project(directory)
    done = ocibuild("pin", "k8s/demon.yaml", cwd=directory)
    equal(done.returncode, 0, done.stderr)
    equal(done.stdout, "".join(f"{reference(name)}\n" for name in COMPONENTS))
    contains(done.stderr, "k8s/demon.yaml: 3 references pinned")
    equal(file.read_text(), pinned_text())
    again = ocibuild("pin", "k8s/demon.yaml", cwd=directory)
    contains(again.stderr, "k8s/demon.yaml: up to date")
    equal((again.stdout, file.read_text()), (done.stdout, pinned_text()))
    equal([name for name in files_below(directory) if "pins" in name or "tmp" in name], [])


@case("pin takes one component at a time, and says which is nowhere")
def _(directory):
    file = make_project(directory)
    equal(succeeds("pin", "runtime", "k8s/demon.yaml", cwd=directory), reference("runtime") + "\n")
    equal(file.read_text().count("sha256:"), 1)
    succeeds("pin", "engine", "operate-ui", "k8s/demon.yaml", cwd=directory)
    equal(file.read_text(), pinned_text())
    other = directory / "other.yml"
    other.write_text(manifest(("redis", "redis:7")))
    done = ocibuild("pin", "engine", other, "-v", cwd=directory)
    contains(done.stderr, "warning: engine is named nowhere in these files\n")
    contains(done.stderr, f"note: looked for {reference('engine').split('@')[0]} and ocibuild://engine\n")
    contains(done.stderr, "other.yml:10: redis:7 stays as it is")
    contains(done.stderr, "other.yml: no image to replace")


@case("a component is one even where a file has its name, and a file needs no suffix that is known")
def _(directory):
    make_project(directory).rename(directory / "demon.yaml.tmp")
    (directory / "engine").touch()
    equal(succeeds("pin", "engine", "demon.yaml.tmp", cwd=directory), reference("engine") + "\n")
    equal((directory / "demon.yaml.tmp").read_text().count("sha256:"), 1)


@case("pin ends with 3 for a component that the digests lack, and for a file that is missing")
def _(directory):
    file = make_project(directory, manifest(("a", "ocibuild://engin")))
    before = file.read_bytes()
    message = fails(3, "pin", "runtim", "k8s/demon.yaml", cwd=directory)
    contains(message, 'no component "runtim"')
    contains(message, "did you mean 'runtime'?")
    contains(fails(3, "pin", "k8s/demon.yaml", cwd=directory), 'k8s/demon.yaml: line 10: the digests have no component')
    contains(fails(3, "pin", "k8s/none.yaml", cwd=directory), "k8s/none.yaml")
    equal(file.read_bytes(), before)
    contains(fails(3, "pin", "k8s/demon.yaml", "--digests", "none.json", cwd=directory), "ocibuild build")


@case("pin ends with 2 for options that exclude each other, and without a file")
def _(directory):
    make_project(directory)
    run = lambda *arguments: fails(2, "pin", *arguments, cwd=directory)
    run()
    contains(run("engine"), "no file was given")
    contains(run("k8s"), "note: k8s is a directory, and was taken for a component")
    contains(run("k8s/"), "k8s/ is a directory")
    (directory / "manifest").touch()
    contains(run("manifest"), "note: manifest was taken for a component; the file is ./manifest\n")
    contains(run("k8s/demon.yaml", "--digests", "a", "--from", "b"), "--digests and --from exclude each other")
    contains(run("k8s/demon.yaml", "--check", "--dry-run"), "exclude")
    contains(run("k8s/demon.yaml", "--resolve", "--placeholder", "nginx"), "exclude")
    contains(run("k8s/demon.yaml", "--placeholder", "NOT AN IMAGE"), "NOT AN IMAGE")
    contains(run("k8s/demon.yaml", "--image-path", "a..b"), "a..b")


@case("placeholders come back by option or environment, and pinning forward gives the bytes of before")
def _(directory):
    file = make_project(directory)
    succeeds("pin", "k8s/demon.yaml", cwd=directory)
    done = ocibuild("pin", "k8s/demon.yaml", "--placeholder", "nginx:alpine", cwd=directory)
    equal((done.returncode, done.stdout), (0, "nginx:alpine\n"))
    equal(file.read_text(), manifest(*((name, "'nginx:alpine'") for name in COMPONENTS)))
    side_file = directory / "ocibuild.pins.json"
    remembered = side_file.read_bytes()
    entry = json.loads(remembered)["files"]["k8s/demon.yaml"][0]
    equal((entry["component"], entry["container"], entry["image"]), ("engine", "engine", reference("engine")))
    succeeds("pin", "k8s/demon.yaml", cwd=directory, env=environment(OCIBUILD_PLACEHOLDER="nginx:alpine"))
    equal(side_file.read_bytes(), remembered)
    equal(ocibuild("pin", "--check", "k8s/demon.yaml", cwd=directory).returncode, 1)
    equal(side_file.read_bytes(), remembered)
    succeeds("pin", "runtime", "k8s/demon.yaml", cwd=directory, env=environment(OCIBUILD_PLACEHOLDER=""))
    equal(len(json.loads(side_file.read_text())["files"]["k8s/demon.yaml"]), 2)
    succeeds("pin", "k8s/demon.yaml", cwd=directory)
    equal((file.read_text(), side_file.exists()), (pinned_text(), False))


@case("what another pin remembers in the meantime is kept: the side file is one's own from reading to replacing")
def _(directory):
    file = make_project(directory)
    before = file.read_bytes()
    succeeds("pin", "runtime", "k8s/demon.yaml", "--placeholder", "nginx", cwd=directory)
    side_file = directory / "ocibuild.pins.json"
    of_other = side_file.read_bytes()
    side_file.unlink()
    file.write_bytes(before)
    lock = os.open(directory, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    waiting = subprocess.Popen([PROGRAM, "pin", "engine", "k8s/demon.yaml", "--placeholder", "nginx"], cwd=directory,
                               env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for preview in ("--check", "--dry-run") * 4:
        ocibuild("pin", preview, "k8s/demon.yaml", cwd=directory, timeout=60)  # these wait for nobody
    equal((waiting.poll(), side_file.exists()), (None, False))
    side_file.write_bytes(of_other)
    os.close(lock)
    equal(waiting.wait(timeout=60), 0)
    entries = json.loads(side_file.read_text())["files"]["k8s/demon.yaml"]
    equal(sorted(entry["component"] for entry in entries), ["engine", "runtime"])


@case("a side file that cannot be written is named, and no manifest changes")
def _(directory):
    before = make_project(directory).read_bytes()
    # There nobody writes, not even root.
    message = fails(8, "pin", "k8s/demon.yaml", "--placeholder", "nginx", "--pins", "/proc/pins.json", cwd=directory)
    contains(message, "/proc/")
    equal((directory / "k8s/demon.yaml").read_bytes(), before)


@case("the side file names manifests by where they are from it")
def _(directory):
    file = make_project(directory)
    (directory / "deploy").mkdir()
    arguments = ("--pins", "deploy/pins.json")
    succeeds("pin", "k8s/demon.yaml", "--placeholder", "nginx", *arguments, cwd=directory)
    equal(list(json.loads((directory / "deploy/pins.json").read_text())["files"]), ["../k8s/demon.yaml"])
    digests = ("--digests", directory / "target/ocibuild/docker-image-digests.json")
    succeeds("pin", "demon.yaml", "--pins", "../deploy/pins.json", *digests, cwd=directory / "k8s")
    equal((file.read_text(), (directory / "deploy/pins.json").exists()), (pinned_text(), False))


@case("pin --from rolls back to an earlier release and forward again")
def _(directory):
    file = make_project(directory)
    succeeds("pin", "k8s/demon.yaml", cwd=directory)
    old = write_digests(directory / "old.json", "old")
    succeeds("pin", "k8s/demon.yaml", "--from", old, cwd=directory)
    equal(file.read_text(), pinned_text("old"))
    succeeds("pin", "k8s/demon.yaml", cwd=directory, env=environment(OCIBUILD_DIGESTS=old))
    equal(file.read_text(), pinned_text("old"))
    succeeds("pin", "k8s/demon.yaml", cwd=directory)
    equal(file.read_text(), pinned_text())


@case("pin --from warns of what was no component yet, unless others were asked for")
def _(directory):
    file = make_project(directory)
    succeeds("pin", "k8s/demon.yaml", cwd=directory)
    write_digests(directory / "old.json", "old", COMPONENTS[:2])
    warning = f"warning: k8s/demon.yaml:16: {reference('operate-ui')} is not in old.json and stays\n"
    for arguments in (("--check",), ()):
        done = ocibuild("pin", "k8s/demon.yaml", "--from", "old.json", *arguments, cwd=directory)
        equal((done.returncode, done.stderr.count(warning)), (len(arguments), 1), done.stderr)
    equal(file.read_text(), pinned_text("old").replace(reference("operate-ui", "old"), reference("operate-ui")))
    for arguments in (("engine", "--from"), ("--digests",)):
        lacks(ocibuild("pin", "k8s/demon.yaml", *arguments, "old.json", cwd=directory).stderr, "and stays")


@case("pin --replace migrates containers that are named like components")
def _(directory):
    text = manifest(("engine", "nginx:alpine"), ("proxy", "nginx:alpine"), ("runtime", "nginx:1.27"))
    file = make_project(directory, text)
    succeeds("pin", "k8s/demon.yaml", "--replace", "nginx:alpine", cwd=directory)
    equal(file.read_text(), manifest(("engine", reference("engine")), ("proxy", "nginx:alpine"), ("runtime", "nginx:1.27")))


@case("pin reports every file and site as one JSON object")
def _(directory):
    make_project(directory, manifest(("engine", f"{image('engine')}:1"), ("redis", "redis:7")))
    found = json.loads(succeeds("pin", "--json", "k8s/demon.yaml", cwd=directory))
    site = found["files"][0]["sites"][0]
    equal((found["schemaVersion"], found["files"][0]["file"], found["files"][0]["changed"]), (1, "k8s/demon.yaml", True))
    equal(site, {"document": 0, "line": 10, "kind": "Deployment", "name": "demon", "container": "engine",
                 "path": "spec.template.spec.containers[engine].image", "component": "engine",
                 "before": f"{image('engine')}:1", "after": reference("engine"), "changed": True})
    check = ocibuild("pin", "--json", "--check", "k8s/demon.yaml", cwd=directory)
    equal((check.returncode, json.loads(check.stdout)["files"][0]["changed"]), (0, False))


@case("reports have the names of files as they were given, however they lead there")
def _(directory):
    file = make_project(directory)
    for name in ("./k8s/demon.yaml", str(file)):
        (given,) = json.loads(succeeds("pin", "--dry-run", "--json", name, cwd=directory))["files"]
        equal((given["file"], len(given["sites"])), (name, len(COMPONENTS)))
    contains(ocibuild("pin", "./k8s/demon.yaml", cwd=directory).stderr, "./k8s/demon.yaml: 3 references pinned")


@case("a symlink that leads to itself is no file, and nothing is written")
def _(directory):
    before = make_project(directory).read_bytes()
    (directory / "loop.yaml").symlink_to("loop.yaml")
    contains(fails(8, "pin", "k8s/demon.yaml", "loop.yaml", cwd=directory), "loop.yaml: too many levels of symbolic")
    equal((directory / "k8s/demon.yaml").read_bytes(), before)


@case("an image behind an anchor that is no known place is refused, and pinned with the other once it is said")
def _(directory):
    values = f"global:\n  engineImage: &e {image('engine')}:1\nengine:\n  image: *e\n"
    file = make_project(directory, values)
    message = fails(3, "pin", "k8s/demon.yaml", cwd=directory)
    contains(message, "line 2 is not known to be an image, but shares one scalar, on line 2, with the image on line 4")
    contains(message, "help: or, if that is an image too, say where it is with --image-path\n")
    succeeds("pin", "k8s/demon.yaml", "--image-path", "global.engineImage", cwd=directory)
    equal(file.read_text(), values.replace(f"{image('engine')}:1", reference("engine")))


@case("no file is written when one of them is refused, and a template of a chart says what to pin instead")
def _(directory):
    file = make_project(directory)
    before = file.read_bytes()
    template = directory / "k8s/template.yaml"
    template.write_text("spec:\n{{- if .Values.x }}\n  image: {{ .Values.image }}\n{{- end }}\n")
    message = fails(3, "pin", "k8s/demon.yaml", "k8s/template.yaml", cwd=directory)
    contains(message, "error: k8s/template.yaml: this is a template of Helm")
    contains(message, "values.yaml")
    template.write_text("a: 1\nb: 2\na: 3\n")
    contains(fails(3, "pin", "k8s/demon.yaml", "k8s/template.yaml", cwd=directory), "line 3: ")
    template.write_bytes("a: 1\n".encode("utf-16"))
    contains(fails(3, "pin", "k8s/demon.yaml", "k8s/template.yaml", cwd=directory), "UTF-8")
    equal(file.read_bytes(), before)


@case("a file keeps its mode, a symlink stays one, and a file named twice is one")
def _(directory):
    file = make_project(directory)
    file.chmod(0o640)
    link = directory / "link.yaml"
    link.symlink_to("k8s/demon.yaml")
    found = json.loads(succeeds("pin", "--json", "link.yaml", "k8s/demon.yaml", cwd=directory))
    equal((len(found["files"]), link.is_symlink()), (1, True))
    equal((file.read_text(), stat.S_IMODE(file.stat().st_mode)), (pinned_text(), 0o640))


@case("names of files and images are shown without control characters")
def _(directory):
    make_project(directory)
    odd = directory / "k8s/\x1b[31modd.yaml"
    odd.write_text(manifest(("x", '"a\\e[31mb"')))
    done = ocibuild("pin", "-v", odd, cwd=directory)
    equal(done.returncode, 0, done.stderr)
    lacks(done.stderr + done.stdout, "\x1b")
    contains(done.stderr, "stays as it is")


@case("pin --resolve asks the registry once for each tag, and only for components that are given")
def _(directory):
    layout = make_layout(directory)
    with registry() as served:
        pinned = {name: succeeds("copy", f"oci:{layout}:{name}", f"{served.host}/acme/demon-{name}:1").strip()
                  for name in ("alpha", "beta")}
        tagged = {name: f"{served.host}/acme/demon-{name}:1" for name in pinned}
        text = manifest(("a", tagged["alpha"]), ("b", tagged["alpha"]), ("c", tagged["beta"]), ("d", pinned["beta"]))
        file = directory / "demon.yaml"
        file.write_text(text)
        equal(succeeds("pin", "--resolve", "alpha", file, cwd=directory), pinned["alpha"] + "\n")
        equal(file.read_text(), text.replace(tagged["alpha"], pinned["alpha"]))
        succeeds("pin", "--resolve", file, cwd=directory)
        equal(file.read_text(), text.replace(tagged["alpha"], pinned["alpha"]).replace(tagged["beta"], pinned["beta"]))
        equal(ocibuild("pin", "--resolve", "--check", file, cwd=directory).returncode, 0)
        succeeds("pin", "--resolve", "--check", "beta", file, cwd=directory)
        file.write_text(manifest(("a", f"{served.host}/acme/none:1")))
        contains(fails(3, "pin", "--resolve", file, cwd=directory), f"resolving {served.host}/acme/none:1")


@case("pin --resolve sends credentials that name no registry to no registry that the files happen to name first")
def _(directory):
    with small_server(lambda handler, _: send(handler, 401, **{"WWW-Authenticate": 'Basic realm="other"'})) as (other, asked), \
            registry() as served:
        other = other.removeprefix("http://")
        ours = succeeds("copy", f"oci:{make_layout(directory)}:alpha", f"{served.host}/acme/alpha:1").strip()
        file = directory / "demon.yaml"
        file.write_text(manifest(("a", f"{other}/sidecar:1"), ("b", f"{served.host}/acme/alpha:1")))
        env = environment(OCIBUILD_USERNAME="me", OCIBUILD_PASSWORD="s3cret")
        message = fails(2, "pin", "--resolve", file, cwd=directory, env=env)
        contains(message, "the credentials are for one registry, and there are several to ask: ")
        equal([headers["Authorization"] for _, headers in asked], [])
        equal(succeeds("pin", "--resolve", "b", file, cwd=directory, env=env), ours + "\n")


run_cases()
