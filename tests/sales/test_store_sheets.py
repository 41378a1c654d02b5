"""Workbooks of a store's products by day: written, filled in as a person would, and posted."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from consign.catalogue.actions import add_product, set_price
from consign.catalogue.listings import list_product
from consign.errors import BadInput, NeedsDecision, NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.actions import add_partner, add_store
from consign.period import Cycle, Period
from consign.sales.board import find_board
from consign.sales.ending import reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Stated
from consign.sales.no_sales import confirm_no_sales
from consign.sales.queries import find_missing_days
from consign.sales.rules import DayState, Overlap
from consign.sales.template import choose_span, write_template
from consign.tabular.refusals import FileWithoutRows
from consign.web.language import choose_language
from tests.builders import KERIPIK, OPENED, SAMBAL, City

SPAN = Period(date(2026, 9, 7), date(2026, 9, 13))
NONE = "-"
PLAIN = Decisions(confirmed=False)
"""What stands for a file that nobody said anything about."""
Cells = Mapping[tuple[str, int], object]
"""Quantities by the product's number and the day of the month."""


def write(city: City, cells: Cells, folder: Path, *, store: int = 0, language: str = "id", span: Period = SPAN) -> Path:
    """Write the workbook of a store, and fill in *cells* by the numbers and days that stand in it."""
    spoken = choose_language(language)
    content = write_template(
        city.session, by=city.finance, store=city.stores[store], span=span, tell=spoken.say, language=language
    )
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    heads = {cell.value.day: cell.column for cell in page[4] if hasattr(cell.value, "day")}
    rows = {str(row[1].value): row[0].row for row in page.iter_rows(min_row=5)}
    for (number, day), quantity in cells.items():
        cell = page.cell(rows[number], heads[day])
        assert not cell.protection.locked
        cell.value = quantity
    path = folder / "sheet.xlsx"
    book.save(path)
    return path


def sold(city: City) -> dict[tuple[str, str, int], str]:
    """Return what stands in the books: quantities by store, product and day of the month."""
    rows = city.session.execute(
        text("""
        SELECT store.code AS store, product.name, sold_on, sum(quantity)::text AS quantity FROM sale
        JOIN store ON store.id = store_id JOIN product ON product.id = product_id
        GROUP BY 1, 2, 3 HAVING sum(quantity) <> 0""")
    )
    return {(row.store, row.name, row.sold_on.day): row.quantity for row in rows}


def states(city: City, *, store: int = 0) -> dict[int, DayState]:
    months = find_board(city.session, by=city.finance, partner_id=city.partner.id, span=SPAN, settled_until=None)
    return {day.day: state for day, state in months[store].days}


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_filled_in_is_posted_without_any_question(city: City, tmp_path: Path, language: str) -> None:
    cells = {(KERIPIK, 7): 3, (KERIPIK, 8): 0, (SAMBAL, 8): 1.5, (SAMBAL, 13): 12}
    outcome = city.post(write(city, cells, tmp_path, language=language), decisions=PLAIN)
    assert (outcome.rows_read, outcome.posted, outcome.ignored, outcome.parked) == (4, 3, 1, 0)
    # 3 at Rp15.000, 1,5 and 12 at Rp22.500: Rp45.000 + Rp33.750 + Rp270.000.
    assert outcome.sales_rp == 348_750
    assert sold(city) == {
        ("T1", "Keripik Singkong", 7): "3.000",
        ("T1", "Sambal Gami", 8): "1.500",
        ("T1", "Sambal Gami", 13): "12.000",
    }


def test_handed_in_again_with_more_days_only_what_is_new_is_added(city: City, tmp_path: Path) -> None:
    city.post(write(city, {(KERIPIK, 7): 3}, tmp_path), decisions=PLAIN)
    outcome = city.post(write(city, {(KERIPIK, 7): 3, (KERIPIK, 8): 2}, tmp_path), decisions=PLAIN)
    assert (outcome.posted, outcome.known) == (1, 1)


def test_a_workbook_of_another_store_is_parked_and_says_nothing_of_this_one(city: City, tmp_path: Path) -> None:
    cells = {(KERIPIK, 7): 3, (NONE, 8): 0}
    path = write(city, cells, tmp_path, store=1)
    outcome = city.post(path, decisions=PLAIN, stated=Stated(city.stores[0].id))
    assert (outcome.posted, outcome.parked) == (0, 1)
    reasons = city.session.scalars(text("SELECT reason FROM sales_parked")).all()
    assert reasons == ["store.other_than_stated"]
    assert states(city)[8] is states(city, store=1)[8] is DayState.MISSING


