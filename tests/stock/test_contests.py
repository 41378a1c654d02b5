"""Losses of goods: who may contest one, until when, and what the dinas decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.models.identity import AuditEvent
from consign.models.outbox import Notice
from consign.models.stock import StockContest, StockLossDecision
from consign.stock.contesting import contest_loss, decide_loss
from consign.stock.loss_facts import read_facts, select_facts
from consign.stock.loss_lists import find_loss_page, get_loss_view
from consign.stock.loss_rules import LossFacts, LossState, assess_loss, is_decidable
from consign.stock.rules import LossNotOpen, LossUnknown, Reason, compute_share
from tests.standing import Standing
from tests.stock.goods import Market
from tests.stock.losing import LAST_DAY, LOST_ON, SEPTEMBER, Losing, build_losing, freeze

DAY = timedelta(1)


@pytest.fixture
def losing(session: Session, standing_market: Standing[Market], monkeypatch: pytest.MonkeyPatch) -> Losing:
    return build_losing(standing_market.enter(session), freeze(monkeypatch))


def state(losing: Losing, loss_id: int) -> str:
    view = get_loss_view(losing.city.session, by=losing.city.auditor, loss_id=loss_id, on=losing.calendar.day)
    return str(view.loss["state"])


@pytest.mark.parametrize(("who", "side"), [("producer", "producer"), ("store", "store"), ("partner", "store")])
def test_the_producer_the_store_and_its_partner_may_contest_a_loss(losing: Losing, who: str, side: str):
    loss = losing.loss_of(losing.lose(2))
    contest = contest_loss(losing.city.session, by=losing.market.people[who], loss_id=loss, reason=" dus  utuh ")
    assert (contest.side, contest.reason, state(losing, loss)) == (side, "dus utuh", "contested")


@pytest.mark.parametrize(
    "who", ["other producer", "other store", "officer", "verifier", "finance", "head", "auditor", "admin"]
)
def test_nobody_else_contests_a_loss(losing: Losing, who: str):
    loss = losing.loss_of(losing.lose(2))
    with pytest.raises(NotAllowed):
        losing.contest(loss, by=losing.market.people[who])
    assert state(losing, loss) == "open"


@pytest.mark.parametrize(
    "who",
    [
        "producer",
        "other producer",
        "store",
        "other store",
        "partner",
        "officer",
        "verifier",
        "head",
        "auditor",
        "admin",
    ],
)
def test_only_dinas_finance_decides(losing: Losing, who: str):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    with pytest.raises(NotAllowed):
        decide_loss(
            losing.city.session, by=losing.market.people[who], loss_id=loss, store_bp=5_000, reason="berita acara"
        )
    assert state(losing, loss) == "contested"


def test_the_last_day_counts_and_the_day_after_is_too_late(losing: Losing):
    one, other = losing.loss_of(losing.lose(2)), losing.loss_of(losing.lose(3))
    losing.calendar.day = LAST_DAY
    losing.contest(one)
    losing.calendar.day = LAST_DAY + DAY
    with pytest.raises(LossNotOpen, match="until 2026-09-17, and once"):
        losing.contest(other)
    assert (state(losing, one), state(losing, other)) == ("contested", "due")


def test_a_loss_says_until_when_it_may_be_contested(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    view = get_loss_view(losing.city.session, by=losing.market.owners[0], loss_id=loss, on=LOST_ON)
    assert (view.loss["contest_until"], view.loss["state"], view.loss["statement"]) == (LAST_DAY, "open", None)


def test_a_loss_is_contested_once_and_the_same_said_again_changes_nothing(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    losing.contest(loss)
    with pytest.raises(LossNotOpen, match="contested"):
        losing.contest(loss, by=losing.market.managers[0], reason="sudah hilang sebelum datang")
    assert len(losing.city.session.scalars(select(StockContest)).all()) == 1
    told = losing.city.session.scalars(select(Notice.recipient).where(Notice.kind == "stock.loss_contested")).all()
    assert set(told) == {f"store:{losing.city.stores[0].id}", "role:dinas_finance"}
    assert len(told) == 2


def test_a_contest_of_the_store_is_told_to_the_producer_and_the_dinas(losing: Losing):
    losing.contest(losing.loss_of(losing.lose(2)), by=losing.market.managers[0])
    query = select(Notice.recipient, Notice.facts).where(Notice.kind == "stock.loss_contested")
    told = dict(losing.city.session.execute(query).all())
    assert set(told) == {f"producer:{losing.city.producers[0].id}", "role:dinas_finance"}
    facts = told["role:dinas_finance"]
    # 2 * 15.000 = 30.000, less 2,5 %: 29.250.
    assert (facts["product"], facts["quantity"], facts["value_rp"], facts["side"]) == (
        "Keripik Singkong", "2", 29_250, "store",
    )  # fmt: skip


@pytest.mark.parametrize("act", ["contest", "decide"])
def test_a_reason_is_asked_for(losing: Losing, act: str):
    loss = losing.loss_of(losing.lose(2))
    if act == "contest":
        with pytest.raises(BadInput, match="Say why"):
            losing.contest(loss, reason=" ")
        return
    losing.contest(loss)
    with pytest.raises(BadInput, match="Say why"):
        losing.decide(loss, 5_000, reason="")


@pytest.mark.parametrize("store_bp", [-1, 10_001])
def test_a_share_that_cannot_be_is_refused(losing: Losing, store_bp: int):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    with pytest.raises(BadInput, match="nothing was decided"):
        losing.decide(loss, store_bp)


@pytest.mark.parametrize("store_bp", [0, 10_000])
def test_all_or_nothing_may_be_decided(losing: Losing, store_bp: int):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    losing.decide(loss, store_bp)
    assert state(losing, loss) == "due"


def test_a_loss_that_is_not_there_is_not_contested_or_decided(losing: Losing):
    for act in (lambda: losing.contest(999), lambda: losing.decide(999, 0)):
        with pytest.raises(LossUnknown, match="nothing was changed"):
            act()


def test_what_nobody_contested_though_its_share_is_agreed_is_not_decided(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    for day in (LOST_ON, LAST_DAY + DAY):
        losing.calendar.day = day
        with pytest.raises(LossNotOpen, match="waits for no decision"):
            losing.decide(loss, 0)


def test_what_nobody_agreed_on_is_decided_at_any_time_and_contested_no_more(losing: Losing):
    losing.share(None)
    one, other = losing.loss_of(losing.lose(2)), losing.loss_of(losing.lose(3))
    losing.decide(one, 2_500)
    with pytest.raises(LossNotOpen):
        losing.contest(one)
    losing.calendar.day = LAST_DAY + DAY
    assert (state(losing, one), state(losing, other)) == ("due", "undecided")
    losing.decide(other, 2_500)
    assert state(losing, other) == "due"


def test_a_decision_stands_and_the_same_said_again_changes_nothing(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    losing.decide(loss, 5_000)
    losing.decide(loss, 5_000)
    with pytest.raises(LossNotOpen):
        losing.decide(loss, 6_000)
    decision = losing.city.session.scalars(select(StockLossDecision)).one()
    assert decision.store_bp == 5_000
    told = losing.city.session.scalars(select(Notice.recipient).where(Notice.kind == "stock.loss_decided")).all()
    assert sorted(told) == [f"producer:{losing.city.producers[0].id}", f"store:{losing.city.stores[0].id}"]


def test_a_settled_loss_is_neither_contested_nor_decided(losing: Losing):
    losing.share(None)
    loss = losing.loss_of(losing.lose(2))
    losing.decide(loss, 10_000)
    losing.close(SEPTEMBER)
    assert state(losing, loss) == "settled"
    losing.calendar.day = LOST_ON
    for act in (lambda: losing.contest(loss), lambda: losing.decide(loss, 0)):
        with pytest.raises(LossNotOpen, match="settled"):
            act()


def test_a_loss_that_was_taken_back_is_neither_contested_nor_decided(losing: Losing):
    losing.share(None)
    note = losing.lose(2)
    losing.take_back(note)
    for act in (lambda: losing.contest(losing.loss_of(note)), lambda: losing.decide(losing.loss_of(note), 0)):
        with pytest.raises(LossNotOpen):
            act()


def test_what_was_said_and_decided_stands_in_the_audit_trail(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    losing.decide(loss, 5_000)
    finish(losing.city.session)
    query = select(AuditEvent.act, AuditEvent.detail).where(AuditEvent.subject == f"loss:{loss}")
    (contested, decided) = losing.city.session.execute(query.order_by(AuditEvent.seq)).all()
    assert (contested.act, contested.detail["reason"]) == ("loss contested", "dus masih utuh")
    assert (decided.act, decided.detail["before"], decided.detail["after"]) == (
        "loss decided", {"store_bp": 4_000}, {"store_bp": 5_000},
    )  # fmt: skip


ON = date(2026, 9, 17)
OVER = {"contest_until": ON - DAY}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, LossState.OPEN),
        ({"agreed_bp": None}, LossState.OPEN),
        (OVER, LossState.DUE),
        ({**OVER, "agreed_bp": 0}, LossState.DUE),
        ({**OVER, "agreed_bp": None}, LossState.UNDECIDED),
        ({"contested": True}, LossState.CONTESTED),
        ({**OVER, "contested": True, "agreed_bp": None}, LossState.CONTESTED),
        ({"contested": True, "decided_bp": 0}, LossState.DUE),
        ({"agreed_bp": None, "decided_bp": 0}, LossState.DUE),
        ({"agreed_bp": None, "contested": True, "mirrored": True}, LossState.DUE),
        ({"settled": True}, LossState.SETTLED),
    ],
)
def test_how_far_a_loss_has_come(changed: dict[str, object], expected: LossState):
    open_ = LossFacts(
        value_rp=1_000,
        agreed_bp=4_000,
        decided_bp=None,
        contest_until=ON,
        contested=False,
        mirrored=False,
        settled=False,
    )
    loss = replace(open_, **changed)  # type: ignore[arg-type]  # facts of a loss
    assert assess_loss(loss, on=ON) is expected
    waits = expected in {LossState.CONTESTED, LossState.UNDECIDED}
    assert is_decidable(loss, on=ON) == (waits or (expected is LossState.OPEN and loss.agreed_bp is None))


@given(st.integers(-(10**12), 10**12), st.integers(0, 10_000))
def test_what_store_and_producer_bear_is_the_loss_and_a_loss_found_again_gives_all_back(value_rp: int, share_bp: int):
    store_rp = compute_share(value_rp, share_bp)
    producer_rp = value_rp - store_rp
    assert abs(store_rp) <= abs(value_rp)
    assert abs(producer_rp) <= abs(value_rp)
    assert compute_share(-value_rp, share_bp) == -store_rp
    assert abs(2 * (store_rp * 10_000 - value_rp * share_bp)) <= 10_000  # half a rupiah at most


def test_lists_say_of_every_loss_what_the_rule_says(losing: Losing):
    acts: list[Callable[[int], None]] = [
        lambda _: None, losing.contest, lambda loss: (losing.contest(loss), losing.decide(loss, 1_000))[-1],
    ]  # fmt: skip
    for share in (4_000, None):
        losing.share(share)
        for act in acts:
            act(losing.loss_of(losing.lose(1)))
        losing.take_back(losing.lose(1, Reason.MISSING))
    losing.decide(losing.loss_of(losing.lose(1)), 3_333)
    losing.close(SEPTEMBER)
    losing.take_back(losing.lose(1))
    losing.lose(4)
    session, seen = losing.city.session, set()
    for on in (LOST_ON, LAST_DAY, LAST_DAY + DAY, date(2026, 11, 1)):
        page = find_loss_page(session, by=losing.city.auditor, on=on, wish=Wish(rows=100))
        listed = {row["id"]: row["state"] for row in page.rows}
        ruled = {row.id: assess_loss(read_facts(row), on=on).value for row in session.execute(select_facts())}
        assert listed == ruled
        seen |= set(listed.values())
    assert seen == {"contested", "undecided", "due", "settled", "open"}


def test_a_stranger_sees_no_loss_of_others(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    stranger: Actor = losing.market.people["other producer"]
    with pytest.raises(LossUnknown):
        get_loss_view(losing.city.session, by=stranger, loss_id=loss, on=LOST_ON)
