"""A bank account of the office with lines, one of them matched, and a rest to be written off, for tests of all pages."""

from datetime import date

from sqlalchemy import select, text

from consign import clock
from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.identity.queries import get_actor
from consign.models.banking import BankAccount, BankLine
from consign.payments.accepting import accept_split
from consign.payments.writing_off import propose_write_off
from consign.settlement.shares import Share
from tests.builders import FINANCE
from tests.conftest import REGION
from tests.web.town import Town

CODE = "COCOK"
DAY = date(2026, 11, 10)
LINES = (
    (5_000, "TRSF E-BANKING CR NP-2026-000001 BERUANG MART"),
    (75_000, "SETORAN TUNAI"),
    (-6_500, "BIAYA ADM"),
    (1_000, "BERUANG MART cicilan"),
    (75_001, "KANCIL MART"),
    (-75_001, "RETUR KANCIL MART"),
)


def put_bank(town: Town) -> dict[str, str]:
    """Post lines of a bank's statement, match one, propose a write-off; return the ids of a free line, the match and it."""
    known = town.ask("SELECT id FROM bank_account WHERE code = :code", code=CODE)
    if not known:
        _post(town)
    (line_id,) = town.ask(
        "SELECT min(bank_line.id) FROM bank_line JOIN bank_account ON bank_account.id = account_id WHERE code = :code",
        code=CODE,
    )[0]
    (match_id,) = town.ask("SELECT min(id) FROM bank_match WHERE rule = 'person'")[0]
    (write_off_id,) = town.ask("SELECT min(id) FROM write_off")[0]
    return {"line_id": str(line_id), "match_id": str(match_id), "write_off_id": str(write_off_id)}


def _post(town: Town) -> None:
    with town.database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        account = BankAccount(code=CODE, bank_code="014", number="5550001234", holder="Dinas", added_at=clock.now())
        session.add(account)
        session.flush()
        lines = tuple(StatementLine(row, DAY, amount, words) for row, (amount, words) in enumerate(LINES, 1))
        total = sum(amount for amount, _ in LINES)
        statement = BankStatement("test", DAY, DAY, 0, total, lines)
        book_statement(
            session, statement, by=by, account_id=account.id, sha256="c0" * 32, name="mutasi.csv", statement_no=1
        )
        part = session.scalars(select(BankLine.id).where(BankLine.description == LINES[3][1])).one()
        statements = list(session.scalars(text("SELECT id FROM statement WHERE due_rp > 10000 ORDER BY number")))
        accept_split(session, by=by, taken={part: 1_000}, shares=[Share(statements[0], 1_000)], remark="lewat telepon")
        propose_write_off(
            session, by=by, statement_id=statements[1], amount_rp=500, reason_code="short", borne_by="producer"
        )
