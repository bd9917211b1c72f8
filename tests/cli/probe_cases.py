"""`ocibuild probe` with real servers: those that are late, hang, say too much, or are only a placeholder."""

import contextlib
import json
import signal
import ssl
import subprocess
import time

from certificates import Authority
from harness import PROGRAM, case, contains, environment, equal, fails, lacks, ocibuild, run_cases, succeeds
from service import free_port
from small_server import send, silent_server, small_server
from stock_nginx import stock_nginx

QUICK = ("--interval", "20ms")


def healthy(handler, _):
    send(handler, 200, "ok")


def rows(table):
    """The lines of a table, each as its columns."""
    return [line.split() for line in table.splitlines()[1:]]


def gives_up(*arguments, **options):
    """Standard output and standard error of a probe that ends with 5."""
    done = ocibuild("probe", *arguments, *QUICK, **options)
    equal(done.returncode, 5, done.stderr)
    equal(done.stderr.count("error: "), 1, done.stderr)
    return done.stdout, done.stderr


def start(sign, *arguments):
    """A probe that has said `sign` about a try."""
    process = subprocess.Popen([PROGRAM, "probe", "-v", *arguments], env=environment(), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stderr:
        if sign in line:
            return process
    raise AssertionError(f"it ended without {sign!r}")


def becomes_healthy(process):
    """What a probe with --json says about its one target, after others."""
    found, errors = process.communicate(timeout=60)
    equal(process.returncode, 0, errors)
    target = json.loads(found)["targets"][0]
    equal((target["state"], target["status"], target["ok"]), ("healthy", 200, True))
    equal(target["attempts"] > 1, True)


@case("healthy services are in a table")
def _(directory):
    with small_server(healthy) as (one, _), small_server(healthy) as (two, _):
        done = ocibuild("probe", one + "/health", two + "/ready")
        equal(done.returncode, 0, done.stderr)
        equal(done.stdout.splitlines()[0].split(), ["NAME", "STATE", "STATUS", "TRIES", "TIME"])
        equal([row[:4] for row in rows(done.stdout)],
              [[one + "/health", "healthy", "200", "1"], [two + "/ready", "healthy", "200", "1"]])
        contains(done.stderr, f"{one}/health: healthy after ")
        equal(succeeds("probe", "-q", one).startswith("NAME"), True)


@case("a service that comes up late is waited for")
def _(directory):
    port = free_port()
    process = start("connection refused", f"http://127.0.0.1:{port}/", "--json", *QUICK)
    with small_server(healthy, port):
        becomes_healthy(process)


@case("503 is asked again until it is 200")
def _(directory):
    with small_server(lambda handler, number: send(handler, 503 if number < 4 else 200)) as (origin, requests):
        equal(rows(succeeds("probe", origin, *QUICK))[0][1:4], ["healthy", "200", "4"])
        equal(len(requests), 4)


@case("what never gets healthy ends with 5 and its last answer")
def _(directory):
    with small_server(lambda handler, _: send(handler, 503, "no database\n")) as (bad, _), \
            small_server(healthy) as (good, _):
        table, message = gives_up(bad, good, "--timeout", "500ms")
        equal([row[1:3] for row in rows(table)], [["unhealthy", "503"], ["healthy", "200"]])
        contains(message, f"error: 1 of 2 never got healthy: {bad}/\n")
        contains(message, f"note: {bad}/: status 503, expected 200-399; ")
        contains(message, "it said: no database\n")
        lacks(message, f"note: {good}")
        contains(gives_up(bad, "--timeout", "500ms")[1], f"error: {bad}/ never got healthy: status 503, expected")


@case("a server that hangs is left after the time of one try, and everything ends with the whole time")
def _(directory):
    with silent_server() as origin:
        began = time.monotonic()
        found = json.loads(gives_up(origin, "--try-timeout", "100ms", "--timeout", "800ms", "--json")[0])
        equal(time.monotonic() - began < 3, True)
    target = found["targets"][0]
    equal((target["state"], target["reason"]), ("unreachable", "no answer within 100ms"))
    equal(target["attempts"] > 1, True)
    lacks(target, "status")


@case("targets are asked at the same time")
def _(directory):
    with contextlib.ExitStack() as stack:
        origins = [stack.enter_context(silent_server()) for _ in range(20)]
        began = time.monotonic()
        table, _ = gives_up(*origins, "--try-timeout", "300ms", "--timeout", "500ms")
        equal(time.monotonic() - began < 4, True)
    equal([row[1] for row in rows(table)], ["unreachable"] * 20)


@case("status and body can be asked for")
def _(directory):
    with small_server(lambda handler, _: send(handler, 202, '{"status":"ok"}')) as (origin, _):
        succeeds("probe", origin, "--expect-status", "200-202,204", "--expect-body", '"ok"')
        message = gives_up(origin, "--expect-status", "200,204", "--timeout", "500ms")[1]
        contains(message, "status 202, expected 200,204")
        message = gives_up(origin, "--expect-body", "ready", "--timeout", "500ms")[1]
        contains(message, 'without "ready" in its body')


@case("a redirect on the same host is followed, and one to elsewhere is not")
def _(directory):
    def redirect(handler, _):
        if handler.path == "/ready":
            send(handler, 200, "ready")
        else:
            send(handler, 302, Location="/ready" if handler.path == "/here" else "http://127.0.0.1:1/")

    with small_server(redirect) as (origin, requests):
        equal(rows(succeeds("probe", origin + "/here", "--expect-body", "ready"))[0][2], "200")
        equal(rows(succeeds("probe", origin + "/elsewhere"))[0][2], "302")
        equal(rows(succeeds("probe", origin + "/here", "--expect-status", "302"))[0][2], "302")
        equal(requests.paths, ["/here", "/ready", "/elsewhere", "/here"])


@case("an endless body is not read to its end")
def _(directory):
    def endless(handler, _):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    with small_server(endless) as (origin, _):
        found = json.loads(succeeds("probe", origin, "--json"))["targets"][0]
        equal(found["body"], "x" * 200 + "...")


@case("a body that does not come to its end in time is not healthy")
def _(directory):
    def stuck(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")
        time.sleep(5)

    with small_server(stuck) as (origin, _):
        message = gives_up(origin, "--try-timeout", "400ms", "--timeout", "1s")[1]
        contains(message, "status 200, no complete answer within 400ms")


@case("escape sequences in an answer do nothing to the terminal")
def _(directory):
    with small_server(lambda handler, _: send(handler, 500, "\x1b]0;title\a\x1b[2Jlost\r\nlines")) as (origin, _):
        table, message = gives_up(origin, "--timeout", "500ms")
        lacks(table + message, "\x1b")
        contains(message, "it said: lost lines\n")
        lacks(gives_up(origin, "--timeout", "500ms", "--json")[0], "\\u001b")


@case("a stock nginx is a placeholder, wherever it is asked")
def _(directory):
    with stock_nginx() as origin:
        table, message = gives_up(origin, origin + "/health", "--timeout", "500ms")
        equal([row[1:3] for row in rows(table)], [["placeholder", "200"], ["placeholder", "404"]])
        contains(message, f"note: {origin}/: nginx's welcome page; ")
        contains(message, f"note: {origin}/health: nginx's own error page; ")
        contains(message, "help: a stock nginx is deployed there; ")


@case("a placeholder is accepted where it is allowed, and other failures are not")
def _(directory):
    with stock_nginx() as origin, small_server(healthy) as (real, _):
        began = time.monotonic()
        table = succeeds("probe", origin + "/health", real, "--allow-placeholder", *QUICK)
        equal(time.monotonic() - began < 5, True)
        equal([row[1:4] for row in rows(table)], [["placeholder", "404", "2"], ["healthy", "200", "1"]])
        table, message = gives_up(origin, "http://127.0.0.1:1/", "--allow-placeholder", "--timeout", "500ms")
        equal([row[1] for row in rows(table)], ["placeholder", "unreachable"])
        contains(message, "error: 1 of 2 never got healthy: http://127.0.0.1:1/\n")
        lacks(message, "help:")


@case("a placeholder that is replaced by the real service is healthy then")
def _(directory):
    port = free_port()
    with stock_nginx(port) as origin:
        process = start("nginx's own error page", origin + "/health", "--json", *QUICK)
    with small_server(healthy, port):
        becomes_healthy(process)


@case("a real service behind an nginx is no placeholder")
def _(directory):
    with small_server(lambda handler, _: send(handler, 200, "ok", Server="nginx/1.22.1")) as (origin, _):
        equal(rows(succeeds("probe", origin))[0][1], "healthy")


@case("--json is one object with everything")
def _(directory):
    with small_server(lambda handler, _: send(handler, 404, "gone")) as (origin, _):
        found = json.loads(gives_up(origin, "--timeout", "500ms", "--json")[0])
        equal((found["schemaVersion"], found["ok"]), (1, False))
        target = found["targets"][0]
        equal(sorted(target), ["attempts", "body", "elapsedMs", "name", "ok", "reason", "state", "status", "url"])
        equal((target["status"], target["body"], target["ok"]), (404, "gone", False))


@case("no credentials are sent, and values in a query are not shown")
def _(directory):
    with small_server(healthy) as (origin, requests):
        done = ocibuild("probe", origin + "/health?token=secret", "-vv",
                        env=environment(GITHUB_TOKEN="ghp_secret", OCIBUILD_USERNAME="u", OCIBUILD_PASSWORD="secret"))
        equal(done.returncode, 0, done.stderr)
        lacks(done.stdout + done.stderr, "secret")
        path, headers = requests[0]
        equal(path, "/health?token=secret")
        equal(headers["Authorization"], None)


@case("certificates are checked, unless --ca-file or --insecure says otherwise")
def _(directory):
    authority = Authority(directory)
    certificate = authority.good()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.chain, certificate.key)
    with small_server(healthy, tls=tls) as (origin, _):
        equal(rows(gives_up(origin, "--timeout", "500ms")[0])[0][1], "unreachable")
        succeeds("probe", origin, "--ca-file", authority.certificate)
        succeeds("probe", origin, "--insecure", "127.0.0.1")


@case("a signal ends it at once, in the middle of a wait")
def _(directory):
    process = start("connection refused", "http://127.0.0.1:1/", "--interval", "30s")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    equal(process.communicate(timeout=10)[0], "")
    equal((process.returncode, time.monotonic() - began < 1.5), (143, True))


@case("what cannot be asked is a usage error")
def _(directory):
    contains(fails(2, "probe"), "nothing to probe")
    contains(fails(2, "probe", "127.0.0.1:8080/health"), "a URL has no `http://` or `https://` in front")
    contains(fails(2, "probe", "http://user:secret@127.0.0.1/"), "a URL holds a user name or password")
    for option, value in (("--timeout", "30"), ("--try-timeout", "0s"), ("--interval", "-1s"),
                          ("--expect-status", "2xx")):
        contains(fails(2, "probe", "http://127.0.0.1:1/", f"{option}={value}"), f"error: {option}: ")


run_cases()
