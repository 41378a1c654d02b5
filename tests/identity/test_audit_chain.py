"""The record of who did what: whatever is done to it afterwards is found."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import finish
from consign.identity.actions import record_event
from consign.identity.audit_chain import FIRST_HASH, compute_event_hash
from consign.identity.checks import check_audit_chain
from consign.identity.queries import find_chain_head
from tests.builders import City

LENGTH = 40
CHANGES = {
    "at": "at + interval '1 microsecond'",
    "user_id": "CASE WHEN user_id IS NULL THEN (SELECT min(id) FROM user_account) END",
    "act": "act || '.'",
    "subject": "subject || '0'",
    "detail": """detail || '{"x": 1}'""",
    "previous_hash": "sha256(previous_hash)",
    "hash": "sha256(hash)",
    "seq": "seq + 1000",
}


@pytest.fixture
def chain(city: City) -> Session:
    """Record some events and take the owner's rights, which nobody has who works with the service."""
    finish(city.session)
    for number in range(LENGTH - find_chain_head(city.session)[0]):
        record_event(city.session, by=city.admin, act="tried", subject=f"trial:{number}", number=number, note='é "x"')
        finish(city.session)
    city.session.execute(text("SELECT set_config('role', 'none', true)"))
    return city.session


def is_found(session: Session, *statements: str) -> bool:
    """Say whether the check finds what *statements* do; they are undone again."""
    with session.begin_nested() as planted:
        for statement in statements:
            session.execute(text(statement))
        session.expire_all()
        found = list(check_audit_chain(session))
        planted.rollback()
    session.expire_all()
    return bool(found)


def test_a_chain_nobody_touched_holds(chain: Session):
    assert find_chain_head(chain)[0] == LENGTH
    assert list(check_audit_chain(chain)) == []


def test_every_change_of_every_event_is_found(chain: Session):
    tried = [
        f"UPDATE audit_event SET {column} = {value} WHERE seq = {seq}"
        for column, value in CHANGES.items()
        for seq in range(1, LENGTH + 1)
    ]
    found = sum(is_found(chain, statement) for statement in tried)
    print(f"changed: tried {len(tried)}, found {found}")
    assert found == len(tried)


def test_every_deleted_event_is_found_also_where_the_others_close_ranks(chain: Session):
    delete = "DELETE FROM audit_event WHERE seq = {seq}"
    close = "UPDATE audit_event SET seq = seq - 1000 - 1 WHERE seq > 1000"
    apart = "UPDATE audit_event SET seq = seq + 1000 WHERE seq > {seq}"
    tried = [(delete.format(seq=seq),) for seq in range(1, LENGTH + 1)]
    tried += [(delete.format(seq=seq), apart.format(seq=seq), close) for seq in range(1, LENGTH)]
    found = sum(is_found(chain, *statements) for statements in tried)
    print(f"deleted: tried {len(tried)}, found {found}")
    assert found == len(tried)


def test_any_two_swapped_events_are_found(chain: Session):
    chance = Random(20261005)  # noqa: S311  # a trial, no secret
    pairs = [sorted(chance.sample(range(1, LENGTH + 1), 2)) for _ in range(200)]
    columns = "at, user_id, act, subject, detail"
    swap = f"""UPDATE audit_event AS one SET ({columns}) = (SELECT {columns} FROM audit_event AS other
      WHERE other.seq = :a + :b - one.seq) WHERE one.seq IN (:a, :b)"""
    found = sum(is_found(chain, swap.replace(":a", str(a)).replace(":b", str(b))) for a, b in pairs)
    print(f"swapped: tried {len(pairs)}, found {found}")
    assert found == len(pairs)


def test_every_cut_tail_is_found(chain: Session):
    found = sum(is_found(chain, f"DELETE FROM audit_event WHERE seq > {seq}") for seq in range(LENGTH))
    print(f"tail cut: tried {LENGTH}, found {found}")
    assert found == LENGTH


def test_an_event_put_behind_the_end_is_found(chain: Session):
    columns = "at, user_id, act, subject, detail"
    append = f"""INSERT INTO audit_event (seq, {columns}, previous_hash, hash)
      SELECT seq + 1, {columns}, hash, sha256(hash) FROM audit_event ORDER BY seq DESC LIMIT 1"""
    assert is_found(chain, append)


def test_a_head_that_was_turned_back_is_found(chain: Session):
    assert is_found(chain, "UPDATE audit_head SET seq = seq - 1")
    assert is_found(chain, "UPDATE audit_head SET hash = (SELECT hash FROM audit_event WHERE seq = 3)")


def test_a_tail_cut_together_with_its_head_shows_in_a_hash_somebody_kept(chain: Session):
    kept = find_chain_head(chain)
    chain.execute(text(f"DELETE FROM audit_event WHERE seq > {LENGTH - 5}"))
    chain.execute(
        text("UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1)")
    )
    chain.expire_all()
    # The chain alone cannot tell, which is why each statement carries its head.
    assert list(check_audit_chain(chain)) == []
    assert find_chain_head(chain) != kept
    assert chain.scalar(text("SELECT count(*) FROM audit_event WHERE hash = :hash"), {"hash": kept[1]}) == 0


def test_events_of_one_transaction_stand_in_their_order(city: City):
    finish(city.session)
    first, _ = find_chain_head(city.session)
    for number in range(3):
        record_event(city.session, by=None, act="tried", subject=f"trial:{number}")
    finish(city.session)
    rows = city.session.execute(
        text("SELECT subject FROM audit_event WHERE seq > :first ORDER BY seq"), {"first": first}
    )
    assert [row.subject for row in rows] == ["trial:0", "trial:1", "trial:2"]


def test_every_fact_of_an_event_is_in_its_hash():
    facts = {
        "seq": 1,
        "at": datetime(2026, 10, 5, 1, 2, 3, tzinfo=UTC),
        "user_id": 7,
        "act": "tried",
        "subject": "trial:1",
        "detail": {"a": 1, "b": [True, None, "é"]},
    }
    other = {
        "seq": 2,
        "at": facts["at"] + timedelta(microseconds=1),
        "user_id": None,
        "act": "tried.",
        "subject": "trial:2",
        "detail": {"a": 1, "b": [True, None, "e"]},
    }
    digest = compute_event_hash(FIRST_HASH, **facts)
    assert compute_event_hash(FIRST_HASH, **{**facts, "detail": {"b": [True, None, "é"], "a": 1}}) == digest
    others = {compute_event_hash(FIRST_HASH, **{**facts, key: value}) for key, value in other.items()}
    others.add(compute_event_hash(digest, **facts))
    assert digest not in others
    assert len(others) == len(other) + 1
