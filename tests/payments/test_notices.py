"""Notices of payments: a list that fits what is open, a number, and nothing announced twice."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from consign.errors import BadInput, ConsignError, NotAllowed
from consign.models.banking import BankAccount
from consign.models.outbox import Notice
from consign.models.payments import PaymentNoticeLine
from consign.partners.rules import Route
from consign.payments.answers import answer_payment
from consign.payments.expected import find_expected, spread_payment
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment, withdraw_notice
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.shares import Share
from tests.builders import City
from tests.payments.noting import START, Noting, build_noting, hold_clock


@pytest.fixture
def noting(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    return build_noting(city, tmp_path, hold_clock(monkeypatch))


def code_of(error: pytest.ExceptionInfo[ConsignError]) -> str:
    return error.value.code


def test_a_notice_has_its_list_its_sum_and_the_next_number(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    first = noting.note((september, 43_875), (other, 20_000))
    second = noting.note((october, 14_625))
    assert (first.number, first.amount_rp, second.number) == ("BY-2026-000001", 63_875, "BY-2026-000002")
    lines = noting.session.scalars(select(PaymentNoticeLine).where(PaymentNoticeLine.notice_id == first.id))
    assert {(one.statement_id, one.amount_rp) for one in lines} == {(september.id, 43_875), (other.id, 20_000)}
    assert noting.open_rp(september) == 43_875  # a word is no payment


def test_each_producer_is_told_of_its_own_part(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    noting.note((september, 43_875), (october, 14_625), (other, 1_000))
    query = select(Notice).where(Notice.kind == "payments.noted").order_by(Notice.id)
    told = {one.recipient: one.facts for one in noting.session.scalars(query)}
    first, second = (f"producer:{one.id}" for one in noting.city.producers)
    assert (told[first]["amount_rp"], told[second]["amount_rp"]) == (58_500, 1_000)
    assert told[first]["statements"] == [september.number, october.number]
    assert (told[first]["partner"], told[first]["paid_on"]) == ("Beruang Mart", "2026-11-20")


def test_the_office_is_told_of_what_goes_over_its_account(noting: Noting):
    noting.route_all(Route.COLLECTING)
    noting.note((noting.statements(0)[0], 43_875), route=Route.COLLECTING)
    query = select(Notice.recipient).where(Notice.kind == "payments.noted")
    assert noting.session.scalars(query).all() == ["role:dinas_finance"]


def test_no_more_than_is_open_is_noted(noting: Noting):
    with pytest.raises(ConsignError) as error:
        noting.note((noting.statements(0)[0], 43_876))
    assert code_of(error) == "payments.notice_too_much"
    assert "Rp43.875" in str(error.value)
    assert "nothing was noted" in str(error.value)


def test_what_a_standing_notice_announced_is_not_announced_again(noting: Noting):
    (statement,) = noting.statements(1)
    first = noting.note((statement, 20_000))
    with pytest.raises(ConsignError) as error:
        noting.note((statement, 1_938))
    assert code_of(error) == "payments.announced_already"
    assert first.number in str(error.value)
    assert "Rp1.937" in str(error.value)
    assert noting.note((statement, 1_937)).amount_rp == 1_937


def test_what_was_withdrawn_or_did_not_come_may_be_announced_again(noting: Noting):
    (statement,) = noting.statements(1)
    first = noting.note((statement, 21_937))
    withdraw_notice(noting.session, by=noting.payer, notice_id=first.id, reason="salah ketik")
    second = noting.note((statement, 21_937))
    answer_payment(
        noting.session, by=noting.owners[1], notice_id=second.id, producer_id=noting.city.producers[1].id,
        answer=Answer.NOT_RECEIVED,
    )  # fmt: skip
    assert noting.note((statement, 21_937)).number == "BY-2026-000003"


def test_what_was_found_on_the_banks_statement_is_announced_no_more(noting: Noting):
    noting.route_all(Route.COLLECTING)
    (statement,) = noting.statements(1)
    account = add_account(noting)
    notice = noting.note((statement, 10_000), route=Route.COLLECTING)
    assert notice.bank_account_id == account
    find(noting, account, Share(statement.id, 10_000))
    assert noting.note((statement, 11_937), route=Route.COLLECTING).amount_rp == 11_937
    with pytest.raises(ConsignError) as error:
        withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="salah")
    assert code_of(error) == "payments.notice_answered"


def add_account(noting: Noting) -> int:
    account = BankAccount(code="BPD", bank_code="124", number="0012345678", holder="Dinas", added_at=START)
    noting.session.add(account)
    noting.session.flush()
    return account.id


def find(noting: Noting, account_id: int, *shares: Share) -> None:
    lock_open(noting.session, [one.statement_id for one in shares])
    allocate(
        noting.session, shares, by=noting.city.finance, source=Source.COLLECTING, cause="match:1",
        booked_on=START.date(), bank_account_id=account_id,
    )  # fmt: skip


def test_a_statement_of_another_route_is_refused_with_what_to_do(noting: Noting):
    with pytest.raises(ConsignError) as error:
        noting.note((noting.statements(0)[0], 1_000), route=Route.COLLECTING)
    assert code_of(error) == "payments.notice_other_route"
    assert "a notice of its own" in str(error.value)


def test_a_statement_that_is_none_of_the_partners_is_not_there(noting: Noting):
    with pytest.raises(ConsignError) as error:
        note_payment(
            noting.session, by=noting.city.finance, partner_id=noting.city.partner.id, route=Route.DIRECT,
            paid_on=START.date(), lines=[Share(987_654, 1)], reference="",
        )  # fmt: skip
    assert code_of(error) == "payments.notice_line_unknown"


@pytest.mark.parametrize(("count", "amounts", "code"), [
    (0, (), "payments.notice_empty"), (1, (0,), "input.bad"), (1, (-5,), "input.bad"),
    (2, (1, 1), "payments.notice_line_twice"),
])  # fmt: skip
def test_a_list_that_cannot_be_is_refused(noting: Noting, count: int, amounts: tuple[int, ...], code: str):
    statement = noting.statements(0)[0]
    with pytest.raises(ConsignError) as error:
        noting.note(*((statement, amounts[place]) for place in range(count)))
    assert code_of(error) == code


@pytest.mark.parametrize("days", [1, -367])
def test_the_day_of_a_payment_is_within_the_last_year(noting: Noting, days: int):
    with pytest.raises(ConsignError) as error:
        noting.note((noting.statements(0)[0], 1), paid_on=START.date() + timedelta(days))
    assert code_of(error) == "payments.notice_day"
    assert noting.note((noting.statements(0)[0], 1), paid_on=date(2025, 11, 19)).id


def test_an_account_that_is_none_of_the_offices_is_refused(noting: Noting):
    with pytest.raises(ConsignError) as direct:
        noting.note((noting.statements(0)[0], 1), bank_account_id=1)
    noting.route_all(Route.COLLECTING)
    with pytest.raises(ConsignError) as unknown:
        noting.note((noting.statements(0)[0], 1), route=Route.COLLECTING, bank_account_id=987)
    assert code_of(direct) == code_of(unknown) == "payments.notice_account"


def test_only_the_partners_own_finance_and_the_offices_note_payments(noting: Noting):
    statement = noting.statements(0)[0]
    for by in (noting.owners[0], noting.city.auditor, noting.city.admin):
        with pytest.raises(NotAllowed):
            noting.note((statement, 1), by=by)
    assert noting.note((statement, 1), by=noting.city.finance).number == "BY-2026-000001"


def test_a_refused_notice_takes_no_number(noting: Noting):
    statement = noting.statements(0)[0]
    for _ in range(3):
        with pytest.raises(ConsignError):
            noting.note((statement, 99_999_999))
    assert noting.note((statement, 1)).number == "BY-2026-000001"


def test_a_withdrawn_notice_says_why_and_is_told(noting: Noting):
    notice = noting.note((noting.statements(1)[0], 500))
    with pytest.raises(BadInput):
        withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="  ")
    withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="salah tanggal")
    assert notice.withdrawn_reason == "salah tanggal"
    told = noting.session.scalars(select(Notice.recipient).where(Notice.kind == "payments.withdrawn")).all()
    assert told == [f"producer:{noting.city.producers[1].id}"]
    with pytest.raises(ConsignError) as again:
        withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="lagi")
    assert code_of(again) == "payments.notice_withdrawn"


def test_what_a_producer_received_is_not_withdrawn_until_it_says_otherwise(noting: Noting):
    notice = noting.note((noting.statements(1)[0], 500))
    facts = {"notice_id": notice.id, "producer_id": noting.city.producers[1].id}
    answer_payment(noting.session, by=noting.owners[1], answer=Answer.RECEIVED, **facts)
    with pytest.raises(ConsignError) as error:
        withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="salah")
    assert code_of(error) == "payments.notice_answered"
    answer_payment(noting.session, by=noting.owners[1], answer=Answer.NOT_RECEIVED, **facts)
    withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="salah")


def test_expected_money_is_grouped_by_due_day_and_route(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    noting.note((september, 3_875))
    (group,) = find_expected(noting.session, by=noting.payer, partner_id=noting.city.partner.id)
    # Closed on 20 November, payable within 15 days.
    assert (group.due_on, group.route, group.left_rp) == (date(2026, 12, 5), "direct", 40_000 + 14_625 + 21_937)
    numbers = [(one.payable.number, one.payable.left_rp) for one in group.statements]
    assert numbers == [(september.number, 40_000), (october.number, 14_625), (other.number, 21_937)]


def test_an_amount_alone_is_spread_over_what_is_left(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    noting.note((september, 43_875))
    facts = {"by": noting.payer, "partner_id": noting.city.partner.id, "route": Route.DIRECT}
    shares = spread_payment(noting.session, amount_rp=36_562, **facts)
    assert {one.statement_id: one.amount_rp for one in shares} == {october.id: 14_625, other.id: 21_937}
    with pytest.raises(ConsignError) as left:
        spread_payment(noting.session, amount_rp=36_563, **facts)
    with pytest.raises(ConsignError) as opened:
        spread_payment(noting.session, amount_rp=80_438, **facts)  # 43.875 + 14.625 + 21.937 = 80.437
    assert (code_of(left), code_of(opened)) == ("payments.announced_already", "payments.notice_too_much")
