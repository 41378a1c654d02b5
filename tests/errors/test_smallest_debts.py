"""Each error code about statements of before, disputes, corrections and reminders has its smallest failing case here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from consign.errors import ConsignError
from consign.files import Files
from consign.identity.rules import Actor, Role
from consign.models.settlement import CarryOver, Statement
from consign.partners.actions import add_producer
from consign.settlement.carry_rules import PROBLEMS, CarryRowsRefused
from consign.settlement.carrying_over import confirm_carry_over, prepare_carry_over, withdraw_carry_over
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.dispute_rules import DisputedLine
from consign.settlement.disputing import answer_dispute, raise_dispute
from consign.settlement.late_rules import Step
from consign.settlement.reminding import send_reminder
from tests.builders import City
from tests.settlement.carrying import FIRST, Clock, add_head, hand_in, set_clock
from tests.settlement.test_closing import SEPTEMBER, close
from tests.settlement.test_disputing import add_person

FOLDER = Path(__file__).parent / "carried"
SAID: dict[str, tuple[int, str, str]] = {
    "row.width": (2, "", "nota | P1 | 1 |  | 2026-08-31 | 2026-09-15"),
    "cell.blank": (2, "Nomor lama", ""),
    "cell.error_value": (2, "Jumlah", "#REF!"),
    "cell.unfitting": (2, "Nomor lama", "1"),
    "word.unknown": (2, "Jenis", "utang"),
    "producer.unknown": (2, "Kode UMKM", "P9"),
    "text.too_long": (2, "Nomor lama", "7" * 61),
    "date.invalid": (2, "Jatuh tempo", "lusa"),
    "date.ambiguous": (2, "Akhir periode", "05/06/2026"),
    "amount.invalid": (2, "Jumlah", "seribu"),
    "amount.not_whole": (2, "Jumlah", "1000,50"),
    "amount.out_of_bounds": (2, "Jumlah", "0"),
    "period.backwards": (2, "Awal periode", "2026-09-01"),
    "period.in_these_books": (2, "Akhir periode", "2026-09-01"),
    "due.too_early": (2, "Jatuh tempo", "2026-08-30"),
    "row.repeats": (3, "", ""),
}


@dataclass
class Desk:
    """What the cases work with: the city, its head of office, and the object store."""

    city: City
    head: Actor
    files: Files
    clock: Clock

    @property
    def statement(self) -> Statement:
        """Close September and return the first producer's statement."""
        return close(self.city, SEPTEMBER)[0]

    @property
    def owner(self) -> Actor:
        return add_person(self.city, "pemilik@umkm.example", Role.PRODUCER, producer_id=self.city.producers[0].id)

    def dispute(self, line: DisputedLine | None = None, *, reason: str = "uji", later: int | None = None) -> int:
        statement, owner = self.statement, self.owner
        if later is not None:
            self.clock.day = date(2026, 10, later)
        raised = raise_dispute(
            self.city.session, by=owner, number=statement.number, line=line, expected="", reason=reason
        )
        return raised.id

    def propose(self, amount_rp: int = 1) -> int:
        city = self.city
        return propose_adjustment(
            city.session, by=city.finance, partner_id=city.partner.id, producer_id=city.producers[0].id,
            amount_rp=amount_rp, reason="uji",
        ).id  # fmt: skip

    def decide(self, adjustment_id: int, *, by: Actor | None = None, approve: bool = True) -> None:
        decide_adjustment(self.city.session, by=by or self.head, adjustment_id=adjustment_id, approve=approve)

    def answer(self, dispute_id: int, *, uphold: bool = False) -> None:
        answer_dispute(self.city.session, by=self.city.finance, dispute_id=dispute_id, uphold=uphold, answer="uji")

    def remind(self, step: Step) -> None:
        send_reminder(self.city.session, by=self.city.finance, partner_id=self.city.partner.id, step=step)


