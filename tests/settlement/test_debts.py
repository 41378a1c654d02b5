"""What is owed and what of it is late: by the ledger and the statements, the oldest due one paid first."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select, text

from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.listing import Wish
from consign.models.settlement import Statement
from consign.settlement.actions import close_period
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.debts import find_debt_page, find_debts_by_partner, sum_debt
from consign.settlement.lists import find_statement_page
from consign.settlement.shares import spread
from tests.builders import KERIPIK, SAMBAL, City, write_csv

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
DUE = date(2027, 1, 10)


def line(day: str, *, code: str = KERIPIK, quantity: int = 1, receipt: str = "S1", price: int = 15_000) -> str:
    return f"{day},T1,{receipt},{code},Barang,{quantity},{price},{quantity * price}"


def close(city: City, until: date, *, due_on: date) -> None:
    """Close, and let all new statements be due on one day, whatever the day of the test is."""
    closed = close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji coba"
    )
    city.session.execute(text("RESET ROLE"))
    city.session.execute(
        text("UPDATE statement SET due_on = :due WHERE closing_id = :closing"),
        {"due": due_on, "closing": closed[0].closing_id},
    )
    city.session.execute(text("SET LOCAL ROLE region_6471"))
    city.session.expire_all()


def pay(city: City, amount_rp: int) -> None:
    """Let the partner pay the first producer, who gets it for the oldest statements first."""
    query = select(Statement.id).where(Statement.producer_id == city.producers[0].id)
    opened = lock_open(city.session, city.session.scalars(query).all())
    shares = spread(amount_rp, list(opened.values()))
    allocate(
        city.session, shares, by=city.finance, source=Source.DIRECT, cause=f"notice:{amount_rp}", booked_on=OCTOBER
    )


def rows(city: City, *, today: date, by: Actor | None = None, **filters: str) -> list[dict[str, object]]:
    found = find_debt_page(city.session, by=by or city.auditor, wish=Wish(filters=filters), today=today)
    return [dict(row) for row in found.rows]


def two_months(city: City, folder: Path) -> None:
    """September: Keripik 43.875 (45.000 less 1.125) and Sambal 21.937 (22.500 less 563); October: Keripik 14.625."""
    sold = [line("2026-09-05", quantity=3), line("2026-09-06", code=SAMBAL, price=22_500, receipt="S2")]
    city.post(write_csv(folder, *sold))
    close(city, SEPTEMBER, due_on=DUE)
    city.post(write_csv(folder, line("2026-10-05"), name="october.csv"))
    close(city, OCTOBER, due_on=DUE + timedelta(30))


def test_what_is_late_is_what_is_due_before_today(city: City, tmp_path: Path) -> None:
    two_months(city, tmp_path)
    on_the_day = sum_debt(city.session, by=city.auditor, today=DUE)
    assert (on_the_day.owed_rp, on_the_day.late_rp, on_the_day.late_statements) == (80_437, 0, 0)
    assert (on_the_day.soon_rp, on_the_day.soon_statements, on_the_day.next_due_on) == (65_812, 2, DUE)
    next_day = sum_debt(city.session, by=city.auditor, today=DUE + timedelta(1))
    assert (next_day.late_rp, next_day.late_statements, next_day.soon_rp) == (65_812, 2, 0)
    assert next_day.next_due_on == DUE + timedelta(30)
    first, second = sorted(rows(city, today=DUE + timedelta(3)), key=lambda row: str(row["producer_code"]))
    assert (first["owed_rp"], first["late_rp"], first["open_statements"]) == (58_500, 43_875, 2)
    assert (first["state"], first["oldest_due_on"], first["days_late"]) == ("late", DUE, 3)
    assert (second["owed_rp"], second["late_rp"], second["open_statements"]) == (21_937, 21_937, 1)
    wish = Wish(search="dapur 1", totals=("owed_rp", "late_rp"))
    found = find_debt_page(city.session, by=city.auditor, wish=wish, today=DUE + timedelta(1))
    assert found.totals == {"owed_rp": 58_500, "late_rp": 43_875}


def test_what_is_paid_is_taken_for_the_oldest_due_statement(city: City, tmp_path: Path) -> None:
    two_months(city, tmp_path)
    pay(city, 40_000)
    late = DUE + timedelta(1)
    (row,) = [one for one in rows(city, today=late) if one["producer_code"] == "P1"]
    # 43.875 less 40.000 is left of September, all of October.
    assert (row["owed_rp"], row["late_rp"], row["open_statements"]) == (18_500, 3_875, 2)
    pay(city, 3_875)
    (row,) = [one for one in rows(city, today=late) if one["producer_code"] == "P1"]
    assert (row["owed_rp"], row["late_rp"], row["open_statements"], row["state"]) == (14_625, 0, 1, "due")
    assert (row["oldest_due_on"], row["days_late"]) == (DUE + timedelta(30), None)
    found = find_statement_page(city.session, by=city.auditor, wish=Wish(sort="number"), today=late)
    assert [one["state"] for one in found.rows if one["producer_code"] == "P1"] == ["settled", "due"]
    only_late = Wish(filters={"due": "late"})
    found = find_statement_page(city.session, by=city.auditor, wish=only_late, today=late)
    assert [one["producer_code"] for one in found.rows] == ["P2"]
    pay(city, 14_625)
    assert [one["producer_code"] for one in rows(city, today=late)] == ["P2"]


def test_a_rest_below_zero_waits_and_lowers_no_statement(city: City, tmp_path: Path) -> None:
    city.post(write_csv(tmp_path, line("2026-09-05", quantity=3)))
    close(city, SEPTEMBER, due_on=DUE)
    city.post(write_csv(tmp_path, line("2026-10-05", quantity=-1, receipt="C1"), name="october.csv"))
    close(city, OCTOBER, due_on=DUE + timedelta(30))
    # September is due with 43.875; the return's 14.625 wait for the next statement, the ledger has them already.
    (row,) = rows(city, today=DUE + timedelta(1))
    assert (row["owed_rp"], row["late_rp"], row["open_statements"]) == (29_250, 43_875, 1)
    pay(city, 43_875)
    (row,) = rows(city, today=DUE + timedelta(1))
    assert (row["owed_rp"], row["late_rp"], row["state"]) == (-14_625, 0, "carried")
    assert rows(city, today=DUE, state="late") == []
    assert len(rows(city, today=DUE, state="carried")) == 1


def test_everybody_sees_what_is_theirs(city: City, tmp_path: Path) -> None:
    two_months(city, tmp_path)
    for login, role, facts in (
        ("bm@mitra.example", Role.PARTNER_FINANCE, {"partner_id": city.partner.id}),
        ("p2@umkm.example", Role.PRODUCER, {"producer_id": city.producers[1].id}),
    ):
        add_user(city.session, by=city.admin, login=login, name="Orang", role=role, **facts)
    partner, producer = (get_actor(city.session, login) for login in ("bm@mitra.example", "p2@umkm.example"))
    assert sum_debt(city.session, by=partner, today=DUE).owed_rp == 80_437
    assert sum_debt(city.session, by=producer, today=DUE).owed_rp == 21_937
    assert [one["producer_code"] for one in rows(city, today=DUE, by=producer)] == ["P2"]
    assert rows(city, today=DUE, by=producer, producer="P1") == []
    (by_partner,) = find_debts_by_partner(city.session, by=producer, today=DUE + timedelta(1))
    assert (by_partner["owed_rp"], by_partner["producers"], by_partner["late_rp"]) == (21_937, 1, 21_937)
