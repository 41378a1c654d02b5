"""A file of ten million lines: looked at without a database, then posted; rows a second, and the most memory we took.

    python -m tests.bench.volume [--lines N] [--inspect-only]

Both are done in processes of their own. The file and the database take about 5 GB below /var/tmp and are removed.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from consign.db import Database, start_embedded
from consign.files import Files
from consign.jobs.posting import Handover, post_sales_file
from consign.regions import add_region
from consign.sales.inspecting import inspect_file
from consign.sales.mapping import Answers
from tests.bench.generate import LOGIN, fill_city, make_folder, write_sales_file
from tests.builders import ACCEPT

REGION = "64.71"
LINES = 10_000_000


def inspect(path: str) -> int:
    """Look at the file; return how many lines were read."""
    answers = Answers(accept_suggestion=True)
    return inspect_file(Path(path), layout=None, answers=answers, store_stated=False, first=None, last=None).accepted


def post(path: str, url: str, folder: str) -> int:
    """Post the file; return how many lines were posted."""
    database = Database.open(url=url, data_dir=Path(folder))
    files = Files.open(url=None, folder=Path(folder) / "files")
    outcome = post_sales_file(
        database, files, region=REGION, login=LOGIN, handover=Handover(Path(path), "B"), decisions=ACCEPT
    )
    database.close()
    return outcome.posted


def measure(what: str, *facts: str) -> None:
    """Do one thing in this process and print its figures."""
    began = time.perf_counter()
    lines = {"inspect": inspect, "post": post}[what](*facts)
    seconds = time.perf_counter() - began
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"lines": lines, "seconds": seconds, "own_mb": own // 1024, "any_mb": kilobytes // 1024}))


def run(what: str, *facts: str) -> None:
    """Have one thing done in a process of its own, and print it."""
    command = [sys.executable, "-m", "tests.bench.volume", "--measure", what, *facts]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout)
    print(
        f"{what:8} {found['lines']:>11,} lines {found['seconds']:7.1f} s {found['lines'] / found['seconds']:>9,.0f} rows/s"
        f"  peak {found['own_mb']:,} MB, of any process of ours {found['any_mb']:,} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Read and post one very large file.")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--inspect-only", action="store_true")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    folder = make_folder()
    path = folder / "sales.csv"
    write_sales_file(path, month=date(2025, 6, 1), lines=given.lines)
    print(f"{given.lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
    run("inspect", str(path))
    if given.inspect_only:
        return
    url = start_embedded(folder)
    database = Database.open(url=url, data_dir=folder)
    add_region(database, code=REGION, name="Kota Balikpapan")
    with database.transaction(REGION) as session:
        fill_city(session)
    run("post", str(path), url, str(folder))
    database.close()


if __name__ == "__main__":
    main()
