"""The first page: what partners owe, in the words and figures of the people who read it, and never their markup."""

import asyncio
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from consign.app import create_app
from consign.db import Database
from consign.settlement.actions import close_period
from tests.builders import KERIPIK, SAMBAL, build_city, write_csv
from tests.conftest import REGION

HOSTILE = "<script>alert(1)</script> & \"Gerai\" 'x'"


class Browser:
    """Asks the application for pages without a network."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app=app)

    def ask(self, path: str, method: str = "GET") -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://test") as client:
                return await client.request(method, path)

        return asyncio.run(ask())


@pytest.fixture
def client(database: Database) -> Browser:
    """Open the application on an empty region."""
    return Browser(create_app(database, region=REGION, region_name="Kota Balikpapan"))


@pytest.fixture
def settled(database: Database, tmp_path: Path) -> Database:
    """Build a city whose October is closed: three Keripik and one Sambal, one line waiting."""
    path = write_csv(
        tmp_path,
        f"2026-10-05,T1,S1,{KERIPIK},Keripik,3,15000,45000",
        f"2026-10-06,T2,S2,{SAMBAL},Sambal,1,22500,22500",
        "2026-10-07,T2,S3,99,Apa ini,1,1000,1000",
        name="<b>oktober<b>.csv",
    )
    with database.transaction(REGION) as session:
        city = build_city(session)
        assert city.post(path).parked == 1
    with database.transaction(REGION) as session:
        close_period(
            session, by=city.finance, partner_id=city.partner.id, until=date(2026, 10, 31), incomplete_reason="uji coba"
        )
        session.execute(text("UPDATE partner SET name = :name"), {"name": HOSTILE})
    return database


class Page(HTMLParser):
    """Collects the tags, and the text outside of styles."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(client: Browser, path: str = "/") -> Page:
    answer = client.ask(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.mark.usefixtures("settled")
def test_the_page_says_what_each_partner_owes(client: Browser):
    page = read(client)
    # 45.000 - 1.125 and 22.500 - 563 (2,5 % is Rp562,50): 43.875 + 21.937 = 65.812.
    assert page.text.count("Rp65.812") == 2  # the partner's and the sum
    assert "31/10/2026" in page.text
    assert "Kota Balikpapan" in page.text


@pytest.mark.usefixtures("settled")
def test_the_page_says_how_far_each_file_came(client: Browser):
    rows = re.findall(r"<tr>(.*?)</tr>", client.ask("/").text, re.DOTALL)
    last = [
        re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>.*?</t[dh]>", rows[-1], re.DOTALL)
    ]
    # Three rows read, two posted, none known, none ignored, one waiting.
    assert last[2:] == ["tercatat", "3", "2", "0", "0", "1"]


@pytest.mark.usefixtures("settled")
def test_names_from_people_are_text_and_never_markup(client: Browser):
    page = read(client)
    assert HOSTILE in page.text
    assert "<b>oktober<b>.csv" in page.text
    assert page.all("script") == []
    assert page.all("b") == []


@pytest.mark.parametrize("path", ["/"])
def test_each_page_names_its_language_its_title_and_its_width(client: Browser, path: str):
    page = read(client, path)
    assert page.all("html") == [{"lang": "id"}]
    assert len(page.all("title")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert {"charset": "utf-8"} in page.all("meta")
    assert len(page.all("h1")) == len(page.all("main")) == 1


@pytest.mark.usefixtures("settled")
def test_every_number_column_has_a_heading_for_readers_who_hear_the_page(client: Browser):
    page = read(client)
    assert all("scope" in heading for heading in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 2


@pytest.mark.usefixtures("settled")
def test_a_page_calls_nothing_from_elsewhere(client: Browser):
    page = read(client)
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in {"src", "href"}]
    assert [link for link in links if link and "//" in link] == []
    assert len(client.ask("/").content) < 20_000


def test_an_empty_region_says_so(client: Browser):
    page = read(client)
    assert "Belum ada mitra." in page.text
    assert "Belum ada berkas penjualan." in page.text
    assert "Rp0" in page.text


def test_the_page_asks_the_database_as_often_for_many_files_as_for_one(settled: Database, client: Browser):
    def count() -> int:
        asked: list[str] = []
        listen = (settled._engine, "before_cursor_execute", lambda *facts: asked.append(str(facts[2])))
        event.listen(*listen)
        read(client)
        event.remove(*listen)
        return len(asked)

    few = count()
    with settled.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO sales_upload (partner_id, sha256, name, size_bytes, status, outcome, received_by, received_at)
            SELECT partner_id, sha256 || n, name || n, size_bytes, 'refused', outcome, received_by, received_at
            FROM sales_upload, generate_series(1, 30) AS n""")
        )
    assert count() == few


def test_health_is_asked_of_the_database(client: Browser):
    answer = client.ask("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_what_is_not_there_is_not_found_and_the_interface_is_not_described(client: Browser):
    assert {path: client.ask(path).status_code for path in ("/docs", "/openapi.json", "/redoc", "/x")} == dict.fromkeys(
        ("/docs", "/openapi.json", "/redoc", "/x"), 404
    )
    assert client.ask("/", "POST").status_code == 405
