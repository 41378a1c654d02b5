"""Each error code about payment notices and answers has its smallest failing case here."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from consign.errors import ConsignError
from consign.files import Files
from consign.models.payments import PaymentNotice
from consign.partners.rules import Route
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.notice_file import MOST_BYTES, read_notice_file
from consign.payments.notice_lists import get_notice_view
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment, withdraw_notice
from consign.payments.proof_files import take_proof
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.shares import Share
from tests.builders import City
from tests.payments.noting import SLIP, START, Noting, build_noting, hold_clock


@pytest.fixture
def noting(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    return build_noting(city, tmp_path, hold_clock(monkeypatch))


def first(noting: Noting, amount: int = 5, **facts: object) -> PaymentNotice:
    return noting.note((noting.statements(0)[0], amount), **facts)  # type: ignore[arg-type]


def answer(noting: Noting, notice: PaymentNotice, said: Answer = Answer.RECEIVED) -> None:
    producer_id = noting.city.producers[0].id
    answer_payment(noting.session, by=noting.owners[0], notice_id=notice.id, producer_id=producer_id, answer=said)


def withdraw(noting: Noting, notice: PaymentNotice) -> PaymentNotice:
    return withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="uji")


def take(noting: Noting, notice: PaymentNotice) -> None:
    producer_id = noting.city.producers[0].id
    take_as_received(noting.session, by=noting.city.finance, notice_id=notice.id, producer_id=producer_id)


def note_what_is_none_of_the_partners(noting: Noting) -> None:
    note_payment(
        noting.session, by=noting.payer, partner_id=noting.city.partner.id, route="direct", paid_on=START.date(),
        reference="", lines=[Share(987_654, 1)],
    )  # fmt: skip


def note_twice(noting: Noting) -> None:
    statement = noting.statements(0)[0]
    noting.note((statement, 1), (statement, 1))


def announce_again(noting: Noting) -> None:
    first(noting, 43_875)
    first(noting, 1)


def withdraw_what_came(noting: Noting) -> None:
    notice = first(noting)
    answer(noting, notice)
    withdraw(noting, notice)


def answer_what_goes_over_the_office(noting: Noting) -> None:
    noting.route_all(Route.COLLECTING)
    answer(noting, first(noting, route=Route.COLLECTING))


def answer_what_was_written_off(noting: Noting) -> None:
    statement = noting.statements(0)[0]
    notice = noting.note((statement, 43_875))
    lock_open(noting.session, [statement.id])
    allocate(
        noting.session, [Share(statement.id, 1)], by=noting.city.finance, source=Source.WRITTEN_OFF_PRODUCER,
        cause="write_off:1", booked_on=START.date(),
    )  # fmt: skip
    answer(noting, notice)


def take_what_was_answered(noting: Noting) -> None:
    notice = first(noting, proof=SLIP)
    answer(noting, notice, Answer.NOT_RECEIVED)
    take(noting, notice)


def read(noting: Noting, content: bytes) -> None:
    read_notice_file(
        noting.session, by=noting.payer, partner_id=noting.city.partner.id, route="direct", source=io.BytesIO(content)
    )


def take_no_proof(noting: Noting) -> None:
    del noting
    take_proof(io.BytesIO(b"MZ"), name="bukti.exe", files=Files.open(url=None, folder=Path("unused-files")))


CASES: dict[str, Callable[[Noting], object]] = {
    "payments.notice_unknown": lambda one: get_notice_view(one.session, by=one.payer, number="BY-2026-000001"),
    "payments.notice_empty": lambda one: one.note(),
    "payments.notice_line_unknown": note_what_is_none_of_the_partners,
    "payments.notice_other_route": lambda one: first(one, route=Route.COLLECTING),
    "payments.notice_line_twice": note_twice,
    "payments.notice_too_much": lambda one: first(one, 43_876),
    "payments.announced_already": announce_again,
    "payments.notice_day": lambda one: first(one, paid_on=START.date() + timedelta(1)),
    "payments.notice_account": lambda one: first(one, bank_account_id=1),
    "payments.notice_answered": withdraw_what_came,
    "payments.notice_withdrawn": lambda one: answer(one, withdraw(one, first(one))),
    "payments.answer_not_asked": answer_what_goes_over_the_office,
    "payments.answer_not_fitting": answer_what_was_written_off,
    "payments.answer_stands": take_what_was_answered,
    "payments.proof_missing": lambda one: take(one, first(one)),
    "payments.not_silent_yet": lambda one: take(one, first(one, proof=SLIP)),
    "payments.proof_refused": take_no_proof,
    "payments.notice_file_too_large": lambda one: read(one, b"x" * (MOST_BYTES + 1)),
    "payments.notice_file_columns": lambda one: read(one, b"nota,toko\nNP-1,T1\n"),
    "payments.notice_file_empty": lambda one: read(one, b"nota,jumlah\n,\n"),
    "payments.notice_file_refused": lambda one: read(one, b"nota,jumlah\nNP-2026-999999,1\n"),
}


@pytest.mark.parametrize("code", CASES)
def test_a_payment_is_refused_for_its_reason(noting: Noting, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](noting)
    assert refused.value.code == code


def test_every_code_has_its_case():
    folder = Path(__file__).parents[2] / "consign/payments"
    own = ("notice_rules", "notice_file", "proof_files")
    sources = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in own)
    assert {part.split('"')[0] for part in sources.split('    code = "')[1:]} == set(CASES)
