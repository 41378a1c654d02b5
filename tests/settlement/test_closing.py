"""Every sale falls into exactly one statement, and every statement into the ledger."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from consign.checks import CHECKS
from consign.db import finish
from consign.errors import NeedsDecision, NotAllowed
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.outbox import Notice
from consign.models.settlement import Closing, Statement
from consign.money import Rupiah
from consign.partners.agreeing import add_agreement
from consign.period import Cycle
from consign.sales.ending import reverse_upload
from consign.sales.no_sales import confirm_no_sales
from consign.settlement.actions import close_period
from consign.settlement.queries import get_statement_figures
from consign.settlement.rules import (
    AgreementSum,
    ClosedLater,
    DayNotClosable,
    StatementUnknown,
    compute_statement,
    refuse_day_not_closable,
)
from tests.builders import KERIPIK, OPENED, SAMBAL, City, build_city, terms, write_csv

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)


def line(day: str, *, code: str = KERIPIK, quantity: int = 1, receipt: str = "S1", price: int = 15_000) -> str:
    return f"{day},T1,{receipt},{code},Barang,{quantity},{price},{quantity * price}"


def close(city: City, until: date, reason: str | None = "uji coba") -> list[Statement]:
    return close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason=reason
    )


def assert_sound(city: City) -> None:
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_closing_twice_changes_nothing(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05")))
    first = close(city, SEPTEMBER)
    assert [one.number for one in close(city, SEPTEMBER)] == [one.number for one in first]
    assert city.session.scalars(select(Closing.id)).all() == [first[0].closing_id]
    balances = find_balances(city.session, kind=AccountKind.PARTNER_OWES, producer_id=city.producers[0].id)
    assert [one.amount for one in balances] == [Rupiah(14_625)]  # 15.000 less 2,5 %


def test_a_late_line_falls_into_the_next_statement(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05"), line("2026-10-02", receipt="S2")))
    september = close(city, SEPTEMBER)[0]
    city.post(write_csv(tmp_path, line("2026-09-30", quantity=2), name="late.csv"))
    october = close(city, OCTOBER)[0]
    assert (september.line_count, september.sales_rp, september.late_rp) == (1, 15_000, 0)
    assert (october.line_count, october.sales_rp, october.late_rp) == (2, 45_000, 30_000)
    assert_sound(city)


def test_a_statement_below_zero_is_carried_and_shown(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05", quantity=-1, receipt="C1")))
    september = close(city, SEPTEMBER)[0]
    # The return gives back Rp15.000 less its fee of Rp375.
    assert (september.net_rp, september.due_rp, september.carry_rp) == (-14_625, 0, -14_625)
    city.post(write_csv(tmp_path, line("2026-10-05", quantity=3), name="october.csv"))
    october = close(city, OCTOBER)[0]
    # 45.000 - 1.125 = 43.875 net, less 14.625 carried.
    assert (october.net_rp, october.carried_rp, october.due_rp) == (43_875, -14_625, 29_250)
    balance = find_balances(city.session, kind=AccountKind.PARTNER_OWES, producer_id=city.producers[0].id)[0]
    assert balance.amount == Rupiah(29_250)
    assert_sound(city)


def test_every_producer_with_an_agreement_gets_a_statement_even_of_zero(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05")))
    statements = close(city, SEPTEMBER)
    assert [(one.number, one.due_rp) for one in statements] == [("NP-2026-000001", 14_625), ("NP-2026-000002", 0)]


def test_what_is_missing_is_listed_and_closed_over_only_with_a_reason(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05"), line("2026-09-06", code="99")))
    with pytest.raises(NeedsDecision) as asked:
        close(city, SEPTEMBER, reason=None)
    # Two stores and 30 days less one day with sales and one whose line waits.
    assert "that there were none: 58 (" in asked.value.questions[0].why
    assert "parked lines: 1." in asked.value.questions[0].why
    close(city, SEPTEMBER)
    closing = city.session.scalars(select(Closing)).one()
    assert (len(closing.missing["store_days"]), closing.incomplete_reason) == (58, "uji coba")


def test_a_complete_period_needs_no_reason(city: City, tmp_path: Path) -> None:
    rows = [line(f"2026-09-{day:02d}", receipt=f"S{day}") for day in range(1, 31)]
    city.post(write_csv(tmp_path, *rows))
    for day in range(1, 31):
        confirm_no_sales(city.session, by=city.finance, store=city.stores[1], day=date(2026, 9, day))
    assert close(city, SEPTEMBER, reason=None)[0].line_count == 30


def test_taxes_on_the_fee_are_rounded_once_for_a_statement(session: object, tmp_path: Path) -> None:
    city = build_city(session, agreements=False)  # type: ignore[arg-type]
    city.producers[0].is_entity = True
    city.session.flush()
    add = {
        "by": city.admin,
        "partner_id": city.partner.id,
        "producer_id": city.producers[0].id,
        "first": OPENED,
        "last": None,
    }
    add_agreement(city.session, **add, terms=terms(250, fee_tax_bp=1_100, pph23_bp=200))  # type: ignore[arg-type]
    city.post(write_csv(tmp_path, *[line("2026-09-05", price=1_020, receipt=f"S{n}") for n in range(3)]))
    statement = close(city, SEPTEMBER)[0]
    # Each line's fee is Rp25,50, so Rp26; three are Rp78. PPN 11 % of 78 is 8,58, so 9; PPh 23 2 % of 78 is 1,56, so 2.
    assert (statement.fee_rp, statement.fee_tax_rp, statement.pph23_rp) == (78, 9, 2)
    assert statement.net_rp == 3_060 - 78 - 9 + 2
    assert_sound(city)


def test_a_file_reversed_after_the_closing_is_taken_back_in_the_next(city: City, tmp_path: Path) -> None:
    outcome = city.post(write_csv(tmp_path, line("2026-09-05", quantity=2)))
    close(city, SEPTEMBER)
    reverse_upload(city.session, by=city.finance, upload_id=outcome.upload_id, reason="bukan barang kami")
    october = close(city, OCTOBER)[0]
    assert (october.sales_rp, october.late_rp, october.fee_rp, october.carry_rp) == (-30_000, -30_000, -750, -29_250)
    figures = get_statement_figures(city.session, by=city.auditor, number=october.number)
    assert [one.kind for one in figures.lines] == ["reversal"]
    assert_sound(city)


def test_only_an_end_of_the_cycle_that_is_over_everywhere_can_be_closed() -> None:
    zones = ["Asia/Jakarta", "Asia/Makassar"]
    # At 16:30 UTC on 30 September it is past midnight in Makassar, and 23:30 in Jakarta.
    before, after = datetime(2026, 9, 30, 16, 30, tzinfo=UTC), datetime(2026, 9, 30, 17, 0, tzinfo=UTC)
    with pytest.raises(DayNotClosable, match="not over"):
        refuse_day_not_closable(SEPTEMBER, cycle=Cycle.MONTH, zones=zones, now=before)
    refuse_day_not_closable(SEPTEMBER, cycle=Cycle.MONTH, zones=zones, now=after)
    with pytest.raises(DayNotClosable, match="2026-09-30 is"):
        refuse_day_not_closable(date(2026, 9, 15), cycle=Cycle.MONTH, zones=zones, now=after)
    refuse_day_not_closable(date(2026, 9, 15), cycle=Cycle.HALF_MONTH, zones=zones, now=after)


def test_an_earlier_day_cannot_be_closed_after_a_later_one(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05")))
    close(city, OCTOBER)
    with pytest.raises(ClosedLater):
        close(city, SEPTEMBER)


def test_only_dinas_finance_closes_and_a_stranger_sees_no_statement(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05")))
    with pytest.raises(NotAllowed):
        close_period(
            city.session, by=city.auditor, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="coba"
        )
    close(city, SEPTEMBER)
    from consign.identity.actions import add_user  # noqa: PLC0415
    from consign.identity.queries import get_actor  # noqa: PLC0415
    from consign.identity.rules import Role  # noqa: PLC0415

    add_user(
        city.session,
        by=city.admin,
        login="p2@umkm.example",
        name="P2",
        role=Role.PRODUCER,
        producer_id=city.producers[1].id,
    )
    stranger = get_actor(city.session, "p2@umkm.example")
    for number in ("NP-2026-000001", "NP-2026-999999"):
        with pytest.raises(StatementUnknown, match="that you may see"):
            get_statement_figures(city.session, by=stranger, number=number)
    assert get_statement_figures(city.session, by=stranger, number="NP-2026-000002").due_rp == 0


def test_everyone_concerned_is_told(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05"), line("2026-09-05", code=SAMBAL, price=22_500)))
    close(city, SEPTEMBER)
    recipients = city.session.scalars(select(Notice.recipient).where(Notice.kind.like("settlement.%"))).all()
    producers = {f"producer:{one.id}" for one in city.producers}
    assert set(recipients) == producers | {f"partner:{city.partner.id}"}


AMOUNTS = st.integers(-(10**10), 10**10)


@given(
    parts=st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(0, 1_200)), min_size=1, max_size=5),
    losses=AMOUNTS,
    carried=st.integers(-(10**9), 0),
)
def test_a_statement_adds_up(parts: list[tuple[int, int, int]], losses: int, carried: int) -> None:
    sums = [AgreementSum(1, 1, sales, 0, 0, fee, tax, 0, 15) for sales, fee, tax in parts]
    one = compute_statement(1, sums, losses_rp=losses, adjustments_rp=0, carried_rp=carried)
    assert one.net_rp == one.sales_rp - one.fee_rp - one.fee_tax_rp + one.pph23_rp + losses
    assert one.due_rp + one.carry_rp == one.net_rp + carried
    assert one.due_rp >= 0 >= one.carry_rp
    # One rounding: at most half a rupiah away from the exact tax.
    assert abs(2 * (one.fee_tax_rp * 10_000 - sum(fee * tax for _, fee, tax in parts))) <= 10_000


def test_numbers_have_no_gaps_over_partners_and_periods(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-08-05")))
    for until in (date(2026, 8, 31), SEPTEMBER, OCTOBER):
        close(city, until)
    numbers = city.session.scalars(text("SELECT number FROM statement ORDER BY number")).all()
    assert numbers == [f"NP-2026-{place:06d}" for place in range(1, 7)]
    assert_sound(city)
