"""Producers who register, alone or with help: all of it or nothing, each with a code of its own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, finish
from consign.errors import BadInput, ConsignError, NotAllowed
from consign.identity.accounts import ConsentMissing, has_agreed
from consign.identity.actions import LoginTaken, add_user
from consign.identity.rules import Role
from consign.identity.secrets import PasswordTooWeak
from consign.models.partners import Producer
from consign.partners.actions import add_producer
from consign.partners.queries import get_producer
from consign.partners.registration import confirm_producer, register_for, register_producer
from consign.partners.rules import CodeTaken, NibInvalid, NibTaken, ProducerMissing, format_producer_code
from tests.builders import City
from tests.conftest import REGION
from tests.identity.people import PASSWORD, add_officer, attempt, events

NIB = "9120001234567"
RATMI: dict[str, Any] = {
    "business_name": " Dapur  Bu Ratmi ",
    "owner_name": "Ratmi Sulastri",
    "nib": "9120.0012-34567",
    "login": "0812-345 678",
    "password": PASSWORD,
    "agreed": True,
}
COUNTS = """SELECT (SELECT count(*) FROM producer), (SELECT count(*) FROM user_account), (SELECT count(*) FROM consent),
  (SELECT count(*) FROM notice), (SELECT count(*) FROM user_session)"""


def counts(session: Session) -> tuple[int, ...]:
    return tuple(session.execute(text(COUNTS)).one())


def notices(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    rows = session.execute(text("SELECT kind, recipient, facts FROM notice ORDER BY id"))
    return [(row.kind, row.recipient, row.facts) for row in rows]


def test_a_producer_that_registers_itself_waits_and_its_owner_can_sign_in(city: City):
    session = city.session
    user = register_producer(session, **RATMI)
    producer = get_producer(session, "UMKM-001")
    assert (producer.name, producer.nib, producer.owner_name) == ("Dapur Bu Ratmi", NIB, "Ratmi Sulastri")
    assert (producer.phone, producer.confirmed_at) == ("+62812345678", None)
    assert (user.login, user.role, user.producer_id, user.active) == ("+62812345678", "producer", producer.id, True)
    assert has_agreed(session, user.id)
    assert len(attempt(session, "62812345678")) == 43
    facts = {"producer_id": producer.id, "code": "UMKM-001", "name": "Dapur Bu Ratmi"}
    assert notices(session) == [("partners.producer_registered", "role:verifier", facts)]
    finish(session)
    subject = f"producer:{producer.id}"
    assert ("producer registered itself", subject, user.id, {"code": "UMKM-001"}) in events(session)


def test_who_signs_in_by_e_mail_has_no_phone_number_yet(city: City):
    register_producer(city.session, **{**RATMI, "login": "Ratmi@Umkm.example"})
    assert get_producer(city.session, "UMKM-001").phone is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"agreed": False}, ConsentMissing),
        ({"business_name": " "}, BadInput),
        ({"owner_name": "\u200b"}, BadInput),
        ({"owner_name": "x" * 121}, BadInput),
        ({"nib": ""}, NibInvalid),
        ({"nib": "912000123456"}, NibInvalid),
        ({"login": "ratmi"}, BadInput),
        ({"password": "ratmisulastri"}, PasswordTooWeak),
        ({"password": "dapurburatmi1"}, PasswordTooWeak),
        ({"password": "62812345678"}, PasswordTooWeak),
        ({"nib": "0000000000001"}, NibTaken),  # of a producer that the dinas added
        ({"login": " ADMIN@dinas.example"}, LoginTaken),
    ],
)
def test_a_refused_registration_leaves_nothing_behind(city: City, changed: dict[str, Any], refusal: type[ConsignError]):
    before = counts(city.session)
    with pytest.raises(refusal, match=r"nothing was|there is no account"):
        register_producer(city.session, **{**RATMI, **changed})
    finish(city.session)  # also where the refusal is caught and the transaction goes on
    assert counts(city.session) == before


def test_what_is_there_already_has_its_own_refusal_and_a_way_on(city: City):
    register_producer(city.session, **RATMI)
    with pytest.raises(NibTaken, match=rf"NIB {NIB} is there already; .* ask the dinas for an invitation\.") as nib:
        register_producer(city.session, **{**RATMI, "login": "0812 000 000"})
    with pytest.raises(LoginTaken, match=r"\+62812345678 has an account already; .* ask the dinas") as login:
        register_producer(city.session, **{**RATMI, "nib": "9120001234568"})
    assert (nib.value.code, login.value.code) == ("partners.nib_taken", "identity.login_taken")


def test_codes_go_on_after_the_highest_that_the_region_gave(city: City):
    for code in ("UMKM-007", "UMKM-0041", "UMKM-x", "UMKM-99999999999999999999", "XUMKM-50", "umkm-60"):
        add_producer(city.session, by=city.admin, code=code, name="Dapur", nib=None)
    register_producer(city.session, **RATMI)
    assert get_producer(city.session, "UMKM-042").nib == NIB
    assert [format_producer_code(number) for number in (1, 999, 1_000)] == ["UMKM-001", "UMKM-999", "UMKM-1000"]


def test_fifty_who_register_at_once_get_fifty_codes(database: Database):
    def register(number: int) -> str:
        facts = {"nib": f"{number:013d}", "login": f"0812 000 {number:04d}"}
        try:
            with database.transaction(REGION) as session:
                register_producer(session, **{**RATMI, **facts})
        except ConsignError as refusal:
            return refusal.code
        return "registered"

    with ThreadPoolExecutor(50) as threads:
        done = list(threads.map(register, range(50)))
    print(f"at once: tried {len(done)}, registered {done.count('registered')}")
    assert done == ["registered"] * 50
    with database.transaction(REGION) as session:
        codes = session.scalars(text("SELECT code FROM producer ORDER BY code")).all()
        assert codes == [f"UMKM-{number:03d}" for number in range(1, 51)]
        assert counts(session) == (50, 50, 50, 50, 0)


@pytest.mark.parametrize("same", ["nib", "login"])
def test_of_many_with_the_same_number_or_login_one_registers(database: Database, same: str):
    def register(number: int) -> str:
        facts = {"nib": f"{number:013d}", "login": f"0812 000 {number:04d}"}
        facts[same] = RATMI[same]
        with database.transaction(REGION) as session:
            try:
                register_producer(session, **{**RATMI, **facts})
            except ConsignError as refusal:  # caught inside: the transaction is committed
                return refusal.code
        return "registered"

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(register, range(8)))
    taken = {"nib": "partners.nib_taken", "login": "identity.login_taken"}[same]
    assert sorted(done) == sorted(["registered", *[taken] * 7])
    with database.transaction(REGION) as session:
        assert counts(session) == (1, 1, 1, 1, 0)


# With help.

KASAN: dict[str, Any] = {
    "business_name": "Gula Aren Mbah Kasan",
    "owner_name": "Kasan Wiryo",
    "nib": None,
    "phone": None,
    "regency": "64.74",
    "is_entity": True,
    "agreed_on_paper": True,
}


def test_an_officer_registers_a_producer_that_has_no_account(city: City):
    session, officer = city.session, add_officer(city.session, by=city.admin)
    producer = register_for(session, by=officer, **{**KASAN, "phone": "0813 111 222"})
    assert (producer.code, producer.phone, producer.confirmed_at) == ("UMKM-001", "+62813111222", None)
    assert (producer.regency, producer.is_entity) == ("6474", True)
    rows = session.execute(text("SELECT user_id, producer_id, recorded_by FROM consent")).all()
    assert [tuple(row) for row in rows] == [(None, producer.id, officer.user_id)]
    assert [(kind, recipient) for kind, recipient, _ in notices(session)] == [
        ("partners.producer_registered", "role:verifier")
    ]
    finish(session)
    acts = [(act, by) for act, subject, by, _ in events(session) if subject == f"producer:{producer.id}"]
    assert acts == [("producer registered", officer.user_id), ("privacy notice agreed to", officer.user_id)]


def test_what_may_confirm_confirms_at_once(city: City):
    add_user(city.session, by=city.admin, login="v@dinas.example", name="Nurul", role=Role.VERIFIER)
    assert register_for(city.session, by=city.admin, **KASAN).confirmed_at is not None
    assert notices(city.session) == []


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"agreed_on_paper": False}, ConsentMissing),
        ({"nib": "1"}, NibInvalid),
        ({"nib": "0000000000001"}, NibTaken),
        ({"phone": "kasan@umkm.example"}, BadInput),
        ({"owner_name": ""}, BadInput),
        ({"regency": "Bontang"}, BadInput),
    ],
)
def test_help_that_is_refused_leaves_nothing_behind(city: City, changed: dict[str, Any], refusal: type[ConsignError]):
    before = counts(city.session)
    with pytest.raises(refusal):
        register_for(city.session, by=city.admin, **{**KASAN, **changed})
    finish(city.session)
    assert counts(city.session) == before


def test_only_some_register_and_only_some_confirm(city: City):
    officer = add_officer(city.session, by=city.admin)
    producer = register_for(city.session, by=officer, **KASAN)
    for by in (city.finance, city.auditor):
        with pytest.raises(NotAllowed):
            register_for(city.session, by=by, **KASAN)
    for by in (city.finance, city.auditor, officer):
        with pytest.raises(NotAllowed):
            confirm_producer(city.session, by=by, producer_id=producer.id)
    assert producer.confirmed_at is None


def test_a_producer_is_confirmed_once_and_told(city: City):
    user = register_producer(city.session, **RATMI)
    for _ in range(2):
        confirm_producer(city.session, by=city.admin, producer_id=user.producer_id or 0)
    producer = city.session.get_one(Producer, user.producer_id)
    assert producer.confirmed_at is not None
    told = [one for one in notices(city.session) if one[0] == "partners.producer_confirmed"]
    assert told == [(told[0][0], f"producer:{producer.id}", {"code": "UMKM-001", "name": "Dapur Bu Ratmi"})]
    finish(city.session)
    acts = [(act, by) for act, _, by, _ in events(city.session) if act == "producer confirmed"]
    assert acts == [("producer confirmed", city.admin.user_id)]
    with pytest.raises(ProducerMissing):
        confirm_producer(city.session, by=city.admin, producer_id=999_999)


def test_whom_the_dinas_adds_needs_no_confirming(city: City):
    facts = {"code": "P9", "name": "Dapur 9", "nib": None, "owner_name": " Siti  R. ", "phone": "0812 345 678"}
    producer = add_producer(city.session, by=city.admin, **facts)
    assert producer.confirmed_at is not None
    assert (producer.owner_name, producer.phone) == ("Siti R.", "+62812345678")
    with pytest.raises(CodeTaken):
        add_producer(city.session, by=city.admin, **facts)