def test_a_workbook_of_another_partner_is_parked_also_where_both_call_a_store_alike(city: City, tmp_path: Path) -> None:
    path = write(city, {(KERIPIK, 7): 3, (NONE, 8): 0}, tmp_path)
    other = add_partner(city.session, by=city.admin, code="KM", name="Kancil Mart", kind="hotel", cycle=Cycle.MONTH)
    add_store(
        city.session, by=city.admin, partner_id=other.id, code="T1", name="Loka", zone="Asia/Makassar", opened_on=OPENED
    )
    city.partner = other
    outcome = city.post(path, decisions=PLAIN)
    assert (outcome.posted, outcome.parked) == (0, 1)
    assert city.session.execute(text("SELECT reason, cell FROM sales_parked")).all() == [("store.unknown", "BM/T1")]


def test_a_day_is_without_sales_where_every_product_has_a_zero_or_the_row_for_it(city: City, tmp_path: Path) -> None:
    cells = {
        (KERIPIK, 7): 0, (SAMBAL, 7): 0,  # all
        (KERIPIK, 8): 0,  # the other is blank
        (KERIPIK, 9): 0, (SAMBAL, 9): 2,
        (NONE, 10): 0,
        (NONE, 11): 0, (SAMBAL, 11): 1,  # sales go before what the row says
    }  # fmt: skip
    outcome = city.post(write(city, cells, tmp_path), decisions=PLAIN)
    assert (outcome.rows_read, outcome.posted, outcome.ignored) == (8, 2, 6)
    assert states(city) == {
        7: DayState.ZERO, 8: DayState.MISSING, 9: DayState.RECEIVED, 10: DayState.ZERO, 11: DayState.RECEIVED,
        12: DayState.MISSING, 13: DayState.MISSING,
    }  # fmt: skip
    missing = find_missing_days(city.session, partner_id=city.partner.id, first=SPAN.first, last=SPAN.last)
    assert [day.day for store, day in missing if store == "T1"] == [8, 12, 13]


def test_a_day_without_sales_is_unknown_again_once_its_workbook_is_reversed(city: City, tmp_path: Path) -> None:
    outcome = city.post(write(city, {(NONE, 7): 0, (KERIPIK, 8): 1}, tmp_path), decisions=PLAIN)
    assert states(city)[7] is DayState.ZERO
    reverse_upload(city.session, by=city.finance, upload_id=outcome.upload_id, reason="salah gerai")
    assert states(city)[7] is DayState.MISSING
    confirm_no_sales(city.session, by=city.finance, store=city.stores[0], day=date(2026, 9, 7))
    assert states(city)[7] is DayState.ZERO


def test_no_sales_where_sales_stand_asks_and_replaces_them_when_told(city: City, tmp_path: Path) -> None:
    city.post(write(city, {(KERIPIK, 7): 3, (SAMBAL, 8): 1}, tmp_path), decisions=PLAIN)
    path = write(city, {(NONE, 7): 0, (SAMBAL, 8): 1}, tmp_path)
    with pytest.raises(NeedsDecision) as asked:
        city.post(path, decisions=PLAIN)
    assert asked.value.questions[0].about == "overlap"
    assert sold(city)[("T1", "Keripik Singkong", 7)] == "3.000"
    outcome = city.post(path, decisions=Decisions(overlap=Overlap.REPLACE))
    assert (outcome.posted, outcome.known, outcome.reversed_rows) == (0, 1, 1)
    assert sold(city) == {("T1", "Sambal Gami", 8): "1.000"}
    assert states(city)[7] is DayState.ZERO


def test_a_price_that_changes_has_a_row_for_each_price_and_closes_the_other_days(city: City) -> None:
    set_price(city.session, by=city.admin, product=city.products[0], price_rp=16_000, from_on=date(2026, 9, 10))
    content = write_template(city.session, by=city.finance, store=city.stores[0], span=SPAN, tell=str, language="en")
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [row for row in page.iter_rows(min_row=5) if row[1].value == KERIPIK]
    assert [row[4].value for row in rows] == [15_000, 16_000]
    assert [[not cell.protection.locked for cell in row[5:12]] for row in rows] == [
        [True, True, True, False, False, False, False],
        [False, False, False, True, True, True, True],
    ]


