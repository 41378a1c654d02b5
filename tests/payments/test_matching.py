"""What lines of a bank's statement are said to be moves money once, and comes back whole."""

from datetime import date

import pytest
from sqlalchemy import select

from consign import clock
from consign.banking.rules import BankAccountUnknown
from consign.errors import NotAllowed
from consign.ledger.actions import post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.models.identity import AuditEvent
from consign.models.outbox import Notice
from consign.models.payments import BankMatch, PaymentNotice
from consign.money import Rupiah
from consign.payments.accepting import SplitUnequal, accept, accept_split, undo_match
from consign.payments.match_facts import Proposal, ReasonCode, Rule
from consign.payments.match_rows import LineTaken, MatchUnknown
from consign.payments.matching import post_certain, propose
from consign.payments.other_lines import charge, own_transfer, refund
from consign.payments.statement_lines import LinesUnfit
from consign.settlement.allocating import PaidOutAlready, PaidTwice
from consign.settlement.shares import Share
from tests.payments.money import Money, add_account

DUE = [29_250, 21_937, 14_625, 43_875]


def proposals(money: Money, line_ids: list[int] | None = None) -> list[Proposal]:
    return propose(money.session, by=money.city.finance, account_id=money.account_id, line_ids=line_ids)


def post(money: Money) -> list[BankMatch]:
    return post_certain(money.session, by=money.city.finance, account_id=money.account_id)


def shares(money: Money, **amounts: int) -> list[Share]:
    """Return shares by the statements' places: `s0=29_250`."""
    return [Share(money.statements[int(name[1:])].id, amount) for name, amount in amounts.items()]


def test_what_is_due_is_what_the_builder_says(money: Money):
    assert money.open_rp() == DUE
    assert money.breaches() == []


def test_what_is_certain_is_posted_and_becomes_payable(money: Money):
    money.book((29_250, "TRSF E-BANKING CR NP-2026-000001 BERUANG MART"), (14_625, "BERUANG MART"))
    matches = post(money)
    assert [(one.rule, one.certain) for one in matches] == [("reference", True)]
    assert money.open_rp() == [0, *DUE[1:]]
    assert money.unallocated() == 14_625
    assert money.balance(AccountKind.PRODUCER_PAYABLE, producer=0) == 29_250
    assert money.balance(AccountKind.PARTNER_OWES, producer=0) == 14_625
    assert money.breaches() == []


def test_posting_what_is_certain_again_posts_nothing(money: Money):
    money.book((29_250, "NP-2026-000001"))
    assert len(post(money)) == 1
    assert post(money) == []
    assert money.open_rp() == [0, *DUE[1:]]


def test_a_second_payment_with_the_number_of_a_paid_statement_stays_unallocated(money: Money):
    money.book((29_250, "NP-2026-000001"))
    post(money)
    money.book((29_250, "NP-2026-000001 lagi"))
    assert post(money) == []
    assert money.unallocated() == 29_250


def test_a_proposal_of_the_whole_partner_pays_every_statement(money: Money):
    # 29.250 + 21.937 + 14.625 + 43.875 = 109.687
    money.book((109_687, "SETORAN BERUANG MART"))
    one = proposals(money)[0]
    assert one.rule is Rule.ALL_OPEN
    match = accept(money.session, one, by=money.city.finance)
    assert (match.certain, match.rule) == (False, "all_open")
    assert money.open_rp() == [0, 0, 0, 0]
    assert money.unallocated() == 0
    assert money.breaches() == []


def test_a_proposal_accepted_twice_pays_once(money: Money):
    money.book((14_625, "BERUANG MART"))
    one = proposals(money)[0]
    accept(money.session, one, by=money.city.finance)
    with pytest.raises(LineTaken):
        accept(money.session, one, by=money.city.finance)
    assert money.open_rp()[2] == 0


def test_a_near_amount_pays_what_came_and_the_rest_stays_open(money: Money):
    # 29.250 - 2.500 = 26.750
    money.book((26_750, "NP-2026-000001"))
    one = proposals(money)[0]
    assert one.reason_code is ReasonCode.TRANSFER_COST
    assert accept(money.session, one, by=money.city.finance).reason_code == "transfer_cost"
    assert money.open_rp()[0] == 2_500


def test_what_is_over_stays_unallocated(money: Money):
    money.book((30_000, "NP-2026-000001"))
    one = proposals(money)[0]
    assert one.reason_code is ReasonCode.OVER
    accept(money.session, one, by=money.city.finance)
    assert (money.open_rp()[0], money.unallocated()) == (0, 750)
    assert money.breaches() == []


