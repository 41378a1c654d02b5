"""Child processes with limits in which files are parsed: a parser that crashes or never ends is an answer, no outage."""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from consign.sentence import say
from consign.tabular.refusals import FileDamaged, FileTooLarge

MOST_MEMORY_BYTES = 1 << 30
MOST_SECONDS = 20
TOO_LARGE_STATUS = 5
REFUSED_STATUS = 7
"""A child that refuses the file ends so, and leaves the refusal as `dump_refusal` writes it."""
KILLED_STATUSES = (-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT)
"""A child that ran out of memory or time ends so; a parser aborts where it gets no memory."""


def ask_child(
    module: str,
    path: Path,
    *,
    scratch: Path,
    asked: Mapping[str, Any],
    meanwhile: Callable[[], Mapping[str, Any]] = dict,
) -> tuple[int, dict[str, Any]]:
    """Let *module* look at the file at *path* in a process of its own; return its status and what it found.

    The child reads *asked* from `asked.json` in the folder *scratch*, and leaves what it found in `found.json` there.
    What *meanwhile* returns comes to its standard input; where that raises, the child is ended.
    A status other than 0 is the child's own reason to refuse the file.

    Raises:
        FileTooLarge: it took more memory or time than any sales file may.
        FileDamaged: it ended in another way than it ever ends by itself.

    """
    import subprocess  # noqa: PLC0415  # a child does without, whose start takes longer than reading a small file

    (scratch / "asked.json").write_text(json.dumps(dict(asked)), encoding="utf-8")
    command = [sys.executable, "-m", module, str(path), str(scratch)]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere) as child:
        try:
            child.communicate(json.dumps(dict(meanwhile())).encode(), timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise FileTooLarge(say("The file took too long to read; nothing of it was used.")) from error
        finally:
            child.kill()  # which does nothing to a child that ended
    if child.returncode == TOO_LARGE_STATUS or child.returncode in KILLED_STATUSES:
        raise FileTooLarge(say("The file takes too much to read; nothing of it was used. Save it as CSV."))
    if child.returncode < 0 or child.returncode == 1:
        raise FileDamaged(say("The file cannot be read; nothing of it was used. Save it again as XLSX or CSV."))
    found = scratch / "found.json"
    return child.returncode, json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}


def run_child(work: Callable[[Path, Path, dict[str, Any]], int]) -> None:
    """Be the child: do *work* with the file, the folder and what was asked, within limits, and end with its status.

    `most_seconds` among what was asked is the time it may take, where it may be another than any file's.
    """
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    most_seconds = asked.get("most_seconds", MOST_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))
    try:
        status = work(path, folder, asked)
    except MemoryError:
        status = TOO_LARGE_STATUS
    # The system takes all memory back at once; to give up each object first takes as long as reading a small file.
    os._exit(status)
