"""Read this first: a producer's crisps, from her papers to the money on her account, by the pages alone.

Everybody has a browser of their own; what they do stands in `tests/story`, what comes of it here, worked out by hand.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from consign.db import Database
from consign.files import Files
from tests.browser.people import DESK, PHONE
from tests.browser.serving import find_chromium, open_browser
from tests.story.making import GOODS, Producer
from tests.story.office import Admin, Auditor, Finance, Head, SecondFinance, Verifier
from tests.story.papers import print_bank, print_new_till, print_till, read_row
from tests.story.place import Calendar, Place, Way, open_place
from tests.story.selling import HeadOffice, Store

MONDAY, TUESDAY, NEXT_MONDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 9)
CLOSING, PAYING, MATCHING = date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)
PAYING_OUT, RECEIVING = date(2026, 11, 13), date(2026, 11, 14)
WRONG_NAME = "P-IRT ini atas nama Dapur Karang. Kirim P-IRT atas nama Dapur Ombak."
LATE_START = "Barang baru datang pada 3 November."

BANKS_WORDS = "SETORAN MINIMARKET PESISIR"

NET = "Rp233.398"
"""What the week comes to. The store keeps 2,75 % of each line, rounded to the rupiah:

    old till    4 x 15.000 = 60.000     fee 1.650
                3 x 15.000 = 45.000     fee 1.237,50, so 1.238
                2 x 15.000 = 30.000     fee   825
    new till    5 x 15.000 = 75.000     fee 2.062,50, so 2.063
                2 x 15.000 = 30.000     fee   825
                1 x 15.000 = 15.000     fee   412,50, so   413
    came late   1 x 15.000 = 15.000     fee   412,50, so   413
    return     -2 x 15.000 = -30.000    fee  -825, what its sale took
                            240.000         6.602
"""


@pytest.fixture
def place(
    request: pytest.FixtureRequest, database: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Open the place of the story on its first day, for the way in which everybody looks at the pages."""
    if find_chromium() is None:
        pytest.skip("no Chromium or Chrome is installed; name one in CONSIGN_CHROMIUM")
    calendar = Calendar(MONDAY)
    monkeypatch.setattr("consign.clock.now", calendar.now)
    with (
        open_browser() as browser,
        open_place(browser, database, files, tmp_path, way=request.param, calendar=calendar) as opened,
    ):
        yield opened


@pytest.mark.parametrize(
    "place",
    [Way(DESK, script=True), Way(PHONE, script=False)],
    ids=["desk, script", "phone, no script"],
    indirect=True,
)
def test_crisps_become_money_and_every_rupiah_leads_back_to_its_row(place: Place) -> None:
    number = goods_come_to_the_city(place)
    goods_come_to_the_store(place)
    sales_are_handed_in(place, number)
    the_week_is_closed(place)
    the_store_pays(place)
    the_producer_is_paid(place)
    the_auditor_follows_one_rupiah(place)
    # Sales and fee of the statement; what stood at the bank before, the line in, what it paid and what is payable by it;
    # sent, the line out, found.
    assert place.must_hold_together() == 9


def goods_come_to_the_city(place: Place) -> str:
    """Return the number that the crisps got, once papers, agreement and labels are in order."""
    producer, verifier, admin, finance = Producer(place), Verifier(place), Admin(place), Finance(place)
    admin.opens_the_register()
    admin.opens_a_bank_account(number="0640012345", holder="DINAS KOPERASI DAN UMKM CONTOH")
    producer.registers()
    producer.adds_her_product()
    producer.hands_in_her_papers()
    verifier.confirms_the_producer()
    assert verifier.reviews_all_papers(sends_back="Dapur Karang", because=WRONG_NAME) == 5
    producer.mends_what_she_is_told(WRONG_NAME)
    assert verifier.reviews_all_papers() == 1
    producer.may_deliver()
    admin.agrees(fee="2,75")
    producer.states_her_account()
    finance.confirms_the_account()
    number = producer.gets_a_number()
    assert number == "2064000000017"  # the first of the city's series 2064, with its check digit
    assert producer.prints_labels(batch="B2611-02", expires="2027-03-02") == [number] * 12
    return number


def goods_come_to_the_store(place: Place) -> None:
    place.turns_to(TUESDAY)
    note = Producer(place).sends_goods("24", batch="B2611-02", expires="2027-03-02")
    Store(place).confirms(note)


