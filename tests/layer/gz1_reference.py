"""gz1 a second time, written from lib/layer/FORMAT.md: slow and plain, section by section. compress(content) is all."""
import struct
import zlib

from gz1_reference_parse import (DISTANCE_BASE, DISTANCE_EXTRA, LENGTH_BASE, LENGTH_CODE, LENGTH_EXTRA, WINDOW,
                                 distance_symbol, split)

BLOCK = 1 << 20
HEADER_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
FIXED = ([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8, [5] * 30)


class Bits:
    def __init__(self):
        self.out, self.value, self.count = bytearray(), 0, 0

    def put(self, value, count):
        self.value |= value << self.count
        self.count += count
        while self.count >= 8:
            self.out.append(self.value & 255)
            self.value >>= 8
            self.count -= 8

    def align(self):
        if self.count:
            self.put(0, 8 - self.count)


def code_lengths(counts, limit):
    """6"""
    leaves = sorted((count, symbol) for symbol, count in enumerate(counts) if count)
    lengths = [0] * len(counts)
    if len(leaves) == 1:
        lengths[leaves[0][1]] = 1
    if len(leaves) < 2:
        return lengths
    weights, parents = [count for count, _ in leaves], {}
    leaf, inner = 0, len(leaves)
    while len(weights) < 2 * len(leaves) - 1:
        made, weight = len(weights), 0
        for _ in range(2):
            if leaf < len(leaves) and (inner >= made or weights[leaf] <= weights[inner]):
                node, leaf = leaf, leaf + 1
            else:
                node, inner = inner, inner + 1
            parents[node] = made
            weight += weights[node]
        weights.append(weight)
    depth = {len(weights) - 1: 0}
    for node in range(len(weights) - 2, -1, -1):
        depth[node] = depth[parents[node]] + 1
    having = [0] * (limit + 1)
    for node in range(len(leaves)):
        having[min(depth[node], limit)] += 1
    while sum(n << (limit - length) for length, n in enumerate(having)) > 1 << limit:
        length = max(i for i in range(1, limit) if having[i])
        having[length] -= 1
        having[length + 1] += 2
        having[limit] -= 1
    order = iter(leaves)
    for length in range(limit, 0, -1):
        for _ in range(having[length]):
            lengths[next(order)[1]] = length
    return lengths


def codes(lengths):
    """RFC 1951 3.2.2; reversed, because Huffman codes are written from their highest bit."""
    result, code = [0] * len(lengths), 0
    for length in range(1, 16):
        for symbol, own in enumerate(lengths):
            if own == length:
                result[symbol] = int(format(code, f"0{length}b")[::-1], 2)
                code += 1
        code <<= 1
    return result


def run_lengths(sequence):
    """7: pairs of symbol and extra bits."""
    result, i = [], 0
    while i < len(sequence):
        value, left = sequence[i], 1
        while i + left < len(sequence) and sequence[i + left] == value:
            left += 1
        i += left
        if value == 0:
            while left >= 11:
                result.append((18, min(left, 138) - 11, 7))
                left -= min(left, 138)
            if left >= 3:
                result.append((17, left - 3, 3))
                left = 0
        else:
            result.append((value, 0, 0))
            left -= 1
            while left >= 3:
                result.append((16, min(left, 6) - 3, 2))
                left -= min(left, 6)
        result += [(value, 0, 0)] * left
    return result


def trimmed(lengths, least):
    size = len(lengths)
    while size > least and lengths[size - 1] == 0:
        size -= 1
    return lengths[:size]


class OwnCodes:
    """The lengths of a DEFLATE block's own codes, and how they are written."""

    def __init__(self, used):
        symbols = list(used.symbols)
        symbols[256] = 1
        self.lengths = code_lengths(symbols, 15), code_lengths(used.distances, 15)
        if not any(self.lengths[1]):
            self.lengths[1][0] = 1
        literals, distances = trimmed(self.lengths[0], 257), trimmed(self.lengths[1], 1)
        runs = run_lengths(literals + distances)
        counts = [0] * 19
        for symbol, _, _ in runs:
            counts[symbol] += 1
        lengths = code_lengths(counts, 7)
        order = trimmed([lengths[symbol] for symbol in HEADER_ORDER], 4)
        self.header = [(len(literals) - 257, 5), (len(distances) - 1, 5), (len(order) - 4, 4)]
        self.header += [(length, 3) for length in order]
        for symbol, extra, extra_bits in runs:
            self.header += [(codes(lengths)[symbol], lengths[symbol]), (extra, extra_bits)]

    def header_size(self):
        return sum(count for _, count in self.header)


def coded_size(lengths, used):
    literals, distances = lengths
    size = literals[256]
    size += sum(count * literals[symbol] for symbol, count in enumerate(used.symbols))
    size += sum(used.symbols[257 + i] * extra for i, extra in enumerate(LENGTH_EXTRA))
    return size + sum(count * (distances[i] + DISTANCE_EXTRA[i]) for i, count in enumerate(used.distances))


def write_coded(tokens, lengths, bits):
    literal_codes, distance_codes = codes(lengths[0]), codes(lengths[1])
    for token in tokens:
        if isinstance(token, int):
            bits.put(literal_codes[token], lengths[0][token])
            continue
        code, symbol = LENGTH_CODE[token[0]], distance_symbol(token[1])
        bits.put(literal_codes[257 + code], lengths[0][257 + code])
        bits.put(token[0] - LENGTH_BASE[code], LENGTH_EXTRA[code])
        bits.put(distance_codes[symbol], lengths[1][symbol])
        bits.put(token[1] - DISTANCE_BASE[symbol], DISTANCE_EXTRA[symbol])
    bits.put(literal_codes[256], lengths[0][256])


def write_stored(content, final, bits):
    pieces = [content[i:i + 65535] for i in range(0, len(content), 65535)] or [b""]
    for piece in pieces:
        bits.put(int(final and piece is pieces[-1]), 3)
        bits.align()
        bits.out += len(piece).to_bytes(2, "little") + (len(piece) ^ 0xffff).to_bytes(2, "little") + piece


def stored_size(size, pending):
    pieces = max(-(-size // 65535), 1)
    return 3 + -(pending + 3) % 8 + 32 + (pieces - 1) * 40 + 8 * size


def write_deflate_block(tokens, used, content, final, bits):
    """7: the smallest of the three forms."""
    own = OwnCodes(used)
    sizes = [stored_size(len(content), bits.count), 3 + coded_size(FIXED, used),
             3 + own.header_size() + coded_size(own.lengths, used)]
    form = sizes.index(min(sizes))
    if form == 0:
        write_stored(content, final, bits)
        return
    bits.put(int(final) | form << 1, 3)
    if form == 2:
        for value, count in own.header:
            bits.put(value, count)
    write_coded(tokens, own.lengths if form == 2 else FIXED, bits)


def compress(content):
    """1"""
    out = bytearray(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
    bits = Bits()
    for begin in range(0, max(len(content), 1), BLOCK):
        last = begin + BLOCK >= len(content)
        history = min(begin, WINDOW)
        buffer = content[begin - history:begin + BLOCK]
        position, blocks = history, split(buffer, history)
        for number, (tokens, used, size) in enumerate(blocks, 1):
            write_deflate_block(tokens, used, buffer[position:position + size], last and number == len(blocks), bits)
            position += size
        if not last:
            bits.put(0, 3)
        bits.align()
        if not last:
            bits.out += b"\0\0\xff\xff"
    return bytes(out + bits.out) + struct.pack("<II", zlib.crc32(content), len(content) & 0xffffffff)
