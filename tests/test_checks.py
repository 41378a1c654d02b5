"""Every invariant finds the breach it is there for: each is planted once, past all constraints."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.checks import CHECKS, check_files, find_breaches
from consign.db import finish
from consign.files import Files
from consign.models.stock import StockLoss
from consign.sales.ending import reverse_upload
from consign.settlement.actions import close_period
from consign.stock.contesting import decide_loss
from consign.stock.rules import NewLine, Reason
from consign.stock.writing_off import write_off
from tests.banking.test_bank_checks import PLANTED as PLANTED_IN_BANKING
from tests.builders import KERIPIK, SAMBAL, City, write_csv
from tests.partners.test_agreement_checks import PLANTED as PLANTED_IN_AGREEMENTS
from tests.payments.test_notice_checks import PLANTED as PLANTED_IN_NOTICES
from tests.payments.test_payment_checks import PLANTED as PLANTED_IN_PAYMENTS
from tests.payouts.test_payout_checks import PLANTED as PLANTED_IN_PAYOUTS
from tests.settlement.test_allocation_checks import PLANTED as PLANTED_IN_SETTLEMENT
from tests.settlement.test_carry_checks import PLANTED as PLANTED_IN_CARRYING
from tests.settlement.test_preparing import PLANTED as PLANTED_IN_CLOSING
from tests.stock.test_moving import deliver, line
from tests.stock.test_stock_checks import PLANTED as PLANTED_IN_STOCK

PAPER = """INSERT INTO document (producer_id, kind, state, number_compact, submitted_by, submitted_at, decided_by, decided_at)
  SELECT producer.id, 'pirt', 'approved', '206647101012330', {submitted}, now() - interval '1 day', {decided}, now()
  FROM producer WHERE producer.code = 'P1'"""
ONE, OTHER = "(SELECT min(id) FROM user_account)", "(SELECT max(id) FROM user_account)"
APPROVED = PAPER.format(submitted=ONE, decided=OTHER)
EVENT = "INSERT INTO document_event (document_id, at, what) SELECT id, now(), '{what}' FROM document"
SERIES = f"INSERT INTO number_series (prefix, next_serial, opened_by, opened_at) VALUES ('23', {{next}}, {ONE}, now())"
GIVEN = """INSERT INTO barcode (number, product_id, kind, prefix, serial, from_on, added_at)
  SELECT '{number}', min(id), 'city', '23', {serial}, '2026-11-01', now() FROM product"""
RANGE = f"""INSERT INTO reserved_range (partner_id, first, last, note, added_by, added_at)
  SELECT min(id), 230000000000, 230000000009, 'Timbangan', {ONE}, now() - interval '1 day' FROM partner"""
FIRST_NUMBER = "2300000000016"
"""From the right, without the last: 1*3, 3*3 and 2*1 are 14, and 20 - 14 = 6."""
SECOND_NUMBER = "2300000000023"
"""2*3, 3*3 and 2*1 are 17, and 20 - 17 = 3."""
FIRST_GIVEN = GIVEN.format(number=FIRST_NUMBER, serial=1)
SKIPPED = "INSERT INTO number_skipped (prefix, first_serial, last_serial) VALUES ('23', {first}, {last})"

PLANTED = {
    "ledger.balance": ["UPDATE account SET debits_rp = debits_rp + 1 WHERE id = (SELECT min(id) FROM account)"],
    "ledger.trial_balance": ["UPDATE account SET credits_rp = credits_rp + 7 WHERE id = (SELECT max(id) FROM account)"],
    "ledger.reversal": [
        """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause, reverses_id, posted_at)
           SELECT 'x', 'reversal', debit_account_id, credit_account_id, 1, booked_on, cause, id, posted_at FROM transfer LIMIT 1"""
    ],
    "sales.rows": ["UPDATE sales_upload SET rows_read = rows_read + 1"],
    "sales.posting": ["UPDATE sales_posting SET sales_rp = sales_rp + 1 WHERE number = 1"],
    "sales.reference": ["UPDATE sale SET agreement_id = 0 WHERE posting_no = 1 AND row_no = 2"],
    "sales.fee": ["UPDATE sale SET fee_rp = fee_rp + 1 WHERE posting_no = 1 AND row_no = 2"],
    "sales.return": ["UPDATE sale SET fee_rp = fee_rp + 1 WHERE returns_row_no IS NOT NULL"],
    "sales.reversal": ["UPDATE sale SET sales_rp = sales_rp + 1 WHERE reverses_row_no IS NOT NULL"],
    "sales.known": ["UPDATE sales_known SET sale_row_no = 999"],
    "settlement.cut": ["UPDATE closing SET before_posting_no = 1 WHERE before_posting_no = 0"],
    "settlement.statement": [
        "UPDATE statement SET sales_rp = sales_rp + 1, net_rp = net_rp + 1, due_rp = due_rp + 1 WHERE number = 'NP-2026-000001'"
    ],
    "settlement.carried": [
        "UPDATE statement SET carried_rp = carried_rp - 1, carry_rp = carry_rp - 1 WHERE number = 'NP-2026-000004'"
    ],
    "settlement.ledger": [
        """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause, posted_at)
           SELECT 'statement:NP-2026-000001:x', 'fee', debit_account_id, credit_account_id, 1, booked_on, cause, posted_at
           FROM transfer WHERE cause = 'NP-2026-000001' LIMIT 1"""
    ],
    "settlement.loss": ["UPDATE statement_loss SET store_rp = store_rp + 1"],
    "settlement.numbers": ["UPDATE statement_counter SET last = last + 1"],
    "settlement.seal": ["UPDATE statement SET audit_hash = repeat('0', 64) WHERE number = 'NP-2026-000003'"],
    "barcode.invalid": ["UPDATE barcode SET number = '8990000000011' WHERE number = (SELECT max(number) FROM barcode)"],
    "barcode.not_of_its_series": [SERIES.format(next=2), GIVEN.format(number="2300000000021", serial=1)],
    "barcode.second": [
        "DROP INDEX uq_barcode_city_in_use",
        SERIES.format(next=3),
        FIRST_GIVEN,
        GIVEN.format(number=SECOND_NUMBER, serial=2),
    ],
    "register.gap": [SERIES.format(next=3), FIRST_GIVEN],
    "register.reserved": [RANGE, SERIES.format(next=2), FIRST_GIVEN],
    "price.overlap": [
        "ALTER TABLE product_price DROP CONSTRAINT ex_product_price_days",
        "INSERT INTO product_price (product_id, days, price_rp) SELECT product_id, days, 1 FROM product_price LIMIT 1",
    ],
    "agreement.fee": ["UPDATE agreement SET fee_rate_bp = 900 WHERE id = (SELECT min(id) FROM agreement)"],
    "agreement.overlap": [
        "ALTER TABLE agreement DROP CONSTRAINT ex_agreement_scope",
        """INSERT INTO agreement (partner_id, producer_id, days, fee_rate_bp, fee_on, discount_borne_by, fee_tax_bp, pph23_bp,
             payment_term_days)
           SELECT partner_id, producer_id, days, fee_rate_bp, fee_on, discount_borne_by, 0, 0, 15 FROM agreement LIMIT 1""",
    ],
    "store.closure_end": [
        """INSERT INTO store_closure (partner_id, from_on, until_on, reason, said_by, said_at)
           SELECT (SELECT min(id) FROM partner), '2026-09-01', '2026-09-02', 'renovasi', min(id), now() FROM user_account""",
        "INSERT INTO store_closure_end SELECT id, '2026-09-03', said_by, said_at FROM store_closure",
    ],
    "documents.decided": [PAPER.format(submitted=ONE, decided=ONE)],
    "documents.in_force": ["DROP INDEX uq_document_number_in_force", APPROVED, APPROVED],
    "documents.claim": [
        "ALTER TABLE document DROP CONSTRAINT ck_document_claimed",
        APPROVED,
        "UPDATE document SET state = 'in_review'",
    ],
    "documents.history": [
        APPROVED,
        EVENT.format(what="approved"),
        EVENT.format(what="rejected"),
        EVENT.format(what="reminded"),
    ],
    "documents.replaced": [APPROVED, "UPDATE document SET replaces_id = id"],
    "documents.eligibility": ["DELETE FROM eligibility_due"],
    "audit.broken": ["UPDATE audit_event SET act = 'something else' WHERE seq = 3"],
    "audit.cut": ["DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)"],
}


@pytest.fixture
def lived_in(city: City, tmp_path: Path) -> City:
    """Build a city with a return, a known row, a parked row, a reversal, a loss that was decided, and two closings."""
    keripik = f"2026-09-05,T1,S1,{KERIPIK},Keripik,3,15000,45000"
    back = f"2026-09-06,T1,S1,{KERIPIK},Keripik,-1,15000,-15000"
    city.post(
        write_csv(
            tmp_path, keripik, back, f"2026-09-06,T2,S2,{SAMBAL},Sambal,1,22500,22500", "2026-09-07,T2,S3,99,?,1,1,1"
        )
    )
    city.post(write_csv(tmp_path, keripik, f"2026-09-08,T1,S4,{KERIPIK},Keripik,1,15000,15000", name="second.csv"))
    deliver(city, date(2026, 9, 1), line(city, 9))
    damaged = write_off(
        city.session, by=city.finance, store_id=city.stores[0].id, day=date(2026, 9, 9),
        lines=[NewLine(city.products[0].id, Decimal(1), reason=Reason.DAMAGED)],
    )  # fmt: skip
    loss_id = city.session.scalars(select(StockLoss.id).where(StockLoss.note_id == damaged.id)).one()
    decide_loss(city.session, by=city.finance, loss_id=loss_id, store_bp=5_000, reason="uji")
    finish(city.session)
    for until in (date(2026, 9, 30), date(2026, 10, 31)):
        close_period(city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji")
        finish(city.session)
    wrong = city.post(write_csv(tmp_path, f"2026-11-02,T1,S9,{KERIPIK},Keripik,1,15000,15000", name="wrong.csv"))
    reverse_upload(city.session, by=city.finance, upload_id=wrong.upload_id, reason="uji")
    finish(city.session)
    return city


def as_owner(session: Session) -> None:
    session.execute(text("SELECT set_config('role', 'none', true)"))


def codes(session: Session) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(session)}


def test_a_city_that_was_lived_in_has_no_breach(lived_in: City) -> None:
    assert codes(lived_in.session) == set()


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_breach_is_found_and_named(lived_in: City, code: str) -> None:
    as_owner(lived_in.session)
    for statement in PLANTED[code]:
        lived_in.session.execute(text(statement))
    found = [breach for check in CHECKS for breach in check(lived_in.session)]
    assert code in {breach.code for breach in found}
    assert all(breach.row and breach.what for breach in found)


NONE_GIVEN: list[str] = []


@pytest.mark.parametrize(
    ("next_serial", "planted", "breaches"),
    [
        (1, NONE_GIVEN, set()),
        (2, [FIRST_GIVEN], set()),
        (10, [FIRST_GIVEN, SKIPPED.format(first=2, last=9)], set()),
        (2, NONE_GIVEN, {"register.gap"}),  # the first is lost
        (11, [FIRST_GIVEN, SKIPPED.format(first=3, last=10)], {"register.gap"}),  # 2 is lost
        (10, [FIRST_GIVEN, SKIPPED.format(first=1, last=9)], {"register.gap"}),  # 1 is given, and passed over
        (6, [FIRST_GIVEN, SKIPPED.format(first=2, last=9)], {"register.gap"}),  # 9 lies beyond the next
        (1, [GIVEN.format(number=FIRST_NUMBER, serial=10_000_000_000)], {"barcode.not_of_its_series", "register.gap"}),
    ],
)
def test_numbers_of_a_series_are_given_or_passed_over_each_once(
    lived_in: City, next_serial: int, planted: list[str], breaches: set[str]
) -> None:
    as_owner(lived_in.session)
    for statement in (SERIES.format(next=next_serial), *planted):
        lived_in.session.execute(text(statement))
    assert codes(lived_in.session) == breaches


@pytest.mark.parametrize(
    "noted",
    ["added_at = now() + interval '1 hour'", "withdrawn_at = now() - interval '1 hour'", "first = 230000000002"],
)
def test_a_number_given_before_a_range_was_noted_or_after_it_was_withdrawn_is_none_of_it(
    lived_in: City, noted: str
) -> None:
    as_owner(lived_in.session)
    for statement in (RANGE, SERIES.format(next=2), FIRST_GIVEN, f"UPDATE reserved_range SET {noted}"):
        lived_in.session.execute(text(statement))
    assert codes(lived_in.session) == set()


def judge_by_hand(session: Session, *, computed: str, changes_on: str) -> None:
    """Let every product be judged, and nothing be due."""
    session.execute(text("DELETE FROM eligibility_due"))
    session.execute(
        text(f"""
        INSERT INTO product_eligibility (product_id, standing, changes_on, computed_on, computed_at)
        SELECT id, 'blocked', {changes_on}, current_date - 3, now() - interval '{computed}' FROM product""")
    )


def test_a_product_is_judged_after_a_decision_and_on_its_day(lived_in: City) -> None:
    session = lived_in.session
    as_owner(session)
    judge_by_hand(session, computed="1 hour", changes_on="NULL")
    assert codes(session) == set()
    for statement in (APPROVED, EVENT.format(what="approved")):
        session.execute(text(statement))
    late = [breach for check in CHECKS for breach in check(session)]
    assert [(breach.code, "decided about" in breach.what) for breach in late] == [("documents.eligibility", True)]
    session.execute(text("DELETE FROM product_eligibility"))
    judge_by_hand(session, computed="-1 hour", changes_on="current_date - 2")
    overdue = [breach.what for check in CHECKS for breach in check(session)]
    assert {"stands otherwise" in what for what in overdue} == {True}
    session.execute(text("INSERT INTO eligibility_due (producer_id, since) SELECT id, now() FROM producer"))
    assert codes(session) == set()


def test_every_code_a_check_can_report_is_planted() -> None:
    import inspect  # noqa: PLC0415
    import re  # noqa: PLC0415

    sources = "".join(inspect.getsource(check) for check in CHECKS)
    planted = {*PLANTED, *PLANTED_IN_STOCK, *PLANTED_IN_CLOSING, *PLANTED_IN_CARRYING, *PLANTED_IN_SETTLEMENT}
    planted |= {
        *PLANTED_IN_BANKING,
        *PLANTED_IN_PAYMENTS,
        *PLANTED_IN_NOTICES,
        *PLANTED_IN_PAYOUTS,
        *PLANTED_IN_AGREEMENTS,
    }
    assert set(re.findall(r'Breach\(\s*"([a-z._0-9]+)"', sources)) == planted


def test_the_file_of_a_paper_is_looked_for_as_well(city: City, files: Files) -> None:
    as_owner(city.session)
    for statement in (APPROVED, f"UPDATE document SET sha256 = '{'a' * 64}'"):
        city.session.execute(text(statement))
    assert [(one.code, one.row) for one in check_files(city.session, files)] == [("files.missing", f"file {'a' * 64}")]


def test_a_file_that_is_missing_or_changed_is_found(city: City, files: Files, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"2026-09-05,T1,S1,{KERIPIK},Keripik,1,15000,15000")
    outcome = city.post(path)
    sha256: str = city.session.scalar(text("SELECT sha256 FROM sales_upload WHERE id = :id"), {"id": outcome.upload_id})
    assert [breach.code for breach in check_files(city.session, files)] == ["files.missing"]
    files.store(path, sha256)
    finish(city.session)
    assert list(find_breaches(city.session, files)) == []
    stored = next(one for one in (tmp_path / "files").rglob("*") if one.is_file())
    stored.write_bytes(b"something else")
    assert [breach.code for breach in check_files(city.session, files)] == ["files.changed"]


NAMED = (
    "UPDATE product SET photo_sha256 = '{sha256}', thumb_sha256 = '{sha256}' WHERE code = 'PRD-1'",
    """INSERT INTO product_import (state, sha256, file_name, handed_in_by, handed_in_at)
       SELECT 'tried', '{sha256}', 'produk.csv', min(id), now() FROM user_account""",
    """INSERT INTO product_import (state, sha256, rows_sha256, file_name, handed_in_by, handed_in_at)
       SELECT 'tried', '{stored}', '{sha256}', 'produk.csv', min(id), now() FROM user_account""",
)


@pytest.mark.parametrize("statement", NAMED, ids=["photo", "list of products", "rows of a list"])
def test_a_file_of_a_product_that_is_missing_is_found(city: City, files: Files, statement: str) -> None:
    stored, _ = files.keep(io.BytesIO(b"Nama produk"))
    city.session.execute(text(statement.format(sha256="b" * 64, stored=stored)))
    assert [(one.code, one.row) for one in check_files(city.session, files)] == [("files.missing", f"file {'b' * 64}")]
