"""What a reading child sends while it reads: frames, each a kind, a length and so many bytes.

The last frame says that all went well. Whoever listens waits no longer than the child may take, and never longer than the
child lives; nothing that a child does or fails to do is more than a refusal of its file.
"""

import io
import json
import os
import select
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from consign.sentence import say
from consign.tabular.child import KILLED_STATUSES, MOST_SECONDS, TOO_LARGE_STATUS
from consign.tabular.refusals import FileDamaged, FileRefused, FileTooLarge, dump_refusal, load_refusal

BYTES_A_SECOND = 5 << 20
"""So much of a large file the slowest way of reading gets through, on a busy machine."""
MOST_FRAME_BYTES = 1 << 30
PIPE_BYTES = 1 << 20
SECONDS_TO_END = 5
_HEAD = struct.Struct(">cQ")
_LEAN = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(128 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Keeps libraries from reserving address space by the gigabyte, which the limit on memory counts, and from giving each
block back to the system only to ask for the next one."""


class Kind(Enum):
    """What a frame holds."""

    FACTS = b"F"
    """JSON: what the file says about itself."""
    BROKEN = b"B"
    """JSON: rows that do not fit the header; they belong to the rows in the next frame."""
    ROWS = b"R"
    """JSON: some rows of a small file."""
    ARROW = b"A"
    """Some rows as a record batch of Arrow."""
    REFUSAL = b"X"
    """JSON: why the file is refused. Nothing follows."""
    END = b"E"
    """Nothing follows."""


def compute_most_seconds(size_bytes: int) -> int:
    """Return how long the reading of a file of this size may take: a share for each byte, and some for any file."""
    return MOST_SECONDS + size_bytes // BYTES_A_SECOND


class Child:
    """A child process that reads one file and sends frames. Whoever starts it must `close` it."""

    def __init__(self, module: str, path: Path, *, folder: Path, asked: Mapping[str, Any], most_seconds: int) -> None:
        """Let *module* read the file at *path* within limits; it finds what is *asked* in *folder*, which is its own.

        *most_seconds* goes for the processor time of the child, and for all the time that is spent waiting for it.
        """
        import subprocess  # noqa: PLC0415  # a child, which only sends, does without: its start takes longer than reading

        self._left_s: int | float = most_seconds
        told = {**asked, "most_seconds": most_seconds}
        (folder / "asked.json").write_text(json.dumps(told), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(path), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_LEAN},
            bufsize=0,
            pipesize=PIPE_BYTES,
        )
        assert isinstance(self._process.stdout, io.FileIO)  # noqa: S101  # asked for above, without a buffer
        self._pipe = self._process.stdout
        self._ready = select.poll()
        self._ready.register(self._pipe, select.POLLIN)

    def frames(self) -> Iterator[tuple[Kind, bytearray]]:
        """Yield what the child sends until it ends.

        Raises:
            FileRefused: the child refuses the file, or was itself the victim of it.

        """
        while True:
            mark, size_bytes = _HEAD.unpack(self._read(_HEAD.size))
            if size_bytes > MOST_FRAME_BYTES:
                raise make_damaged()
            kind, content = Kind(mark), self._read(size_bytes)
            if kind is Kind.END:
                return
            if kind is Kind.REFUSAL:
                raise load_refusal(json.loads(content))
            yield kind, content

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _read(self, count: int) -> bytearray:
        content = bytearray(count)
        view, done = memoryview(content), 0
        while done < count:
            self._wait()
            got = self._pipe.readinto(view[done:])
            if not got:
                raise self._explain_end()
            done += got
        return content

    def _wait(self) -> None:
        """Wait for the next bytes; all waiting together has a limit, the time between does not count.

        Raises:
            FileTooLarge: the child has been silent for too long.

        """
        began = time.monotonic()
        ready = self._ready.poll(max(1000 * self._left_s, 0))
        self._left_s -= time.monotonic() - began
        if not ready:
            raise FileTooLarge(say("The file took too long to read; nothing of it was used."))

    def _explain_end(self) -> FileRefused:
        """Return why the child ended before it said so."""
        from subprocess import TimeoutExpired  # noqa: PLC0415  # as where it is started

        try:
            status = self._process.wait(timeout=SECONDS_TO_END)
        except TimeoutExpired:
            return make_damaged()
        if status == TOO_LARGE_STATUS or status in KILLED_STATUSES:
            return FileTooLarge(
                say("The file takes too much to read; nothing of it was used. Split it into several files.")
            )
        return make_damaged()


def make_damaged() -> FileDamaged:
    """Return the refusal of a file whose reader came to harm."""
    return FileDamaged(say("The file cannot be read; nothing of it was used. Export it again."))


def send(kind: Kind, content: Any = b"") -> None:  # noqa: ANN401  # any buffer
    """Send one frame, as the child."""
    view = memoryview(content).cast("B")
    sys.stdout.buffer.write(_HEAD.pack(kind.value, len(view)))
    sys.stdout.buffer.write(view)
    sys.stdout.buffer.flush()


def send_json(kind: Kind, content: object) -> None:
    """Send one frame of JSON, as the child."""
    send(kind, json.dumps(content).encode("ascii"))


def send_refusal(refusal: FileRefused) -> None:
    """Send why the file is refused, as the child."""
    send_json(Kind.REFUSAL, dump_refusal(refusal))
