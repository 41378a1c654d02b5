"""The city register on pages: who sees which numbers, files of it, its settings, and numbers that partners use themselves."""

import csv
import io
import re

import openpyxl
import pypdfium2 as pdfium
import pytest
from sqlalchemy import text

from consign.catalogue.actions import add_product
from consign.catalogue.numbers import make_city_number
from consign.catalogue.register import issue_number, reserve_range, retire_number
from consign.identity.queries import get_actor
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, OPENED, SAMBAL
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.goods_things import PREFIX, open_register
from tests.web.sums import Follower, find_sums
from tests.web.test_weight import MOST_QUERIES, counting
from tests.web.town import BERUANG, FIRST, HEAD, K1, KANCIL, MADU, OFFICER, T1, VERIFIER, Town

FIRST_NUMBER, SECOND_NUMBER = (make_city_number(PREFIX, serial) for serial in (1, 2))
"""The first is of a product of P1, which Beruang sells; the second of P3, which Kancil sells."""


def give_numbers(town: Town) -> None:
    """Give a product of P1 and one of P3 a number each, and take the second out of use."""
    open_register(town)
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        for place, name in ((1, "Kue Lumpur"), (3, "Sirup Nipah")):
            product = add_product(
                session, by=admin, producer_id=town.id("producer", code=f"P{place}"), code=f"BARU-{place}", name=name,
                net_content=250, net_unit="g", goods_class=None, food_group=None,
            )  # fmt: skip
            issue_number(session, by=admin, product=product, on=OPENED)
        retire_number(session, by=admin, number=SECOND_NUMBER, reason="Tidak dibuat lagi", on=OPENED)


def use_numbers(town: Town) -> None:
    """Let Beruang use the first number itself, and Kancil the second."""
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        for partner, number in (("BM", FIRST_NUMBER), ("KM", SECOND_NUMBER)):
            partner_id = town.id("partner", code=partner)
            reserve_range(session, by=admin, partner_id=partner_id, first=number, last=None, note="Timbangan")


@pytest.fixture
def given(town: Town) -> Town:
    """Open a town with two numbers of the city."""
    give_numbers(town)
    return town


@pytest.fixture(scope="module")
def seen(shared_town: Town) -> Town:
    """Open such a town for tests that only look; Beruang uses the first number itself, and Kancil the second."""
    give_numbers(shared_town)
    use_numbers(shared_town)
    return shared_town


def numbers_on(page: Page) -> list[str]:
    """Return the numbers of the list on *page*, as they stand."""
    return re.findall(r"\b[0-9]{13}\b", page.text)


# The list.


@pytest.mark.parametrize("login", [ADMIN, FINANCE, AUDITOR, VERIFIER, HEAD])
def test_the_dinas_sees_every_number_with_what_it_stands_for(seen: Town, login: str):
    page = seen.browser(login).get("/numbers")
    assert numbers_on(page) == [FIRST_NUMBER, SECOND_NUMBER, KERIPIK, SAMBAL, MADU]
    for said in ("Kue Lumpur", "250 g", "Dapur 1", "in use", "out of use", "Tidak dibuat lagi", "GTIN"):
        assert said in page.text
    assert ("/numbers/settings" in page.links()) == (login == ADMIN)
    assert "/numbers/print" in page.links()
    assert "/numbers" in seen.browser(login).get("/").links()


@pytest.mark.parametrize(
    ("login", "numbers"),
    [
        (BERUANG, [FIRST_NUMBER, KERIPIK, SAMBAL]),
        (T1, [FIRST_NUMBER, KERIPIK, SAMBAL]),
        (KANCIL, [SECOND_NUMBER, MADU]),
        (K1, [SECOND_NUMBER, MADU]),
    ],
)
def test_people_of_a_partner_see_the_numbers_of_producers_they_agreed_with(seen: Town, login: str, numbers: list[str]):
    page = seen.browser(login).get("/numbers")
    assert numbers_on(page) == numbers
    assert not [link for link in page.links() if link.startswith("/products")]
    assert "Bu Tiga" not in page.source  # an owner's name
    for path in ("/numbers?q=0", "/numbers?format=csv", "/numbers?state=in_use&sort=-producer"):
        assert set(re.findall(r"\b(?:21|899)[0-9]{10,11}\b", seen.browser(login).get(path).source)) <= set(numbers)
    assert read_pdf(seen.browser(login).get("/numbers/print")) == set(numbers)


