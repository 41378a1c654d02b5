"""Workers that are killed at any moment: the next one goes on, and every sale is there once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consign.db import Database
from consign.files import Files
from tests.builders import KERIPIK, write_csv
from tests.jobs.working import (
    assert_sound,
    count_sales,
    decide,
    find_jobs,
    hand_in,
    query_queue,
    stand,
    wait_for,
    wait_until,
)

LINES = 100_000
MOMENTS_S = (0, 0.05, 0.1, 0.15, 0.3, 0.6)
"""How long after a worker began to read it is killed; on a fast machine it may have posted before the last ones."""

# Importing takes longer than everything else here, so it is done once: each worker is a process forked from this one.
STARTER = """
import os, sys
import consign.cli.worker, procrastinate
from consign.cli import main
sys.argv = ["consign", "worker"]
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        main()
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Starter:
    """Starts `consign worker` in processes of its own, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.living: int | None = None

    def start(self) -> int:
        """Start a worker; return its process."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.living = self._read()
        return self.living

    def end(self, pid: int, number: signal.Signals) -> int:
        """Send the worker a signal; return with what it ended."""
        os.kill(pid, number)
        status = self._read()
        self.living = None
        return status

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@pytest.fixture
def starter(built: Database, tmp_path: Path) -> Iterator[Starter]:
    """Start workers of this installation, as an operator would."""
    url = built._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {**os.environ, "CONSIGN_DATABASE_URL": url, "CONSIGN_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", STARTER]
    folder = Path(__file__).parents[2]
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        starter = Starter(process)
        yield starter
        if starter.living is not None:
            starter.end(starter.living, signal.SIGKILL)
        assert process.stdin is not None
        process.stdin.close()


def is_read(database: Database) -> bool:
    """Say whether somebody holds uploads now; asked without holding any."""
    held = "relation = 'region_6471.sales_upload'::regclass AND mode = 'RowShareLock'"
    return query_queue(database, f"SELECT count(*) FROM pg_locks WHERE {held}") != [0]


def test_workers_killed_in_the_middle_lose_and_double_nothing(
    built: Database, files: Files, starter: Starter, tmp_path: Path
):
    rows = [f"2026-09-{1 + n % 28:02d},T1,S{n:05d},{KERIPIK},Keripik,1,15000,15000" for n in range(LINES)]
    upload = hand_in(built, files, write_csv(tmp_path, *rows))
    decide(built, upload, confirmed=True)
    killed = 0
    for moment_s in MOMENTS_S:
        wait_until(lambda: not is_read(built))  # the server has noticed that the one before is gone
        pid = starter.start()
        wait_until(lambda: is_read(built))
        time.sleep(moment_s)
        assert starter.end(pid, signal.SIGKILL) == -signal.SIGKILL
        assert count_sales(built) in (0, LINES)  # the whole file or nothing of it
        if stand(built)[0] == "posted":
            break
        killed += 1
    registered = query_queue(built, "SELECT max(id) FROM procrastinate_workers")[0]
    pid = starter.start()
    wait_for(built, "posted")
    wait_until(lambda: query_queue(built, "SELECT max(id) FROM procrastinate_workers")[0] > registered)
    wait_until(lambda: find_jobs(built) == [])
    assert starter.end(pid, signal.SIGTERM) == 0
    print(f"killed {killed} times in the middle, lost or doubled {abs(count_sales(built) - LINES)}")
    assert killed >= 5
    assert count_sales(built) == LINES
    assert_sound(built, files)