def test_products_that_are_listed_stand_first_and_one_without_number_or_price_is_named_apart(city: City) -> None:
    list_product(
        city.session, by=city.admin, product=city.products[1], store_id=city.stores[0].id, first=date(2026, 9, 1)
    )
    add_product(
        city.session, by=city.admin, producer_id=city.producers[0].id, code="PRD-9", name="Abon Baru", net_content=100,
        net_unit="g", goods_class=None, food_group=None,
    )  # fmt: skip
    content = write_template(city.session, by=city.finance, store=city.stores[0], span=SPAN, tell=str, language="en")
    book = load_workbook(io.BytesIO(content))
    assert [row[1].value for row in book.worksheets[0].iter_rows(min_row=5)] == [SAMBAL, KERIPIK, NONE]
    notes = [cell.value for row in book.worksheets[1].iter_rows() for cell in row]
    assert "Abon Baru (PRD-9)" in notes[-1]


def test_an_untouched_workbook_is_refused_with_a_reason(city: City, tmp_path: Path) -> None:
    with pytest.raises(FileWithoutRows, match="No cell below the days is filled"):
        city.post(write(city, {}, tmp_path), decisions=PLAIN)


def test_a_partners_own_table_by_day_is_confirmed_once_and_known_from_then_on(city: City, tmp_path: Path) -> None:
    def matrix(*days: str, rows: tuple[str, ...]) -> Path:
        path = tmp_path / "matriks.csv"
        path.write_text("\n".join(["Kode;Harga;" + ";".join(days) + ";Total", *rows, ""]), encoding="utf-8")
        return path

    path = matrix("01/09/2026", "14/09/2026", rows=("PLU1;15000;2;;2", "PLU2;22500;;1;1", "Total;;2;1;3"))
    stated = Stated(city.stores[0].id)
    with pytest.raises(NeedsDecision) as asked:
        city.post(path, decisions=PLAIN, stated=stated)
    assert [question.about for question in asked.value.questions] == ["mapping"]
    outcome = city.post(path, stated=stated)
    assert (outcome.posted, outcome.ignored, outcome.sales_rp) == (2, 2, 52_500)
    # The days are others, so the header's words for them do not count.
    later = matrix("15/09/2026", "16/09/2026", rows=("PLU1;15000;4;0;4", "PLU2;22500;;0;1"))
    outcome = city.post(later, decisions=PLAIN, stated=stated)
    assert (outcome.posted, outcome.ignored) == (1, 2)
    board = find_board(
        city.session, by=city.finance, partner_id=city.partner.id, span=Period(date(2026, 9, 15), date(2026, 9, 16)),
        settled_until=None,
    )  # fmt: skip
    assert [state for _, state in board[0].days] == [DayState.RECEIVED, DayState.ZERO]


def test_quantities_are_added_up_to_the_thousandth(city: City, tmp_path: Path) -> None:
    city.post(write(city, {(KERIPIK, 7): 0.125, (KERIPIK, 8): 0.375}, tmp_path), decisions=PLAIN)
    assert sum(map(Decimal, sold(city).values())) == Decimal("0.500")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (date(2026, 9, 7), date(2026, 9, 13))),
        (date(2026, 9, 1), None, (date(2026, 9, 1), date(2026, 9, 7))),
        (None, date(2026, 9, 30), (date(2026, 9, 24), date(2026, 9, 30))),
        (date(2026, 9, 1), date(2026, 9, 30), (date(2026, 9, 1), date(2026, 9, 30))),
    ],
)
def test_the_days_are_the_last_seven_unless_others_are_asked_for(
    first: date | None, last: date | None, expected: tuple[date, date]
) -> None:
    assert choose_span(first, last, today=date(2026, 9, 13)) == Period(*expected)


@pytest.mark.parametrize("last", [date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 2)])
def test_one_day_too_many_days_and_days_backwards_are_refused(last: date) -> None:
    with pytest.raises(BadInput):
        choose_span(date(2026, 9, 1), last, today=date(2026, 9, 13))


def test_only_who_posts_the_stores_sales_gets_its_workbook(city: City) -> None:
    add_user(
        city.session, by=city.admin, login="t2@beruang.example", name="Orang T2", role=Role.STORE_MANAGER,
        partner_id=city.partner.id, store_id=city.stores[1].id,
    )  # fmt: skip
    by = get_actor(city.session, "t2@beruang.example")
    with pytest.raises(NotAllowed):
        write_template(city.session, by=by, store=city.stores[0], span=SPAN, tell=str, language="id")