def sales_are_handed_in(place: Place, number: str) -> None:
    """Let the store change its till in the middle of the week, and find one receipt and one return afterwards."""
    place.turns_to(NEXT_MONDAY)
    store = Store(place)
    old_till = print_till(
        place.folder,
        f"03/11/2026;A-1;{number};{GOODS};4;15000;60000",
        f"04/11/2026;A-2;{number};{GOODS};3;15000;45000",
        f"05/11/2026;A-3;{number};{GOODS};2;15000;30000",
        name="kasir-lama.csv",
    )
    store.hands_in(old_till)
    store.says_what_the_columns_hold(date_order="dmy")
    store.sees_all_rows_posted(3, "Rp135.000", "Rp3.713")  # 1.650 + 1.238 + 825
    new_till = print_new_till(
        place.folder,
        ("06/11/2026", "B-1", number, GOODS, 5, 15000, 75000),
        ("07/11/2026", "B-2", number, GOODS, 2, 15000, 30000),
        ("08/11/2026", "B-3", number, GOODS, 1, 15000, 15000),
        name="kasir-baru.xlsx",
    )
    store.hands_in(new_till)
    store.says_what_the_columns_hold(date_order="dmy")
    store.sees_all_rows_posted(3, "Rp120.000", "Rp3.301")  # 2.063 + 825 + 413
    found_later = print_till(
        place.folder,
        f"05/11/2026;A-4;{number};{GOODS};1;15000;15000",
        f"08/11/2026;B-2;{number};{GOODS};-2;15000;-30000",
        name="kasir-susulan.csv",
    )
    store.hands_in(found_later)  # the old till's columns are known by now, so nothing is asked
    store.sees_all_rows_posted(2, "-Rp15.000", "-Rp412")  # 413 - 825


def the_week_is_closed(place: Place) -> None:
    place.turns_to(CLOSING)
    Finance(place).prepares_the_closing("Rp240.000", "Rp6.602", NET, because=LATE_START)
    SecondFinance(place).countersigns_the_closing(NET)


def the_store_pays(place: Place) -> None:
    """Let the money arrive without any number on it, so that a person must say what it is."""
    place.turns_to(PAYING)
    HeadOffice(place).announces_what_she_paid(NET, paid_on=PAYING)
    place.turns_to(MATCHING)
    came = print_bank(place.folder, PAYING, opening_rp=1_000_000, amount_rp=233_398, words=BANKS_WORDS)
    finance = Finance(place)
    finance.posts_the_banks_file(came)
    finance.says_what_the_line_paid(NET)


def the_producer_is_paid(place: Place) -> None:
    place.turns_to(PAYING_OUT)
    finance, producer = Finance(place), Producer(place)
    batch = finance.plans_the_payout(NET)
    Head(place).approves_the_payout(NET)
    order = finance.hands_the_payout_to_the_bank(batch).decode()
    assert order.splitlines()[1:] == ["1,Sari Ombakwati,014,1234567890,233398,PB20260001-001,"]
    place.turns_to(RECEIVING)
    went = print_bank(
        place.folder, PAYING_OUT, opening_rp=1_233_398, amount_rp=-233_398, words="TRSF E-BANKING DB PB20260001-001"
    )
    finance.posts_the_banks_file(went)
    finance.sees_the_payout_found(batch)  # by the reference that the bank wrote, which ties without anybody
    producer.says_the_money_came(NET)


def the_auditor_follows_one_rupiah(place: Place) -> None:
    """Go back from the payout to the row of the till, by links alone."""
    auditor = Auditor(place)
    auditor.opens_the_banks_line("PB20260001-001")
    auditor.follows_the_line_to_its_match()
    auditor.follows_to("PB20260001-001")  # the payout
    auditor.follows_to("NP-2026-000001")  # the statement that it is made of
    auditor.reads(NET, "Rp240.000", "Rp6.602")
    auditor.opens_the_banks_line(BANKS_WORDS)
    auditor.follows_the_line_to_its_match()
    auditor.reads(NET)
    auditor.follows_to("NP-2026-000001")
    auditor.opens_the_lines_of_the_statement()
    auditor.opens_the_row_of_receipt("B-1")
    auditor.reads("Rp75.000", "Rp2.063", "kasir-baru.xlsx")
    assert read_row(auditor.downloads_the_file(), 2) == ("06/11/2026", "B-1", "2064000000017", GOODS, 5, 15000, 75000)
