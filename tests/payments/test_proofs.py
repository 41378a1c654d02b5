"""The four sides of a statement's proof, and how it stands as a whole."""

from pathlib import Path

import pytest
from sqlalchemy import text

from consign.listing import Wish
from consign.models.payments import PaymentNotice
from consign.models.settlement import Statement
from consign.partners.rules import Route
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.notice_lists import find_notice_page, find_paying_partners, get_notice_view
from consign.payments.notice_rules import Answer, NoticeState, NoticeUnknown
from consign.payments.own_money import count_contradicted, count_to_answer, find_own_money
from consign.payments.proof_rules import Overall, Paid, assess_overall
from consign.payments.proofs import find_proof_page, get_statement_proof
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.rules import StatementUnknown
from consign.settlement.shares import Share
from tests.builders import City
from tests.payments.noting import SLIP, START, Noting, build_noting, hold_clock
from tests.payments.test_notices import add_account, find


@pytest.fixture
def noting(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    return build_noting(city, tmp_path, hold_clock(monkeypatch))


def say(noting: Noting, notice: PaymentNotice, answer: Answer, *, place: int = 0) -> None:
    answer_payment(
        noting.session, by=noting.owners[place], notice_id=notice.id, producer_id=noting.city.producers[place].id,
        answer=answer,
    )  # fmt: skip


def sides(noting: Noting, statement: Statement) -> tuple[str, ...]:
    """Return files, fee, transfer, word and the whole of a statement, from the list, and compare it to its own page."""
    rows = find_proof_page(noting.session, by=noting.city.auditor, wish=Wish()).rows
    row = next(one for one in rows if one["number"] == statement.number)
    own = get_statement_proof(noting.session, by=noting.city.auditor, number=statement.number)
    names = ("files", "fee", "transfer", "word", "state")
    assert [row[name] for name in names] == [own.row[name] for name in names]
    found = find_proof_page(noting.session, by=noting.city.auditor, wish=Wish(filters={"state": row["state"]}))
    assert statement.number in [one["number"] for one in found.rows]
    return tuple(str(row[name]) for name in names)


def test_a_statement_from_a_file_with_its_agreed_fee_is_proven_on_two_sides(noting: Noting):
    september = noting.statements(0)[0]
    assert sides(noting, september) == ("proven", "proven", "missing", "missing", "open")
    files = get_statement_proof(noting.session, by=noting.city.auditor, number=september.number).files
    assert [(one["name"], one["lines"], one["sales_rp"], one["fee_rp"]) for one in files] == [
        ("sales.csv", 1, 45_000, 1_125)
    ]


def test_the_way_of_a_payment_that_the_producer_confirms(noting: Noting):
    september = noting.statements(0)[0]
    first = noting.note((september, 3_875))
    assert sides(noting, september)[2:] == ("stated", "missing", "announced")
    say(noting, first, Answer.RECEIVED)
    assert sides(noting, september)[2:] == ("stated", "stated", "partly")
    second = noting.note((september, 40_000), proof=SLIP)
    say(noting, second, Answer.NOT_RECEIVED)
    assert sides(noting, september)[2:] == ("stated", "contradicted", "contradicted")
    say(noting, second, Answer.RECEIVED)
    assert sides(noting, september)[2:] == ("stated", "proven", "confirmed")


def test_silence_makes_paid_and_only_the_producers_word_confirmed(noting: Noting):
    (other,) = noting.statements(1)
    notice = noting.note((other, 21_937), proof=SLIP)
    noting.move_day(7)
    take_as_received(
        noting.session, by=noting.city.finance, notice_id=notice.id, producer_id=noting.city.producers[1].id
    )
    assert sides(noting, other)[2:] == ("proven", "stated", "paid")


def test_money_on_the_banks_statement_proves_the_transfer(noting: Noting):
    noting.route_all(Route.COLLECTING)
    (other,) = noting.statements(1)
    account = add_account(noting)
    noting.note((other, 21_937), route=Route.COLLECTING)
    assert sides(noting, other)[2:] == ("stated", "missing", "announced")
    find(noting, account, Share(other.id, 21_937))
    assert sides(noting, other)[2:] == ("proven", "missing", "paid")


def test_a_small_rest_that_was_written_off_is_not_missing(noting: Noting):
    (other,) = noting.statements(1)
    say(noting, noting.note((other, 20_000)), Answer.RECEIVED, place=1)
    lock_open(noting.session, [other.id])
    allocate(
        noting.session, [Share(other.id, 1_937)], by=noting.city.finance, source=Source.WRITTEN_OFF_PRODUCER,
        cause="write_off:1", booked_on=START.date(),
    )  # fmt: skip
    assert sides(noting, other)[2:] == ("stated", "proven", "confirmed")


@pytest.mark.parametrize(("damage", "expected"), [
    ("UPDATE sale SET fee_rp = fee_rp + 1", ("proven", "contradicted")),
    ("UPDATE statement SET line_count = line_count + 1", ("contradicted", "proven")),
    ("UPDATE sales_upload SET name = 'sheet-T1-2026-09-05.csv'", ("stated", "proven")),
    ("UPDATE sales_posting SET upload_id = NULL", ("missing", "proven")),
])  # fmt: skip
def test_what_contradicts_a_statement_is_shown(noting: Noting, damage: str, expected: tuple[str, str]):
    noting.session.execute(text("RESET ROLE"))
    noting.session.execute(text(damage))
    noting.session.expire_all()
    proof = get_statement_proof(noting.session, by=noting.city.auditor, number=noting.statements(0)[0].number)
    assert (proof.row["files"], proof.row["fee"]) == expected
    assert (proof.row["state"] == Overall.CONTRADICTED) == ("contradicted" in expected)


def test_strangers_find_no_proof(noting: Noting):
    number = noting.statements(0)[0].number
    with pytest.raises(StatementUnknown):
        get_statement_proof(noting.session, by=noting.owners[1], number=number)


def test_overpaid_is_paid():
    paid = Paid(100, "direct", 0, 0, 120, 0, 0, 120, 0, is_contradicted=True)
    assert assess_overall(paid) is Overall.PAID


def test_a_producer_sees_its_own_part_of_a_notice(noting: Noting):
    (september, _), (other,) = noting.statements(0), noting.statements(1)
    notice = noting.note((september, 43_875), (other, 7))
    whole = get_notice_view(noting.session, by=noting.payer, number=notice.number)
    own = get_notice_view(noting.session, by=noting.owners[1], number=notice.number)
    assert ([part.amount_rp for part in whole.parts], [part.amount_rp for part in own.parts]) == ([43_875, 7], [7])
    assert (whole.row["amount_rp"], own.row["amount_rp"], own.row["statements"]) == (43_882, 7, 1)
    with pytest.raises(NoticeUnknown):
        get_notice_view(noting.session, by=noting.owners[0], number="BY-2026-000009")
    third = noting.note((other, 8))
    with pytest.raises(NoticeUnknown):
        get_notice_view(noting.session, by=noting.owners[0], number=third.number)


def test_the_list_of_notices_says_how_far_each_is(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    first = noting.note((september, 43_875), (other, 7))
    second, third = noting.note((october, 5)), noting.note((october, 6))
    say(noting, first, Answer.RECEIVED)
    say(noting, second, Answer.NOT_RECEIVED)
    states = {}
    for state in NoticeState:
        found = find_notice_page(noting.session, by=noting.city.auditor, wish=Wish(filters={"state": state.value}))
        states |= {row["number"]: state for row in found.rows}
    assert states == {first.number: "partly", second.number: "contradicted", third.number: "announced"}
    for notice in (first, second, third):
        assert (
            get_notice_view(noting.session, by=noting.city.auditor, number=notice.number).state == states[notice.number]
        )
    assert count_contradicted(noting.session) == 1


def test_a_producer_sees_what_was_announced_what_is_to_come_and_what_the_office_holds(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    notice = noting.note((september, 40_000))
    facts = {"by": noting.owners[0], "producer_id": noting.city.producers[0].id}
    money = find_own_money(noting.session, **facts)
    assert [(one["number"], one["amount_rp"]) for one in money.to_answer] == [(notice.number, 40_000)]
    coming = [(one.row["number"], one.left_rp) for one in money.coming]
    assert coming == [(september.number, 3_875), (october.number, 14_625)]
    assert (money.coming_rp, money.held_rp) == (18_500, 0)
    assert count_to_answer(noting.session, **facts) == (1, 40_000)
    say(noting, notice, Answer.RECEIVED)
    assert count_to_answer(noting.session, **facts) == (0, 0)
    assert [one["answer"] for one in find_own_money(noting.session, **facts).answered] == ["received"]
    noting.route_all(Route.COLLECTING)
    find(noting, add_account(noting), Share(other.id, 1_000))
    held = find_own_money(noting.session, by=noting.owners[1], producer_id=noting.city.producers[1].id).held
    assert [(one.partner, one.amount_rp) for one in held] == [("Beruang Mart", 1_000)]


def test_a_producer_is_named_only_the_partners_that_paid_it(noting: Noting):
    noting.note((noting.statements(0)[0], 5))
    assert find_paying_partners(noting.session, by=noting.owners[0]) == [("BM", "Beruang Mart")]
    assert find_paying_partners(noting.session, by=noting.owners[1]) == []
    assert find_paying_partners(noting.session, by=noting.city.auditor) == [("BM", "Beruang Mart")]
