"""Where the story happens: an office with its people, one minimarket with one store, and nothing else yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from consign.app import create_app
from consign.checks import find_breaches
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.jobs.worker import Worker
from consign.partners.actions import add_partner, add_store, change_region_terms
from consign.partners.queries import get_region_terms, get_settings
from consign.period import Cycle
from tests.browser.people import open_context
from tests.browser.serving import serving
from tests.conftest import REGION
from tests.ledger.beancounting import prove
from tests.web.browsing import give_passwords

OFFICE = (
    ("admin@dinas.example", "Rini Wulandari", Role.ADMIN),
    ("periksa@dinas.example", "Wahyu Pratama", Role.VERIFIER),
    ("keuangan@dinas.example", "Bagus Prakoso", Role.DINAS_FINANCE),
    ("keuangan2@dinas.example", "Ayu Lestari", Role.DINAS_FINANCE),
    ("kepala@dinas.example", "Laras Kusuma", Role.HEAD),
    ("auditor@dinas.example", "Siti Maharani", Role.AUDITOR),
)
STORE, HEAD_OFFICE = "gerai@pesisir.example", "keuangan@pesisir.example"
STORE_NAME = "Pesisir Sepinggan"


@dataclass(frozen=True)
class Way:
    """How everybody in one telling of the story looks at the pages."""

    size: dict[str, int]
    script: bool


class Calendar:
    """The day it is in the story: ten in the morning in Balikpapan, and a second later each time somebody looks."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._seconds = 0

    def now(self) -> datetime:
        self._seconds += 1
        start = datetime(self.day.year, self.day.month, self.day.day, 2, tzinfo=UTC)
        return start.replace(minute=min(self._seconds // 60, 59), second=self._seconds % 60)

    def turns_to(self, day: date) -> None:
        self.day, self._seconds = day, 0


@dataclass(frozen=True)
class Place:
    """The served office. Everybody has a browser profile of their own."""

    browser: Browser
    address: str
    way: Way
    calendar: Calendar
    folder: Path
    database: Database
    files: Files
    pages: dict[str, Page] = field(default_factory=dict)
    """By login: where everybody is."""

    def get_page(self, login: str) -> Page:
        """Return the page that somebody has open, in a browser of their own."""
        if login not in self.pages:
            context = open_context(self.browser, self.address, size=self.way.size, script=self.way.script)
            self.pages[login] = context.new_page()
        return self.pages[login]

    def turns_to(self, day: date) -> None:
        """Let days go by."""
        self.calendar.turns_to(day)

    def must_hold_together(self) -> int:
        """Have the books checked by themselves and by Beancount; return how many transactions that read."""
        with self.database.transaction(REGION) as session:
            assert list(find_breaches(session, self.files)) == []
            return prove(session, self.folder / "ledger.beancount")


@contextmanager
def open_place(
    browser: Browser, database: Database, files: Files, folder: Path, *, way: Way, calendar: Calendar
) -> Iterator[Place]:
    """Set up office and store, and serve them with a worker."""
    with database.transaction(REGION) as session:
        for login, name, role in OFFICE:
            by = None if role is Role.ADMIN else get_actor(session, OFFICE[0][0])
            add_user(session, by=by, login=login, name=name, role=role)
        admin = get_actor(session, OFFICE[0][0])
        partner = add_partner(
            session, by=admin, code="PSR", name="Minimarket Pesisir", kind="minimarket", cycle=Cycle.WEEK
        )
        store = add_store(
            session, by=admin, partner_id=partner.id, code="PSR01", name=STORE_NAME, zone="Asia/Makassar",
            opened_on=calendar.day,
        )  # fmt: skip
        add_user(
            session, by=admin, login=STORE, name="Arif Budiman", role=Role.STORE_MANAGER, partner_id=partner.id,
            store_id=store.id,
        )  # fmt: skip
        add_user(
            session, by=admin, login=HEAD_OFFICE, name="Lina Kusumawati", role=Role.PARTNER_FINANCE,
            partner_id=partner.id,
        )  # fmt: skip
        settings = replace(get_settings(get_region_terms(session)), zone="Asia/Makassar", closes_by_two=True)
        change_region_terms(session, by=admin, settings=settings)
    give_passwords(database)
    app = create_app(
        database, files, region=REGION, region_name="Kota Balikpapan", beside=Worker(database, files).running
    )
    with serving(app) as address:
        place = Place(browser, address, way, calendar, folder, database, files)
        yield place
        for page in place.pages.values():
            page.context.close()
