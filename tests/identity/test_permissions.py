"""Who may do what: the whole table, written down a second time."""

from itertools import product

import pytest

from consign.errors import NotAllowed
from consign.identity.rules import MUST_USE_SECOND_FACTOR, PERMITTED, Act, Actor, Reach, Role, authorize, get_reach

ROLES = [
    *("producer", "store_manager", "partner_finance", "field_officer", "verifier"),
    *("dinas_finance", "head", "auditor", "admin", "cooperative"),
]
EXPECTED = {
    #                                           prod store part field verif fin  head aud  admin coop
    "manage users":                            "-    -     -    -     -     -    -    -    yes  -",
    "read users":                              "-    -     -    -     -     -    yes  yes  yes  -",
    "read the audit trail":                    "-    -     -    -     -     -    yes  yes  yes  -",
    "manage the region's settings":            "-    -     -    -     -     -    -    -    yes  -",
    "manage partners and stores":              "-    -     -    -     -     -    -    -    yes  -",
    "read partners and stores":                "-    yes   yes  -     yes   yes  yes  yes  yes  -",
    "say on which weekdays stores sell":       "-    -     yes   -    -     yes  -    -    yes  -",
    "say on which days stores are closed":     "-    yes   yes   -    -     yes  -    -    yes  -",
    "register producers":                      "-    -     -    yes   yes   -    -    -    yes  -",
    "manage producers":                        "-    -     -    -     yes   -    -    -    yes  -",
    "read producers":                          "-    -     -    yes   yes   yes  yes  yes  yes  yes",
    "act for producers":                       "-    -     -    yes   -     -    -    -    -    yes",
    "manage products and prices":              "yes  -     -    -     yes   -    -    -    yes  -",
    "read products":                           "yes  -     -    yes   yes   yes  yes  yes  yes  -",
    "say which product a code means":          "-    -     -    -     yes   yes  -    -    yes  -",
    "get numbers of the city register":        "yes  -     -    -     yes   -    -    -    yes  -",
    "take numbers out of use":                 "-    -     -    -     yes   -    -    -    yes  -",
    "say how the city register works":         "-    -     -    -     -     -    -    -    yes  -",
    "read the city register":                  "-    yes   yes  -     yes   yes  yes  yes  yes  -",
    "say which stores list a product":         "-    -     -    -     yes   -    -    -    yes  -",
    "print labels":                            "yes  -     -    -     yes   -    -    -    yes  -",
    "read labels and label papers":            "yes  -     -    -     yes   -    yes  yes  yes  -",
    "manage label papers":                     "-    -     -    -     -     -    -    -    yes  -",
    "manage agreements":                       "-    -     -    -     -     yes  -    -    yes  -",
    "read agreements":                         "yes  -     yes  -     yes   yes  yes  yes  yes  yes",
    "post sales":                              "-    yes   yes  -     -     yes  -    -    -    -",
    "read sales":                              "-    yes   yes  -     yes   yes  yes  yes  yes  -",
    "reverse sales":                           "-    -     yes  -     -     yes  -    -    -    -",
    "remind stores of missing sales":          "-    -     yes   -    -     yes  -    -    yes  -",
    "read the sales of one's own products":    "yes  -     -    -     -     -    -    -    -    -",
    "read what stands in stores":              "yes  yes   yes   -     yes   yes  yes  yes  yes  -",
    "send goods to stores":                    "yes  -     -     -     -     -    -    -    yes  -",
    "carry over deliveries that stores accepted": "- -    -     -     -     yes  -    -    -    -",
    "take in and give out a store's goods":    "-    yes   yes   -     -     yes  -    -    -    -",
    "take movements of goods back":            "-    -     yes   -     -     yes  -    -    -    -",
    "have goods taken off the shelf":          "yes  -     -     -     yes   yes  -    -    yes  -",
    "take goods back from stores":             "yes  -     -     -     -     -    -    -    yes  -",
    "contest losses of goods":                 "yes  yes   yes   -     -     -    -    -    -    -",
    "decide who bears a loss of goods":        "-    -     -     -     -     yes  -    -    -    -",
    "close a period":                          "-    -     -    -     -     yes  -    -    -    -",
    "read closings":                           "-    -     -    -     yes   yes  yes  yes  yes  -",
    "read statements":                         "yes  -     yes  -     yes   yes  yes  yes  yes  -",
    "read what is owed":                       "yes  -     yes  -     yes   yes  yes  yes  yes  -",
    "hand in papers":                          "yes  -     -    -     yes   -    -    -    yes  -",
    "read papers":                             "yes  -     -    -     yes   -    yes  yes  yes  -",
    "see what one's own products need":        "yes  -     -    -     -     -    -    -    -    -",
    "see personal numbers in full":            "yes  -     -    -     yes   -    -    -    -    -",
    "review papers":                           "-    -     -    -     yes   -    -    -    -    -",
    "read waivers":                            "-    -     -    -     yes   -    yes  yes  yes  -",
    "do without a paper for a while":          "-    -     -    -     -     -    yes  -    -    -",
    "read the lists of other offices":         "-    -     -    -     yes   -    yes  yes  yes  -",
    "load lists of other offices":             "-    -     -    -     yes   -    -    -    yes  -",
    "prepare a closing":                       "-    -    -     -     -     yes  -    -    -    -",
    "dispute lines of statements":             "yes  -    yes   -     -     -    -    -    -    -",
    "answer disputes":                         "-    -    -     -     -     yes  -    -    -    -",
    "propose corrections":                     "-    -    -     -     -     yes  -    -    -    -",
    "decide corrections":                      "-    -    -     -     -     yes  yes  -    -    -",
    "carry over what stood before":            "-    -    -     -     -     yes  -    -    yes  -",
    "confirm what stood before":               "-    -    -     -     -     yes  yes  -    -    -",
    "manage cooperatives":                     "-    -    -     -     -     -    -    -    yes  -",
    "read cooperatives":                       "-    -    -     -     yes   yes  yes  yes  yes  yes",
    "note payments":                           "-    -    yes   -     -     yes  -    -    -    -",
    "read payments":                           "yes  -    yes   -     yes   yes  yes  yes  yes  -",
    "say whether money came":                  "yes  -    -     -     -     -    -    -    -    -",
    "take a payment as received":              "-    -    -     -     -     yes  -    -    -    -",
    "manage the office's bank accounts":       "-    -    -     -     -     -    -    -    yes  -",
    "post bank statements":                    "-    -    -     -     -     yes  -    -    -    -",
    "read bank statements":                    "-    -    -     -     -     yes  yes  yes  yes  -",
    "match bank statements":                   "-    -    -     -     -     yes  -    -    -    -",
    "propose to write off a rest":             "-    -    -     -     -     yes  -    -    -    -",
    "decide about writing off a rest":         "-    -    -     -     -     yes  yes  -    -    -",
    "state where to be paid":                  "yes  -    -     -     -     yes  -    -    yes  -",
    "confirm where somebody is paid":          "-    -    -     -     yes   yes  -    -    -    -",
    "read where somebody is paid":             "yes  -    -     -     yes   yes  yes  yes  yes  -",
    "plan payouts":                            "-    -    -     -     -     yes  -    -    -    -",
    "approve payouts":                         "-    -    -     -     -     yes  yes  -    -    -",
    "hand payouts to the bank":                "-    -    -     -     -     yes  -    -    -    -",
    "read payouts":                            "yes  -    -     -     -     yes  yes  yes  yes  -",
    "remind partners of late payments":        "-    -    -     -     -     yes  -    -    -    -",
    "read who pays late":                      "-    -    -     -     yes   yes  yes  yes  yes  -",
    "export the ledger":                       "-    -    -     -     -     yes  -    yes  yes  -",
}  # fmt: skip
READING = {act for act in Act if act.value.startswith("read ")}


