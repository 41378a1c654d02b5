"""What lines come to, column at a time, is what the rule says for each of them."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consign.catalogue.actions import set_price
from consign.models.sales import Sale
from consign.money import Rupiah, divide_half_away, line_fee
from consign.partners.agreeing import add_agreement
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.sales.terms import Intervals, TermsTable
from tests.builders import KERIPIK, OPENED, City, build_city, terms, write_csv


class FixedRows:
    """Stands for a session that finds one agreement and perhaps one price; the arithmetic needs no database."""

    def __init__(self, agreement: dict[str, Any], price_rp: int | None) -> None:
        prices = [] if price_rp is None else [SimpleNamespace(product_id=1, first=0, after=10, price_rp=price_rp)]
        self._answers = [[SimpleNamespace(**agreement)], prices]

    def execute(self, *_: object) -> SimpleNamespace:
        rows = self._answers.pop(0)
        return SimpleNamespace(all=lambda: rows)


@given(
    fee_on=st.sampled_from(FeeOn),
    borne_by=st.sampled_from(DiscountBorneBy),
    rate_bp=st.integers(0, 10_000),
    price_rp=st.none() | st.integers(1, 10_000_000),
    milli=st.integers(-1_000_000, 1_000_000),
    gross=st.integers(0, 10**11),
    share=st.integers(0, 100),
)
def test_the_columns_agree_with_the_rule(  # noqa: PLR0917  # one argument for each thing that varies
    fee_on: FeeOn, borne_by: DiscountBorneBy, rate_bp: int, price_rp: int | None, milli: int, gross: int, share: int
) -> None:
    gross = -gross if milli < 0 else gross
    discount = gross * share // 100
    agreement = {
        "id": 7, "producer_id": 3, "store_id": 0, "product_id": 0, "first": 0, "after": 10, "fee_rate_bp": rate_bp,
        "fee_on": fee_on, "discount_borne_by": borne_by,
    }  # fmt: skip
    table = TermsTable(FixedRows(agreement, price_rp), partner_id=1, stores=[1], producers={1: 3})  # type: ignore[arg-type]
    one = np.array([1])
    found = table.price(
        store_id=one, product_id=one, day=one, quantity_milli=np.array([milli]), gross_rp=np.array([gross]),
        discount_rp=np.array([discount]),
    )  # fmt: skip
    if fee_on is FeeOn.AGREED_PRICE and price_rp is None:
        assert found.lacks_price.all()
        return
    agreed = divide_half_away(milli * (price_rp or 0), 1000)
    counted = agreed if fee_on is FeeOn.AGREED_PRICE else gross
    sales = counted - discount if borne_by is DiscountBorneBy.PRODUCER else counted
    base = gross - discount if fee_on is FeeOn.REPORTED_NET else counted
    fee = line_fee(Rupiah(base), rate_bp).amount
    assert (found.sales_rp[0], found.fee_base_rp[0], found.fee_rp[0]) == (sales, base, fee)


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 9)), max_size=12),
    asked=st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 45)), min_size=1, max_size=20),
)
def test_intervals_find_what_is_in_force(rows: list[tuple[int, int, int]], asked: list[tuple[int, int]]) -> None:
    held: list[tuple[int, int, int, int]] = []
    for key, first, length in rows:
        if all(key != other or first + length <= start or first >= after for other, start, after, _ in held):
            held.append((key, first, first + length, len(held)))
    expected = [next((p for k, s, a, p in held if k == key and s <= day < a), -1) for key, day in asked]
    keys, days = (np.array(column) for column in zip(*asked, strict=True))
    assert Intervals(held).find(keys, days).tolist() == expected


LINE = f"2026-10-05,T1,S1,{KERIPIK},Keripik,2,14000,28000,3000"
HEADER = "Tanggal,Kode Toko,No Struk,Barcode,Nama,Jumlah,Harga Satuan,Gross Sales,Diskon"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # Reported gross Rp28.000, discount Rp3.000, agreed price Rp15.000; fee 3 %.
        ({"fee_on": FeeOn.REPORTED_GROSS}, (28_000, 28_000, 840)),
        ({"fee_on": FeeOn.REPORTED_NET}, (28_000, 25_000, 750)),
        ({"fee_on": FeeOn.AGREED_PRICE}, (30_000, 30_000, 900)),
        ({"fee_on": FeeOn.REPORTED_NET, "discount_borne_by": DiscountBorneBy.PRODUCER}, (25_000, 25_000, 750)),
        ({"fee_on": FeeOn.AGREED_PRICE, "discount_borne_by": DiscountBorneBy.PRODUCER}, (27_000, 30_000, 900)),
    ],
)
def test_a_line_is_worth_what_was_agreed(
    session: Any, tmp_path: Path, changed: dict[str, object], expected: tuple[int, int, int]
) -> None:
    city = build_city(session, agreements=False)
    add_agreement(
        session, by=city.admin, partner_id=city.partner.id, producer_id=city.producers[0].id, first=OPENED, last=None,
        terms=terms(300, **changed),
    )  # fmt: skip
    outcome = city.post(write_csv(tmp_path, LINE, header=HEADER))
    assert outcome.price_differs == 1
    assert session.execute(select(Sale.sales_rp, Sale.fee_base_rp, Sale.fee_rp)).one() == expected


def test_what_is_agreed_for_a_product_goes_before_a_store_and_both_before_all(session: Any, tmp_path: Path) -> None:
    city = build_city(session)
    add = {
        "by": city.admin,
        "partner_id": city.partner.id,
        "producer_id": city.producers[0].id,
        "first": OPENED,
        "last": None,
    }
    add_agreement(session, **add, terms=terms(300), store_id=city.stores[0].id)
    city.post(write_csv(tmp_path, LINE, header=HEADER))
    add_agreement(session, **add, terms=terms(400), product_id=city.products[0].id)
    city.post(write_csv(tmp_path, LINE.replace("S1", "S2"), header=HEADER, name="b.csv"))
    city.post(write_csv(tmp_path, LINE.replace("T1", "T2"), header=HEADER, name="c.csv"))
    assert session.scalars(select(Sale.fee_rate_bp).order_by(Sale.posting_no)).all() == [300, 400, 400]


def test_a_later_price_or_agreement_does_not_change_a_posted_line(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, LINE, header=HEADER))
    set_price(city.session, by=city.admin, product=city.products[0], price_rp=20_000, from_on=date(2026, 10, 1))
    assert city.session.scalar(select(Sale.agreed_price_rp)) == 15_000
