"""Holds the repository against the rules, and the rules against files that break them."""
import unittest
from pathlib import Path

import rules

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("include", "lib", "tools", "tests", "examples")
SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".rs", ".build"}


def repository() -> rules.Files:
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    sources = (path for path in paths if path.suffix in SUFFIXES and "target" not in path.parts)
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sources if path.is_file()}


# For each rule a file that breaks it and one beside it that does not.
EXAMPLES = [
    (rules.long_files, ("lib/base/a.cpp", "\n" * 301), ("lib/base/a.cpp", "\n" * 300)),
    (rules.upward_includes, ("lib/base/a.cpp", "#include <ocibuild/spec/digest.hpp>\n"),
     ("lib/spec/a.cpp", "#include <ocibuild/base/bytes.hpp>\n")),
    (rules.upward_includes, ("include/ocibuild/store/a.hpp", '#  include "build/elf.hpp"\n'),
     ("lib/audit/a.cpp", '#include "build/elf.hpp"\n')),
    (rules.upward_includes, ("lib/build/a.cpp", '#include "audit/verify.hpp"\n'),
     ("tools/ocibuild/a.cpp", "#include <ocibuild/audit/verify.hpp>\n")),
    (rules.upward_includes, ("lib/misc/a.cpp", ""), ("lib/layer/a.cpp", "")),
    (rules.foreign_public_headers, ("include/ocibuild/base/a.hpp", "#include <fmt/format.h>\n"),
     ("include/ocibuild/base/a.hpp", "#include <string_view>\n#include <ocibuild/base/error.hpp>\n")),
    (rules.foreign_private_headers, ("lib/layer/a.hpp", "#include <archive.h>\n"),
     ("lib/layer/a.cpp", "#include <archive.h>\n")),
    (rules.markers, ("tools/a.py", "# TO" "DO: finish\n"), ("tools/a.py", "# the to-do list of the user\n")),
    (rules.worldly_library, ("lib/base/a.cpp", 'std::getenv("HOME");\n'),
     ("lib/base/a.cpp", "// the caller passes what getenv said\n")),
]


class StyleTest(unittest.TestCase):
    def test_every_rule_finds_what_breaks_it_and_nothing_else(self):
        for rule, (bad_path, bad_text), (good_path, good_text) in EXAMPLES:
            with self.subTest(rule=rule.__name__, bad=bad_path):
                self.assertEqual(len(list(rule({bad_path: bad_text}))), 1)
                self.assertEqual(list(rule({good_path: good_text})), [])

    def test_every_rule_has_an_example(self):
        self.assertEqual({rule for rule, _, _ in EXAMPLES}, set(rules.RULES))

    def test_the_repository_is_found(self):
        self.assertIn("include/ocibuild/base/error.hpp", repository())

    def test_the_repository_follows_every_rule(self):
        files = repository()
        self.assertEqual([finding for rule in rules.RULES for finding in rule(files)], [])


if __name__ == "__main__":
    unittest.main()
