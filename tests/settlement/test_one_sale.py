"""One sale from the till's file to what the partner owes the producer, without any page."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from consign.checks import CHECKS
from consign.db import finish
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.sales import Sale
from consign.money import Rupiah
from consign.settlement.actions import close_period
from consign.settlement.queries import get_statement_figures
from reports.statement import write_csv as write_statement
from tests.builders import KERIPIK, SAMBAL, City, write_csv


def test_a_sale_becomes_a_statement_and_a_debt(city: City, tmp_path: Path) -> None:
    # The till of store T1 sold three bags of Keripik at Rp15.000 and took one back; T2 sold a Sambal at Rp22.500.
    path = write_csv(
        tmp_path,
        f"2026-10-05,T1,S001,{KERIPIK},Keripik Singkong,3,15000,45000",
        f"2026-10-06,T1,S001,{KERIPIK},Keripik Singkong,-1,15000,-15000",
        f"2026-10-06,T2,S002,{SAMBAL},Sambal Gami,1,22500,22500",
        "Total,,,,,3,,52500",
    )
    outcome = city.post(path)
    assert (outcome.rows_read, outcome.posted, outcome.ignored) == (4, 3, 1)

    # The store keeps 2,5 %: of Rp45.000 that is Rp1.125, the return gives back Rp375; of Rp22.500 it is Rp562,50, so Rp563.
    fees = city.session.scalars(select(Sale.fee_rp).order_by(Sale.row_no)).all()
    assert fees == [1_125, -375, 563]

    # October is closed. No file came for most days, so that needs a reason.
    statements = close_period(
        city.session,
        by=city.finance,
        partner_id=city.partner.id,
        until=date(2026, 10, 31),
        incomplete_reason="uji coba",
    )
    keripik, sambal = statements
    # Keripik: 45.000 - 15.000 = 30.000 sold, 1.125 - 375 = 750 fee. Sambal: 22.500 sold, 563 fee.
    assert (keripik.sales_rp, keripik.fee_rp, keripik.due_rp) == (30_000, 750, 29_250)
    assert (sambal.sales_rp, sambal.fee_rp, sambal.due_rp) == (22_500, 563, 21_937)

    # The ledger says the same: what the partner owes and what the producers are owed.
    owes = [one.amount for one in find_balances(city.session, kind=AccountKind.PARTNER_OWES)]
    owed = [one.amount for one in find_balances(city.session, kind=AccountKind.PRODUCER_IS_OWED)]
    assert owes == owed == [Rupiah(29_250), Rupiah(21_937)]

    # The printed statement adds up again by itself, and nothing in the region contradicts anything else.
    printed = write_statement(get_statement_figures(city.session, by=city.finance, number=keripik.number))
    assert "Harus dibayar mitra,,,,,,,29250" in printed
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_the_same_sales_again_add_nothing(city: City, tmp_path: Path) -> None:
    row = f"2026-10-05,T1,S001,{KERIPIK},Keripik Singkong,3,15000,45000"
    first = city.post(write_csv(tmp_path, row))
    assert city.post(write_csv(tmp_path, row)) == first
    # The same line in another file, with one more.
    another = city.post(write_csv(tmp_path, row, row, name="again.csv"))
    assert (another.rows_read, another.known, another.posted) == (2, 1, 1)


@pytest.mark.parametrize("cell", ["99", "abc", ""])
def test_what_cannot_be_placed_waits(city: City, tmp_path: Path, cell: str) -> None:
    outcome = city.post(write_csv(tmp_path, f"2026-10-05,T1,S001,{cell},Apa ini,1,1000,1000"))
    assert (outcome.posted, outcome.parked) == (0, 1)
