"""The child processes: those that open files, and the one that reads pictures. A line asks them, a line answers."""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from threading import BoundedSemaphore, Lock, Timer
from typing import Any

MOST_SECONDS = 10
TOO_MUCH_STATUSES = (5, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGXFSZ)
"""A file took too much memory or time; some parsers abort where they get no memory."""
MOST_OPENERS = 4
"""So many files are opened at once; more wait for their turn."""
MOST_PICTURES = 100
"""The child that reads pictures makes room for a new one after so many."""
READY = "ready"
"""What the child that reads pictures says once it can."""
LONGEST_WAIT_SECONDS = 20
"""So long a paper waits for the papers before it to be read; then it is taken without reading its pictures."""


class Child:
    """A process of ours that answers lines with lines."""

    def __init__(self, module: str) -> None:
        # In a session of its own, so that what it splits off ends with it.
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError  # pragma: no cover - Popen was told to make both
        self._asking, self._answering = self._process.stdin, self._process.stdout
        self.owner = os.getpid()
        self.answered = 0

    def is_alive(self) -> bool:
        """Return whether it runs, and is ours: after a fork it is the other process's."""
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, request: Mapping[str, Any], *, seconds: int) -> str | None:
        """Return the line that answers *request*; blank where none comes, and the child has ended then."""
        guard = Timer(seconds, self.kill)
        guard.start()
        try:
            self._asking.write(json.dumps(request) + "\n")
            self._asking.flush()
            answer = self._answering.readline()
        except OSError:
            answer = ""
        finally:
            guard.cancel()
        self.answered += 1
        if answer.endswith("\n"):
            return answer.strip()
        self.end()
        return None

    def hears(self, word: str, *, seconds: int) -> bool | None:
        """Return whether the next line is *word*; blank where none has come within *seconds*."""
        if not select.select([self._answering], [], [], seconds)[0]:
            return None
        return self._answering.readline().strip() == word

    def kill(self) -> None:
        """Stop it and what it split off, at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop it, and give back what it held."""
        if self.owner == os.getpid():
            self.kill()
            self._process.wait()
        self._answering.close()
        # It may have died with a request on its way, which closing would send.
        with suppress(BrokenPipeError):
            self._asking.close()


class Openers:
    """Children that open files: kept, for loading them takes longer than most files do."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._turn = BoundedSemaphore(MOST_OPENERS)
        self._lock = Lock()
        self._idle: list[Child] = []

    def ask(self, request: Mapping[str, str]) -> int:
        """Let a child do *request*, and return the status it ended with; one that takes too long is killed."""
        with self._turn:
            child = self._take() or Child(self._module)
            answer = child.ask(request, seconds=MOST_SECONDS)
            if answer is None:
                return -signal.SIGKILL
            with self._lock:
                self._idle.append(child)
            return int(answer)

    def _take(self) -> Child | None:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
                child.end()
        return None

    def end(self) -> None:
        """End the children that wait."""
        while (child := self._take()) is not None:
            child.end()


class PictureReader:
    """The child that reads pictures: one at a time, and kept, for its models take two seconds to load."""

    def __init__(self, module: str, *, patience_seconds: int = LONGEST_WAIT_SECONDS) -> None:
        self._module = module
        self._patience_seconds = patience_seconds
        self._lock = Lock()
        self._child: Child | None = None
        self._is_ready = False

    def prepare(self) -> None:
        """Start the child, so that it loads while the file is being opened."""
        if self._lock.acquire(blocking=False):
            try:
                self._get()
            finally:
                self._lock.release()

    def ask(self, request: Mapping[str, Any], *, seconds: int) -> dict[str, Any] | None:
        """Return the child's answer, blank where it has none after *seconds*, or is too busy to begin."""
        if not self._lock.acquire(timeout=self._patience_seconds):
            return None
        try:
            child = self._get()
            # One that is not ready in time goes on loading, for the papers to come.
            self._is_ready = self._is_ready or self._listen(child, seconds=seconds)
            answer = child.ask(request, seconds=seconds) if self._is_ready else None
        finally:
            self._lock.release()
        found: dict[str, Any] | None = None if answer is None else json.loads(answer)
        return found

    def _listen(self, child: Child, *, seconds: int) -> bool:
        heard = child.hears(READY, seconds=seconds)
        if heard is False:
            child.end()
        return heard is True

    def _get(self) -> Child:
        if self._child is not None and self._child.is_alive() and self._child.answered < MOST_PICTURES:
            return self._child
        self._drop()
        self._child, self._is_ready = Child(self._module), False
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None

    def end(self) -> None:
        """End the child."""
        with self._lock:
            self._drop()


@cache
def get_openers() -> Openers:
    """Return this program's children that open files."""
    openers = Openers("compliance.reading.child")
    atexit.register(openers.end)
    return openers


@cache
def get_picture_reader() -> PictureReader | None:
    """Return this program's child that reads pictures, blank where the extra `ocr` is not installed."""
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        return None  # pragma: no cover - the tests have it
    reader = PictureReader("compliance.reading.ocr_child")
    atexit.register(reader.end)
    return reader