def test_an_agreement_that_ended_leaves_the_numbers_to_be_seen(town: Town):
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE agreement SET days = daterange('2025-01-01', '2025-02-01')"))
    assert numbers_on(town.browser(T1).get("/numbers")) == [KERIPIK, SAMBAL]


@pytest.mark.parametrize("login", [FIRST, OFFICER])
def test_others_do_not_read_the_register(seen: Town, login: str):
    for path in ("/numbers", "/numbers/print", "/numbers/settings"):
        assert seen.browser(login).get(path).status == 403


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("state=in_use", [FIRST_NUMBER, KERIPIK, SAMBAL, MADU]),
        ("state=retired", [SECOND_NUMBER]),
        ("state=replaced", []),
        ("kind=city", [FIRST_NUMBER, SECOND_NUMBER]),
        ("kind=gtin&sort=-number", [MADU, SAMBAL, KERIPIK]),
        ("kind=salah&state=salah", [FIRST_NUMBER, SECOND_NUMBER, KERIPIK, SAMBAL, MADU]),
        ("taken=yes", [FIRST_NUMBER]),  # the second is in use no more
        ("q=sirup", [SECOND_NUMBER]),
        ("q=P1", [FIRST_NUMBER, KERIPIK]),
        (f"q={MADU}", [MADU]),
        ("sort=product&kind=gtin", [KERIPIK, MADU, SAMBAL]),
    ],
)
def test_the_register_is_filtered_searched_and_sorted(seen: Town, asked: str, numbers: list[str]):
    page = seen.browser(FINANCE).get(f"/numbers?{asked}")
    searched = [MADU] if asked == f"q={MADU}" else []
    assert [one for one in numbers_on(page) if one not in searched] == [one for one in numbers if one not in searched]


def test_a_partner_learns_of_its_own_ranges_alone_which_numbers_lie_in_them(given: Town):
    use_numbers(given)
    assert numbers_on(given.browser(BERUANG).get("/numbers?taken=yes")) == [FIRST_NUMBER]
    with given.database.transaction(REGION) as session:
        producer_id, partner_id = given.id("producer", code="P1"), given.id("partner", code="KM")
        session.execute(
            text("UPDATE agreement SET producer_id = :producer_id WHERE partner_id = :partner_id"),
            {"producer_id": producer_id, "partner_id": partner_id},
        )
    # Kancil sells goods of P1 now, so it sees the number, but not that Beruang uses it for something else.
    browser = given.browser(KANCIL)
    assert FIRST_NUMBER in numbers_on(browser.get("/numbers"))
    assert numbers_on(browser.get("/numbers?taken=yes")) == []


