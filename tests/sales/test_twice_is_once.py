"""The same sales, however often and in however many files they come, are counted once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from consign.catalogue.actions import add_product_alias
from consign.db import finish
from consign.errors import NeedsDecision
from consign.models.sales import Sale, SalesParked, SalesPosting
from consign.partners.actions import add_store_alias
from consign.sales.checks import CHECKS
from consign.sales.ending import reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.layout import Layout, Receipts, Role
from consign.sales.mapping import Answers, Stated
from consign.sales.no_sales import confirm_no_sales
from consign.sales.placing import place_parked
from consign.sales.queries import find_file_count
from consign.sales.rules import Overlap, SummaryAcrossPeriod, UploadReversed
from tests.builders import KERIPIK, SAMBAL, City, write_csv

ADD = Decisions(answers=Answers(accept_suggestion=True), overlap=Overlap.ADD)
REPLACE = Decisions(answers=Answers(accept_suggestion=True), overlap=Overlap.REPLACE)
SUMMARY = "Tanggal,Kode Toko,Barcode,Jumlah,Harga Satuan"


def line(
    receipt: str = "S001",
    *,
    quantity: int = 1,
    price: int = 15_000,
    day: int = 5,
    store: str = "T1",
    code: str = KERIPIK,
) -> str:
    return f"2026-10-{day:02d},{store},{receipt},{code},Keripik,{quantity},{price},{quantity * price}"


def quantity_sold(city: City) -> int:
    return int(city.session.scalar(text("SELECT COALESCE(sum(quantity), 0) FROM sale")))


def assert_sound(city: City) -> None:
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_twin_lines_inside_a_file_are_both_real(city: City, tmp_path: Path) -> None:
    assert city.post(write_csv(tmp_path, line(), line(), line())).posted == 3
    assert city.session.scalars(select(Sale.nth).order_by(Sale.row_no)).all() == [1, 2, 3]


def test_a_longer_file_of_the_same_receipts_adds_the_rest(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(), line("S002")))
    outcome = city.post(write_csv(tmp_path, line("S002"), line("S003"), line(), line(), name="evening.csv"))
    assert (outcome.known, outcome.posted) == (2, 2)
    assert quantity_sold(city) == 4
    assert_sound(city)


def test_a_receipt_that_differs_asks_and_posts_nothing(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(quantity=3)))
    changed = write_csv(tmp_path, line(quantity=2), line("S002"), name="changed.csv")
    with pytest.raises(NeedsDecision) as asked:
        city.post(changed)
    assert asked.value.questions[0].about == "overlap"
    assert quantity_sold(city) == 3


def test_replacing_reverses_what_differs_and_posts_anew(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(quantity=3), line("S002")))
    outcome = city.post(write_csv(tmp_path, line(quantity=2), line("S002"), name="changed.csv"), decisions=REPLACE)
    assert (outcome.posted, outcome.known, outcome.reversed_rows) == (1, 1, 1)
    assert quantity_sold(city) == 3  # 3 + 1 - 3 + 2
    versions = city.session.scalars(
        select(Sale.version).where(Sale.receipt == "S001").order_by(Sale.posting_no, Sale.row_no)
    )
    assert versions.all() == [1, -1, 2]
    assert_sound(city)


def test_adding_posts_what_differs_besides(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(quantity=3)))
    city.post(write_csv(tmp_path, line(quantity=2), name="changed.csv"), decisions=ADD)
    assert quantity_sold(city) == 5
    assert_sound(city)


def test_a_corrected_price_in_a_known_receipt_is_no_second_sale(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(price=15_000)))
    with pytest.raises(NeedsDecision):
        city.post(write_csv(tmp_path, line(price=14_000), name="corrected.csv"))


def test_a_summary_over_receipts_asks(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line()))
    summary = write_csv(tmp_path, f"2026-10-05,T1,{SAMBAL},4,22500", header=SUMMARY, name="summary.csv")
    with pytest.raises(NeedsDecision):
        city.post(summary)
    other_day = write_csv(tmp_path, f"2026-10-06,T1,{SAMBAL},4,22500", header=SUMMARY, name="other.csv")
    assert city.post(other_day).posted == 1


def test_the_same_summary_in_another_file_is_known_and_a_different_one_asks(city: City, tmp_path: Path) -> None:
    rows = (f"2026-10-05,T1,{SAMBAL},4,22500", f"2026-10-05,T1,{KERIPIK},1,15000")
    city.post(write_csv(tmp_path, *rows, header=SUMMARY))
    again = city.post(write_csv(tmp_path, *reversed(rows), header=SUMMARY, name="again.csv"))
    assert (again.known, again.posted) == (2, 0)
    grown = write_csv(tmp_path, rows[0], f"2026-10-05,T1,{KERIPIK},2,15000", header=SUMMARY, name="grown.csv")
    with pytest.raises(NeedsDecision):
        city.post(grown)
    city.post(grown, decisions=REPLACE)
    assert quantity_sold(city) == 6
    assert_sound(city)


def test_receipts_that_are_numbered_for_ever_are_the_same_on_another_day(city: City, tmp_path: Path) -> None:
    columns = {
        Role.DATE: "Tanggal", Role.STORE: "Kode Toko", Role.RECEIPT: "No Struk", Role.BARCODE: "Barcode",
        Role.QUANTITY: "Jumlah", Role.UNIT_PRICE: "Harga Satuan",
    }  # fmt: skip
    for_ever = Decisions(layout=Layout(columns=columns, receipts=Receipts.FOR_EVER))
    city.post(write_csv(tmp_path, line(day=5)), decisions=for_ever)
    with pytest.raises(NeedsDecision, match="another day"):
        city.post(write_csv(tmp_path, line(day=6), name="moved.csv"), decisions=for_ever)


def test_two_stores_may_hand_in_identical_bytes(city: City, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, f"2026-10-05,S1,{KERIPIK},1,15000", header="Tanggal,No Struk,Barcode,Jumlah,Harga Satuan"
    )
    first = city.post(path, stated=Stated(store_id=city.stores[0].id))
    second = city.post(path, stated=Stated(store_id=city.stores[1].id))
    assert first.upload_id != second.upload_id
    assert quantity_sold(city) == 2


def test_lines_of_another_store_than_stated_wait(city: City, tmp_path: Path) -> None:
    outcome = city.post(
        write_csv(tmp_path, line(store="T1"), line("S2", store="T2")), stated=Stated(store_id=city.stores[0].id)
    )
    assert (outcome.posted, outcome.parked) == (1, 1)
    assert city.session.scalars(select(SalesParked.reason)).one() == "store.other_than_stated"


def test_a_reversed_file_can_be_posted_again(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, line(), line())
    first = city.post(path)
    assert reverse_upload(city.session, by=city.finance, upload_id=first.upload_id, reason="salah toko") == 2
    assert quantity_sold(city) == 0
    with pytest.raises(UploadReversed):
        reverse_upload(city.session, by=city.finance, upload_id=first.upload_id, reason="lagi")
    second = city.post(path)
    assert (second.posted, quantity_sold(city)) == (2, 2)
    assert second.upload_id != first.upload_id
    assert_sound(city)


def test_reversing_one_of_two_files_with_the_same_line_keeps_the_line(city: City, tmp_path: Path) -> None:
    first = city.post(write_csv(tmp_path, line(), line("S002")))
    second = city.post(write_csv(tmp_path, line(), name="second.csv"))
    assert second.known == 1
    assert reverse_upload(city.session, by=city.finance, upload_id=first.upload_id, reason="uji") == 1
    assert quantity_sold(city) == 1
    assert reverse_upload(city.session, by=city.finance, upload_id=second.upload_id, reason="uji") == 1
    assert quantity_sold(city) == 0
    assert_sound(city)


def test_parked_lines_of_two_files_with_the_same_sale_are_placed_once(city: City, tmp_path: Path) -> None:
    first = city.post(write_csv(tmp_path, line(code="X1"), line("S002")))
    second = city.post(write_csv(tmp_path, line(code="X1"), name="second.csv"))
    assert (first.parked, second.parked) == (1, 1)
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="X1")
    # A till's own number in the barcode column is the partner's own code as well. The second file's line is known then.
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 2
    assert quantity_sold(city) == 2
    assert_sound(city)


def test_a_registered_barcode_is_never_taken_for_a_partners_own_code(city: City, tmp_path: Path) -> None:
    first, second = city.products
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=second, alias=KERIPIK)
    city.post(write_csv(tmp_path, line(code=KERIPIK)))
    assert city.session.scalars(text("SELECT product_id FROM sale")).all() == [first.id]


def test_a_line_that_waits_for_something_else_by_now_names_that_cell(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line(store="T9", code="X1")))
    add_store_alias(city.session, by=city.admin, store=city.stores[0], alias="T9")
    place_parked(city.session, by=city.admin, partner_id=city.partner.id)
    # The store is known now, the product is not: first the product was not looked at.
    parked = city.session.execute(select(SalesParked.reason, SalesParked.cell, SalesParked.state)).one()
    assert parked == ("product.unknown", "X1", "open")


CODES = "Tanggal,Kode Toko,No Struk,Kode Barang,Jumlah,Harga Satuan"


def coded(receipt: str, code: str, quantity: int = 1) -> str:
    return f"2026-10-05,T1,{receipt},{code},{quantity},15000"


def test_a_parked_line_is_placed_once_its_code_is_known(city: City, tmp_path: Path) -> None:
    first = city.post(write_csv(tmp_path, coded("S1", "x1"), coded("S1", "PLU1"), coded("S2", "x1"), header=CODES))
    rows = (coded("S1", "PLU1"), coded("S1", "x1"), coded("S3", "x1"))
    second = city.post(write_csv(tmp_path, *rows, header=CODES, name="second.csv"))
    assert (first.posted, first.parked, second.known, second.parked) == (1, 2, 1, 2)
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="x1")
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 4
    # S1 holds two bags under two codes: twins of one file are both real. The second file adds only S3.
    assert quantity_sold(city) == 4
    counts = [find_file_count(city.session, one.upload_id) for one in (first, second)]
    assert [(count.posted, count.known, count.parked) for count in counts] == [(3, 0, 0), (1, 2, 0)]
    assert_sound(city)


def test_a_parked_line_that_clashes_with_a_posted_one_goes_on_waiting(city: City, tmp_path: Path) -> None:
    first = city.post(write_csv(tmp_path, coded("S1", "x1"), coded("S2", "x1"), header=CODES))
    city.post(write_csv(tmp_path, coded("S1", "PLU1", 3), header=CODES, name="second.csv"))
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="x1")
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 1
    count = find_file_count(city.session, first.upload_id)
    assert (count.posted, count.parked) == (1, 1)
    waiting = city.session.scalars(select(SalesParked.reason).where(SalesParked.state == "open")).all()
    assert waiting == ["overlap.differs"]
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 0
    assert_sound(city)


def test_codes_match_to_the_letter(city: City, tmp_path: Path) -> None:
    assert city.post(write_csv(tmp_path, coded("S1", "plu1"), header=CODES)).parked == 1
    assert city.post(write_csv(tmp_path, coded("S1", "PLU1"), header=CODES, name="upper.csv")).posted == 1


def test_a_line_without_agreement_waits_for_it(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"2025-12-31,T1,S1,{KERIPIK},Keripik,1,15000,15000")  # agreed from 1 January 2026 on
    assert city.post(path).parked == 1
    assert city.session.scalars(select(SalesParked.reason)).one() == "agreement.missing"


def test_a_day_without_sales_is_said_once(city: City, tmp_path: Path) -> None:
    store, day = city.stores[0], date(2026, 10, 7)
    for _ in range(2):
        confirm_no_sales(city.session, by=city.finance, store=store, day=day)
    assert city.session.scalars(select(SalesPosting.kind)).all() == ["no_sales"]
    # Sales that come after all are posted.
    assert city.post(write_csv(tmp_path, line(day=7))).posted == 1
    assert_sound(city)


def test_a_summary_without_days_is_posted_on_its_last_day_and_not_across_a_period(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"T1,{KERIPIK},3,15000", header="Kode Toko,Barcode,Jumlah,Harga Satuan")
    with pytest.raises(NeedsDecision) as asked:
        city.post(path)
    assert asked.value.questions[0].about == "days"
    with pytest.raises(SummaryAcrossPeriod):
        city.post(path, stated=Stated(first=date(2026, 9, 28), last=date(2026, 10, 4)))
    city.post(path, stated=Stated(first=date(2026, 10, 5), last=date(2026, 10, 11)))
    assert city.session.scalars(select(Sale.sold_on)).all() == [date(2026, 10, 11)]


LINES = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", "S3"]), st.integers(1, 2), st.sampled_from([KERIPIK, SAMBAL])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, cut=st.integers(0, 8), seed=st.randoms(use_true_random=False))
def test_whatever_part_came_before_and_in_whatever_order_the_whole_file_leaves_the_same_sales(
    city: City, tmp_path: Path, lines: list[tuple[str, int, str]], cut: int, seed: object
) -> None:
    rows = [line(receipt, quantity=quantity, code=code) for receipt, quantity, code in lines]
    shuffled = list(rows)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    savepoint = city.session.begin_nested()
    try:
        if rows[:cut]:
            city.post(write_csv(tmp_path, *rows[:cut], name="part.csv"))
        whole = city.post(write_csv(tmp_path, *shuffled, "Catatan,,,,,,,", name="whole.csv"))
        assert whole.known == len(rows[:cut])
        assert quantity_sold(city) == sum(quantity for _, quantity, _ in lines)
        assert_sound(city)
    finally:
        savepoint.rollback()
