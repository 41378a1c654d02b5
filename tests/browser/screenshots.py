"""`make screenshots`: pictures of the key pages, as each kind of person sees them, on a phone, a desk, and in the dark."""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.regions import add_region
from consign.sample.load import REGION, REGION_NAME, load_city
from tests.browser.people import DESK, PHONE, open_context, sign_in
from tests.browser.serving import find_chromium, open_browser, serving

PAGES: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    (None, ("/sign-in", "/register", "/privacy")),
    (
        "keuangan@dinas.example",
        ("/", "/uploads", "/uploads/new", "/parked", "/board", "/closings", "/statements", "/owed", "/agreements", "/losses", "/continuity"),
    ),
    ("admin@dinas.example", ("/", "/partners", "/producers", "/products", "/users", "/settings", "/audit")),
    ("keuangan@enggang.example", ("/", "/uploads", "/statements", "/owed")),
    ("eng01@enggang.example", ("/", "/uploads/new", "/board", "/goods", "/counts", "/stock", "/expiring")),
    ("ratmi@umkm.example", ("/", "/my-sales", "/statements", "/owed", "/products", "/account", "/goods", "/goods/new?kind=delivery", "/stock", "/suggestions")),
)
LOOKS = (("phone", PHONE, False), ("desk", DESK, False), ("dark", DESK, True))


def shoot(browser: Browser, base: str, folder: Path) -> int:
    """Take all pictures into *folder*; return how many."""
    taken = 0
    for look, size, dark in LOOKS:
        for login, paths in PAGES:
            context = open_context(browser, base, size=size, dark=dark)
            page = context.new_page()
            if login:
                sign_in(page, login)
            for path in paths:
                page.goto(path)
                name = (
                    f"{(login or 'nobody').partition('@')[0]}-{path.strip('/').replace('/', '-') or 'home'}-{look}.png"
                )
                page.screenshot(path=folder / name, full_page=True)
                taken += 1
            context.close()
    return taken


def main() -> int:
    """Load the sample city into a folder of its own, serve it, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("screenshots"))
    folder = parser.parse_args().into
    if find_chromium() is None:
        print("No Chromium or Chrome is installed; name one in CONSIGN_CHROMIUM.")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="consign-screenshots-") as data:
        database = Database.open(url=None, data_dir=Path(data))
        files = Files.open(url=None, folder=Path(data) / "files")
        add_region(database, code=REGION, name=REGION_NAME)
        load_city(database, files, region=REGION, watch=lambda *_: None)
        app = create_app(database, files, region=REGION, region_name=REGION_NAME)
        with serving(app) as base, open_browser() as browser:
            print(f"{shoot(browser, base, folder)} pictures are in {folder}.")
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
