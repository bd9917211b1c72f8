"""Many processes write one layout while another reads it (CS06, LD05)."""
import os
import subprocess
import sys
import tempfile
import threading

from layouts import names, require_sound, require_tidy, require_whole_blobs

ROUNDS = 100
CROWD = 20

tool = sys.argv[1]


class Reader(threading.Thread):
    """Looks at a layout again and again until told to stop; keeps the first thing that was wrong."""

    def __init__(self, layout):
        super().__init__()
        self.layout, self.stopping, self.wrong, self.looks = layout, threading.Event(), None, 0

    def run(self):
        while not self.stopping.is_set() and self.wrong is None:
            try:
                require_sound(self.layout)
                self.looks += os.path.exists(os.path.join(self.layout, "oci-layout"))
            except Exception as wrong:
                self.wrong = wrong


def write_at_once(layout, count, size):
    """Runs `count` writers at the same time and fails unless all end well; four share their content."""
    words = [[tool, "put", layout, f"name{i}", f"greeting{i // 4}", str(size)] for i in range(count)]
    running = [subprocess.Popen(w, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for w in words]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    require_whole_blobs(layout)
    assert set(names(layout)) == {f"name{i}" for i in range(count)}
    require_tidy(layout)


with tempfile.TemporaryDirectory() as work:
    reader = Reader(os.path.join(work, "0"))
    reader.start()
    for number in range(ROUNDS):
        reader.layout = os.path.join(work, str(number))
        write_at_once(reader.layout, 2, 100_000)
    reader.stopping.set()
    reader.join()
    if reader.wrong:
        raise reader.wrong
    assert reader.looks > 0
    print(f"{ROUNDS} rounds of two writers, seen {reader.looks} times by a reader")
    write_at_once(os.path.join(work, "crowd"), CROWD, 100_000)
    print(f"{CROWD} writers at once")
