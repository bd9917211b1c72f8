"""The rules of the code base that a program can judge. Each rule takes `{path: text}` and yields what breaks it."""
import re
from collections.abc import Iterator

Files = dict[str, str]

MAX_LINES = 300

BELOW_BUILD = {"base", "spec", "http", "layer", "store"}
MAY_INCLUDE = {
    "base": {"base"},
    "spec": {"base", "spec"},
    "http": {"base", "spec", "http"},
    "layer": {"base", "spec", "layer"},
    "store": {"base", "spec", "layer", "store"},
    "build": BELOW_BUILD | {"build"},
    "audit": BELOW_BUILD | {"build", "audit"},
    "registry": BELOW_BUILD | {"registry"},
    "deploy": BELOW_BUILD | {"deploy"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
STANDARD_HEADER = re.compile(r"^([a-z0-9_]+|sys/types\.h)$")
C_LIBRARY_HEADER = re.compile(r"^(archive\w*\.h|zlib\.h|zstd\w*\.h|libdeflate\.h|openssl/.*|curl/.*|yaml\.h)$")
MARKER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
WORLD = re.compile(
    r"\b(?:getenv|setenv|std::cout|std::cerr|std::clog|printf|puts|fmt::print|std::exit|std::quick_exit"
    r"|system_clock|current_path|getcwd|std::time|gettimeofday)\b"
)


def layer_of(path: str) -> str | None:
    """The layer that a library file belongs to; tools, tests and examples belong to none."""
    match = re.match(r"(?:lib|include/ocibuild)/(\w+)/", path)
    return match[1] if match else None


def cpp(files: Files) -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in files.items() if path.endswith((".cpp", ".hpp")))


def long_files(files: Files) -> Iterator[str]:
    for path, text in cpp(files):
        if (lines := text.count("\n")) > MAX_LINES:
            yield f"{path}: has {lines} lines, at most {MAX_LINES} are allowed"


def upward_includes(files: Files) -> Iterator[str]:
    for path, text in cpp(files):
        layer = layer_of(path)
        if layer is None:
            continue
        if layer not in MAY_INCLUDE:
            yield f"{path}: {layer} is not a known layer"
            continue
        for header in INCLUDE.findall(text):
            included = header.removeprefix("ocibuild/").split("/")[0]
            if included in MAY_INCLUDE and included not in MAY_INCLUDE[layer]:
                yield f"{path}: {layer} must not include {header}"


def foreign_public_headers(files: Files) -> Iterator[str]:
    for path, text in cpp(files):
        if path.startswith("include/"):
            for header in INCLUDE.findall(text):
                if not header.startswith("ocibuild/") and not STANDARD_HEADER.match(header):
                    yield f"{path}: a public header must not include {header}"


def foreign_private_headers(files: Files) -> Iterator[str]:
    """The C libraries stay inside the .cpp files that wrap them."""
    for path, text in cpp(files):
        if path.startswith("lib/") and path.endswith(".hpp"):
            for header in filter(C_LIBRARY_HEADER.match, INCLUDE.findall(text)):
                yield f"{path}: {header} belongs into the .cpp that wraps it"


def markers(files: Files) -> Iterator[str]:
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if match := MARKER.search(line):
                yield f"{path}:{number}: {match[0]}: do it, or open an issue"


def worldly_library(files: Files) -> Iterator[str]:
    """The library reads no clock, environment or current directory, prints nothing and never exits."""
    for path, text in cpp(files):
        if path.startswith("lib/"):
            for number, line in enumerate(text.splitlines(), 1):
                if match := WORLD.search(line.split("//")[0]):
                    yield f"{path}:{number}: {match[0]}: the library is told such things by its caller"


RULES = [long_files, upward_includes, foreign_public_headers, foreign_private_headers, markers, worldly_library]
