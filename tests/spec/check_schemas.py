"""Checks documents against the JSON schemas of image-spec, and that the schemas refuse broken ones.

Usage: check_schemas.py SCHEMA_FOLDER PRINT_DOCUMENTS
"""

import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: this python3 has no jsonschema (Debian: python3-jsonschema)")
    sys.exit(77)

SCHEMAS = {
    "descriptor": "content-descriptor.json",
    "manifest": "image-manifest-schema.json",
    "index": "image-index-schema.json",
    "config": "config-schema.json",
    "layout": "image-layout-schema.json",
}
BASE = "https://schemas.invalid/"  # a host that cannot exist: nothing is ever fetched


def without_ids(schema):
    """References between the files are file names, which the ids inside them would lead astray."""
    if isinstance(schema, list):
        return [without_ids(item) for item in schema]
    if isinstance(schema, dict):
        return {key: without_ids(value) for key, value in schema.items() if key != "id" or not isinstance(value, str)}
    return schema


def validators(folder):
    files = {path.name: without_ids(json.loads(path.read_text())) for path in folder.glob("*.json")}
    store = {BASE + name: schema for name, schema in files.items()}
    for kind, name in SCHEMAS.items():
        resolver = jsonschema.RefResolver(BASE + name, files[name], store=store)
        yield kind, files[name], jsonschema.Draft4Validator(files[name], resolver=resolver)


def broken(document, schema):
    """The document without each of its required members, and with each member of another type."""
    for name in schema.get("required", []):
        yield f"without {name}", {key: value for key, value in document.items() if key != name}
    for name in document:
        if name in schema["properties"]:
            yield f"with {name} of another type", {**document, name: {"x": 1} if document[name] == [] else [[1]]}


def check(kind, document, schema, validator):
    failures = [f"{kind}: {error.message}" for error in validator.iter_errors(document)]
    for how, other in broken(document, schema):
        if validator.is_valid(other):
            failures.append(f"{kind} {how}: the schema takes it, so it proves nothing")
    return failures


def main(folder, print_documents):
    lines = subprocess.run([print_documents], check=True, capture_output=True, text=True).stdout.splitlines()
    documents = [line.split(" ", 1) for line in lines] + [["layout", '{"imageLayoutVersion":"1.0.0"}']]
    known = {kind: (schema, validator) for kind, schema, validator in validators(folder)}
    failures = [failure for kind, text in documents for failure in check(kind, json.loads(text), *known[kind])]
    print("\n".join(failures) or f"{len(documents)} documents are valid")
    return 1 if failures or {kind for kind, _ in documents} != set(SCHEMAS) else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
