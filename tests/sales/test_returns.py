"""A return gives back exactly the fee its sale took."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consign.models.sales import Sale
from consign.money import Rupiah, line_fee
from consign.partners.agreeing import add_agreement
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.sales.checks import CHECKS
from consign.sales.ending import reverse_upload
from consign.sales.rules import LineAmounts, Overlap, ReturnLine, SoldLine, pair_returns
from tests.builders import ACCEPT, KERIPIK, OPENED, City, terms, write_csv

GROUP = (1, "S1", 1, 10)
DAY = date(2026, 10, 5)


def sold(quantity: int, *, price: int = 10, row_no: int = 1, rate_bp: int = 250) -> SoldLine:
    gross = Rupiah(quantity * price)
    came_to = LineAmounts(gross, gross, line_fee(gross, rate_bp))
    nothing = LineAmounts(Rupiah(0), Rupiah(0), Rupiah(0))
    return SoldLine(1, row_no, GROUP, "", DAY, Decimal(quantity), 1, None, rate_bp, came_to, Decimal(0), nothing)


def back(row_no: int, quantity: int) -> ReturnLine:
    return ReturnLine(row_no, GROUP, "", DAY, Decimal(-quantity))


@given(
    parts=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    price=st.integers(1, 99_999),
    rate_bp=st.integers(0, 10_000),
)
def test_returned_in_parts_a_sale_gives_back_its_fee_to_the_rupiah(parts: list[int], price: int, rate_bp: int) -> None:
    total = sum(parts)
    lines = [back(place, part) for place, part in enumerate(parts)]
    paired = pair_returns(lines, [sold(total, price=price, rate_bp=rate_bp)])
    given_back = sum(one.amounts.fee.amount for one in paired)
    assert given_back == -line_fee(Rupiah(total * price), rate_bp).amount


def test_a_sale_of_exactly_the_returned_quantity_is_preferred() -> None:
    paired = pair_returns([back(9, 2)], [sold(5, row_no=1), sold(2, row_no=2)])
    assert [one.sale.row_no for one in paired] == [2]


def test_more_than_was_sold_finds_no_sale() -> None:
    assert [one.row_no for one in pair_returns([back(8, 2), back(9, 2)], [sold(3)])] == [8]


def test_the_latest_sale_of_a_number_that_begins_again_is_given_back() -> None:
    yesterday = replace(sold(2, row_no=1), sold_on=date(2026, 10, 4))
    tomorrow = replace(sold(2, row_no=3), sold_on=date(2026, 10, 6))
    another_till = replace(sold(2, row_no=4), till="2")
    paired = pair_returns([back(9, 2)], [yesterday, sold(5, row_no=2), tomorrow, another_till])
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


NET = {"fee_on": FeeOn.REPORTED_NET, "discount_borne_by": DiscountBorneBy.PRODUCER}
NET_HEADER = "Tanggal,Kode Toko,No Struk,Barcode,Nama Produk,Jumlah,Harga Satuan,Total,Diskon"


def agree_anew(city: City, **changed: object) -> None:
    """Agree on other terms for each product, which go before those for all of a producer's."""
    for product in city.products:
        add_agreement(
            city.session, by=city.admin, partner_id=city.partner.id, producer_id=product.producer_id,
            product_id=product.id, first=OPENED, last=None, terms=terms(**changed),
        )  # fmt: skip


def find_lines(city: City) -> list[Sale]:
    return list(city.session.scalars(select(Sale).order_by(Sale.posting_no, Sale.row_no)))


def find_sale_breaches(city: City) -> list[str]:
    return [str(breach) for check in CHECKS for breach in check(city.session)]


def test_a_return_with_another_discount_than_its_sale_gives_back_what_the_sale_came_to(
    city: City, tmp_path: Path
) -> None:
    agree_anew(city, **NET)
    # Rp30.000 less Rp3.000 is Rp27.000; 2,5 % of it is Rp675. Half of that is Rp13.500 and Rp337,50, so Rp338.
    sale = f"2026-10-05,T1,S1,{KERIPIK},Keripik,2,15000,30000,3000"
    backs = [f"2026-10-0{day},T1,S1,{KERIPIK},Keripik,-1,15000,-15000,0" for day in (6, 7)]
    city.post(write_csv(tmp_path, sale, *backs, header=NET_HEADER))
    assert [(one.sales_rp, one.fee_base_rp, one.fee_rp, one.gross_rp) for one in find_lines(city)] == [
        (27_000, 27_000, 675, 30_000), (-13_500, -13_500, -338, -15_000), (-13_500, -13_500, -337, -15_000),
    ]  # fmt: skip
    assert find_sale_breaches(city) == []


