"""Serving as a service manager does it: started, asked, told to end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PATIENCE_S = 120


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


def wait_until_healthy(port: int) -> None:
    """Ask until it answers."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.mark.parametrize("processes", [1, 2])
def test_told_to_end_it_ends_well_and_leaves_no_database_running(tmp_path: Path, port: int, processes: int):
    settings = {**os.environ, "CONSIGN_DATA_DIR": str(tmp_path / "data"), "CONSIGN_REGION": "64.71"}
    consign = [sys.executable, "-m", "consign"]
    subprocess.run([*consign, "region", "add", "64.71", "Kota Balikpapan"], env=settings, cwd=tmp_path, check=True)
    command = [*consign, "serve", "--port", str(port), "--processes", str(processes)]
    running = tmp_path / "data" / "postgres" / "postmaster.pid"
    with subprocess.Popen(command, env=settings, cwd=tmp_path, stderr=subprocess.PIPE) as serving:
        try:
            wait_until_healthy(port)
            assert running.exists()
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(PATIENCE_S) == 0
        finally:
            serving.kill()
        assert not running.exists()
        assert serving.stderr is not None
        assert serving.stderr.read() == b""
