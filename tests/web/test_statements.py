"""Statements on the page: as a document that ties, opened down to the sale lines and the rows of the files."""

import csv
import io
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.rules import Role
from consign.sales.ending import reverse_upload
from consign.settlement.actions import close_period
from tests.builders import FINANCE, KERIPIK, City, build_city, write_csv
from tests.conftest import REGION
from tests.web.browsing import Browser, Page, give_passwords
from tests.web.town import BERUANG, FIRST, HEAD, KANCIL, SECOND, T1, Town

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
NUMBER = "NP-2026-000003"
PRODUCER = "dapur1@umkm.example"


@pytest.fixture
def city(database: Database, files: Files, tmp_path: Path) -> Browser:
    """Close two months of one producer; the second statement has a sale, a return, a late line and a reversal.

    September: a sale of 2 (30.000), and a file with 1 (15.000) that is reversed in October.
    October: sale of 3 (45.000), return of 1 (-15.000), one late Keripik (15.000), and the reversal (-15.000), also late.
    """
    with database.transaction(REGION) as session:
        built = build_city(session)
        built.post(write_csv(tmp_path, line("2026-09-05", 2), name="september.csv"))
        wrong = built.post(write_csv(tmp_path, line("2026-09-07", 1, receipt="S7"), name="wrong.csv"))
        close(built, SEPTEMBER)
        rows = [line("2026-10-05", 3), line("2026-10-06", -1, receipt="C1"), line("2026-09-30", 1, receipt="S9")]
        built.post(write_csv(tmp_path, *rows, name="october.csv"))
        reverse_upload(session, by=built.finance, upload_id=wrong.upload_id, reason="salah berkas")
        close(built, OCTOBER)
        producer_id = built.producers[0].id
        add_user(session, by=built.admin, login=PRODUCER, name="Ani", role=Role.PRODUCER, producer_id=producer_id)
    give_passwords(database)
    browser = Browser(create_app(database, files, region=REGION, region_name="Kota Balikpapan"))
    browser.sign_in(FINANCE)
    return browser


def line(day: str, quantity: int, *, receipt: str = "S1") -> str:
    return f"{day},T1,{receipt},{KERIPIK},Keripik,{quantity},15000,{quantity * 15_000}"


def close(city: City, until: date) -> None:
    close_period(city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji")


def sums_of(page: Page) -> dict[str, tuple[int, str | None]]:
    """Return the sums of the document: amount and where it opens, by label."""
    table = re.search(r'<table class="table sums">(.*?)</table>', page.source, re.DOTALL)
    assert table
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table[1], re.DOTALL):
        link = re.search(r'href="([^"]+)"', row)
        label, amount = (
            " ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)
        )
        if amount.lstrip("-").startswith("Rp"):
            found[label] = (
                int(amount.replace("Rp", "").replace(".", "")),
                link[1].replace("&amp;", "&") if link else None,
            )
    return found


def lines_of(browser: Browser, path: str) -> list[dict[str, str]]:
    """Return the sale lines under *path*, from the file to download."""
    joint = "&" if "?" in path else "?"
    source = browser.get(f"{path}{joint}format=csv").source
    return list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff"))))


def test_the_document_says_how_its_amount_comes_about(city: Browser):
    page = city.get(f"/statements/{NUMBER}")
    assert {label: amount for label, (amount, _) in sums_of(page).items()} == {
        "Sold": 60_000,
        "Given back": -15_000,
        "Reversed": -15_000,
        "Sales less returns": 30_000,
        "Store's fee, 2,5%": -750,
        "Net of this period": 29_250,
        "Due": 29_250,
    }
    for seen in ("Beruang Mart", "(BM)", "Dapur 1", "(P1)", "1 Oct 2026", "31 Oct 2026", "Seal of the audit trail"):
        assert seen in page.text
    assert "dua puluh sembilan ribu dua ratus lima puluh rupiah" in page.text
    # The late line and its fee, and the reversal, are told from the rest.
    assert page.text.count("of an earlier period") == 2
    assert page.actions() == []