def test_a_sale_that_was_reversed_and_posted_again_is_not_returned_twice(city: City, tmp_path: Path) -> None:
    sales = write_csv(tmp_path, f"2026-10-05,T1,S1,{KERIPIK},Keripik,3,15020,45060")
    upload = city.post(sales)
    city.post(write_csv(tmp_path, f"2026-10-06,T1,S1,{KERIPIK},Keripik,-2,15020,-30040", name="back.csv"))
    reverse_upload(city.session, by=city.finance, upload_id=upload.upload_id, reason="salah tanggal")
    city.post(sales)
    # One of three is left: two more find no sale, one does. 2,5 % of Rp45.060 is Rp1.126,50, so Rp1.127; Rp751 are back.
    city.post(write_csv(tmp_path, f"2026-10-07,T1,S1,{KERIPIK},Keripik,-2,15020,-30040", name="twice.csv"))
    city.post(write_csv(tmp_path, f"2026-10-08,T1,S1,{KERIPIK},Keripik,-1,15020,-15020", name="last.csv"))
    lines = find_lines(city)
    assert [(int(one.quantity), one.fee_rp, one.fee_rate_from, one.returns_posting_no) for one in lines] == [
        (3, 1_127, "day", None), (-2, -751, "sale", 1), (-3, -1_127, "day", None), (3, 1_127, "day", None),
        (-2, -751, "day_of_return", None), (-1, -376, "sale", 4),
    ]  # fmt: skip
    assert find_sale_breaches(city) == []


def test_a_line_that_was_replaced_keeps_what_was_returned_of_it(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, f"2026-10-05,T1,S1,{KERIPIK},Keripik,2,15000,30000"))
    city.post(write_csv(tmp_path, f"2026-10-06,T1,S1,{KERIPIK},Keripik,-1,15000,-15000", name="back.csv"))
    replacing = replace(ACCEPT, overlap=Overlap.REPLACE)
    city.post(
        write_csv(tmp_path, f"2026-10-05,T1,S1,{KERIPIK},Keripik,1,15000,15000", name="mended.csv"), decisions=replacing
    )
    city.post(write_csv(tmp_path, f"2026-10-07,T1,S1,{KERIPIK},Keripik,-1,15000,-15000", name="twice.csv"))
    assert [(int(one.quantity), one.fee_rate_from) for one in find_lines(city)] == [
        (2, "day"), (-1, "sale"), (-2, "day"), (1, "day"), (-1, "day_of_return"),
    ]  # fmt: skip


@given(
    quantity=st.integers(1, 9_000),
    cuts=st.lists(st.integers(1, 9_000), max_size=5),
    sales_rp=st.integers(0, 10**8),
    base_rp=st.integers(0, 10**8),
    rate_bp=st.integers(0, 10_000),
    carried=st.integers(0, 8_999),
)
def test_however_a_sale_is_returned_it_gives_back_all_it_came_to_and_no_more(
    *, quantity: int, cuts: list[int], sales_rp: int, base_rp: int, rate_bp: int, carried: int
) -> None:
    places = sorted({carried % quantity, *(cut % quantity for cut in cuts), quantity})
    came_to = LineAmounts(Rupiah(sales_rp), Rupiah(base_rp), line_fee(Rupiah(base_rp), rate_bp))
    milli = Decimal("0.001")
    sale = replace(sold(1, rate_bp=rate_bp), quantity=quantity * milli, amounts=came_to)
    before = places[0]
    first = pair_returns([replace(back(1, 1), quantity=-before * milli)], [sale]) if before else []
    nothing = sale.returned
    gone = replace(
        sale, row_no=7, is_reversed=True, returned_quantity=before * milli,
        returned=_negate(first[0].amounts) if first else nothing,
    )  # fmt: skip
    lines = [
        replace(back(place, 1), quantity=-(last - start) * milli)
        for place, (start, last) in enumerate(pairwise(places), start=2)
    ]
    paired = pair_returns([*lines, replace(back(99, 1), quantity=-milli)], [gone, sale])
    assert len(paired) == len(lines)
    for name in ("sales", "fee_base", "fee"):
        given_back = sum(getattr(one.amounts, name).amount for one in (*first, *paired))
        assert given_back == -getattr(came_to, name).amount


def _negate(amounts: LineAmounts) -> LineAmounts:
    return LineAmounts(-amounts.sales, -amounts.fee_base, -amounts.fee)
