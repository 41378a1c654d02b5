"""A return that was noted by mistake is taken back, unless its money was paid out again."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import select, text

from consign.errors import BadInput, NotAllowed
from consign.ledger.rules import AccountKind
from consign.models.identity import AuditEvent
from consign.models.ledger import Transfer
from consign.models.payouts import Payout
from consign.payouts.bank_lines import confirm_payouts, return_payout, undo_confirmation
from consign.payouts.rules import NothingToPay, PaidAgain, PayoutState, PayoutUnknown
from consign.payouts.undoing_returns import undo_return
from tests.payouts.paying import TODAY, Paying

KINDS = (AccountKind.IN_TRANSIT, AccountKind.UNALLOCATED, AccountKind.BANK)


def give_back(paying: Paying, payout: Payout, line_id: int | None = None) -> None:
    return_payout(
        paying.session, by=paying.city.finance, payout_id=payout.id, on=TODAY, reason="salah catat", line_id=line_id
    )


def restore(paying: Paying, payout: Payout) -> Payout:
    return undo_return(paying.session, by=paying.second, payout_id=payout.id, reason="bukan payout ini")


def of_bank(paying: Paying) -> list[int]:
    return [paying.of_bank(kind) for kind in KINDS]


def test_a_payout_on_its_way_is_on_its_way_again(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    give_back(paying, payout)
    assert (paying.payable(0), of_bank(paying)) == (10_000, [0, 0, 10_000])
    restore(paying, payout)
    assert (payout.state, payout.returned_on, payout.returned_reason) == ("sent", None, None)
    assert (paying.payable(0), of_bank(paying)) == (0, [10_000, 0, 10_000])
    paying.assert_sound()
    told = paying.session.execute(
        text("SELECT recipient, facts FROM notice WHERE kind = 'payouts.return_undone'")
    ).one()
    assert (told.recipient, told.facts["amount_rp"], told.facts["reason"]) == (
        f"producer:{paying.city.producers[0].id}", 10_000, "bukan payout ini",
    )  # fmt: skip
    event = paying.session.scalars(select(AuditEvent).where(AuditEvent.act == "return of a payout undone")).one()
    assert event.detail["before"] == {"state": "returned", "on": "2026-11-20", "reason": "salah catat"}
    assert (event.detail["after"], event.detail["amount_rp"]) == ({"state": "sent"}, 10_000)


def test_a_payout_that_was_found_is_paid_again_and_the_line_of_its_return_free(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    out, back = paying.book((-10_000, "TRF"), (10_000, "SETORAN LAIN"))
    found = confirm_payouts(paying.session, by=paying.city.finance, line_ids=[out.id], payout_ids=[payout.id])
    give_back(paying, payout, back.id)
    assert (paying.payable(0), of_bank(paying)) == (10_000, [0, 0, 10_000])
    restore(paying, payout)
    # 10.000 came in of which nobody has said what it is; the bank holds it, nothing is on its way.
    assert (paying.payable(0), of_bank(paying)) == (0, [0, 10_000, 10_000])
    assert (payout.state, payout.match_id, payout.return_match_id) == ("paid", found.id, None)
    paying.assert_sound()
    give_back(paying, payout, back.id)
    paying.assert_sound()
    restore(paying, payout)
    undo_confirmation(paying.session, by=paying.city.finance, match_id=found.id, reason="salah baris")
    assert payout.state == "sent"
    paying.assert_sound()


def test_returned_undone_and_returned_again_the_transfers_take_turns(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    for _ in range(2):
        give_back(paying, payout)
        restore(paying, payout)
    give_back(paying, payout)
    assert (payout.state, paying.payable(0), of_bank(paying)) == ("returned", 10_000, [0, 0, 10_000])
    ends = [key.count(":reversal") for key in paying.session.scalars(select(Transfer.key)) if key.startswith("payout:")]
    assert sorted(ends) == [0, 1, 2, 3, 4, 5]
    paying.assert_sound()


def test_it_is_refused_where_the_money_was_paid_out_again(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    give_back(paying, payout)
    (again,) = paying.payouts(paying.send())
    paying.pay((0, 4_000))
    with pytest.raises(PaidAgain, match=r"only Rp4\.000 is: the rest was paid out again"):
        restore(paying, payout)
    assert (payout.state, paying.payable(0)) == ("returned", 4_000)
    paying.assert_sound()
    give_back(paying, again)
    restore(paying, payout)  # 14.000 are payable now, of which 10.000 went out after all
    assert (payout.state, again.state, paying.payable(0)) == ("sent", "returned", 4_000)
    paying.assert_sound()


def test_only_what_came_back_is_restored_by_finance_with_a_reason(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    with pytest.raises(PayoutState):
        restore(paying, payout)
    give_back(paying, payout)
    with pytest.raises(BadInput):
        undo_return(paying.session, by=paying.second, payout_id=payout.id, reason=" ")
    for by in (paying.owners[0], paying.verifier):
        with pytest.raises(NotAllowed):
            undo_return(paying.session, by=by, payout_id=payout.id, reason="uji")
    restore(paying, payout)
    with pytest.raises(PayoutState):
        restore(paying, payout)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_returned_and_restored_in_whatever_order_the_money_is_all_there(paying: Paying, seed: int):
    chance = random.Random(seed)  # noqa: S311  # the same acts each time
    for place in range(2):
        paying.account(place)
    paying.pay((0, 30_000), (1, 20_000))
    paying.send()

    def any_payout(state: str) -> Payout:
        found = paying.session.scalars(select(Payout).where(Payout.state == state).order_by(Payout.id)).all()
        return chance.choice(found) if found else Payout(id=0)

    acts: list[Callable[[], object]] = [
        lambda: give_back(paying, any_payout("sent")),
        lambda: restore(paying, any_payout("returned")),
        paying.send,
    ]
    for _ in range(12):
        with suppress(PayoutUnknown, NothingToPay, PaidAgain), paying.session.begin_nested():
            chance.choice(acts)()
        sent = paying.session.scalar(text("SELECT COALESCE(sum(amount_rp), 0) FROM payout WHERE state = 'sent'")) or 0
        payable = [paying.payable(place) for place in range(2)]
        assert min(payable) >= 0
        assert (sent + sum(payable), paying.of_bank(AccountKind.IN_TRANSIT)) == (50_000, sent)
    paying.assert_sound()
