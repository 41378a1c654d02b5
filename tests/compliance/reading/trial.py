"""Opens files, each in a child with the limits of the real one: `python -m tests.compliance.reading.trial FOLDER`.

One child is forked for each file instead of starting anew, so that hundreds take seconds. A line of JSON says of each
how it ended, and what it took.
"""

import json
import os
import sys
import time
from pathlib import Path

from compliance.reading import child, confinement, media
from compliance.reading.processes import MOST_SECONDS, TOO_MUCH_STATUSES
from compliance.reading.refusals import PaperRefused


def open_one(path: Path, folder: Path) -> dict[str, object]:
    """Return how opening the file ended."""
    folder.mkdir()
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        os._exit(_open_confined(path, folder))
    _, status, used = os.wait4(process, 0)
    code = os.waitstatus_to_exitcode(status)
    found = folder / "found.json"
    return {
        "name": path.name,
        "end": "crashed" if code not in {0, *TOO_MUCH_STATUSES} else "" if code == 0 else "paper.too_slow",
        "status": code,
        "found": json.loads(found.read_text()) if code == 0 else None,
        "cpu_ms": round((used.ru_utime + used.ru_stime) * 1_000),
        "wall_ms": round((time.monotonic() - started) * 1_000),
        "memory_kib": used.ru_maxrss,
    }


def _open_confined(path: Path, folder: Path) -> int:
    confinement.confine(cpu_seconds=MOST_SECONDS)
    try:
        media_type = media.get_media_type(path)
    except PaperRefused as refusal:
        (folder / "found.json").write_text(json.dumps({"refused": refusal.code}))
        return 0
    try:
        return child.main(path, folder, media_type)
    except MemoryError:
        return child.TOO_MUCH_STATUS
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is a crash, and is counted as one
        print(path.name, repr(error), file=sys.stderr)
        return 1


if __name__ == "__main__":
    work = Path(sys.argv[1])
    for each in sorted((work / "files").iterdir()):
        print(json.dumps(open_one(each, work / f"{each.name}.out")), flush=True)
