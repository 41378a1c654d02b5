"""Where tests write: into memory where there is enough of it, for what they write need not outlive them."""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")  # noqa: S108  # it is asked for how much it holds before anything is put there
NEEDED = 6 << 30
"""Bytes that must be free in it, and in the machine: two processes with a database each and their copies take a third."""


def write_into_memory() -> None:
    """Let every temporary folder of this process and its children lie in memory, unless one is set or it is scarce."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) >= NEEDED:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
