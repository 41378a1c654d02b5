"""From what a partner paid to what a producer got: planned, approved, sent, found, returned."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from consign.errors import NotAllowed
from consign.ledger.rules import AccountKind
from consign.models.outbox import Notice
from consign.models.partners import CooperativeMember
from consign.models.payouts import PayoutPart
from consign.partners.actions import add_partner
from consign.partners.cooperatives import add_member, end_membership
from consign.payments.match_rows import LineTaken, MatchUnknown
from consign.payouts.approving import approve_batch, cancel_batch, take_out
from consign.payouts.bank_lines import (
    confirm_certain,
    confirm_payouts,
    propose_payouts,
    return_payout,
    undo_confirmation,
)
from consign.payouts.exporting import export_batch
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts, preview_plan
from consign.payouts.rules import (
    BatchByOne,
    BatchEmpty,
    BatchState,
    LinesDoNotFit,
    NothingToPay,
    NotInBank,
    PayableGone,
    PayeeChanged,
    PayoutState,
    ReturnLineNeeded,
)
from consign.payouts.sending import send_batch
from consign.period import Cycle
from tests.payouts.paying import TODAY, Paying, undo_payment


def left_out(batch):
    return [(one["code"], one["amount_rp"], one["reason"]) for one in batch.left_out]


def test_a_payout_goes_its_whole_way(paying: Paying):
    paying.account(0)
    paying.pay((0, 100_000))
    assert paying.payable(0) == 100_000
    batch = paying.plan()
    (payout,) = paying.payouts(batch)
    assert (batch.number, batch.state, payout.reference, payout.amount_rp) == (
        "PB-2026-0001", "planned", "PB20260001-001", 100_000,
    )  # fmt: skip
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    assert paying.payable(0) == 100_000  # nothing moved yet
    send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    assert (paying.payable(0), paying.of_bank(AccountKind.IN_TRANSIT)) == (0, 100_000)
    paying.assert_sound()
    (line,) = paying.book((-100_000, "TRF PB20260001-001"))
    (match,) = confirm_certain(paying.session, by=paying.city.finance, account_id=paying.bank.id)
    assert (match.kind, match.certain, match.rule, paying.payouts(batch)[0].state) == (
        "payout", True, "reference", "paid",
    )  # fmt: skip
    kinds = (AccountKind.IN_TRANSIT, AccountKind.UNALLOCATED, AccountKind.BANK)
    assert [paying.of_bank(kind) for kind in kinds] == [0, 0, 0]
    paying.assert_sound()
    told = paying.session.scalars(
        select(Notice.kind).where(Notice.recipient == f"producer:{paying.city.producers[0].id}").order_by(Notice.id)
    ).all()
    assert [one for one in told if one.startswith("payouts.")][-2:] == ["payouts.sent", "payouts.paid"]
    assert line.amount_rp == -100_000


def test_money_of_all_partners_is_paid_at_once_with_a_part_for_each(paying: Paying):
    other = add_partner(paying.session, by=paying.city.admin, code="KM", name="Kancil", kind="hotel", cycle=Cycle.MONTH)
    paying.account(0)
    paying.pay((0, 60_000))
    paying.pay((0, 15_000), partner=other)
    (payout,) = paying.payouts(paying.plan())
    parts = paying.session.scalars(select(PayoutPart).where(PayoutPart.payout_id == payout.id)).all()
    assert payout.amount_rp == 75_000
    assert sorted((one.partner_id, one.amount_rp) for one in parts) == [
        (paying.city.partner.id, 60_000), (other.id, 15_000),
    ]  # fmt: skip


def test_members_of_a_cooperative_are_paid_through_its_account(paying: Paying):
    cooperative = paying.cooperative(0, 1)
    paying.account(0)
    paying.pay((0, 30_000), (1, 20_000))
    batch = paying.send()
    (payout,) = paying.payouts(batch)
    assert (payout.cooperative_id, payout.producer_id, payout.amount_rp) == (cooperative.id, None, 50_000)
    parts = paying.session.scalars(select(PayoutPart).where(PayoutPart.payout_id == payout.id)).all()
    assert sorted(one.amount_rp for one in parts) == [20_000, 30_000]
    assert (paying.payable(0), paying.payable(1)) == (0, 0)
    told = paying.session.execute(
        select(Notice.recipient, Notice.facts).where(Notice.kind == "payouts.sent").order_by(Notice.id)
    ).all()
    assert {one.recipient: one.facts["amount_rp"] for one in told} == {
        f"producer:{paying.city.producers[0].id}": 30_000,
        f"producer:{paying.city.producers[1].id}": 20_000,
        f"cooperative:{cooperative.id}": 50_000,
    }
    paying.assert_sound()


def test_an_agreement_over_a_cooperative_pays_through_it(paying: Paying):
    cooperative = paying.cooperative()
    paying.account(0)
    paying.session.execute(
        text("UPDATE agreement SET route = 'cooperative', cooperative_id = :id WHERE producer_id = :producer"),
        {"id": cooperative.id, "producer": paying.city.producers[0].id},
    )
    paying.pay((0, 30_000))
    (payout,) = paying.payouts(paying.plan())
    assert payout.cooperative_id == cooperative.id


def test_who_is_not_paid_stands_there_with_the_reason(paying: Paying):
    paying.session.execute(text("UPDATE agreement SET min_payout_rp = 50000"))
    paying.account(0)
    paying.pay((0, 49_999), (1, 80_000))
    with pytest.raises(NothingToPay, match="no payouts were planned"):
        paying.plan()
    plan = preview_plan(paying.session, by=paying.city.finance, bank_account_id=paying.bank.id, on=TODAY)
    assert [(one.payee.code, one.amount_rp, one.reason) for one in plan.left_out] == [
        ("P1", 49_999, "below_minimum"), ("P2", 80_000, "no_account"),
    ]  # fmt: skip
    paying.pay((0, 1))
    batch = paying.plan()
    assert [one.amount_rp for one in paying.payouts(batch)] == [50_000]
    assert left_out(batch) == [("P2", 80_000, "no_account")]


def test_money_that_no_partner_paid_yet_is_named(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    paying.owe(1, 33_000)
    assert left_out(paying.plan()) == [("P2", 33_000, "partner_has_not_paid")]


def test_whoever_leaves_is_paid_everything(paying: Paying):
    paying.session.execute(text("UPDATE agreement SET min_payout_rp = 50000"))
    paying.account(0)
    paying.pay((0, 700))
    paying.session.execute(
        text("UPDATE agreement SET days = daterange(lower(days), :day) WHERE producer_id = :producer"),
        {"day": TODAY, "producer": paying.city.producers[0].id},
    )
    assert [one.amount_rp for one in paying.payouts(paying.plan())] == [700]


def test_a_changed_account_is_not_paid_to_for_a_while(paying: Paying):
    paying.account(0)
    paying.account(0, number="9876543210")
    paying.pay((0, 10_000))
    with pytest.raises(NothingToPay):
        paying.plan()
    paying.calendar.day = TODAY + timedelta(3)
    (payout,) = paying.payouts(paying.plan())
    assert payout.amount_rp == 10_000


def test_what_is_planned_is_not_planned_again(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    first = paying.plan()
    with pytest.raises(NothingToPay, match=first.number):
        paying.plan()
    paying.pay((0, 2_500))
    second = paying.plan()
    assert [one.amount_rp for one in paying.payouts(second)] == [2_500]
    assert left_out(second) == [("P1", 10_000, "planned")]


def test_no_more_is_planned_than_the_bank_holds(paying: Paying):
    paying.account(0)
    paying.account(1)
    paying.pay((0, 100_000), (1, 40_000))
    paying.book((-50_000, "BIAYA"))
    # 140.000 came in and 50.000 went out; the small payout goes first, and 90.000 - 40.000 do not pay the other.
    batch = paying.plan()
    assert [one.amount_rp for one in paying.payouts(batch)] == [40_000]
    assert left_out(batch) == [("P1", 100_000, "not_in_bank")]
    assert batch.left_out[0]["facts"] == {"in_bank_rp": 50_000}


def test_money_that_left_the_bank_meanwhile_is_not_sent(paying: Paying):
    paying.account(0)
    paying.pay((0, 100_000))
    batch = paying.plan()
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    paying.book((-1, "BIAYA"))
    with pytest.raises(NotInBank, match="nothing was changed"):
        send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)


def test_a_payment_undone_meanwhile_is_not_paid_out(paying: Paying):
    paying.account(0)
    cause = paying.pay((0, 100_000))
    batch = paying.plan()
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    undo_payment(paying, cause)
    with pytest.raises(PayableGone, match=r"Rp0 is payable, less than Rp100\.000"):
        send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    take_out(paying.session, by=paying.second, payout_id=paying.payouts(batch)[0].id, reason="dibatalkan")
    with pytest.raises(BatchEmpty):
        send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    cancel_batch(paying.session, by=paying.city.finance, batch_id=batch.id, reason="kosong")
    paying.assert_sound()


def test_two_people_plan_and_approve(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    batch = paying.plan()
    with pytest.raises(BatchByOne):
        approve_batch(paying.session, by=paying.city.finance, batch_id=batch.id)
    with pytest.raises(BatchState):
        send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    with pytest.raises(NotAllowed):
        approve_batch(paying.session, by=paying.verifier, batch_id=batch.id)
    approve_batch(paying.session, by=paying.head, batch_id=batch.id)
    with pytest.raises(BatchState):
        approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    with pytest.raises(NotAllowed):
        send_batch(paying.session, by=paying.head, batch_id=batch.id, on=TODAY)


@pytest.mark.parametrize("approved", [False, True])
def test_a_batch_to_an_account_that_changed_is_refused_by_name(paying: Paying, approved: bool):
    paying.account(0)
    paying.account(1)
    paying.pay((0, 10_000), (1, 20_000))
    batch = paying.plan()
    if approved:
        approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    paying.account(1, number="5555555555")

    def go_on() -> None:
        if approved:
            send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
        else:
            approve_batch(paying.session, by=paying.second, batch_id=batch.id)

    with pytest.raises(PayeeChanged, match="Dapur 2"):
        go_on()
    take_out(paying.session, by=paying.second, payout_id=paying.payouts(batch)[1].id, reason="rekening berubah")
    if not approved:
        approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    assert (paying.payable(0), paying.payable(1)) == (0, 20_000)
    paying.assert_sound()


@pytest.mark.parametrize("begins", [False, True])
def test_money_that_is_another_s_to_receive_by_now_is_not_handed_to_the_bank(paying: Paying, begins: bool):
    cooperative = paying.cooperative() if begins else paying.cooperative(0)
    paying.account(0)
    paying.account(1)
    paying.pay((0, 10_000), (1, 20_000))
    batch = paying.plan()
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    tomorrow = TODAY + timedelta(1)
    if begins:
        add_member(
            paying.session, by=paying.city.admin, cooperative=cooperative, producer_id=paying.city.producers[0].id,
            first=tomorrow, last=None, mandate="SK-2",
        )  # fmt: skip
    else:
        member = paying.session.scalars(select(CooperativeMember)).one()
        end_membership(
            paying.session, by=paying.city.admin, cooperative=cooperative, member_id=member.id, last=TODAY, closed={}
        )
    facts = {"by": paying.city.finance, "batch_id": batch.id}
    assert export_batch(paying.session, format="csv", on=TODAY, **facts).content
    with pytest.raises(PayeeChanged, match=r"now: Dapur 1\."):
        export_batch(paying.session, format="csv", on=tomorrow, **facts)
    with pytest.raises(PayeeChanged, match=r"now: Dapur 1\."):
        send_batch(paying.session, on=tomorrow, **facts)
    (first,) = [one for one in paying.payouts(batch) if one.amount_rp == 10_000]
    take_out(paying.session, by=paying.second, payout_id=first.id, reason="surat kuasa berubah")
    send_batch(paying.session, on=tomorrow, **facts)
    assert (paying.payable(0), paying.payable(1)) == (10_000, 0)
    paying.assert_sound()


def test_no_file_pays_to_an_account_that_changed(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    batch = paying.plan()
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    paying.account(0, number="5555555555")
    facts = {"by": paying.city.finance, "batch_id": batch.id, "format": "csv", "on": TODAY}
    with pytest.raises(PayeeChanged, match="Dapur 1"):
        export_batch(paying.session, **facts)
    take_out(paying.session, by=paying.second, payout_id=paying.payouts(batch)[0].id, reason="rekening berubah")
    with pytest.raises(BatchEmpty):
        export_batch(paying.session, **facts)


def test_what_is_taken_out_or_cancelled_may_be_planned_again(paying: Paying):
    paying.account(0)
    paying.account(1)
    paying.pay((0, 10_000), (1, 20_000))
    batch = paying.plan()
    one = paying.payouts(batch)[0]
    take_out(paying.session, by=paying.second, payout_id=one.id, reason="salah")
    with pytest.raises(PayoutState):
        take_out(paying.session, by=paying.second, payout_id=one.id, reason="salah")
    assert [payout.amount_rp for payout in paying.payouts(paying.plan())] == [10_000]
    cancel_batch(paying.session, by=paying.city.finance, batch_id=batch.id, reason="salah")
    with pytest.raises(BatchState):
        cancel_batch(paying.session, by=paying.city.finance, batch_id=batch.id, reason="salah")
    third = paying.plan()
    assert (third.number, [payout.amount_rp for payout in paying.payouts(third)]) == ("PB-2026-0003", [20_000])
    paying.assert_sound()


def test_a_payout_is_sent_once(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    batch = paying.send()
    with pytest.raises(BatchState):
        send_batch(paying.session, by=paying.city.finance, batch_id=batch.id, on=TODAY)
    with pytest.raises(BatchState):
        cancel_batch(paying.session, by=paying.city.finance, batch_id=batch.id, reason="salah")


def test_lines_find_their_payouts_by_reference_batch_name_and_amount(paying: Paying):
    paying.account(0, holder="Siti Aminah")
    paying.account(1, holder="Dapur Sambal")
    paying.pay((0, 10_000), (1, 20_000))
    paying.send()
    by_name, by_amount = paying.book((-10_000, "TRF", "SITI AMINAH"), (-20_000, "KELUAR"))
    found = propose_payouts(paying.session, account_id=paying.bank.id)
    assert [(one.line_ids, one.rule, one.certain) for one in found] == [
        ((by_name.id,), "name", False), ((by_amount.id,), "amount", False),
    ]  # fmt: skip
    (bulk,) = paying.book((-30_000, "BULK PB-2026-0001"))
    found = propose_payouts(paying.session, account_id=paying.bank.id)
    assert [(one.line_ids, one.rule, one.certain, len(one.payout_ids)) for one in found] == [
        ((bulk.id,), "batch", True, 2)
    ]
    (exact,) = paying.book((-10_000, "PB 20260001 001"))
    found = propose_payouts(paying.session, account_id=paying.bank.id)
    assert [(one.line_ids, one.rule) for one in found] == [((exact.id,), "reference"), ((by_amount.id,), "amount")]


def test_two_payouts_of_one_amount_are_not_guessed(paying: Paying):
    paying.account(0)
    paying.account(1)
    paying.pay((0, 10_000), (1, 10_000))
    paying.send()
    paying.book((-10_000, "KELUAR"))
    assert propose_payouts(paying.session, account_id=paying.bank.id) == []


def test_one_line_for_the_whole_batch_and_its_cost_leaves_the_cost_free(paying: Paying):
    paying.account(0)
    paying.account(1)
    paying.pay((0, 10_000), (1, 20_000))
    batch = paying.send()
    (line,) = paying.book((-32_500, "BULK"))
    ids = [one.id for one in paying.payouts(batch)]
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[line.id], payout_ids=ids)
    # 32.500 went out, 30.000 of it are the payouts.
    assert (paying.of_bank(AccountKind.UNALLOCATED), paying.of_bank(AccountKind.IN_TRANSIT)) == (-2_500, 0)
    paying.assert_sound()


def test_lines_that_are_not_the_payouts_are_refused(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    less, incoming, right, spare = paying.book((-9_999, "A"), (10_000, "B"), (-10_000, "C"), (-500, "D"))
    for lines in ([less.id], [incoming.id], [right.id, spare.id], [right.id, 999_999], []):
        with pytest.raises((LinesDoNotFit, LineTaken)):
            confirm_payouts(paying.session, by=paying.city.finance, line_ids=lines, payout_ids=[payout.id])
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[right.id], payout_ids=[payout.id])
    with pytest.raises(PayoutState):
        confirm_payouts(paying.session, by=paying.city.finance, line_ids=[right.id], payout_ids=[payout.id])


def test_a_confirmation_may_be_undone(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    (line,) = paying.book((-10_000, "C"))
    match = confirm_payouts(paying.session, by=paying.city.finance, line_ids=[line.id], payout_ids=[payout.id])
    undo_confirmation(paying.session, by=paying.city.finance, match_id=match.id, reason="salah baris")
    assert (paying.of_bank(AccountKind.IN_TRANSIT), payout.state, payout.match_id) == (10_000, "sent", None)
    with pytest.raises(MatchUnknown):
        undo_confirmation(paying.session, by=paying.city.finance, match_id=match.id, reason="salah baris")
    paying.assert_sound()
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[line.id], payout_ids=[payout.id])
    paying.assert_sound()


def test_a_payout_that_the_bank_never_made_is_payable_again(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    back = return_payout(paying.session, by=paying.city.finance, payout_id=payout.id, on=TODAY, reason="nomor salah")
    assert (back.state, paying.payable(0), paying.of_bank(AccountKind.IN_TRANSIT)) == ("returned", 10_000, 0)
    with pytest.raises(PayoutState):
        return_payout(paying.session, by=paying.city.finance, payout_id=payout.id, on=TODAY, reason="lagi")
    paying.assert_sound()
    again = paying.send()
    assert [(one.reference, one.amount_rp) for one in paying.payouts(again)] == [("PB20260002-001", 10_000)]
    paying.assert_sound()


def test_a_payout_that_came_back_needs_both_its_lines(paying: Paying):
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())
    out, back = paying.book((-10_000, "TRF"), (10_000, "RETUR"))

    def give_back(line_id: int | None) -> None:
        return_payout(
            paying.session, by=paying.city.finance, payout_id=payout.id, on=TODAY, reason="ditolak", line_id=line_id
        )

    with pytest.raises(ReturnLineNeeded):
        give_back(back.id)  # its line out comes first
    match = confirm_payouts(paying.session, by=paying.city.finance, line_ids=[out.id], payout_ids=[payout.id])
    with pytest.raises(ReturnLineNeeded):
        give_back(None)
    with pytest.raises(LinesDoNotFit):
        give_back(out.id)
    give_back(back.id)
    with pytest.raises(PayoutState):
        undo_confirmation(paying.session, by=paying.city.finance, match_id=match.id, reason="salah")
    kinds = (AccountKind.IN_TRANSIT, AccountKind.UNALLOCATED, AccountKind.BANK)
    assert ([paying.of_bank(kind) for kind in kinds], paying.payable(0)) == ([0, 0, 10_000], 10_000)
    paying.assert_sound()


def test_a_closed_account_of_the_office_pays_nothing(paying: Paying):
    paying.bank.closed_on = TODAY - timedelta(1)
    paying.session.flush()
    with pytest.raises(Exception, match="no such bank account in use"):
        plan_payouts(paying.session, by=paying.city.finance, bank_account_id=paying.bank.id, on=TODAY)


def test_only_finance_plans(paying: Paying):
    for by in (paying.head, paying.verifier, paying.city.admin, paying.owners[0]):
        with pytest.raises(NotAllowed):
            paying.plan(by)
    stated = state_account(
        paying.session, by=paying.city.finance, bank_code="014", number="1234567890", holder="Dapur 1",
        producer_id=paying.city.producers[0].id,
    )  # fmt: skip
    confirm_account(paying.session, by=paying.second, account_id=stated.id)