def test_the_list_is_downloaded_with_all_digits(given: Town):
    browser = given.browser(AUDITOR)
    rows = list(csv.reader(io.StringIO(browser.get("/numbers?format=csv").answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [FIRST_NUMBER, SECOND_NUMBER, KERIPIK, SAMBAL, MADU]
    assert rows[2][1:5] == ["Sirup Nipah", "250 g", "", "Dapur 3"]
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/numbers?format=xlsx&kind=city").answer.content))
    cells = [row[0] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert cells[1:] == [FIRST_NUMBER, SECOND_NUMBER]  # text, never a number with an exponent


# The register on paper.


def read_pdf(page: Page) -> set[str]:
    """Return the numbers that stand in a PDF, whatever breaks lines."""
    document = pdfium.PdfDocument(page.answer.content)
    words = "".join(one.get_textpage().get_text_range() for one in document)
    return set(re.findall(r"\b(?:21|899)[0-9]{10,11}\b", words))


def test_the_register_is_sent_as_a_pdf(given: Town):
    page = given.browser(VERIFIER).get("/numbers/print")
    assert page.answer.headers["content-type"] == "application/pdf"
    assert re.fullmatch(
        r'attachment; filename="nomor-[0-9]{4}-[0-9]{2}-[0-9]{2}\.pdf"', page.answer.headers["content-disposition"]
    )
    assert page.answer.headers["x-content-type-options"] == "nosniff"
    assert read_pdf(page) == {FIRST_NUMBER, SECOND_NUMBER, KERIPIK, SAMBAL, MADU}


def add_old_numbers(town: Town, count: int) -> None:
    """Add numbers that are printed no more, as many as *count*."""
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO barcode (number, product_id, kind, prefix, serial, from_on, until_on, added_at)
            SELECT '22' || lpad(n::text, 11, '0'), (SELECT min(id) FROM product), 'gtin', NULL, NULL, '2026-01-01',
              '2026-01-31', now() FROM generate_series(1, :count) AS n"""),
            {"count": count},
        )


def test_a_register_too_long_for_paper_is_refused_with_the_way_out(town: Town):
    add_old_numbers(town, 4_998)  # and the three of the town
    browser = town.browser(ADMIN)
    page = browser.get("/numbers/print")
    assert page.status == 422
    assert "5.001 numbers, more than the 5.000 that are printed. Download the list instead." in page.text
    assert len(browser.get("/numbers?format=csv").source.splitlines()) == 5_002
    assert "201" in browser.get("/numbers?page=201").text  # of 25 rows each
    assert town.browser(K1).get("/numbers/print").answer.content.startswith(b"%PDF-")  # it sees one


def test_a_long_register_asks_no_more_than_a_short_one(given: Town):
    admin = given.browser(ADMIN)
    asked = {}
    for more in (0, 3_000):
        add_old_numbers(given, more)
        with counting(given) as short:
            admin.get("/numbers?taken=yes")
        with counting(given) as long:
            admin.get("/numbers")
        with counting(given) as settings:
            admin.get("/numbers/settings")
        asked[more] = [len(short), len(long), len(settings)]
    assert asked[0] == asked[3_000]
    assert max(asked[0]) <= MOST_QUERIES


# Settings.


def save(browser: Browser, **typed: str) -> Page:
    facts = {"prefix": "2471", "public_address": ""}
    return browser.post("/numbers/settings", {**facts, **typed}, page="/numbers/settings")


def test_an_admin_says_how_numbers_begin_and_sees_how_many_are_left(given: Town):
    admin = given.browser(ADMIN)
    page = admin.get("/numbers/settings")
    assert page.typed("prefix") == PREFIX
    # Ten digits follow on two: 9.999.999.999 numbers, of which two were given.
    assert "21 2 9.999.999.997" in page.text
    page = save(admin, before_papers="yes", public_address="https://titip.example/")
    assert "The settings of the register were saved." in page.text
    # Eight digits follow on four.
    assert "2471 0 99.999.999" in page.text
    assert "21 2 9.999.999.997" in page.text
    assert page.typed("public_address") == "https://titip.example"
    assert given.ask("SELECT prefix, before_papers, public_address FROM register_terms") == [
        ("2471", True, "https://titip.example")
    ]
    page = save(admin, prefix="", public_address="")
    assert given.ask("SELECT prefix, before_papers, public_address FROM register_terms") == [(None, False, "")]
    assert "register" in admin.get("/audit?subject=region").text


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"prefix": "30"}, "prefix", "cannot begin city numbers"),
        ({"prefix": "2"}, "prefix", "two to seven digits"),
        ({"prefix": "210"}, "prefix", "could be the same as those beginning with 21"),
        ({"public_address": "titip.example"}, "public_address", "no address such as"),
        ({"public_address": "https://titip.example/halaman"}, "public_address", "no address such as"),
    ],
)
def test_settings_that_cannot_be_are_refused_on_their_field(seen: Town, typed: dict[str, str], field: str, says: str):
    page = save(seen.browser(ADMIN), **typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed(field) == typed[field]
    assert seen.ask("SELECT prefix, before_papers, public_address FROM register_terms") == [(PREFIX, True, "")]


# Numbers that partners use themselves.


def note(browser: Browser, **typed: str) -> Page:
    facts = {"partner": "BM", "first": "21", "last": "", "note": "Timbangan"}
    return browser.post("/numbers/ranges", {**facts, **typed}, page="/numbers/settings")


def test_a_range_that_is_noted_shows_the_products_that_need_another_number(given: Town):
    admin = given.browser(ADMIN)
    page = note(admin)
    assert page.path == "/numbers?taken=yes"
    assert "1 numbers in use lie in it: their products need others before" in page.text
    assert numbers_on(page) == [FIRST_NUMBER]
    assert "Kue Lumpur" in page.text
    page = admin.get("/numbers/settings")
    assert "210000000000 219999999999 Beruang Mart Timbangan 1" in page.text


def test_how_many_numbers_were_given_or_are_in_the_way_leads_to_just_those(given: Town):
    admin = given.browser(ADMIN)
    save(admin)  # a second series, of which none was given yet
    use_numbers(given)  # the first number is in Beruang's way; the second, which is out of use, in nobody's
    follower = Follower(admin, pages={})
    sums = [one for one in find_sums(follower.open("/numbers/settings")) if one.target.startswith("/numbers?")]
    assert sorted(int(one.amount) for one in sums) == [0, 0, 1, 2]
    for one in sums:
        follower.follow("/numbers/settings", one)
    assert follower.wrong == []
    assert numbers_on(admin.get("/numbers?begins=21")) == sorted([FIRST_NUMBER, SECOND_NUMBER])
    assert numbers_on(admin.get("/numbers?begins=2471")) == []
    assert numbers_on(admin.get("/numbers?begins=2%")) == []


def test_a_number_that_a_partner_uses_is_passed_over_and_not_called_used(given: Town):
    admin = given.browser(ADMIN)
    third = make_city_number(PREFIX, 3)
    note(admin, first=third[:12], last=third[:12])
    with given.database.transaction(REGION) as session:
        by = get_actor(session, ADMIN)
        product = add_product(
            session, by=by, producer_id=given.id("producer", code="P1"), code="BARU-4", name="Wajik", net_content=250,
            net_unit="g", goods_class=None, food_group=None,
        )  # fmt: skip
        issue_number(session, by=by, product=product, on=OPENED)
    # Three were given and one passed over: 9.999.999.999 less four.
    assert "21 3 9.999.999.995 1" in admin.get("/numbers/settings").text


def test_people_of_a_partner_narrow_to_their_own_ranges_alone(given: Town):
    use_numbers(given)
    (own, other) = (given.id("reserved_range", partner_id=given.id("partner", code=code)) for code in ("BM", "KM"))
    assert numbers_on(given.browser(BERUANG).get(f"/numbers?range={own}"))[-1:] == [FIRST_NUMBER]
    strange, nothing = (given.browser(BERUANG).get(f"/numbers?range={one}") for one in (other, 987654))
    assert numbers_on(strange) == numbers_on(nothing)


def test_a_range_without_numbers_in_use_is_noted_and_withdrawn(given: Town):
    admin = given.browser(ADMIN)
    page = note(admin, first="2800", last="2849", partner="KM")
    assert page.path == "/numbers/settings"
    assert "None of its numbers is given any more." in page.text
    assert "280000000000 284999999999 Kancil Mart Timbangan 0" in page.text
    (path,) = (one for one in page.actions() if one.endswith("/withdraw"))
    for _ in range(2):  # again it changes nothing
        page = admin.post(path, {}, page="/numbers/settings")
        assert "may be given again" in page.text
        assert "280000000000" not in page.text
    assert given.ask("SELECT count(*) FROM audit_event WHERE act = 'reservation withdrawn'") == [(1,)]
    assert admin.post("/numbers/ranges/987654/withdraw", {}).status == 404


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"partner": "ZZ"}, "partner", "Choose one"),
        ({"first": "30"}, "first", "no number that begins with 20 to 29"),
        ({"first": ""}, "first", "missing"),
        ({"first": "25", "last": "24"}, "first", "before it begins"),
        ({"note": ""}, "note", "missing"),
    ],
)
def test_a_range_that_cannot_be_is_refused_on_its_field(seen: Town, typed: dict[str, str], field: str, says: str):
    page = note(seen.browser(ADMIN), **typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("note") == typed.get("note", "Timbangan")
    assert '<details class="evidence" open>' in page.source  # the form that was folded away stands open
    assert seen.ask("SELECT count(*) FROM reserved_range") == [(2,)]


@pytest.mark.parametrize("login", [FINANCE, VERIFIER, BERUANG, T1])
def test_nobody_else_says_how_the_register_works(seen: Town, login: str):
    browser = seen.browser(login)
    assert browser.get("/numbers/settings").status == 403
    for path in ("/numbers/settings", "/numbers/ranges", "/numbers/ranges/1/withdraw"):
        assert browser.post(path, {"prefix": "29", "partner": "BM", "first": "28", "note": "x"}).status == 403
