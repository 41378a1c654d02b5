"""Each error code about payouts and where they go has its smallest failing case here."""

import inspect
from collections.abc import Callable

import pytest
from sqlalchemy import text

from consign.errors import ConsignError
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch
from consign.payouts import exporting, rules, templates
from consign.payouts.approving import approve_batch, take_out
from consign.payouts.bank_lines import confirm_payouts, return_payout
from consign.payouts.exporting import export_batch
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.sending import send_batch
from consign.payouts.templates import get_template, parse_template
from consign.payouts.undoing_returns import undo_return
from tests.builders import City
from tests.payouts.paying import TODAY, Paying, build_paying, freeze, undo_payment


@pytest.fixture
def paying(city: City, monkeypatch: pytest.MonkeyPatch) -> Paying:
    return build_paying(city, freeze(monkeypatch))


def planned(paying: Paying) -> PayoutBatch:
    paying.account(0)
    paying.pay((0, 10_000))
    return paying.plan()


def approved(paying: Paying) -> PayoutBatch:
    return approve_batch(paying.session, by=paying.second, batch_id=planned(paying).id)


def sent(paying: Paying) -> Payout:
    batch = send_batch(paying.session, by=paying.second, batch_id=approved(paying).id, on=TODAY)
    return paying.payouts(batch)[0]


def state(paying: Paying, number: str = "1234567890", bank: str = "014", place: int = 0) -> PayeeAccount:
    return state_account(
        paying.session, by=paying.city.finance, bank_code=bank, number=number, holder="Dapur 1",
        producer_id=paying.city.producers[place].id,
    )  # fmt: skip


def confirm_twice(paying: Paying) -> None:
    confirm_account(paying.session, by=paying.verifier, account_id=paying.account(0).id)


def state_twice(paying: Paying) -> None:
    state(paying)
    state(paying)


def send(paying: Paying, batch: PayoutBatch) -> None:
    send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)


def send_to_a_changed_account(paying: Paying) -> None:
    batch = approved(paying)
    paying.account(0, number="5555555555")
    send(paying, batch)


def send_what_was_undone(paying: Paying) -> None:
    paying.account(0)
    cause = paying.pay((0, 10_000))
    batch = approve_batch(paying.session, by=paying.second, batch_id=paying.plan().id)
    undo_payment(paying, cause)
    send(paying, batch)


def send_what_left_the_bank(paying: Paying) -> None:
    batch = approved(paying)
    paying.book((-1, "BIAYA"))
    send(paying, batch)


def approve_what_is_empty(paying: Paying) -> None:
    batch = planned(paying)
    take_out(paying.session, by=paying.second, payout_id=paying.payouts(batch)[0].id, reason="uji")
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)


def take_out_what_was_sent(paying: Paying) -> None:
    take_out(paying.session, by=paying.second, payout_id=sent(paying).id, reason="uji")


def return_what_is_planned(paying: Paying, line_id: int | None = None) -> None:
    payout = paying.payouts(planned(paying))[0]
    return_payout(paying.session, by=paying.second, payout_id=payout.id, on=TODAY, reason="uji", line_id=line_id)


def find_on_no_line(paying: Paying) -> None:
    confirm_payouts(paying.session, by=paying.second, line_ids=[], payout_ids=[sent(paying).id])


def return_by_a_line_too_early(paying: Paying) -> None:
    payout = sent(paying)
    return_payout(paying.session, by=paying.second, payout_id=payout.id, on=TODAY, reason="uji", line_id=1)


def undo_a_return_that_was_paid_again(paying: Paying) -> None:
    payout = sent(paying)
    return_payout(paying.session, by=paying.second, payout_id=payout.id, on=TODAY, reason="uji")
    paying.send()
    undo_return(paying.session, by=paying.second, payout_id=payout.id, reason="uji")


def export_what_does_not_tie(paying: Paying) -> None:
    batch = approved(paying)
    paying.session.execute(text("SELECT set_config('role', 'none', true)"))
    paying.session.execute(text("UPDATE payout_part SET amount_rp = 1"))
    export_batch(paying.session, by=paying.second, batch_id=batch.id, format="csv", on=TODAY)


CASES: dict[str, Callable[[Paying], object]] = {
    "payouts.account_unknown": lambda one: confirm_account(one.session, by=one.verifier, account_id=0),
    "payouts.number_refused": lambda one: state(one, "081234567890"),
    "payouts.bank_unknown": lambda one: state(one, bank="999"),
    "payouts.account_stands": state_twice,
    "payouts.account_decided": confirm_twice,
    "payouts.account_by_one": lambda one: confirm_account(
        one.session, by=one.city.finance, account_id=state(one).id
    ),
    "payouts.nothing_to_pay": lambda one: one.plan(),
    "payouts.batch_unknown": lambda one: approve_batch(one.session, by=one.second, batch_id=0),
    "payouts.payout_unknown": lambda one: take_out(one.session, by=one.second, payout_id=0, reason="uji"),
    "payouts.batch_state": take_out_what_was_sent,
    "payouts.payout_state": return_what_is_planned,
    "payouts.batch_by_one": lambda one: approve_batch(one.session, by=one.city.finance, batch_id=planned(one).id),
    "payouts.batch_empty": approve_what_is_empty,
    "payouts.payee_changed": send_to_a_changed_account,
    "payouts.payable_gone": send_what_was_undone,
    "payouts.not_in_bank": send_what_left_the_bank,
    "payouts.lines_do_not_fit": find_on_no_line,
    "payouts.paid_again": undo_a_return_that_was_paid_again,
    "payouts.return_line_needed": return_by_a_line_too_early,
    "payouts.template_refused": lambda _: parse_template(
        name="A", kind="csv", separator=",", header="", columns="saldo"
    ),
    "payouts.template_unknown": lambda one: get_template(one.session, "A"),
    "payouts.export_refused": export_what_does_not_tie,
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_what_cannot_be_is_refused_for_its_reason_and_nothing_is_done(paying: Paying, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](paying)
    assert refused.value.code == code
    assert "no" in refused.value.sentence.lower()


def test_every_code_has_its_case():
    codes = {
        error.code
        for module in (rules, templates, exporting)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, ConsignError) and error.code.startswith("payouts.")
    }
    assert codes == set(CASES)
