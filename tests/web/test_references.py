"""Lists from other offices: loading, what could not be used, looking up, withdrawing; every refusal on its field."""

import pytest

from tests.builders import AUDITOR
from tests.web.browsing import Page
from tests.web.sums import Follower, find_sums
from tests.web.town import FIRST, HEAD, VERIFIER, Town

NEW = {"kind": "nib", "issuer": "DPMPTSP Kota Balikpapan", "as_of": "2026-11-01"}
ROWS = (
    "NIB,Nama Pelaku Usaha,Alamat",
    "1207210001234,Dapur 1,Jl. Rapak",
    "9120001234567,Dapur 2,Jl. Gunung",
    "12,Salah,-",
)


def load(town: Town, *rows: str, name: str = "nib.csv", **changed: str) -> Page:
    content = "\n".join(rows or ROWS).encode()
    return town.browser(VERIFIER).post(
        "/references/new", {**NEW, **changed}, page="/references/new", files={"file": (name, content)}
    )


def test_a_list_is_loaded_and_can_be_searched(town: Town):
    page = load(town)
    assert page.status == 200, page.text
    assert "of 3 rows 2 can be looked up, 1 could not be used" in page.text
    path = page.path
    assert "Numbers on this list 2" in page.text
    browser = town.browser(AUDITOR)
    assert "Dapur 2" in browser.get(f"{path}?q=9120001234567").text
    assert "Nothing fits" in browser.get(f"{path}?q=tidakada").text
    page = browser.get("/references?kind=nib&withdrawn=no")
    assert "DPMPTSP Kota Balikpapan" in page.text
    assert page.actions() == []
    assert "/references/new" not in page.links()


def test_the_number_of_rows_leads_to_just_those_that_can_be_looked_up(town: Town):
    path = load(town).path
    follower = Follower(town.browser(AUDITOR), pages={})
    for page in ("/references", path):
        (rows,) = find_sums(follower.open(page))
        assert (int(rows.amount), rows.target) == (2, path)  # the third has no number
        follower.follow(page, rows)
    assert follower.wrong == []


def test_rows_that_could_not_be_used_are_shown_and_downloaded(town: Town):
    path = f"{load(town).path}/problems"
    browser = town.browser(HEAD)
    page = browser.get(path)
    assert "Rows that could not be used 1" in page.text
    assert "12" in page.text
    assert "4" in browser.get(f"{path}?format=csv").source
    assert browser.get(f"{path}?format=xlsx").source.startswith("PK")


@pytest.mark.parametrize(
    ("rows", "changed", "field", "says"),
    [
        (("Kolom,Lain", "1,2"), {}, "file", "No column is named"),
        (("NIB,Nama", "12,Salah"), {}, "file", "No row of the list"),
        (("NIB,Nama", "1207210001234,Dapur 1"), {"as_of": "2126-01-01"}, "file", "cannot have been drawn up"),
        (("NIB,Nama", "1207210001234,Dapur 1"), {"issuer": ""}, "issuer", "This is missing"),
        (("NIB,Nama", "1207210001234,Dapur 1"), {"kind": "nik"}, "kind", "Choose one"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, rows: tuple[str, ...], changed: dict[str, str], field: str, says: str
):
    page = load(shared_town, *rows, **changed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("issuer") == changed.get("issuer", NEW["issuer"])
    assert page.typed("as_of") == changed.get("as_of", NEW["as_of"])
    assert shared_town.ask("SELECT count(*) FROM reference_list") == [(0,)]


def test_a_list_of_bad_rows_shows_why(shared_town: Town):
    page = load(shared_town, "NIB,Nama", "12,Salah")
    assert "Rows that could not be used" in page.text
    assert "12" in page.text


def test_no_file_and_no_table_are_said(shared_town: Town):
    page = shared_town.browser(VERIFIER).post("/references/new", NEW, page="/references/new")
    assert "No file was chosen" in page.problem("file")
    page = shared_town.browser(VERIFIER).post(
        "/references/new", NEW, page="/references/new", files={"file": ("a.xlsx", b"\x00\x01\x02")}
    )
    assert page.is_refused()
    assert page.problem("file")


def test_the_same_list_is_loaded_once_and_again_after_it_was_withdrawn(town: Town):
    path = load(town).path
    page = load(town)
    assert page.is_refused()
    assert "was loaded on" in page.problem("file")
    page = town.browser(VERIFIER).post(f"{path}/withdraw", {}, page=path)
    assert "Nothing is looked up in it any more." in page.text
    assert f"{path}/withdraw" not in page.actions()
    assert load(town).path == path
    assert town.ask("SELECT count(*) FROM reference_list WHERE withdrawn_at IS NULL") == [(1,)]


def test_what_is_not_there_is_not_found_and_producers_are_kept_out(town: Town):
    path = load(town).path
    for login, status in ((VERIFIER, 404), (FIRST, 403)):
        browser = town.browser(login)
        assert browser.get("/references/987654").status == status
        assert browser.get("/references/987654/problems").status == status
        assert browser.post("/references/987654/withdraw", {}).status == status
    assert town.browser(FIRST).get(path).status == 403