def test_a_person_splits_two_lines_over_two_statements(money: Money):
    lines = money.book((30_000, "A"), (20_000, "B"))
    taken = {lines[0]: 30_000, lines[1]: 15_000}
    accept_split(
        money.session, by=money.city.finance, taken=taken, shares=shares(money, s0=29_250, s3=15_750), remark="lewat telepon"
    )  # fmt: skip
    assert money.open_rp() == [0, 21_937, 14_625, 28_125]  # 43.875 - 15.750
    assert money.unallocated() == 5_000
    assert money.breaches() == []


def test_what_lines_give_must_be_what_statements_get(money: Money):
    lines = money.book((30_000, "A"))
    with pytest.raises(SplitUnequal):
        accept_split(money.session, by=money.city.finance, taken={lines[0]: 30_000}, shares=shares(money, s0=29_250))
    assert (money.open_rp(), money.unallocated()) == (DUE, 30_000)


def test_more_than_is_open_or_free_is_refused(money: Money):
    lines = money.book((30_000, "A"))
    for amount, problem in ((29_251, PaidTwice), (30_001, LineTaken)):
        with pytest.raises(problem), money.session.begin_nested():
            accept_split(
                money.session, by=money.city.finance, taken={lines[0]: amount}, shares=shares(money, s0=amount)
            )  # fmt: skip
    assert (money.open_rp(), money.unallocated()) == (DUE, 30_000)


def test_a_notice_is_paid_by_two_lines_one_after_the_other(money: Money):
    notice_id = money.notice({0: 29_250, 2: 14_625})
    money.book((20_000, "BY-2026-000001"))
    accept(money.session, proposals(money)[0], by=money.city.finance)
    assert money.open_rp()[:3] == [9_250, 21_937, 14_625]  # the first due first
    # 43.875 - 20.000 = 23.875 are left of the notice.
    money.book((23_875, "BY 2026 1"))
    (match,) = post(money)
    assert match.notice_id == notice_id
    assert money.open_rp()[:3] == [0, 21_937, 0]
    assert money.breaches() == []


def test_a_withdrawn_notice_is_proposed_no_more(money: Money):
    notice_id = money.notice({0: 29_250, 2: 14_625}, reference="TRX-889911")
    money.book((43_875, "TRX889911"))
    assert proposals(money)[0].certain
    row = money.session.get_one(PaymentNotice, notice_id)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = clock.now(), money.city.finance.user_id, "salah"
    money.session.flush()
    assert not any(one.certain or one.notice_id for one in proposals(money))


def test_a_notice_that_was_withdrawn_meanwhile_is_not_paid(money: Money):
    notice_id = money.notice({0: 29_250})
    money.book((29_250, "BY-2026-000001"))
    one = proposals(money)[0]
    row = money.session.get_one(PaymentNotice, notice_id)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = clock.now(), money.city.finance.user_id, "salah"
    money.session.flush()
    with pytest.raises(LinesUnfit, match="Rp0 is left"):
        accept(money.session, one, by=money.city.finance)
    assert money.open_rp() == DUE


def test_the_producer_is_told_what_was_paid_and_undone(money: Money):
    money.book((29_250, "NP-2026-000001"))
    (match,) = post(money)
    undo_match(money.session, by=money.second, match_id=match.id, reason="salah mitra")
    told = money.session.scalars(select(Notice).where(Notice.kind.startswith("payments.")).order_by(Notice.id)).all()
    facts = {"statement": "NP-2026-000001", "amount_rp": 29_250}
    recipient = f"producer:{money.city.producers[0].id}"
    assert [(one.kind, one.recipient, one.facts) for one in told] == [
        ("payments.matched", recipient, facts),
        ("payments.undone", recipient, facts),
    ]


def test_undoing_frees_the_line_and_opens_the_statement(money: Money):
    money.book((29_250, "NP-2026-000001"))
    (match,) = post(money)
    undone = undo_match(money.session, by=money.second, match_id=match.id, reason="salah mitra")
    assert (undone.undone_by, undone.undone_reason) == (money.second.user_id, "salah mitra")
    assert (money.open_rp(), money.unallocated()) == (DUE, 29_250)
    assert money.balance(AccountKind.PRODUCER_PAYABLE, producer=0) == 0
    with pytest.raises(MatchUnknown):
        undo_match(money.session, by=money.second, match_id=match.id, reason="lagi")
    assert money.breaches() == []


