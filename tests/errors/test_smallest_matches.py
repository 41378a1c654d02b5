"""Each error code about matching a bank's statement has its smallest failing case here."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import ConsignError
from consign.models.payments import BankMatch
from consign.payments.accepting import accept_split, undo_match
from consign.payments.match_lists import get_open_statement
from consign.payments.matching import get_proposal, propose
from consign.payments.other_lines import charge, refund
from consign.payments.writing_off import decide_write_off, propose_write_off
from consign.settlement.shares import Share
from tests.payments.money import Money, build_money


@pytest.fixture
def money(session: Session, tmp_path: Path) -> Money:
    return build_money(session, tmp_path)


def write_off(money: Money, amount_rp: int = 1) -> int:
    row = propose_write_off(
        money.session, by=money.city.finance, statement_id=money.statements[0].id, amount_rp=amount_rp,
        reason_code="short", borne_by="office",
    )  # fmt: skip
    return row.id


def decide(money: Money, write_off_id: int) -> None:
    decide_write_off(money.session, by=money.second, write_off_id=write_off_id, approve=True)


def look_into_no_account(money: Money) -> None:
    propose(money.session, by=money.city.finance, account_id=0)


def accept_what_is_not_proposed(money: Money) -> None:
    (line,) = money.book((1, "A"))
    get_proposal(money.session, by=money.city.finance, line_id=line, key="")


def take_no_line(money: Money) -> None:
    charge(money.session, by=money.city.finance, line_id=0)


def take_a_line_twice(money: Money) -> None:
    (line,) = money.book((-1, "A"))
    charge(money.session, by=money.city.finance, line_id=line)
    charge(money.session, by=money.city.finance, line_id=line)


def send_back_another_amount(money: Money) -> None:
    refund(money.session, by=money.city.finance, line_ids=money.book((2, "A"), (-1, "B")))


def give_more_than_is_got(money: Money) -> None:
    (line,) = money.book((2, "A"))
    accept_split(
        money.session, by=money.city.finance, taken={line: 2}, shares=[Share(money.statements[0].id, 1)]
    )  # fmt: skip


def undo_nothing(money: Money) -> None:
    undo_match(money.session, by=money.city.finance, match_id=0, reason="uji")


def undo_a_payout(money: Money) -> None:
    row = BankMatch(
        account_id=money.account_id, kind="payout", rule="person", certain=False, why=[], reason_code=None,
        made_by=money.city.finance.user_id, made_at=clock.now(),
    )  # fmt: skip
    money.session.add(row)
    money.session.flush()
    undo_match(money.session, by=money.city.finance, match_id=row.id, reason="uji")


def decide_twice(money: Money) -> None:
    row_id = write_off(money)
    decide(money, row_id)
    decide(money, row_id)


def decide_alone(money: Money) -> None:
    decide_write_off(money.session, by=money.city.finance, write_off_id=write_off(money), approve=True)


CASES: dict[str, Callable[[Money], object]] = {
    "bank.account_unknown": look_into_no_account,
    "payments.line_unknown": take_no_line,
    "payments.proposal_gone": accept_what_is_not_proposed,
    "payments.statement_unknown": lambda money: get_open_statement(money.session, by=money.city.finance, number="NP-1"),
    "payments.line_taken": take_a_line_twice,
    "payments.lines_unfit": send_back_another_amount,
    "payments.split_unequal": give_more_than_is_got,
    "payments.match_unknown": undo_nothing,
    "payments.match_elsewhere": undo_a_payout,
    "payments.write_off_unknown": lambda money: decide(money, 0),
    "payments.write_off_too_large": lambda money: write_off(money, 6_501),
    "payments.write_off_decided": decide_twice,
    "payments.write_off_by_same": decide_alone,
}


@pytest.mark.parametrize("code", CASES)
def test_an_act_on_bank_lines_is_refused_for_its_reason(money: Money, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](money)
    assert refused.value.code == code
    assert any(word in str(refused.value) for word in ("othing was changed", "othing was posted"))
