"""Handing in sales files over the pages, and doing the worker's part beside them."""

from collections.abc import Mapping

from sqlalchemy import text

from consign.jobs import enqueued
from consign.sales.placing import PLACE_PARKED
from tests.builders import HEADER, KERIPIK
from tests.conftest import REGION
from tests.web.browsing import Page
from tests.web.town import Town


def make_csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def line(
    day: str = "2026-11-09", store: str = "T1", receipt: str = "S90", code: str = KERIPIK, quantity: str = "2"
) -> str:
    return f"{day},{store},{receipt},{code},Keripik Singkong,{quantity},15000,{15000 * int(quantity)}"


def hand_in(
    town: Town, login: str, content: bytes, *, name: str = "kasir.csv", partner: str = "BM", **data: str
) -> Page:
    """Send one file over the form; a store manager's own store is not asked for."""
    browser = town.browser(login)
    page = browser.get(f"/uploads/new?partner={partner}")
    if any(one.get("name") == "store" for one in page.all("select")):
        data.setdefault("store", "*")
    return browser.post(
        "/uploads/new",
        {"partner": partner, **data},
        page=f"/uploads/new?partner={partner}",
        files={"file": (name, content)},
    )


def id_of(page: Page) -> int:
    """Return the upload whose page it is."""
    return int(page.path.partition("?")[0].rpartition("/")[2])


def read(town: Town, upload_id: int) -> None:
    """Do what a worker does with a file that was handed in."""
    enqueued.read_sales_file(town.database, town.files, region=REGION, upload_id=upload_id)


def place(town: Town, partner: str = "BM") -> int:
    """Do what a worker does once the meaning of a code was said."""
    waiting = [facts for (facts,) in find_jobs(town, PLACE_PARKED)]
    placed = 0
    for facts in waiting:
        assert isinstance(facts, Mapping)
        assert facts["partner_id"] == town.id("partner", code=partner)
        placed += enqueued.place_parked(
            town.database, region=REGION, partner_id=facts["partner_id"], user_id=facts["user_id"]
        )
    return placed


def find_jobs(town: Town, task: str) -> list[tuple[object, ...]]:
    """Return the facts of the jobs of a kind that wait."""
    with town.database.owner() as connection:
        rows = connection.execute(
            text("SELECT args FROM public.procrastinate_jobs WHERE task_name = :task AND status = 'todo'"),
            {"task": task},
        )
        return [tuple(row) for row in rows]


def hand_in_and_read(town: Town, login: str, content: bytes, **data: str) -> int:
    """Hand a file in and read it; return its upload."""
    upload_id = id_of(hand_in(town, login, content, **data))
    read(town, upload_id)
    return upload_id


def status_of(town: Town, upload_id: int) -> str:
    ((status,),) = town.ask("SELECT status FROM sales_upload WHERE id = :id", id=upload_id)
    return str(status)
