"""What came of an announced payment is told part by part, and adds up to what the list of notices says."""

from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.payments.accepting import accept_split, undo_match
from consign.payments.came import find_came
from consign.payments.notice_lists import get_notice_view
from consign.settlement.shares import Share
from tests.payments.money import Money

NUMBER = "BY-2026-000001"


def find(money: Money, *, place: int, amount: int) -> int:
    """Let so much of a statement, by its place, be found at the bank; return the match."""
    (line,) = money.book((amount, f"SETORAN {amount}"))
    shares = [Share(money.statements[place].id, amount)]
    return accept_split(
        money.session, by=money.city.finance, taken={line: amount}, shares=shares, remark="uji coba"
    ).id  # fmt: skip


def parts_of(money: Money, *, by: Actor | None = None) -> list[tuple[str, int, bool]]:
    """Return number and amount of each part that came, and whether it was found by a match; they add up."""
    view = get_notice_view(money.session, by=by or money.city.finance, number=NUMBER)
    came = find_came(money.session, view)
    assert sum(one.came_rp for one in came) == view.row["received_rp"]
    return [(one.number, one.came_rp, one.cause is not None) for one in came]


def test_what_was_found_since_the_notice_is_named_match_by_match(money: Money):
    find(money, place=0, amount=1_000)  # before the notice: not of it
    money.notice({0: 10_000, 1: 5_000})
    assert parts_of(money) == []
    find(money, place=0, amount=3_000)
    find(money, place=0, amount=4_000)
    find(money, place=1, amount=5_000)
    find(money, place=2, amount=6_000)  # of a statement that the notice does not name
    assert parts_of(money) == [
        ("NP-2026-000001", 3_000, True), ("NP-2026-000001", 4_000, True), ("NP-2026-000002", 5_000, True),
    ]  # fmt: skip


def test_what_is_beyond_the_notice_is_taken_off(money: Money):
    money.notice({0: 10_000})
    find(money, place=0, amount=8_000)
    find(money, place=0, amount=5_000)
    # 8.000 + 5.000 less the 3.000 that are more than 10.000.
    assert [came for _, came, _ in parts_of(money)] == [8_000, 5_000, -3_000]
    assert parts_of(money)[2] == ("NP-2026-000001", -3_000, False)


def test_what_was_undone_is_taken_off_again(money: Money):
    earlier = find(money, place=0, amount=2_000)
    money.notice({0: 10_000})
    match = find(money, place=0, amount=8_000)
    undo_match(money.session, by=money.city.finance, match_id=match, reason="salah")
    assert [came for _, came, _ in parts_of(money)] == [8_000, -8_000]
    # What was found before the notice is no part of it, and neither is taking it back: nothing less than nothing came.
    undo_match(money.session, by=money.city.finance, match_id=earlier, reason="salah")
    assert [came for _, came, _ in parts_of(money)] == [8_000, -8_000, -2_000, 2_000]


def test_a_producer_learns_of_its_own_part_alone(money: Money):
    money.notice({0: 10_000, 1: 5_000})
    find(money, place=0, amount=3_000)
    find(money, place=1, amount=5_000)
    producer = money.city.producers[1]
    add_user(
        money.session, by=money.city.admin, login="dua@umkm.example", name="Dua", role=Role.PRODUCER,
        producer_id=producer.id,
    )  # fmt: skip
    assert parts_of(money, by=get_actor(money.session, "dua@umkm.example")) == [("NP-2026-000002", 5_000, True)]