def test_what_was_paid_out_is_not_undone(money: Money):
    money.book((29_250, "NP-2026-000001"))
    (match,) = post(money)
    pair = (money.city.partner.id, money.city.producers[0].id)
    payout = TransferOrder(
        "payout:1:sent", TransferKind.PAYOUT, AccountName(AccountKind.PRODUCER_PAYABLE, *pair),
        AccountName(AccountKind.IN_TRANSIT, bank_account_id=money.account_id), Rupiah(29_250), date(2026, 11, 12), "payout:1",
    )  # fmt: skip
    post_transfers(money.session, [payout])
    with pytest.raises(PaidOutAlready, match="Have the payout returned"):
        undo_match(money.session, by=money.second, match_id=match.id, reason="salah mitra")
    assert money.open_rp()[0] == 0


def test_a_bank_charge_is_the_offices(money: Money):
    lines = money.book((-6_500, "BIAYA ADM"), (1_200, "BUNGA"))
    assert {one.rule for one in proposals(money)} == {Rule.CHARGE_WORDS}
    made = [charge(money.session, by=money.city.finance, line_id=line_id) for line_id in lines]
    assert (money.unallocated(), money.balance(AccountKind.BANK_CHARGES)) == (0, 5_300)  # 6.500 - 1.200
    assert money.breaches() == []
    undo_match(money.session, by=money.city.finance, match_id=made[0].id, reason="bukan biaya")
    assert (money.unallocated(), money.balance(AccountKind.BANK_CHARGES)) == (-6_500, -1_200)
    assert money.breaches() == []


def test_money_that_was_sent_back_takes_both_lines(money: Money):
    lines = money.book((75_000, "SALAH KIRIM"), (-75_000, "RETUR"))
    assert [one.rule for one in proposals(money)][-1] is Rule.SENT_BACK
    match = refund(money.session, by=money.city.finance, line_ids=lines)
    assert money.unallocated() == 0
    assert proposals(money) == []
    undo_match(money.session, by=money.city.finance, match_id=match.id, reason="bukan")
    assert money.breaches() == []


def test_lines_that_do_not_come_to_nothing_are_no_refund(money: Money):
    lines = money.book((75_000, "SALAH KIRIM"), (-74_000, "RETUR"))
    with pytest.raises(LinesUnfit, match=r"Rp1\.000"):
        refund(money.session, by=money.city.finance, line_ids=lines)


def test_an_own_transfer_moves_what_is_unallocated(money: Money):
    other = add_account(money.session, "MANDIRI", "9876543210")
    out = money.book((-50_000, "PINDAH"))
    came = money.book((50_000, "PINDAH"), account_id=other)
    one = proposals(money)[0]
    assert (one.rule, dict(one.taken)) == (Rule.OWN_ACCOUNTS, {out[0]: -50_000, came[0]: 50_000})
    match = own_transfer(money.session, by=money.city.finance, line_ids=[*out, *came])
    assert (money.unallocated(), money.balance(AccountKind.UNALLOCATED, bank=other)) == (0, 0)
    assert money.breaches() == []
    undo_match(money.session, by=money.city.finance, match_id=match.id, reason="bukan")
    assert money.unallocated() == -50_000
    assert money.breaches() == []


def test_the_audit_trail_has_what_was_open_before_and_after(money: Money):
    money.book((26_750, "NP-2026-000001"))
    accept(money.session, proposals(money)[0], by=money.city.finance)
    assert money.breaches() == []
    event = money.session.scalars(select(AuditEvent).where(AuditEvent.act == "bank line matched")).one()
    assert event.detail["before"] == {"NP-2026-000001": 29_250}
    assert event.detail["after"] == {"NP-2026-000001": 2_500}


def test_only_the_dinas_matches(money: Money):
    with pytest.raises(NotAllowed):
        post_certain(money.session, by=money.city.auditor, account_id=money.account_id)
    assert propose(money.session, by=money.city.auditor, account_id=money.account_id) == []


def test_an_account_that_is_not_there_is_refused(money: Money):
    with pytest.raises(BankAccountUnknown):
        propose(money.session, by=money.city.finance, account_id=money.account_id + 1)


def test_a_name_under_which_a_partner_paid_before_is_known(money: Money):
    lines = money.book((29_250, "X"), counterparty="SINAR ABADI RETAILINDO")
    accept_split(money.session, by=money.city.finance, taken={lines[0]: 29_250}, shares=shares(money, s0=29_250))
    money.book((14_625, "TRF SINAR ABADI RETAILINDO"))
    assert [one.rule for one in proposals(money)] == [Rule.AMOUNT_AND_NAME]


def test_only_the_lines_that_are_asked_for_are_answered(money: Money):
    lines = money.book((29_250, "NP-2026-000001"), (14_625, "BERUANG MART"))
    assert {line for one in proposals(money, [lines[1]]) for line, _ in one.taken} == {lines[1]}
