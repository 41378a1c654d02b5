"""Who may do what: the whole table, written down a second time."""

from itertools import product

import pytest

from consign.errors import NotAllowed
from consign.identity.rules import PERMITTED, Act, Actor, Role, authorize

ACTS = ["users", "partners", "producers", "products", "codes", "agreements"]
ACTS += ["post", "read", "reverse", "close", "statements"]
EXPECTED = {
    #                 MANAGE_                                                  SALES                 PERIOD  READ_
    #                 users partners producers products codes agreements       post  read  reverse   close   statements
    "producer":        "-     -        -         yes      -     -                -     -     -         -       yes",
    "store_manager":   "-     -        -         -        -     -                yes   yes   -         -       -",
    "partner_finance": "-     -        -         -        -     -                yes   yes   yes       -       yes",
    "verifier":        "-     -        yes       yes      yes   -                -     yes   -         -       yes",
    "dinas_finance":   "-     -        -         -        yes   yes              yes   yes   yes       yes     yes",
    "head":            "-     -        -         -        -     -                -     yes   -         -       yes",
    "auditor":         "-     -        -         -        -     -                -     yes   -         -       yes",
    "admin":           "yes   yes      yes       yes      yes   yes              -     yes   -         -       yes",
}  # fmt: skip
OF_ACT = {
    "users": Act.MANAGE_USERS,
    "partners": Act.MANAGE_PARTNERS,
    "producers": Act.MANAGE_PRODUCERS,
    "products": Act.MANAGE_PRODUCTS,
    "codes": Act.MANAGE_CODES,
    "agreements": Act.MANAGE_AGREEMENTS,
    "post": Act.POST_SALES,
    "read": Act.READ_SALES,
    "reverse": Act.REVERSE_SALES,
    "close": Act.CLOSE_PERIOD,
    "statements": Act.READ_STATEMENTS,
}


def may(actor: Actor, act: Act, **names: int) -> bool:
    """Say whether the act is let through."""
    try:
        authorize(actor, act, **names)
    except NotAllowed:
        return False
    return True


def test_the_table_names_every_act_and_every_role():
    assert set(EXPECTED) == {role.value for role in Role}
    assert set(OF_ACT.values()) == set(Act)
    assert set(PERMITTED) == set(Act)


@pytest.mark.parametrize("role", Role)
def test_every_act_of_every_role_is_as_written_and_denied_otherwise(role: Role):
    actor = Actor(user_id=1, login="x@example", role=role)
    expected = dict(zip(ACTS, (word == "yes" for word in EXPECTED[role].split()), strict=True))
    assert {name: may(actor, OF_ACT[name]) for name in ACTS} == expected


def test_nobody_who_handles_money_grants_rights_and_nobody_who_only_reads_changes():
    changing = set(Act) - {Act.READ_SALES, Act.READ_STATEMENTS}
    assert not [act for act in changing if PERMITTED[act] & {Role.HEAD, Role.AUDITOR}]
    assert not PERMITTED[Act.MANAGE_USERS] & (PERMITTED[Act.POST_SALES] | PERMITTED[Act.CLOSE_PERIOD])


SCOPED = {
    Role.PRODUCER: ({"producer_id": 7}, Act.READ_STATEMENTS),
    Role.PARTNER_FINANCE: ({"partner_id": 7}, Act.POST_SALES),
    Role.STORE_MANAGER: ({"partner_id": 7, "store_id": 8}, Act.POST_SALES),
}
NAMED = [
    dict(zip(("partner_id", "store_id", "producer_id"), ids, strict=True)) for ids in product((None, 7, 8, 9), repeat=3)
]


@pytest.mark.parametrize("role", SCOPED)
def test_a_role_held_for_something_reaches_only_acts_that_name_it(role: Role):
    held, act = SCOPED[role]
    actor = Actor(user_id=1, login="x@example", role=role, **held)
    for named in NAMED:
        inside = all(named[key] == value for key, value in held.items())
        assert may(actor, act, **named) is inside, named


def test_a_role_held_for_nothing_reaches_every_partner_but_no_other_act():
    actor = Actor(user_id=1, login="x@example", role=Role.DINAS_FINANCE)
    assert all(may(actor, Act.CLOSE_PERIOD, **named) for named in NAMED)
    assert not any(may(actor, Act.MANAGE_USERS, **named) for named in NAMED)


def test_a_refusal_names_the_person_the_role_and_the_act():
    actor = Actor(user_id=1, login="siti@dinas.example", role=Role.AUDITOR)
    with pytest.raises(NotAllowed, match=r"siti@dinas.example \(auditor\) may not close a period here; nothing was"):
        authorize(actor, Act.CLOSE_PERIOD)