def test_every_sum_and_every_line_opens_into_sale_lines_that_add_up_to_it(city: Browser):
    page = city.get(f"/statements/{NUMBER}")
    checked = 0
    for label, (amount, path) in sums_of(page).items():
        if path is None:
            continue
        column = "Fee" if "fee" in label else "Sales"
        lines = lines_of(city, path)
        assert sum(int(one[column]) for one in lines) == abs(amount) * (1 if column == "Fee" or amount > 0 else -1)
        checked += 1
    assert checked == 5
    rows = {link for link in page.links() if "/lines?store=" in link}
    assert len(rows) == 4
    # A return, a late sale, a sale and a reversal: one sale line each.
    assert [len(lines_of(city, path)) for path in rows] == [1, 1, 1, 1]
    all_lines = lines_of(city, f"/statements/{NUMBER}/lines")
    assert sorted(one["Sales"] for one in all_lines) == ["-15000", "-15000", "15000", "45000"]


def test_a_sale_line_names_the_file_and_row_it_was_read_from(city: Browser, database: Database):
    page = city.get(f"/statements/{NUMBER}/lines?kind=reversal&late=yes")
    with database.transaction(REGION) as session:
        ids = dict(session.execute(text("SELECT name, id FROM sales_upload")).all())
    assert f"/uploads/{ids['wrong.csv']}" in page.links()
    (reversal,) = lines_of(city, f"/statements/{NUMBER}/lines?kind=reversal")
    assert (reversal["File"], reversal["Row in the file"], reversal["Receipt"]) == ("wrong.csv", "2", "S7")
    (given_back,) = lines_of(city, f"/statements/{NUMBER}/lines?kind=return")
    assert (given_back["File"], given_back["Row in the file"]) == ("october.csv", "3")
    assert (given_back["Quantity"], given_back["Fee on"], given_back["Fee"]) == ("-1.000", "-15000", "-375")


def test_the_part_that_is_asked_for_is_summed_above_its_lines(city: Browser):
    page = city.get(f"/statements/{NUMBER}/lines?kind=sale&late=yes")
    figures = page.text.partition("Quantity")[2][:60]
    assert "Rp15.000" in figures
    assert "Rp375" in figures


def test_a_statement_is_downloaded_with_sums_that_tie(city: Browser):
    book = load_workbook(io.BytesIO(city.get(f"/statements/{NUMBER}?format=xlsx").answer.content), data_only=True)
    values = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert 29_250 in values
    assert "dua puluh sembilan ribu dua ratus lima puluh rupiah" in values
    answer = city.get(f"/statements/{NUMBER}?format=csv").answer
    assert answer.headers["content-disposition"] == f'attachment; filename="{NUMBER}.csv"'
    assert "Harus dibayar mitra,,,,,,,29250" in answer.text


def test_a_statement_that_is_not_the_sum_of_its_sales_is_not_shown(city: Browser, database: Database):
    with database.owner() as connection:
        connection.execute(
            text("UPDATE region_6471.sale SET sales_rp = sales_rp + 1 WHERE posting_no = 3 AND row_no = 2")
        )
    for path in (f"/statements/{NUMBER}", f"/statements/{NUMBER}?format=csv", f"/statements/{NUMBER}?format=xlsx"):
        page = city.get(path)
        assert (page.status, "not the sum of its sales" in page.text) == (409, True)


def test_the_producer_sees_where_its_money_comes_from_but_no_way_to_others(city: Browser):
    browser = Browser(city.app)
    browser.sign_in(PRODUCER)
    page = browser.get(f"/statements/{NUMBER}")
    assert page.status == 200
    lines = browser.get(f"/statements/{NUMBER}/lines")
    assert "october.csv" in lines.text
    assert not [
        link for link in (*page.links(), *lines.links()) if re.match("/(uploads|partners|producers|closings)", link)
    ]
    # The new statement is a task; the other producer's, of nothing, is not theirs.
    home = browser.get("/")
    assert f"/statements/{NUMBER}" in home.links()
    assert "/statements/NP-2026-000004" not in home.links()


