"""A return gives back exactly the fee its sale took."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consign.models.sales import Sale
from consign.money import Rupiah, line_fee
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.sales.rules import LineTerms, ReturnLine, SoldLine, pair_returns
from tests.builders import KERIPIK, City, write_csv

GROUP = (1, "S1", 1, 10)
DAY = date(2026, 10, 5)


def sold(quantity: int, *, row_no: int = 1, rate_bp: int = 250) -> SoldLine:
    terms = LineTerms(1, 1, rate_bp, FeeOn.REPORTED_GROSS, DiscountBorneBy.STORE, None)
    return SoldLine(1, row_no, GROUP, "", DAY, Decimal(quantity), terms, Decimal(0), 0)


def back(row_no: int, quantity: int, price: int) -> ReturnLine:
    return ReturnLine(row_no, GROUP, "", DAY, Decimal(-quantity), -quantity * price, 0)


@given(
    parts=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    price=st.integers(1, 99_999),
    rate_bp=st.integers(0, 10_000),
)
def test_returned_in_parts_a_sale_gives_back_its_fee_to_the_rupiah(parts: list[int], price: int, rate_bp: int) -> None:
    total = sum(parts)
    lines = [back(place, part, price) for place, part in enumerate(parts)]
    paired = pair_returns(lines, [sold(total, rate_bp=rate_bp)])
    given_back = sum(one.amounts.fee.amount for one in paired)
    assert given_back == -line_fee(Rupiah(total * price), rate_bp).amount


def test_a_sale_of_exactly_the_returned_quantity_is_preferred() -> None:
    paired = pair_returns([back(9, 2, 10)], [sold(5, row_no=1), sold(2, row_no=2)])
    assert [one.sale.row_no for one in paired] == [2]


def test_more_than_was_sold_finds_no_sale() -> None:
    assert [one.row_no for one in pair_returns([back(8, 2, 10), back(9, 2, 10)], [sold(3)])] == [8]


def test_the_latest_sale_of_a_number_that_begins_again_is_given_back() -> None:
    yesterday = replace(sold(2, row_no=1), sold_on=date(2026, 10, 4))
    tomorrow = replace(sold(2, row_no=3), sold_on=date(2026, 10, 6))
    another_till = replace(sold(2, row_no=4), till="2")
    paired = pair_returns([back(9, 2, 10)], [yesterday, sold(5, row_no=2), tomorrow, another_till])
    assert [one.sale.row_no for one in paired] == [2]


def test_a_return_in_the_same_file_or_a_later_one_finds_its_sale(city: City, tmp_path: Path) -> None:
    # 2,5 % of Rp15.020 is Rp375,50, so Rp376; of Rp30.040 it is Rp751.
    sale = f"2026-10-05,T1,S1,{KERIPIK},Keripik,2,15020,30040"
    first_back = f"2026-10-06,T1,S1,{KERIPIK},Keripik,-1,15020,-15020"
    city.post(write_csv(tmp_path, first_back, sale))
    city.post(write_csv(tmp_path, first_back.replace("2026-10-06", "2026-10-08"), name="later.csv"))
    lines = city.session.scalars(select(Sale).order_by(Sale.posting_no, Sale.row_no)).all()
    assert [(one.fee_rp, one.fee_rate_from) for one in lines] == [(-376, "sale"), (751, "day"), (-375, "sale")]
    assert {(one.returns_posting_no, one.returns_row_no) for one in lines if one.quantity < 0} == {(1, 3)}


def test_a_return_whose_sale_is_not_found_takes_the_rate_of_its_day_and_says_so(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, f"2026-10-06,T1,C9,{KERIPIK},Keripik,-1,15020,-15020"))
    assert city.session.execute(select(Sale.fee_rp, Sale.fee_rate_from)).one() == (-376, "day_of_return")


def test_returns_that_a_till_writes_without_a_minus_are_returns_all_the_same(city: City, tmp_path: Path) -> None:
    header = "Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Harga Satuan,Total,Jenis"
    row = f"2026-10-05,T1,S1,{KERIPIK},1,15000,15000"
    outcome = city.post(write_csv(tmp_path, f"{row},Penjualan", f"{row},Retur", f"{row},Batal", header=header))
    assert (outcome.posted, outcome.ignored, outcome.sales_rp) == (2, 1, 0)
