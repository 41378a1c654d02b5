"""Whether a product may be delivered: all people, firms and papers are invented."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.eligibility import assess_eligibility, find_last_day
from compliance.facts import Business, Goods, GoodsClass, Kind, Paper, Stage
from compliance.standing import (
    Demand,
    Eligibility,
    Held,
    PartnerDemand,
    Policy,
    Standing,
    State,
    Task,
    Todo,
    Waiver,
)
from compliance.steps import renew_ended
from tests.compliance.judging import TODAY

SARI = Business("Dapur Sari", owner_name="Sari Wulandari", nib="9120001234567", regency="6471")
CHIPS = Goods("Keripik Pisang", GoodsClass.DRY_FOOD)
BASKET = Goods("Keranjang Rotan", GoodsClass.CRAFT)
DAY = timedelta(days=1)
LATER = date(2028, 5, 3)


def hold(
    paper_id: int,
    kind: Kind,
    *,
    state: State = State.APPROVED,
    until: date | None = None,
    number: str | None = None,
    stage: Stage | None = None,
    for_goods: bool = False,
) -> Held:
    return Held(paper_id, Paper(kind, number=number, valid_until=until, stage=stage), state, for_goods)


BASE = [hold(1, Kind.NIB), hold(2, Kind.NIK), hold(3, Kind.BANK_ACCOUNT)]
HALAL = hold(5, Kind.HALAL, for_goods=True)
LABEL = hold(6, Kind.LABEL, for_goods=True)
REST = [*BASE, HALAL, LABEL]
"""All that a dry food needs but its permit."""


def pirt(paper_id: int = 4, *, until: date | None = LATER, state: State = State.APPROVED, **facts: object) -> Held:
    return hold(paper_id, Kind.PIRT, until=until, state=state, for_goods=True, **facts)


def judge(
    papers: Sequence[Held],
    *,
    goods: Goods = CHIPS,
    partner_demands: Sequence[PartnerDemand] = (),
    waivers: Sequence[Waiver] = (),
    policy: Policy | None = None,
    on: date = TODAY,
) -> Eligibility:
    return assess_eligibility(
        business=SARI,
        goods=goods,
        papers=papers,
        partner_demands=partner_demands,
        waivers=waivers,
        policy=policy or Policy(),
        on=on,
    )


def steps(found: Eligibility) -> list[tuple[Todo, str, bool]]:
    return [(task.todo, task.demand, task.blocks) for task in found.tasks]


def only(found: Eligibility) -> Task:
    assert len(found.tasks) == 1
    return found.tasks[0]


def test_a_product_with_all_its_papers_may_be_delivered():
    found = judge([*REST, pirt()])
    assert (found.standing, found.tasks, found.missing) == (Standing.ELIGIBLE, (), ())
    # 60 days before 3 May 2028: 3 days of May, 30 of April and 27 of March leave 4 March.
    assert found.changes_on == date(2028, 3, 4)


def test_where_nothing_ends_no_change_is_in_sight():
    assert judge(BASE, goods=BASKET) == Eligibility(Standing.ELIGIBLE, (), (), None)


def test_without_any_paper_everything_is_missing_in_order():
    found = judge([])
    assert found.standing is Standing.BLOCKED
    assert found.missing == ("nib", "identity", "bank_account", "food_permit", "halal")
    assert steps(found) == [
        *((Todo.SUBMIT, code, True) for code in found.missing),
        (Todo.SUBMIT, "label", False),
    ]
    assert str(found.tasks[0].reason) == "This paper is missing: nib."
    assert found.tasks[3].kinds == (Kind.PIRT, Kind.MD)
    assert str(found.tasks[3].reason).startswith("One of these papers is missing: (")


def test_goods_whose_sort_nobody_said_are_stopped_until_somebody_does():
    found = judge([], goods=Goods("Keripik", None))
    assert steps(found)[0] == (Todo.CLASSIFY, "goods_class", True)
    assert found.missing == ("goods_class", "nib", "identity", "bank_account")
    assert judge(BASE, goods=Goods("Keripik", None)).missing == ("goods_class",)


@pytest.mark.parametrize("kind", [Kind.PIRT, Kind.MD])
def test_any_one_of_the_alternatives_will_do(kind: Kind):
    assert judge([*REST, hold(4, kind, for_goods=True)]).standing is Standing.ELIGIBLE


def test_a_paper_that_the_goods_cannot_have_does_not_help():
    found = judge([*REST, pirt()], goods=Goods("Nugget", GoodsClass.CHILLED_FOOD))
    assert (found.standing, found.missing) == (Standing.BLOCKED, ("food_permit",))


def test_a_paper_of_the_business_as_a_whole_counts_for_every_product():
    assert judge([*REST, hold(4, Kind.PIRT, until=LATER)]).standing is Standing.ELIGIBLE


def test_the_tasks_come_in_the_order_in_which_to_do_them():
    papers = [
        hold(1, Kind.NIB, state=State.SUBMITTED),
        hold(2, Kind.NIK),
        hold(3, Kind.SLHS, until=TODAY + 10 * DAY),
        hold(4, Kind.PIRT, until=TODAY - DAY),
        hold(5, Kind.HALAL, state=State.NEEDS_CORRECTION),
    ]
    found = judge(papers, partner_demands=[ask(Kind.SLHS)])
    assert steps(found) == [
        (Todo.CORRECT, "halal", True),
        (Todo.SUBMIT, "bank_account", True),
        (Todo.RENEW, "food_permit", True),
        (Todo.SUBMIT, "label", False),
        (Todo.RENEW, "partner.slhs", False),
        (Todo.WAIT, "nib", True),
    ]
    assert found.missing == ("halal", "bank_account", "food_permit", "nib")


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.SECOND_LOOK])
def test_while_the_dinas_looks_at_a_paper_the_producer_waits(state: State):
    found = judge([*REST, pirt(state=state)])
    task = only(found)
    assert (found.standing, task.todo, task.blocks, task.paper_id) == (Standing.BLOCKED, Todo.WAIT, True, 4)


def test_what_waits_goes_before_what_was_sent_back():
    task = only(judge([*REST, pirt(state=State.NEEDS_CORRECTION), pirt(7, state=State.SUBMITTED)]))
    assert (task.todo, task.paper_id) == (Todo.WAIT, 7)


def test_after_a_rejection_another_paper_is_asked_for():
    task = only(judge([*REST, pirt(state=State.REJECTED), pirt(7, state=State.REJECTED)]))
    assert (task.todo, task.paper_id, str(task.reason)) == (Todo.SUBMIT, 7, "This paper was not accepted: pirt.")


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN, State.SUPERSEDED])
def test_a_paper_that_is_not_handed_in_is_none(state: State):
    task = only(judge([*REST, pirt(state=state)]))
    assert (task.todo, task.paper_id) == (Todo.SUBMIT, None)


def test_the_last_day_still_counts():
    last = judge([*REST, pirt(until=TODAY)])
    assert (last.standing, last.changes_on) == (Standing.WARNED, TODAY + DAY)
    over = judge([*REST, pirt(until=TODAY)], on=TODAY + DAY)
    task = only(over)
    assert (over.standing, task.todo, task.due_on) == (Standing.BLOCKED, Todo.RENEW, None)
    assert over.changes_on is None


def test_of_ended_papers_the_last_one_is_to_be_renewed():
    ended = [pirt(8, until=TODAY - 9 * DAY), pirt(7, until=TODAY - 2 * DAY), pirt(9, until=TODAY - 5 * DAY)]
    assert only(judge([*REST, *ended])).paper_id == 7


def test_a_paper_is_to_be_renewed_from_60_days_ahead_on():
    end = TODAY + timedelta(days=60)
    soon = judge([*REST, pirt(until=end)])
    task = only(soon)
    assert (soon.standing, soon.changes_on) == (Standing.WARNED, end + DAY)
    assert (task.todo, task.blocks, task.due_on, task.paper_id) == (Todo.RENEW, False, end, 4)
    far = judge([*REST, pirt(until=end + DAY)])
    assert (far.standing, far.changes_on) == (Standing.ELIGIBLE, TODAY + DAY)


def test_a_renewal_that_waits_or_was_sent_back_is_said_instead():
    ending = pirt(until=TODAY + DAY)
    waiting = judge([*REST, ending, pirt(7, state=State.SUBMITTED)])
    assert (waiting.standing, only(waiting).todo, only(waiting).paper_id) == (Standing.WARNED, Todo.WAIT, 7)
    returned = judge([*REST, ending, pirt(7, state=State.NEEDS_CORRECTION)])
    assert (returned.standing, only(returned).todo, only(returned).due_on) == (
        Standing.WARNED, Todo.CORRECT, TODAY + DAY,
    )  # fmt: skip


def test_a_later_paper_in_review_says_nothing_while_the_one_in_force_lasts():
    assert judge([*REST, pirt(), pirt(7, state=State.IN_REVIEW)]).standing is Standing.ELIGIBLE


def test_the_best_of_several_papers_counts():
    assert judge([*REST, pirt(until=TODAY + DAY), pirt(7)]).standing is Standing.ELIGIBLE
    issued = pirt(8, until=None, stage=Stage.ISSUED)
    assert judge([*REST, pirt(stage=Stage.FULFILLED), issued]).standing is Standing.ELIGIBLE


def test_of_papers_that_are_alike_the_one_of_the_product_and_then_the_first_one_is_named():
    whole = hold(3, Kind.PIRT, until=TODAY)
    for alike in (
        [pirt(9, until=TODAY), pirt(7, until=TODAY), whole],
        [whole, pirt(7, until=TODAY), pirt(9, until=TODAY)],
    ):
        assert only(judge([*REST, *alike])).paper_id == 7


def test_an_spp_irt_whose_commitment_is_open_warns_and_does_not_stop():
    found = judge([*REST, pirt(stage=Stage.ISSUED)])
    task = only(found)
    assert (found.standing, task.todo, task.blocks, task.kinds) == (Standing.WARNED, Todo.SUBMIT, False, (Kind.PKP,))


@pytest.mark.parametrize("state", [State.APPROVED, State.SUBMITTED])
def test_with_the_certificate_of_the_course_the_producer_waits_for_the_visit(state: State):
    task = only(judge([*REST, pirt(stage=Stage.ISSUED), hold(7, Kind.PKP, state=state)]))
    assert (task.todo, task.kinds, task.demand) == (Todo.WAIT, (Kind.PIRT,), "food_permit")


def test_without_a_printed_day_the_number_of_an_spp_irt_says_the_latest_one():
    number = "P-IRT 2146471010123-26"
    found = judge([*REST, pirt(until=None, number=number)])
    assert only(found).due_on == date(2026, 12, 31)
    assert found.changes_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("paper", "day"),
    [
        (Paper(Kind.PIRT, "2146471010123-28"), date(2028, 12, 31)),
        (Paper(Kind.PIRT, "2146471010123-28", valid_until=LATER), LATER),
        (Paper(Kind.PIRT, "12"), None),
        (Paper(Kind.PIRT), None),
        (Paper(Kind.NIB, "9120001234567"), None),
        (Paper(Kind.HALAL, "ID35110000214820324", valid_until=LATER), None),
    ],
)
def test_the_last_day_of_a_paper(paper: Paper, day: date | None):
    assert find_last_day(paper) == day


def test_a_waiver_lifts_the_block_until_its_end_and_says_so():
    waivers = [
        Waiver(Kind.MD, from_on=TODAY, until_on=TODAY + 5 * DAY),
        Waiver(Kind.PIRT, from_on=TODAY - DAY, until_on=TODAY + 9 * DAY),
        Waiver(Kind.PIRT, from_on=TODAY + 20 * DAY, until_on=TODAY + 30 * DAY),
        Waiver(Kind.NIB, from_on=TODAY, until_on=TODAY + 90 * DAY),
    ]
    found = judge(REST, waivers=waivers)
    task = only(found)
    assert (found.standing, found.missing, found.changes_on) == (Standing.WARNED, (), TODAY + 10 * DAY)
    assert (task.todo, task.blocks, task.due_on) == (Todo.SUBMIT, False, TODAY + 9 * DAY)
    assert "does without one of these papers until 2026-12-01" in str(task.reason)
    between = judge(REST, waivers=waivers, on=TODAY + 10 * DAY)
    assert (between.standing, between.changes_on) == (Standing.BLOCKED, TODAY + 20 * DAY)


def test_a_waiver_names_the_one_paper_it_is_about():
    waiver = Waiver(Kind.NIB, from_on=TODAY, until_on=TODAY)
    task = only(judge(BASE[1:], goods=BASKET, waivers=[waiver]))
    assert str(task.reason) == "The dinas does without this paper until 2026-11-22: nib."


def ask(kind: Kind, *, from_on: date = TODAY, until_on: date | None = None) -> PartnerDemand:
    return PartnerDemand("Hotel Melati", kind, None, from_on, until_on)


def test_what_a_partner_asks_for_as_the_law_does_is_not_waived_by_the_dinas():
    waiver = Waiver(Kind.NIB, from_on=TODAY, until_on=TODAY)
    papers = [paper for paper in BASE if paper.paper.kind is not Kind.NIB]
    assert judge(papers, goods=BASKET, waivers=[waiver]).standing is Standing.WARNED
    found = judge(papers, goods=BASKET, partner_demands=[ask(Kind.NIB)], waivers=[waiver])
    assert (found.standing, found.missing) == (Standing.BLOCKED, ("partner.nib",))


def test_what_a_partner_asks_for_stops_goods_and_is_not_waived_by_the_dinas():
    waiver = Waiver(Kind.SLHS, from_on=TODAY, until_on=TODAY)
    found = judge(BASE, goods=BASKET, partner_demands=[ask(Kind.SLHS)], waivers=[waiver])
    assert (found.standing, found.missing) == (Standing.BLOCKED, ("partner.slhs",))
    assert str(only(found).reason) == "Hotel Melati asks for this paper: slhs."


def test_the_answer_changes_when_a_demand_begins_and_when_it_ends():
    demand = ask(Kind.SLHS, from_on=TODAY + 3 * DAY, until_on=TODAY + 5 * DAY)
    assert judge(BASE, goods=BASKET, partner_demands=[demand]).changes_on == TODAY + 3 * DAY
    begun = judge(BASE, goods=BASKET, partner_demands=[demand], on=TODAY + 3 * DAY)
    assert (begun.standing, begun.changes_on) == (Standing.BLOCKED, TODAY + 6 * DAY)


def test_halal_stops_food_from_its_day_on_and_only_warns_where_the_region_says_so():
    papers = [*BASE, LABEL, pirt()]
    before = judge(papers, on=date(2026, 10, 17))
    assert (before.standing, before.changes_on) == (Standing.ELIGIBLE, date(2026, 10, 18))
    assert judge(papers, on=date(2026, 10, 18)).missing == ("halal",)
    warned = judge(papers, policy=Policy(halal_blocks=False))
    assert (warned.standing, warned.missing) == (Standing.WARNED, ())
    assert judge([*papers, hold(9, Kind.NON_HALAL)]).standing is Standing.ELIGIBLE


def test_what_is_only_asked_for_stops_nothing_when_it_ended():
    asked = Demand("partner.slhs", (Kind.SLHS,), per_goods=False, blocks=False, from_on=None, source="Hotel Melati")
    task = renew_ended(asked, hold(6, Kind.SLHS), ended_on=TODAY - DAY)
    assert (task.todo, task.blocks) == (Todo.RENEW, False)
    assert "may be delivered without it" in str(task.next_step)


@pytest.mark.parametrize("on", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_others(on: date):
    papers = [*REST, pirt(until=date.max), pirt(7, until=date.min)]
    waivers = [Waiver(Kind.NIB, date.min, date.max)]
    assert judge(papers, on=on, waivers=waivers, partner_demands=[ask(Kind.SLHS, until_on=date.max)]).standing


START, SPAN = date(2026, 8, 1), 200
near = st.integers(0, SPAN).map(lambda days: START + timedelta(days=days))
stretch = st.tuples(near, near).map(sorted)
kinds = st.sampled_from([Kind.NIB, Kind.NIK, Kind.PIRT, Kind.MD, Kind.HALAL, Kind.NON_HALAL, Kind.LABEL, Kind.PKP])
held = st.builds(
    lambda paper_id, kind, stage, **facts: hold(paper_id, kind, stage=stage if kind is Kind.PIRT else None, **facts),
    paper_id=st.integers(1, 99),
    kind=kinds,
    stage=st.sampled_from([None, *Stage]),
    state=st.one_of(st.just(State.APPROVED), st.sampled_from(State)),
    until=st.one_of(st.none(), near),
    for_goods=st.booleans(),
)
many = st.lists(held, max_size=9, unique_by=lambda one: one.id)
waived = st.builds(lambda kind, days: Waiver(kind, days[0], days[1]), kinds, stretch)
asked = st.builds(
    lambda kind, days, ends: PartnerDemand("Toko Maju", kind, None, days[0], days[1] if ends else None),
    kinds,
    stretch,
    st.booleans(),
)
goods = st.builds(
    Goods, st.just("Keripik"), st.one_of(st.none(), st.just(GoodsClass.DRY_FOOD), st.sampled_from(GoodsClass))
)
policies = st.builds(Policy, st.booleans())
cases = st.fixed_dictionaries(
    {
        "goods": goods,
        "partner_demands": st.lists(asked, max_size=2),
        "waivers": st.lists(waived, max_size=2),
        "policy": policies,
    }
)
LADDER = (Standing.BLOCKED, Standing.WARNED, Standing.ELIGIBLE)


@given(many, held, cases, near)
def test_a_paper_more_never_makes_a_product_less_eligible(papers, more, case, on):
    before, after = judge(papers, **case, on=on), judge([*papers, more], **case, on=on)
    assert LADDER.index(after.standing) >= LADDER.index(before.standing)
    assert set(after.missing) <= set(before.missing)


@given(many, cases, near)
def test_the_answer_is_the_same_until_it_changes(papers, case, on):
    found = judge(papers, **case, on=on)
    end = min(found.changes_on or date.max, START + timedelta(days=SPAN + 2))
    for days in range((end - on).days):
        same = judge(papers, **case, on=on + timedelta(days=days))
        assert same == found
    if found.changes_on is not None:
        other = judge(papers, **case, on=found.changes_on)
        assert found.changes_on > on
        assert (other.standing, other.tasks) != (found.standing, found.tasks)


@given(many.flatmap(lambda papers: st.tuples(st.just(papers), st.permutations(papers))), cases, near)
def test_the_order_of_papers_says_nothing(papers, case, on):
    assert judge(papers[0], **case, on=on) == judge(papers[1], **case, on=on)


@given(many, cases, st.dates(), st.lists(st.builds(Waiver, kinds, st.dates(), st.dates()), max_size=2))
def test_any_case_is_judged(papers, case, on, waivers):
    found = judge(papers, **(case | {"waivers": waivers}), on=on)
    assert (found.standing is Standing.BLOCKED) == bool(found.missing)
    assert (found.standing is Standing.ELIGIBLE) == (not found.tasks)
    assert all(str(task.reason) and str(task.next_step) and task.source for task in found.tasks)
    assert all(task.due_on is None or task.due_on >= on for task in found.tasks)
