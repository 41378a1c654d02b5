"""From a till's file to the producer's statement, in a real browser: on a phone with the script, at a desk without it."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from consign.app import create_app
from consign.catalogue.queries import get_product
from consign.checks import find_breaches
from consign.clock import today
from consign.db import Database
from consign.files import Files
from consign.jobs.worker import Worker
from consign.sample.goods import Goods, read_goods, read_producers
from consign.sample.load import REGION, REGION_NAME
from consign.sample.months import last_full_months
from consign.sample.people import FINANCE, OTHERS, get_partner_finance
from consign.sample.stores import ZONE
from tests.browser.people import DESK, PHONE, open_context, sign_in
from tests.browser.serving import serving

UNKNOWN = "KODE-BARU-77"
REASON = "Kepala gerai sudah memastikan tidak ada penjualan lain."


@dataclass(frozen=True)
class Way:
    """One way to walk the journey."""

    partner: str
    store: str
    size: dict[str, int]
    script: bool
    language: str


@dataclass(frozen=True)
class Story:
    """Who sells what: a producer with a login, its product, and the day."""

    producer_login: str
    goods: Goods
    day: date


def find_story(partner: str) -> Story:
    """Pick a producer with a login and an agreement with the partner."""
    day = last_full_months(today(ZONE)).second.first.replace(day=12)
    fees = {one.code: one.fees_bp for one in read_producers()}
    login, code = next(
        (one.login, one.producer) for one in OTHERS if one.producer and partner in fees.get(one.producer, {})
    )
    return Story(login, next(one for one in read_goods() if one.producer == code), day)


def write_file(folder: Path, way: Way, story: Story) -> Path:
    """Write two sales, one of them on a code that nobody knows, below a header that nobody has confirmed."""
    path = folder / f"{way.partner} kasir.csv"
    rows = [
        "Tanggal;Kode Gerai;Kode Barang;Nama Barang;Jml Jual;Harga Jual;No Nota",
        f"{story.day:%d/%m/%Y};{way.store};{story.goods.gtin};{story.goods.name};3;20.000;ZZ-1",
        f"{story.day:%d/%m/%Y};{way.store};{UNKNOWN};Barang baru;2;10.000;ZZ-2",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def worked_site(sample: tuple[Database, Files]):
    """Serve the sample city with a worker beside it."""
    database, files = sample
    app: FastAPI = create_app(
        database, files, region=REGION, region_name=REGION_NAME, beside=Worker(database, files).running
    )
    with serving(app) as address:
        yield address


@pytest.mark.parametrize(
    "way",
    [
        Way("ENG", "ENG02", PHONE, script=True, language="id"),
        Way("PES", "P03", DESK, script=False, language="en"),
    ],
    ids=["phone, script, Indonesian", "desk, no script, English"],
)
def test_a_file_becomes_a_statement(
    chromium: Browser, worked_site: str, sample: tuple[Database, Files], tmp_path: Path, way: Way
):
    story = find_story(way.partner)
    path = write_file(tmp_path, way, story)
    office = open_context(chromium, worked_site, size=way.size, script=way.script, language=way.language)
    hand_in(office.new_page(), way, path)
    office.close()
    dinas = open_context(chromium, worked_site, size=way.size, script=way.script, language=way.language)
    page = dinas.new_page()
    sign_in(page, FINANCE, language=way.language)
    say_what_the_code_means(page, story)
    close(page, way)
    dinas.close()
    home = open_context(chromium, worked_site, size=way.size, script=way.script, language=way.language)
    read_statement(home.new_page(), way, story)
    home.close()
    database, files = sample
    with database.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []


def hand_in(page: Page, way: Way, path: Path) -> None:
    """Hand the file in as the partner's finance, say what its columns hold, and post it."""
    sign_in(page, get_partner_finance(way.partner), language=way.language)
    page.goto("/uploads/new")
    page.set_input_files("input[type=file]", path)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/uploads/\d+"))
    quantity = page.locator("th", has_text="Jml Jual").locator("select")
    expect(quantity).to_be_visible(timeout=20_000)
    quantity.select_option("quantity")
    page.locator("button[value=check]").click()
    # "20.000" alone may be twenty thousand or twenty: a person says which.
    style = page.locator("input[name=number_style][value=id]")
    expect(style).to_be_visible(timeout=20_000)
    style.check()
    page.locator("input[name=date_order][value=dmy]").check()  # so may 12/10
    page.locator("button[value=check]").click()
    post = page.locator("button[value=post]")
    expect(post).to_be_visible(timeout=20_000)
    expect(page.locator("main")).to_contain_text("Rp80.000")  # three at 20.000 and two at 10.000
    post.click()
    expect(page.locator(".state-posted")).to_be_visible(timeout=20_000)
    figures = page.locator(".figures dd").all_inner_texts()
    assert figures[:2] == ["2", "1"]  # two rows read, one of them posted
    expect(page.locator("main")).to_contain_text(UNKNOWN)