@pytest.fixture
def desk(city: City, files: Files, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(city, add_head(city), files, set_clock(monkeypatch, date(2026, 10, 5)))


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_row_of_before_is_a_problem_for_its_reason_and_nothing_is_kept(desk: Desk, code: str):
    city = desk.city
    with (FOLDER / f"{code}.csv").open("rb") as source, pytest.raises(CarryRowsRefused) as refused:
        prepare_carry_over(
            city.session, by=city.finance, partner_id=city.partner.id, first_on=FIRST, source=source, name="x.csv",
            files=desk.files,
        )  # fmt: skip
    row, problem = refused.value.problems[0]
    assert (row, problem.column, problem.cell, problem.code) == (*SAID[code], code)
    assert city.session.scalars(select(CarryOver)).all() == []


def test_each_problem_has_its_file():
    assert {path.stem for path in FOLDER.iterdir()} == set(PROBLEMS) == set(SAID)


def dispute_twice(desk: Desk) -> None:
    statement, owner = desk.statement, desk.owner
    for reason in ("satu", "dua"):
        raise_dispute(desk.city.session, by=owner, number=statement.number, line=None, expected="", reason=reason)


def answer_twice(desk: Desk) -> None:
    dispute_id = desk.dispute()
    desk.answer(dispute_id)
    desk.answer(dispute_id, uphold=True)


def decide_twice(desk: Desk) -> None:
    adjustment_id = desk.propose()
    desk.decide(adjustment_id)
    desk.decide(adjustment_id, approve=False)


def propose_for_strangers(desk: Desk) -> None:
    city = desk.city
    stranger = add_producer(city.session, by=city.admin, code="P9", name="Dapur 9", nib=None)
    propose_adjustment(
        city.session, by=city.finance, partner_id=city.partner.id, producer_id=stranger.id, amount_rp=1, reason="uji"
    )


def hand_in_twice(desk: Desk) -> None:
    hand_in(desk.city, desk.files)
    hand_in(desk.city, desk.files)


def hand_in_after_a_closing(desk: Desk) -> None:
    close(desk.city, SEPTEMBER)
    hand_in(desk.city, desk.files)


def confirm_what_was_withdrawn(desk: Desk) -> None:
    kept = hand_in(desk.city, desk.files)
    withdraw_carry_over(desk.city.session, by=desk.city.finance, carry_over_id=kept.id)
    confirm_carry_over(desk.city.session, by=desk.head, carry_over_id=kept.id)


def confirm_ones_own(desk: Desk) -> None:
    kept = hand_in(desk.city, desk.files)
    confirm_carry_over(desk.city.session, by=desk.city.finance, carry_over_id=kept.id)


def remind_of_the_second_step_first(desk: Desk) -> None:
    kept = hand_in(desk.city, desk.files)
    confirm_carry_over(desk.city.session, by=desk.head, carry_over_id=kept.id)
    desk.remind(Step.SECOND)


def approve_ones_own(desk: Desk) -> None:
    desk.decide(desk.propose(), by=desk.city.finance)


CASES: dict[str, Callable[[Desk], object]] = {
    "settlement.carry_sheet_refused": lambda desk: hand_in(desk.city, desk.files, "nota,P1", head="Jenis,Kode UMKM"),
    "settlement.carry_over_stands": hand_in_twice,
    "settlement.partner_closed_before": hand_in_after_a_closing,
    "settlement.carry_over_unknown": lambda desk: withdraw_carry_over(
        desk.city.session, by=desk.city.finance, carry_over_id=0
    ),
    "settlement.carry_over_ended": confirm_what_was_withdrawn,
    "settlement.carry_over_by_same": confirm_ones_own,
    "settlement.carry_day_refused": lambda desk: hand_in(desk.city, desk.files, first_on=date(2026, 10, 6)),
    "settlement.dispute_too_late": lambda desk: desk.dispute(later=13),
    "settlement.dispute_stands": dispute_twice,
    "settlement.dispute_unknown": lambda desk: desk.answer(0),
    "settlement.dispute_ended": answer_twice,
    "settlement.disputed_line_unknown": lambda desk: desk.dispute(DisputedLine(desk.city.stores[0].id)),
    "settlement.adjustment_amount": lambda desk: desk.propose(0),
    "settlement.adjustment_unknown": lambda desk: desk.decide(0),
    "settlement.adjustment_decided": decide_twice,
    "settlement.adjustment_by_same": approve_ones_own,
    "settlement.adjustment_pair": propose_for_strangers,
    "settlement.nothing_late": lambda desk: desk.remind(Step.FRIENDLY),
    "settlement.reminder_too_early": remind_of_the_second_step_first,
}


@pytest.mark.parametrize("code", CASES)
def test_an_act_about_debts_is_refused_for_its_reason(desk: Desk, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](desk)
    assert refused.value.code == code
    said = ("nothing was changed", "nothing was kept", "nothing was posted", "nothing was proposed", "nothing was sent",
            "nothing was carried over")  # fmt: skip
    assert any(words in str(refused.value) for words in said)