def may(actor: Actor, act: Act, **names: int) -> bool:
    """Say whether the act is let through."""
    try:
        authorize(actor, act, **names)
    except NotAllowed:
        return False
    return True


def test_the_table_names_every_act_and_every_role():
    assert set(ROLES) == {role.value for role in Role}
    assert set(EXPECTED) == {act.value for act in Act}
    assert set(PERMITTED) == set(Act)


@pytest.mark.parametrize("act", Act)
def test_every_act_of_every_role_is_as_written_and_denied_otherwise(act: Act):
    expected = dict(zip(ROLES, (word == "yes" for word in EXPECTED[act.value].split()), strict=True))
    assert {role.value: may(Actor(1, "x@dinas.example", role), act) for role in Role} == expected


def test_nobody_who_handles_money_grants_rights_and_nobody_who_only_reads_changes():
    by_auditor = {act for act in set(Act) - READING if Role.AUDITOR in PERMITTED[act]}
    assert by_auditor == {Act.EXPORT_JOURNAL}  # which changes nothing
    by_head = {act for act in set(Act) - READING if Role.HEAD in PERMITTED[act]}
    second = {Act.DECIDE_ADJUSTMENTS, Act.CONFIRM_DEBTS, Act.DECIDE_WRITE_OFFS, Act.APPROVE_PAYOUTS}
    assert by_head == second | {Act.GRANT_WAIVERS}  # as the second person, or alone where it is the head's
    moving = PERMITTED[Act.POST_SALES] | PERMITTED[Act.CLOSE_PERIOD] | PERMITTED[Act.REVERSE_SALES]
    assert not PERMITTED[Act.MANAGE_USERS] & moving