def say_what_the_code_means(page: Page, story: Story) -> None:
    """Find the line that waits, and say which product its code means."""
    page.goto("/parked")
    page.get_by_role("row").filter(has_text=UNKNOWN).get_by_role("link").first.click()
    page.fill("input[name=q]", story.goods.name)
    page.locator("form[role=search] button").click()
    page.locator("form[action='/parked/product']").get_by_text(story.goods.name).first.click()
    page.locator("form[action='/parked/product'] button.btn-primary").click()
    expect(page.locator("main .alert-success").last).to_be_visible(timeout=20_000)


def close(page: Page, way: Way) -> None:
    """Close the partner's next period over what is missing, with a reason."""
    page.goto("/closings")
    page.locator(f"a[href*='/closings/new?partner={way.partner}']").first.click()
    page.fill("main form textarea, main form input[name=reason]", REASON)
    page.locator("main form[action='/closings/new'] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/closings/\d+"))
    expect(page.locator("main")).to_contain_text(REASON)


def read_statement(page: Page, way: Way, story: Story) -> None:
    """Open the newest statement as the producer, and find both sales in it: five pieces of this product."""
    sign_in(page, story.producer_login, language=way.language)
    page.goto("/statements?sort=-until_on")
    page.locator("main table a[href^='/statements/']").first.click()
    row = page.get_by_role("row").filter(has_text=story.goods.name)
    expect(row.first).to_be_visible()
    page.goto(page.url + "/lines?q=ZZ-")
    lines = page.get_by_role("row").filter(has_text="ZZ-")
    expect(lines).to_have_count(2)


def test_what_is_typed_survives_a_closed_tab(chromium: Browser, worked_site: str):
    context = open_context(chromium, worked_site, size=PHONE)
    page = context.new_page()
    page.goto("/register")
    page.fill("#field-business_name", "Dapur Ombak")
    page.fill("#field-password", "tidak disimpan sama sekali")
    page.goto("/privacy")
    page.goto("/register")
    expect(page.locator("#field-business_name")).to_have_value("Dapur Ombak")
    expect(page.locator("#field-password")).to_have_value("")
    context.close()


def test_problems_take_the_focus_and_lead_to_their_fields(chromium: Browser, worked_site: str):
    context = open_context(chromium, worked_site, size=PHONE)
    page = context.new_page()
    page.goto("/register")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#problems")).to_be_focused()
    assert page.title().startswith("Masalah:") or page.title().startswith("Ada masalah")
    page.locator("#problems a").first.click()
    expect(page.locator("#field-business_name")).to_be_in_viewport()
    context.close()


def test_the_menu_opens_and_closes_without_the_script(chromium: Browser, worked_site: str):
    context = open_context(chromium, worked_site, size=PHONE, script=False)
    page = context.new_page()
    sign_in(page, FINANCE)
    expect(page.locator("#menu")).to_be_hidden()
    page.locator(".menu-open").click()
    expect(page.locator("#menu")).to_be_visible()
    page.locator("#menu a[href='/owed']").click()
    page.wait_for_url("**/owed")
    expect(page.locator("#menu")).to_be_hidden()
    context.close()


def test_a_sample_product_is_what_the_journey_thinks(sample: tuple[Database, Files]):
    with sample[0].transaction(REGION) as session:
        for partner in ("ENG", "PES"):
            goods = find_story(partner).goods
            assert get_product(session, goods.code).name == goods.name
        assert session.scalar(text("SELECT count(*) FROM product_alias WHERE alias = :code"), {"code": UNKNOWN}) in {
            0,
            1,
            2,
        }
