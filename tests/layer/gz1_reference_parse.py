"""The first half of gz1_reference.py: matches, costs, parsing and splitting (sections 2 to 5 of FORMAT.md)."""

WINDOW = 32768
MAX_MATCH = 258
LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
               227, 258]
LENGTH_EXTRA = [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0]
DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
                 6145, 8193, 12289, 16385, 24577]
DISTANCE_EXTRA = [0, 0] + [i // 2 for i in range(28)]

# steps, lazy steps, lazy length, nice (3)
QUICK, THOROUGH, EXHAUSTIVE = (8, 4, 10, 60), (16, 6, 32, 258), (128, 32, 32, 258)


def length_code(length):
    return 28 if length == 258 else max(i for i in range(28) if LENGTH_BASE[i] <= length)


def distance_symbol(distance):
    return max(i for i in range(30) if DISTANCE_BASE[i] <= distance)


LENGTH_CODE = [None] * 3 + [length_code(n) for n in range(3, 259)]


def log2(n):
    """3: in 1/256 bit."""
    e = n.bit_length() - 1
    if n >= 4096:
        return log2(n >> (e - 11)) + 256 * (e - 11)
    m, r = n << (31 - e), e
    for _ in range(8):
        m, r = m * m >> 31, 2 * r
        if m >> 32:
            m, r = m >> 1, r + 1
    return r


class Histogram:
    def __init__(self):
        self.symbols = [0] * 286
        self.distances = [0] * 30

    def joined(self, other):
        both = Histogram()
        both.symbols = [a + b for a, b in zip(self.symbols, other.symbols)]
        both.distances = [a + b for a, b in zip(self.distances, other.distances)]
        return both

    def entropy(self):
        """5"""
        bits = 0
        for counts in (self.symbols, self.distances):
            total = sum(counts)
            if total:
                bits += total * log2(total) - sum(c * log2(c) for c in counts if c)
        return bits


class Costs:
    """3: what literals and matches are expected to take, in 1/16 bit."""

    def __init__(self, used=None):
        if used is None:
            self.literals, lengths, distances = [128] * 256, [7 * 16] * 29, [5 * 16] * 30
        else:
            def costs(counts):
                total = log2(sum(4 * c + 1 for c in counts))
                return [(total - log2(4 * c + 1)) * 16 // 256 for c in counts]
            symbols = costs(used.symbols)
            self.literals = symbols[:256]
            lengths = [min(cost, 144) for cost in symbols[257:]]
            distances = [min(cost, 112) for cost in costs(used.distances)]
        self.lengths = [cost + 16 * extra for cost, extra in zip(lengths, LENGTH_EXTRA)]
        self.distances = [cost + 16 * extra for cost, extra in zip(distances, DISTANCE_EXTRA)]

    def pays(self, match, content):
        length, distance = match
        if length >= 5:
            return True
        own = self.lengths[LENGTH_CODE[length]] + self.distances[distance_symbol(distance)]
        return own < sum(self.literals[byte] for byte in content[:length])


class Matches:
    """2"""

    def __init__(self, buffer):
        self.buffer = buffer
        self.chains = {}
        self.last3 = {}

    def hashes(self, p):
        u32 = int.from_bytes(self.buffer[p:p + 4], "little")
        return (u32 * 0x9e3779b1 & 0xffffffff) >> 15, (u32 * 256 % (1 << 32) * 0x9e3779b1 & 0xffffffff) >> 18

    def insert(self, p):
        hash4, hash3 = self.hashes(p)
        self.chains.setdefault(hash4, []).append(p)
        self.last3[hash3] = p

    def common(self, q, p, limit):
        n = 0
        while n < limit and self.buffer[q + n] == self.buffer[p + n]:
            n += 1
        return n

    def match_of_3(self, p):
        q = self.last3.get(self.hashes(p)[1])
        if q is not None and p - q <= WINDOW and self.buffer[q:q + 3] == self.buffer[p:p + 3]:
            return 3, p - q
        return None

    def search(self, p, least, steps, nice):
        longest = min(MAX_MATCH, len(self.buffer) - p)
        nice = min(nice, longest)
        best, length = None, least - 1
        if least == 0:
            best, length = self.match_of_3(p), 2
            if best:
                length = 3
        elif least - 1 >= longest:
            steps = 0
        for q in reversed(self.chains.get(self.hashes(p)[0], [])[-steps:] if steps else []):
            if p - q > WINDOW:
                break
            if self.buffer[q:q + 4] != self.buffer[p:p + 4]:
                continue
            n = self.common(q, p, longest)
            if n > length:
                best, length = (n, p - q), n
                if n >= nice:
                    break
        self.insert(p)
        return best


class Parser:
    """4: gives chunks, each a list of tokens (a byte, or a match as a pair) with its histogram."""

    def __init__(self, buffer, history):
        self.buffer, self.p, self.run, self.likely = buffer, history, 0, None
        self.matches = Matches(buffer)
        self.searchable = max(len(buffer) - 3, 0)
        self.inserted = 0
        self.insert_below(history)
        self.costs, self.effort = Costs(), EXHAUSTIVE

    def insert_below(self, end):
        for p in range(self.inserted, min(end, self.searchable)):
            self.matches.insert(p)
        self.inserted = max(self.inserted, end)

    def first_match(self):
        left = len(self.buffer) - self.p
        if left == 3:
            return self.matches.match_of_3(self.p)
        if left < 3:
            return None
        match = self.matches.search(self.p, 0, self.effort[0], self.effort[3])
        self.inserted = self.p + 1
        if self.likely:
            n = self.matches.common(self.p - self.likely, self.p, min(MAX_MATCH, left))
            if n > 3 and n > (match[0] if match else 0):
                return n, self.likely
        return match

    def better(self, match):
        if match[0] >= self.effort[2] or self.p + 1 >= self.searchable:
            return None
        after = self.matches.search(self.p + 1, match[0], self.effort[1], self.effort[3])
        self.inserted = self.p + 2
        if after and 4 * after[0] + match[1].bit_length() > 4 * match[0] + after[1].bit_length() + 2:
            return after
        return None

    def literal(self, tokens):
        tokens.append(self.buffer[self.p])
        self.p += 1

    def chunk(self):
        start, tokens = self.p, []
        end = min(start + 4096, len(self.buffer))
        while self.p < end:
            match = self.first_match()
            if match is None or not self.costs.pays(match, self.buffer[self.p:self.p + 4]):
                self.literal(tokens)
                self.run, self.likely = self.run + 1, None
                for _ in range(min(self.run // 64, 8, end - self.p)):
                    self.literal(tokens)
                self.insert_below(self.p)
                continue
            while after := self.better(match):
                self.literal(tokens)
                self.run, match = self.run + 1, after
            tokens.append(match)
            self.p, self.run = self.p + match[0], 0
            self.likely = match[1] if match[0] == MAX_MATCH else None
            self.insert_below(self.p)
        used = Histogram()
        for token in tokens:
            if isinstance(token, int):
                used.symbols[token] += 1
            else:
                used.symbols[257 + LENGTH_CODE[token[0]]] += 1
                used.distances[distance_symbol(token[1])] += 1
        return tokens, used, self.p - start


def split(buffer, history):
    """5: the DEFLATE blocks of a block, each as tokens, histogram and number of bytes."""
    parser, blocks = Parser(buffer, history), []
    while True:
        tokens, used, size = parser.chunk()
        joint = blocks[-1][1].joined(used) if blocks else None
        if blocks and blocks[-1][1].entropy() + used.entropy() + 640 * 256 >= joint.entropy():
            blocks[-1] = (blocks[-1][0] + tokens, joint, blocks[-1][2] + size)
        else:
            blocks.append((tokens, used, size))
        if parser.p == len(buffer):
            return blocks
        parser.costs = Costs(blocks[-1][1])
        per_byte = used.entropy() * 16
        parser.effort = (EXHAUSTIVE if per_byte < 14 * 256 * size else THOROUGH if per_byte < 22 * 256 * size else QUICK)
