"""Adding people: the first admin alone, then admins only, each role with just the scope it is held for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, finish
from consign.errors import BadInput, NotAllowed
from consign.identity.actions import LoginTaken, add_user
from consign.identity.queries import UserUnknown, find_users, get_actor
from consign.identity.rules import Actor, Role
from consign.partners.cooperatives import add_cooperative
from tests.builders import ADMIN, City, build_users
from tests.conftest import REGION

SCOPES = {
    "producer": "producer",
    "cooperative": "cooperative",
    "store_manager": "partner store",
    "partner_finance": "partner",
}


def test_the_first_admin_needs_nobody_and_is_the_only_one(session: Session):
    add_user(session, by=None, login="rini@dinas.example", name="Rini", role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        add_user(session, by=None, login="bagus@dinas.example", name="Bagus", role=Role.ADMIN)
    assert [user.login for user in find_users(session)] == ["rini@dinas.example"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_an_admin_comes_first(session: Session, role: Role):
    with pytest.raises(NotAllowed):
        add_user(session, by=None, login="x@dinas.example", name="X", role=role)
    assert find_users(session) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_admin_adds_others(city: City, role: Role):
    other = Actor(user_id=city.admin.user_id, login="x@dinas.example", role=role)
    with pytest.raises(NotAllowed):
        add_user(city.session, by=other, login="y@dinas.example", name="Y", role=Role.AUDITOR)


def ids_of(city: City) -> dict[str, int]:
    return {
        "partner_id": city.partner.id,
        "store_id": city.stores[0].id,
        "producer_id": city.producers[0].id,
        "cooperative_id": add_cooperative(city.session, by=city.admin, code="KOP-1", name="Koperasi", phone=None).id,
    }


@pytest.mark.parametrize("role", Role)
def test_each_role_is_held_for_what_it_needs_and_nothing_else(city: City, role: Role):
    ids = ids_of(city)
    needed = {f"{word}_id" for word in SCOPES.get(role, "").split()}
    for mask in range(16):
        given = {key: value for place, (key, value) in enumerate(ids.items()) if mask >> place & 1}
        facts = {"by": city.admin, "login": f"{role}{mask}@dinas.example", "name": "X", "role": role, **given}
        if set(given) == needed:
            added = add_user(city.session, **facts)
            assert get_actor(city.session, added.login) == Actor(added.id, added.login, role, **given)
        else:
            with pytest.raises(BadInput):
                add_user(city.session, **facts)


def test_a_store_manager_is_held_for_a_store_of_that_partner(city: City):
    ids = {"partner_id": city.partner.id, "store_id": 999_999}
    with pytest.raises(BadInput):
        add_user(city.session, by=city.admin, login="x@dinas.example", name="X", role=Role.STORE_MANAGER, **ids)


def test_a_login_is_used_once_whatever_its_case(city: City):
    with pytest.raises(LoginTaken):
        add_user(city.session, by=city.admin, login="ADMIN@Dinas.Example", name="X", role=Role.AUDITOR)
    assert get_actor(city.session, "ADMIN@dinas.example") == city.admin


@pytest.mark.parametrize("login", ["", "  ", "rini", "rini@example", "0812"])
def test_a_login_is_an_address_or_a_phone_number(city: City, login: str):
    with pytest.raises(BadInput):
        add_user(city.session, by=city.admin, login=login, name="X", role=Role.AUDITOR)


def test_who_is_unknown_or_no_longer_active_cannot_act(city: City):
    with pytest.raises(UserUnknown):
        get_actor(city.session, "nobody@dinas.example")
    city.session.execute(
        text("UPDATE user_account SET active = false WHERE login = :login"), {"login": city.finance.login}
    )
    with pytest.raises(UserUnknown):
        get_actor(city.session, city.finance.login)


def test_adding_a_person_is_recorded_with_who_did_it(session: Session):
    add_user(session, by=None, login="rini@dinas.example", name="Rini", role=Role.ADMIN)
    admin = get_actor(session, "rini@dinas.example")
    add_user(session, by=admin, login="bagus@dinas.example", name="Bagus", role=Role.DINAS_FINANCE)
    finish(session)
    rows = session.execute(text("SELECT seq, user_id, act, subject, detail FROM audit_event ORDER BY seq")).all()
    assert [(row.seq, row.user_id, row.act) for row in rows] == [
        (1, None, "user added"),
        (2, admin.user_id, "user added"),
    ]
    assert rows[1].detail == {"login": "bagus@dinas.example", "role": "dinas_finance"}


def test_a_name_stands_on_one_line_without_signs_that_cannot_be_seen(city: City):
    facts = {"by": city.admin, "role": Role.AUDITOR}
    assert (
        add_user(city.session, login="a@dinas.example", name=" Siti\t\nMaharani\x00 ", **facts).name == "Siti Maharani"
    )
    for name in ("\x00", "\u202e", "x" * 121):
        with pytest.raises(BadInput):
            add_user(city.session, login="b@dinas.example", name=name, **facts)


def add_at_once(database: Database, many: int, **facts: object) -> list[bool]:
    """Add the same user in many transactions at once; say of each whether it did."""

    def add(_: int) -> bool:
        try:
            with database.transaction(REGION) as session:
                by = facts.get("by")
                add_user(session, **{**facts, "by": get_actor(session, str(by)) if by else None})
        except (LoginTaken, NotAllowed):
            return False
        return True

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(add, range(many)))


def test_of_many_who_come_first_at_once_one_is_first(database: Database):
    facts = {"name": "Rini", "role": Role.ADMIN}
    assert sum(add_at_once(database, 8, login="rini@dinas.example", **facts)) == 1
    with database.transaction(REGION) as session:
        assert len(find_users(session)) == 1


def test_of_many_who_take_one_login_at_once_one_gets_it_and_the_others_are_told(database: Database):
    with database.transaction(REGION) as session:
        build_users(session)
    facts = {"by": ADMIN, "login": "0812 345 678", "name": "Joko", "role": Role.AUDITOR}
    assert sum(add_at_once(database, 12, **facts)) == 1
    with database.transaction(REGION) as session:
        assert [user.login for user in find_users(session)].count("+62812345678") == 1
