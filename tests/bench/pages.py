"""Pages under load: the sample city times 100, `consign serve` with two web processes, eight people at once (wrk).

Says for each page how many are served a second, how long the slowest hundredth takes, and what travels over the wire; in
the same run a bare page that only asks the database whether it is there, to tell the machine from the code.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from sqlalchemy import make_url

from consign.db import Database, start_embedded
from consign.files import Files
from consign.regions import add_region
from consign.sample.load import REGION, REGION_NAME, load_city
from consign.sample.people import FINANCE, PASSWORD
from tests.bench.many import multiply

TIMES = 100
PEOPLE_AT_ONCE = 8
PRODUCER = "ratmi@umkm.example"
START_SECONDS = 60


def main() -> int:
    """Run the bench and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--data", type=Path, help="Folder of a city that was multiplied before.")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed (Debian: apt-get install wrk); the pages were not measured.")
        return 2
    with folder_of(given.data) as data, serving(data) as base:
        print(json.dumps(measure(base, people=(FINANCE, PRODUCER), password=PASSWORD, seconds=given.seconds), indent=1))
    return 0


@contextmanager
def folder_of(given: Path | None) -> Iterator[Path]:
    """Fill a folder with the city, or take the one that is *given*."""
    if given is not None and (given / "postgres").exists():
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="consign-bench-") as made:
        folder = given or Path(made)
        database = Database.open(url=None, data_dir=folder)
        add_region(database, code=REGION, name=REGION_NAME)
        load_city(database, Files.open(url=None, folder=folder / "files"), region=REGION, watch=lambda *_: None)
        with psycopg.connect(make_url(start_embedded(folder)).render_as_string(hide_password=False)) as connection:
            connection.autocommit = True
            print(json.dumps(multiply(connection, region=REGION, times=TIMES)), file=sys.stderr)
        database.close()
        yield folder


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """Run `consign serve` with two web processes on a free port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "consign", "--region", REGION, "serve", "--port", str(port), "--processes", "2"]
    server = subprocess.Popen(command, env={**os.environ, "CONSIGN_DATA_DIR": str(data)}, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    ends = time.monotonic() + START_SECONDS
    while not answers(base):
        if time.monotonic() > ends or server.poll() is not None:
            raise RuntimeError("consign serve did not start")
        time.sleep(0.2)
    try:
        yield base
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def answers(base: str) -> bool:
    """Say whether the service answers."""
    try:
        return httpx.get(f"{base}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def measure(base: str, *, people: tuple[str, str], password: str, seconds: int) -> dict[str, Any]:
    """Return the figures of every page; *people* are how somebody of the dinas' finance and a producer sign in."""
    finance, producer = (sign_in(base, login, password) for login in people)
    statement = find_link(finance, "/statements", r'href="(/statements/[^"?/]+)"')
    own = find_link(producer, "/statements", r'href="(/statements/[^"?/]+)"')
    pages = [
        ("bare", finance, "/healthz"),
        ("home, dinas finance", finance, "/"),
        ("list of statements", finance, "/statements"),
        ("list of sales files", finance, "/uploads"),
        ("list of products", finance, "/products"),
        ("what is owed", finance, "/owed"),
        ("statement", finance, statement),
        ("home, producer", producer, "/"),
        ("statement, producer", producer, own),
    ]
    figures: dict[str, Any] = {"first page": weigh_first(base)}
    for name, person, path in pages:
        figures[name] = {**weigh(person, path), **load(base, person, path, seconds=seconds)}
    me = psutil.Process()
    figures["memory of all processes, MB"] = sum(one.memory_info().rss >> 20 for one in me.children(recursive=True))
    return figures


def sign_in(base: str, login: str, password: str) -> httpx.Client:
    """Return a client that is signed in."""
    client = httpx.Client(base_url=base, headers={"Accept-Encoding": "gzip"}, timeout=30)
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    answer = client.post(
        "/sign-in", data={"form_token": token[1] if token else "", "login": login, "password": password}
    )
    if answer.status_code != 303:
        raise RuntimeError(f"{login} was not signed in: {answer.status_code}")
    return client


def find_link(client: httpx.Client, path: str, pattern: str) -> str:
    """Return the first link of a page that looks like *pattern*."""
    found = re.search(pattern, client.get(path).text)
    if found is None:
        raise RuntimeError(f"{path} has no such link")
    return found[1]


def weigh(client: httpx.Client, path: str) -> dict[str, int]:
    """Return the bytes of a later page as they travel, with everything else in the browser's cache."""
    with client.stream("GET", path) as answer:
        return {"bytes": sum(len(piece) for piece in answer.iter_raw())}


def weigh_first(base: str) -> dict[str, int]:
    """Return the bytes of a first visit: the page to sign in with its stylesheets, script and mark."""
    client = httpx.Client(base_url=base, headers={"Accept-Encoding": "gzip"})
    page = weigh(client, "/sign-in")["bytes"]
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/sign-in").text))
    weights = {path.rpartition("/")[2]: weigh(client, path)["bytes"] for path in assets}
    return {"page": page, **weights, "bytes": page + sum(weights.values())}


def load(base: str, client: httpx.Client, path: str, *, seconds: int) -> dict[str, float | str]:
    """Ask for a page by eight people at once, and say how that went."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    command = ["wrk", "-t1", f"-c{PEOPLE_AT_ONCE}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Cookie: {cookie}", "-H", "Accept-Encoding: gzip", f"{base}{path}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float | str] = {}
    for name, pattern in {"p50": r"50%\s+(\S+)", "p99": r"99%\s+(\S+)", "a second": r"Requests/sec:\s+(\S+)"}.items():
        found = re.search(pattern, said)
        figures[name] = found[1] if found else "?"
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return {**figures, **({"failed": wrong[1]} if wrong else {})}


if __name__ == "__main__":
    sys.exit(main())