def test_whoever_closes_periods_or_grants_rights_needs_a_second_factor():
    assert PERMITTED[Act.CLOSE_PERIOD] | PERMITTED[Act.MANAGE_USERS] == MUST_USE_SECOND_FACTOR


SCOPED = {
    Role.PRODUCER: ({"producer_id": 7}, Act.READ_STATEMENTS),
    Role.PARTNER_FINANCE: ({"partner_id": 7}, Act.POST_SALES),
    Role.STORE_MANAGER: ({"partner_id": 7, "store_id": 8}, Act.POST_SALES),
    Role.COOPERATIVE: ({"cooperative_id": 7}, Act.READ_COOPERATIVES),
}
SCOPES = ("partner_id", "store_id", "producer_id", "cooperative_id")
NAMED = [dict(zip(SCOPES, ids, strict=True)) for ids in product((None, 7, 8, 9), repeat=4)]


@pytest.mark.parametrize("role", SCOPED)
def test_a_role_held_for_something_reaches_only_acts_that_name_it(role: Role):
    held, act = SCOPED[role]
    actor = Actor(user_id=1, login="x@dinas.example", role=role, **held)
    for named in NAMED:
        inside = all(named[key] == value for key, value in held.items())
        assert may(actor, act, **named) is inside, named


@pytest.mark.parametrize("role", SCOPED)
def test_what_such_a_role_reads_is_limited_to_what_it_is_held_for(role: Role):
    held, act = SCOPED[role]
    blank = dict.fromkeys(SCOPES)
    assert get_reach(Actor(user_id=1, login="x@dinas.example", role=role, **held), act) == Reach(**{**blank, **held})
    with pytest.raises(NotAllowed):
        get_reach(Actor(user_id=1, login="x@dinas.example", role=role, **held), Act.READ_USERS)


def test_a_role_held_for_nothing_reaches_every_partner_but_no_other_act():
    actor = Actor(user_id=1, login="x@dinas.example", role=Role.DINAS_FINANCE)
    assert all(may(actor, Act.CLOSE_PERIOD, **named) for named in NAMED)
    assert not any(may(actor, Act.MANAGE_USERS, **named) for named in NAMED)
    assert get_reach(actor, Act.READ_SALES) == Reach(None, None, None, None)


def test_a_refusal_names_the_person_the_role_and_the_act():
    actor = Actor(user_id=1, login="siti@dinas.example", role=Role.AUDITOR)
    with pytest.raises(NotAllowed, match=r"siti@dinas.example \(auditor\) may not close a period here; nothing was"):
        authorize(actor, Act.CLOSE_PERIOD)
