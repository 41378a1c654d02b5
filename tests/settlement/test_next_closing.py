"""What the next closing would take: the same sums as the closing, what is missing, and which periods are over."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from consign.partners.actions import change_partner_cycle
from consign.period import Cycle, Period
from consign.sales.no_sales import confirm_no_sales
from consign.settlement.actions import close_period
from consign.settlement.next_closing import (
    Pending,
    draft_closing,
    find_ends,
    find_missing,
    find_pending,
    get_closing_partner,
    preview_closing,
)
from consign.settlement.rules import ClosedLater, DayNotClosable, find_closable_ends
from tests.builders import KERIPIK, SAMBAL, City, write_csv

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
NOVEMBER_FIRST = datetime(2026, 11, 1, 3, tzinfo=UTC)
OCTOBER_END = datetime(2026, 10, 31, 12, tzinfo=UTC)


def line(day: str, *, code: str = KERIPIK, quantity: int = 1, receipt: str = "S1", price: int = 15_000) -> str:
    return f"{day},T1,{receipt},{code},Barang,{quantity},{price},{quantity * price}"


def close(city: City, until: date) -> None:
    close_period(city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji coba")


def pending(city: City, now: datetime) -> Pending:
    (found,) = find_pending(city.session, by=city.auditor, now=now)
    return found


def test_the_preview_comes_to_what_the_closing_writes(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05"), line("2026-09-06", code=SAMBAL, price=22_500, receipt="S2")))
    close(city, SEPTEMBER)
    rows = [
        line("2026-10-05", quantity=3),
        line("2026-10-06", quantity=-1, receipt="C1"),
        line("2026-09-30", receipt="S9"),
    ]
    city.post(write_csv(tmp_path, *rows, name="october.csv"))
    draft = draft_closing(
        city.session, get_closing_partner(city.session, partner_id=city.partner.id), until=OCTOBER, now=NOVEMBER_FIRST
    )
    coming = preview_closing(city.session, draft)
    # 45.000 - 15.000 + 15.000 = 45.000; 2,5 % of each: 1.125 - 375 + 375 = 1.125. P2 has an agreement and no sale.
    assert (coming.statements, coming.line_count, coming.sales_rp, coming.fee_rp) == (2, 3, 45_000, 1_125)
    assert (coming.returns_rp, coming.late_rp, coming.net_rp, coming.due_rp) == (-15_000, 15_000, 43_875, 43_875)
    statements = close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=OCTOBER, incomplete_reason="uji coba"
    )
    assert sum(one.due_rp for one in statements) == coming.due_rp
    assert len(statements) == coming.statements


def test_a_draft_writes_nothing_and_refuses_what_a_closing_refuses(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05")))
    partner = get_closing_partner(city.session, partner_id=city.partner.id)
    draft_closing(city.session, partner, until=SEPTEMBER, now=NOVEMBER_FIRST)
    assert get_closing_partner(city.session, partner_id=city.partner.id).closed_until is None
    with pytest.raises(DayNotClosable):
        draft_closing(city.session, partner, until=date(2026, 9, 15), now=NOVEMBER_FIRST)
    close(city, OCTOBER)
    later = get_closing_partner(city.session, partner_id=city.partner.id)
    with pytest.raises(ClosedLater):
        draft_closing(city.session, later, until=SEPTEMBER, now=NOVEMBER_FIRST)


def test_a_partner_without_sales_has_nothing_to_close(city: City) -> None:
    found = pending(city, NOVEMBER_FIRST)
    assert (found.period, found.state, found.missing) == (None, None, 0)
    assert find_ends(found.partner, now=NOVEMBER_FIRST) == []


def test_a_period_runs_is_incomplete_and_is_ready(city: City, tmp_path: Path) -> None:
    days = [line(f"2026-10-{day:02d}", receipt=f"S{day}") for day in range(1, 31)]
    city.post(write_csv(tmp_path, *days, line("2026-10-31", receipt="S31", code="99")))
    running = pending(city, OCTOBER_END)
    assert (running.period, running.state, running.missing) == (Period(date(2026, 10, 1), OCTOBER), "running", 0)
    for day in range(1, 31):
        confirm_no_sales(city.session, by=city.finance, store=city.stores[1], day=date(2026, 10, day))
    # The last day of T2 is silent; T1 reported it, and its line waits.
    incomplete = pending(city, NOVEMBER_FIRST)
    assert incomplete.state == "incomplete"
    assert (incomplete.store_days, incomplete.parked_lines, incomplete.open_uploads) == (1, 1, 0)
    missing = find_missing(city.session, partner_id=city.partner.id, first=date(2026, 10, 1), last=OCTOBER)
    assert missing.store_days == (("T2", OCTOBER),)
    assert (len(missing.store_days), missing.parked_lines) == (incomplete.store_days, incomplete.parked_lines)
    close(city, OCTOBER)
    after = pending(city, datetime(2026, 12, 1, 3, tzinfo=UTC))
    assert after.period == Period(date(2026, 11, 1), date(2026, 11, 30))
    # Two stores and 30 days, and the line that still waits.
    assert (after.state, after.missing) == ("incomplete", 61)


def test_nothing_missing_is_ready(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, *[line(f"2026-10-{day:02d}", receipt=f"S{day}") for day in range(1, 32)]))
    for day in range(1, 32):
        confirm_no_sales(city.session, by=city.finance, store=city.stores[1], day=date(2026, 10, day))
    found = pending(city, NOVEMBER_FIRST)
    assert (found.state, found.missing) == ("ready", 0)


def test_every_end_that_is_over_everywhere_can_be_chosen() -> None:
    def ends(cycle: Cycle, *, zones: list[str], now: datetime, most: int = 12) -> list[date]:
        return find_closable_ends(SEPTEMBER, cycle=cycle, zones=zones, now=now, most=most)

    late = datetime(2026, 12, 1, 3, tzinfo=UTC)
    zones = ["Asia/Jakarta", "Asia/Makassar"]
    assert ends(Cycle.MONTH, zones=zones, now=late) == [OCTOBER, date(2026, 11, 30)]
    assert ends(Cycle.HALF_MONTH, zones=zones, now=late, most=3) == [date(2026, 10, 15), OCTOBER, date(2026, 11, 15)]
    # At 16:30 UTC on 31 October it is November in Makassar and still October in Jakarta.
    between = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)
    assert ends(Cycle.MONTH, zones=zones, now=between) == []
    assert ends(Cycle.MONTH, zones=["Asia/Makassar"], now=between) == [OCTOBER]
    assert ends(Cycle.MONTH, zones=[], now=late) == []


def test_another_cycle_leaves_no_day_out(city: City, tmp_path: Path) -> None:
    """September is closed by months; Monday 5 October begins two weeks, which end on Sunday the 18th."""
    city.post(write_csv(tmp_path, line("2026-09-05")))
    close(city, SEPTEMBER)
    begins = date(2026, 10, 1)
    for cycle, until in (
        (Cycle.TWO_WEEKS, date(2026, 10, 4)),  # the end of the two weeks from 21 September: four days are left
        (Cycle.TWO_WEEKS, date(2026, 10, 18)),
        (Cycle.HALF_MONTH, OCTOBER),
    ):
        change_partner_cycle(city.session, by=city.admin, partner=city.partner, cycle=cycle)
        assert pending(city, NOVEMBER_FIRST).period == Period(begins, until)
        close(city, until)
        begins = until + timedelta(1)
