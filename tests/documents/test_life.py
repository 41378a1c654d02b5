"""Any life of papers, in any order of acts: one of a line in force, a history that fits, and nothing lost by a refusal."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from compliance.facts import Kind
from consign import clock
from consign.db import savepoint
from consign.documents.checks import CHECKS, STATE_AFTER
from consign.documents.eligibility import judge
from consign.documents.expiry import announce_ends
from consign.documents.reviewing import (
    CLAIM_LASTS,
    claim_document,
    claim_next,
    decide_document,
    release_document,
    release_lapsed,
    revoke_document,
)
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import report_change, submit_document, withdraw_document
from consign.errors import ConsignError
from tests.documents.papers import ISSUED, TODAY, Office, find_standings, pirt, taken_in

NUMBERS = {
    Kind.NIB: ("8120000123456", "8120000123457"),
    Kind.PIRT: (pirt(), pirt(place=2), pirt(year=27), "12"),
    Kind.LABEL: (None,),
}
KINDS = st.sampled_from(sorted(NUMBERS))
PLACES = st.integers(0, 7)
"""Which of the papers an act is about, the latest first."""
VERIFIERS = st.sampled_from(["verifier", "second", "third"])


class Life(RuleBasedStateMachine):
    """Acts of people, each in a transaction's part of its own, as an edge would do them."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office, self.session = office, office.session
        self.start = self.session.begin_nested()
        self.on = TODAY
        self.states: dict[int, tuple[str, int]] = {}

    def teardown(self) -> None:
        self.start.rollback()
        self.session.expire_all()

    def look(self) -> dict[int, tuple[str, int]]:
        """Return of each paper its state, and how many events it has."""
        self.session.flush()
        rows = self.session.execute(
            text("""SELECT id, state, (SELECT count(*) FROM document_event AS event WHERE document_id = document.id
                    AND what = ANY(:moving)) AS events FROM document"""),
            {"moving": list(STATE_AFTER)},
        )
        return {row.id: (row.state, row.events) for row in rows}

    def in_force(self) -> set[int]:
        return {document_id for document_id, (state, _) in self.look().items() if state == "approved"}

    def pick(self, place: int) -> int:
        ids = sorted(self.look(), reverse=True)
        return ids[place % len(ids)] if ids else 0

    def attempt(self, act, **facts) -> bool:
        """Do an act; return whether it was not refused. A refusal changes nothing at all."""
        before = self.look()
        try:
            with savepoint(self.session):
                act(self.session, **facts)
        except ConsignError:
            self.session.expire_all()
            assert self.look() == before
            return False
        return True

    @rule(kind=KINDS, place=st.none() | PLACES, producer=st.integers(0, 1))
    def upload(self, kind: Kind, place: int | None, producer: int):
        before = self.in_force()
        replaces = self.pick(place) if place is not None else None
        self.attempt(
            lambda _: self.office.upload(
                kind,
                producer=producer,
                taken=taken_in(),
                replaces_id=replaces,
                product_ids=self.office.product_ids(producer) if kind is Kind.PIRT else (),
            )
        )
        assert self.in_force() == before

    @rule(place=PLACES, number=st.integers(0, 3), days=st.none() | st.integers(-40, 90))
    def submit(self, place: int, number: int, days: int | None):
        document_id, before = self.pick(place), self.in_force()
        row = self.session.execute(
            text("SELECT kind, producer_id FROM document WHERE id = :id"), {"id": document_id}
        ).one_or_none()
        if row is None:
            return
        numbers, producer = NUMBERS[Kind(row.kind)], self.office.producer_ids.index(row.producer_id)
        typed = Typed(
            number=numbers[number % len(numbers)],
            issued_on=ISSUED,
            valid_until=self.on + timedelta(days) if days is not None and row.kind == "pirt" else None,
        )
        products = self.office.product_ids(producer)
        by = self.office.owners[producer]
        self.attempt(submit_document, by=by, document_id=document_id, typed=typed, product_ids=products, on=self.on)
        assert self.in_force() == before

    @rule(name=VERIFIERS, place=st.none() | PLACES)
    def claim(self, name: str, place: int | None):
        by = self.office.people[name]
        if place is None:
            self.attempt(claim_next, by=by, now=clock.now())
        else:
            self.attempt(claim_document, by=by, document_id=self.pick(place))

    @rule(name=VERIFIERS, place=PLACES, lapse=st.booleans())
    def give_back(self, name: str, place: int, lapse: bool):
        if lapse:
            self.attempt(release_lapsed, now=clock.now() + 2 * CLAIM_LASTS)
        else:
            self.attempt(release_document, by=self.office.people[name], document_id=self.pick(place))

    @rule(name=VERIFIERS, place=PLACES, decision=st.sampled_from(Decision))
    def decide(self, name: str, place: int, decision: Decision):
        document_id, before = self.pick(place), self.in_force()
        done = self.attempt(
            decide_document,
            by=self.office.people[name],
            document_id=document_id,
            decision=decision,
            reason="uji",
            consulted="uji",
            on=self.on,
        )
        if done and decision is Decision.APPROVE:
            assert document_id in self.in_force()
        else:
            assert self.in_force() == before

    @rule(name=VERIFIERS, kind=KINDS, number=st.integers(0, 2))
    def hand_in_and_approve(self, name: str, kind: Kind, number: int):
        """Go the whole way at once, which single acts would seldom happen upon."""

        def act(_: object) -> None:
            by, numbers = self.office.people[name], NUMBERS[kind]
            products = tuple(self.office.product_ids()) if kind is Kind.PIRT else ()
            paper = self.office.hand_in(kind, numbers[number % len(numbers)], product_ids=products)
            self.office.decide(paper, by=by)

        self.attempt(act)

    @rule(place=PLACES, what=st.sampled_from(["withdraw", "change", "revoke"]))
    def change(self, place: int, what: str):
        document_id, before = self.pick(place), self.in_force()
        if what == "revoke":
            self.attempt(revoke_document, by=self.office.verifier, document_id=document_id, reason="uji")
        elif what == "withdraw":
            self.attempt(withdraw_document, by=self.office.owner, document_id=document_id)
        else:
            self.attempt(report_change, by=self.office.owner, document_id=document_id, note="Minyak lain")
            assert self.in_force() == before
        assert self.in_force() | {document_id} >= before

    @rule(days=st.integers(1, 45))
    def pass_days(self, days: int):
        self.on += timedelta(days)
        before = self.in_force()
        announce_ends(self.session, on=self.on)
        assert self.in_force() == before
        told = [
            (one["document_id"], one["days_ahead"], one["valid_until"]) for one in self.office.notices("documents.ends")
        ]
        assert len(told) == len(set(told))

    @rule()
    def judge(self):
        self.office.judge_due(self.on)
        goods = self.office.goods()
        live = judge(self.session, goods=goods, on=self.on)
        self.session.expire_all()
        kept = find_standings(self.session)
        assert {key: (one.standing, tuple(one.missing)) for key, one in kept.items()} == {
            key: (one.standing, one.missing) for key, one in live.items()
        }

    @invariant()
    def every_change_has_its_event(self):
        now = self.look()
        for document_id, (state, events) in now.items():
            before = self.states.get(document_id, ("", 0))
            assert (state == before[0]) or events > before[1]
        self.states = now

    @invariant()
    def nothing_is_broken(self):
        eligibility = CHECKS[-1]  # says what is to be judged on the real day
        assert [breach for check in CHECKS if check is not eligibility for breach in check(self.session)] == []


def test_any_life_of_papers_keeps_the_rules(office: Office):
    run_state_machine_as_test(lambda: Life(office), settings=settings(max_examples=30, stateful_step_count=20))
