"""Payouts where pages lead to them: one paid to each producer in a batch of its own, one planned, and accounts that wait."""

from datetime import date

from sqlalchemy.orm import Session

from consign import clock
from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.identity.queries import get_actor
from consign.ledger.actions import post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.models.banking import BankAccount
from consign.money import Rupiah
from consign.payouts.approving import approve_batch
from consign.payouts.bank_lines import confirm_certain
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.payouts.templates import keep_template, parse_template
from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.web.town import HEAD, VERIFIER, Town

PAID = (("P1", "BM", 61_111), ("P2", "BM", 62_222), ("P3", "KM", 63_333))
PLANNED_RP = 7_777


def put_payouts(town: Town) -> dict[str, str]:
    """Pay each producer once; return the first one's batch, payout, and the account that waits."""
    if not town.ask("SELECT id FROM payee_account"):
        with town.database.transaction(REGION) as session:
            _pay_all(town, session)
    number, reference = town.ask(
        "SELECT number, reference FROM payout JOIN payout_batch AS batch ON batch.id = batch_id ORDER BY payout.id LIMIT 1"
    )[0]
    waiting = town.ask(
        "SELECT payee_account.id FROM payee_account JOIN producer ON producer.id = producer_id"
        " WHERE outcome = 'waiting' AND producer.code = 'P1'"
    )
    payee = waiting or town.ask("SELECT min(id) FROM payee_account")
    return {"batch_number": str(number), "payout_reference": str(reference), "payee_id": str(payee[0][0])}


def _pay_all(town: Town, session: Session) -> None:
    finance, head = get_actor(session, FINANCE), get_actor(session, HEAD)
    on = clock.today("Asia/Makassar")
    bank = BankAccount(
        code="KAS-UJI", bank_code="124", number="0077001234", holder="Dinas Uji", added_at=clock.now()
    )  # fmt: skip
    session.add(bank)
    session.flush()
    _book(session, bank, [], on=on)
    for place, (producer, partner, amount) in enumerate(PAID, start=1):
        producer_id = town.id("producer", code=producer)
        _make_payable(session, (town.id("partner", code=partner), producer_id), amount, key=f"uji:{place}")
        _state(session, producer_id, number=f"55550{place:05d}", confirmed=True)
        batch = plan_payouts(session, by=finance, bank_account_id=bank.id, on=on)
        approve_batch(session, by=head, batch_id=batch.id)
        send_batch(session, by=finance, batch_id=batch.id, on=on)
        _book(session, bank, [StatementLine(1, on, -amount, f"TRF {batch.number.replace('-', '')}-001")], on=on)
        confirm_certain(session, by=finance, account_id=bank.id)
        _state(session, producer_id, number=f"66660{place:05d}", confirmed=False)
    pair = (town.id("partner", code="BM"), town.id("producer", code="P2"))
    _make_payable(session, pair, PLANNED_RP, key="uji:planned")
    plan_payouts(session, by=finance, bank_account_id=bank.id, on=on)
    layout = parse_template(name="Bank Uji", kind="csv", separator=";", header="", columns="account\nname\namount")
    keep_template(session, layout, by=finance)


def _state(session: Session, producer_id: int, *, number: str, confirmed: bool) -> None:
    stated = state_account(
        session, by=get_actor(session, ADMIN), bank_code="014", number=number, holder="Pemilik Rekening",
        producer_id=producer_id,
    )  # fmt: skip
    if confirmed:
        confirm_account(session, by=get_actor(session, VERIFIER), account_id=stated.id)


def _make_payable(session: Session, pair: tuple[int, int], amount_rp: int, *, key: str) -> None:
    order = TransferOrder(
        f"opening:{key}", TransferKind.OPENING, AccountName(AccountKind.OPENING),
        AccountName(AccountKind.PRODUCER_PAYABLE, *pair), Rupiah(amount_rp), date(2026, 1, 1), key,
    )  # fmt: skip
    post_transfers(session, [order])


def _book(session: Session, bank: BankAccount, lines: list[StatementLine], *, on: date) -> None:
    statement = BankStatement("uji", on, on, 1_000_000, 1_000_000 + sum(one.amount_rp for one in lines), tuple(lines))
    book_statement(
        session, statement, by=get_actor(session, FINANCE), account_id=bank.id,
        sha256=f"{sum(one.amount_rp for one in lines):064d}", name="uji.csv", statement_no=1,
    )  # fmt: skip
