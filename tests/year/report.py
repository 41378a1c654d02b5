"""What a year took: time by part, sizes, memory, the slowest pages and the slowest SQL statements."""

import resource
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine, event, text

from consign.app import create_app
from tests.browser.test_every_page import NO_PAGES
from tests.web.browsing import Browser, find_route, give_passwords
from tests.year.acting import REGION, WRITTEN
from tests.year.running import Year
from tests.year.setting_up import login

APART = frozenset({WRITTEN, "checks", "bean-check", "comparing", "reading back"})
"""Parts that are not the city's own work, or that are told apart."""
SLOWEST, TIMES = 10, 3
HTTP_OK = 200
_SIZE = text("SELECT pg_database_size(current_database())")
_TRANSFERS = text("SELECT count(*) FROM transfer")


def write_parts(year: Year) -> Iterator[str]:
    """Yield what took how long, and how much there is."""
    acting = year.acting
    for part, seconds in sorted(acting.spent.items(), key=lambda item: -item[1]):
        many = acting.counts[part]
        yield f"  {part:<32} {seconds:8.1f} s {many:7} times {1000 * seconds / many:8.1f} ms"
    own = sum(seconds for part, seconds in acting.spent.items() if part not in APART)
    yield f"posts and closes, with goods and money: {own:.0f} s"
    yield f"checks, Beancount and comparing: {sum(acting.spent.get(part, 0) for part in APART - {WRITTEN}):.0f} s"
    with acting.database.transaction(REGION) as session:
        size, transfers = session.scalar(_SIZE) or 0, session.scalar(_TRANSFERS)
    yield (
        f"{year.books.files} files, {year.books.lines} sale lines, {len(year.books.statements)} statements, {transfers} transfers,"
        f" {year.paid_out} payouts, database {size >> 20} MB"
    )
    own_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    yield f"peak memory {own_kb >> 10} MB, of a child {children_kb >> 10} MB"
    yield f"differences: {len(year.differences)}"


@contextmanager
def watching(engine: Engine, slowest: dict[str, float]) -> Iterator[None]:
    """Note how long each SQL statement takes at most."""

    def before(*given: Any) -> None:  # as SQLAlchemy calls it
        given[4].began = perf_counter()

    def after(*given: Any) -> None:  # the same
        took = perf_counter() - given[4].began
        words = " ".join(given[2].split())
        slowest[words] = max(slowest.get(words, 0), took)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def measure_pages(year: Year, engine: Engine) -> Iterator[str]:
    """Yield the slowest pages, of all that links lead the office's people to, and the slowest SQL statements meanwhile."""
    acting = year.acting
    give_passwords(acting.database, REGION)
    app = create_app(acting.database, acting.files, region=REGION, region_name="Kota Contoh")
    slowest: dict[str, float] = {}
    took: list[tuple[float, str, str]] = []
    with watching(engine, slowest):
        for person in ("finance", "admin", "head"):
            browser = Browser(app)
            browser.sign_in(login(person))
            took += [(seconds, person, path) for path, seconds in _walk(browser, app)]
    yield f"{len(took)} pages; the slowest, median of {TIMES}:"
    for seconds, person, path in sorted(took, reverse=True)[:SLOWEST]:
        yield f"  {1000 * seconds:8.0f} ms {person} {path}"
    yield "the slowest SQL statements meanwhile:"
    for words, seconds in sorted(slowest.items(), key=lambda item: -item[1])[:SLOWEST]:
        yield f"  {1000 * seconds:8.0f} ms {words[:160]}"


def _walk(browser: Browser, app: FastAPI) -> Iterator[tuple[str, float]]:
    """Yield a page of each kind that links lead to, with how long it takes."""
    seen, waiting = set[str](), deque(["/"])
    while waiting:
        path = waiting.popleft()
        route = find_route(app, path.partition("?")[0])
        if route is None or route in seen or f"GET {route}" in NO_PAGES or "format=" in path:
            continue
        seen.add(route)
        times = []
        for _ in range(TIMES):
            began = perf_counter()
            page = browser.get(path)
            times.append(perf_counter() - began)
        if page.status != HTTP_OK:
            path = f"{path} (status {page.status})"
        yield path, median(times)
        waiting += [link.partition("#")[0] for link in page.links() if link.startswith("/")]
