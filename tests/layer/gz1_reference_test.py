"""The encoder and the reference written from its specification give the same bytes.

Usage: gz1_reference_test.py TOOL, which turns standard input into gz1 on standard output.
"""
import gzip
import random
import subprocess
import sys

from gz1_reference import compress


def records(size, period, changing):
    numbers, record, out = random.Random(period), bytearray(period), bytearray()
    record[period // 3] = 7
    while len(out) < size:
        for _ in range(changing):
            record[numbers.randrange(period)] = numbers.randrange(2)
        out += record
    return bytes(out[:size])


def text(size):
    numbers = random.Random(1)
    words = ["layer", "digest", "of", "the", "manifest", "blob", "index", "config", "platform", "a", "is", "size"]
    return " ".join(numbers.choice(words) for _ in range(size // 4)).encode()[:size]


def symbols(size, alphabet):
    numbers = random.Random(alphabet)
    return bytes(numbers.randrange(alphabet) for _ in range(size))


def inputs():
    yield from (text(size) for size in range(0, 40))
    yield from (b"a" * size for size in (1, 2, 3, 4, 5, 258, 259, 1000, 5000))
    yield from (records(20000, period, changing) for period, changing in ((16, 1), (258, 0), (300, 1), (1000, 5)))
    yield from (symbols(size, alphabet) for size, alphabet in ((300, 2), (9000, 2), (9000, 20), (70000, 256)))
    yield text(60000)
    with open(sys.executable, "rb") as program:
        yield program.read(150000)
    mixed = records(120000, 700, 3) + symbols(30000, 256) + text(40000)
    yield (mixed * 6)[:(1 << 20) + 70000]


count = 0
for content in inputs():
    found = subprocess.run(sys.argv[1:], input=content, capture_output=True, check=True).stdout
    expected = compress(content)
    assert gzip.decompress(expected) == content, f"the reference is wrong for {len(content)} bytes {content[:40]}"
    assert found == expected, f"differs for {len(content)} bytes {content[:40]}: {len(found)}, expected {len(expected)}"
    count += 1
print(f"{count} inputs are the same")