def test_each_party_sees_its_own_statements_only(shared_town: Town):
    seen = {
        login: set(re.findall(r"NP-2026-\d{6}", shared_town.browser(login).get("/statements?format=csv").source))
        for login in (HEAD, FINANCE, BERUANG, KANCIL, FIRST, SECOND)
    }
    everything = {number for (number,) in shared_town.ask("SELECT number FROM statement")}
    assert seen[HEAD] == seen[FINANCE] == everything
    assert len(everything) == 3
    assert seen[BERUANG] | seen[KANCIL] == everything
    assert seen[BERUANG] & seen[KANCIL] == set()
    assert seen[FIRST] | seen[SECOND] == seen[BERUANG]
    assert len(seen[FIRST]) == len(seen[SECOND]) == 1
    assert shared_town.browser(T1).get("/statements").status == 403


@pytest.mark.parametrize("ending", ["", "/lines", "?format=xlsx", "?format=csv", "/lines?format=csv"])
def test_a_strangers_statement_is_the_same_nothing_as_one_that_never_was(shared_town: Town, ending: str):
    (own,) = set(re.findall(r"NP-2026-\d{6}", shared_town.browser(KANCIL).get("/statements?format=csv").source))
    assert shared_town.browser(KANCIL).get(f"/statements/{own}{ending}").status == 200
    for login in (BERUANG, FIRST):
        browser = shared_town.browser(login)
        strange, nothing = browser.get(f"/statements/{own}{ending}"), browser.get(f"/statements/NP-2026-999999{ending}")
        assert (strange.status, nothing.status) == (404, 404)
        assert strange.text == nothing.text
        assert "Kancil" not in strange.source


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("partner=BM", 2),
        ("producer=P3", 1),
        ("partner=BM&producer=P3", 0),
        ("from=2026-10-31&until=2026-10-31", 3),
        ("from=2026-11-01", 0),
        ("until=2026-09-30", 0),
        ("q=dapur+p2", 1),
        ("q=kancil", 1),
        ("due=late", 0),
        ("partner=%27", 3),
        ("due=nonsense&from=x", 3),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(shared_town: Town, query: str, numbers: int):
    source = shared_town.browser(HEAD).get(f"/statements?format=csv&{query}").source
    assert len(set(re.findall(r"NP-2026-\d{6}", source))) == numbers


def test_late_statements_are_found_and_marked(town: Town):
    with town.database.owner() as connection:
        connection.execute(text("UPDATE region_6471.statement SET due_on = '2026-11-01' WHERE partner_id = 1"))
    browser = town.browser(BERUANG)
    page = browser.get("/statements?due=late")
    assert page.text.count("Rp43.875") == page.text.count("Rp21.937") == 3  # net, due and still open
    assert 'class="state state-late"' in page.source
    assert "NP-" not in town.browser(KANCIL).get("/statements?due=late&format=csv").source
    home = browser.get("/")
    assert "Overdue, pay it now: Rp65.812" in home.text
    assert "/statements?due=late" in home.links()


def test_a_line_that_is_asked_for_in_vain_is_not_asked(shared_town: Town):
    browser = shared_town.browser(FIRST)
    (own,) = set(re.findall(r"NP-2026-\d{6}", browser.get("/statements?format=csv").source))
    for query in ("store=%00", "store=K1", "product=PRD-3", "kind=drop", "late=maybe", "rate=999999999999", "page=0"):
        page = browser.get(f"/statements/{own}/lines?{query}")
        assert page.status == 200
        assert "Rp45.000" in page.text
