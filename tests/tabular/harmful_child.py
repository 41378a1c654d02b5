"""A reading child to which each kind of harm happens: `python -m tests.tabular.harmful_child FILE FOLDER`."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from consign.tabular.child import run_child
from consign.tabular.frames import Kind, send, send_json


def spin() -> None:
    while True:
        pass


def eat_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(64 << 20))


def send_half() -> None:
    sys.stdout.buffer.write(b"A" + (1000).to_bytes(8, "big") + b"half")
    sys.stdout.buffer.flush()
    os.kill(os.getpid(), signal.SIGSEGV)


def promise_too_much() -> None:
    sys.stdout.buffer.write(b"A" + (1 << 62).to_bytes(8, "big"))


def chatter() -> None:
    sys.stderr.write("!" * (4 << 20))
    send(Kind.END)


HARMS: dict[str, Callable[[], object]] = {
    "waits for ever": lambda: time.sleep(1000),
    "counts for ever": spin,
    "eats memory": eat_memory,
    "crashes": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "aborts": os.abort,
    "leaves": lambda: os._exit(0),
    "fails": lambda: 1 // 0,
    "sends half a frame": send_half,
    "promises too much": promise_too_much,
    "sends no batch": lambda: (send_json(Kind.FACTS, {"layout": {"width": 2}}), send(Kind.ARROW, b"x" * 64)),
    "chatters": chatter,
}


def main(_path: Path, _folder: Path, asked: dict[str, Any]) -> int:
    HARMS[asked["harm"]]()
    return 0


if __name__ == "__main__":
    run_child(main)
