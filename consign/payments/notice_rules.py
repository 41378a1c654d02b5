"""What a payment notice may say, what stands against it, and what producers answer. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from consign.errors import BadInput, Conflict, NotFound
from consign.money import Rupiah
from consign.partners.rules import Route
from consign.sentence import Code, say

PREFIX = "BY"
LONGEST_REFERENCE = 100
LONGEST_BACK_DAYS = 366
MOST_LINES = 2_000
PAST_THE_OFFICE = frozenset({Route.DIRECT.value, Route.COOPERATIVE.value})
"""Routes on which the office sees no money, so that the producer says whether it came."""


class Answer(StrEnum):
    """What is said to a payment that went past the office."""

    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    TAKEN = "taken_as_received"
    """By finance, after the producer's silence."""


COUNTS_AS_RECEIVED = frozenset({Answer.RECEIVED.value, Answer.TAKEN.value})


class NoticeState(StrEnum):
    """How far a notice got."""

    ANNOUNCED = "announced"
    """Nobody has answered, and nothing of it was found on a bank's statement."""
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    """A producer says that the money did not come."""
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"


class NoticeUnknown(NotFound):
    """There is no such payment notice, or it is not for this person to see; nothing was changed."""

    code = "payments.notice_unknown"


class NoticeEmpty(BadInput):
    """A notice says of no statement that it was paid; nothing was noted."""

    code = "payments.notice_empty"


class NoticeLineUnknown(NotFound):
    """The partner has no such statement; nothing was noted."""

    code = "payments.notice_line_unknown"


class NoticeOtherRoute(Conflict):
    """A statement is paid by another route than the notice; nothing was noted."""

    code = "payments.notice_other_route"


class NoticeLineTwice(BadInput):
    """A statement stands twice in the list of one notice; nothing was noted."""

    code = "payments.notice_line_twice"


class NoticeTooMuch(Conflict):
    """More was paid, by the notice, than is open; nothing was noted."""

    code = "payments.notice_too_much"


class AnnouncedAlready(Conflict):
    """An earlier notice announced the same money, and waits; nothing was noted."""

    code = "payments.announced_already"


class NoticeDayWrong(BadInput):
    """The day of a payment is to come, or more than a year ago; nothing was noted."""

    code = "payments.notice_day"


class NoticeAccountWrong(BadInput):
    """A notice names an account of the office that it cannot have been paid into; nothing was noted."""

    code = "payments.notice_account"


class NoticeAnswered(Conflict):
    """The money of a notice came, by an answer or by a bank's statement, so it cannot be withdrawn; nothing was changed."""

    code = "payments.notice_answered"


class NoticeWithdrawn(Conflict):
    """The notice was withdrawn; nothing was changed."""

    code = "payments.notice_withdrawn"


class AnswerNotAsked(Conflict):
    """The money of a notice goes over the office's account, so its producers are not asked; nothing was changed."""

    code = "payments.answer_not_asked"


class AnswerNotFitting(Conflict):
    """Less of the statements is open than the notice says, so the answer was not kept."""

    code = "payments.answer_not_fitting"


class NotSilentYet(Conflict):
    """The producer may still answer; nothing was changed."""

    code = "payments.not_silent_yet"


class ProofMissing(Conflict):
    """Without a proof a payment is not taken as received; nothing was changed."""

    code = "payments.proof_missing"


class AnswerStands(Conflict):
    """The producer has answered, so silence is no reason to take a payment as received; nothing was changed."""

    code = "payments.answer_stands"


@dataclass(frozen=True)
class Payable:
    """A statement as a notice can pay it."""

    id: int
    number: str
    partner_id: int
    producer_id: int
    route: str
    due_on: date
    open_rp: int
    announced_rp: int = 0
    """What earlier notices announced of it and nobody has answered or found yet."""
    announced_by: tuple[str, ...] = ()
    """Their numbers."""

    @property
    def left_rp(self) -> int:
        """Return what a further notice may still announce; never negative."""
        return max(0, self.open_rp - self.announced_rp)


def refuse_line(payable: Payable | None, amount_rp: int, *, partner_id: int, route: str, said: str) -> None:
    """Refuse a line of a notice that cannot be; *said* is how its list names the statement.

    Raises:
        NoticeLineUnknown: the partner has no such statement.
        NoticeOtherRoute: it is paid by another route.
        BadInput: the amount is not above zero.
        NoticeTooMuch: less is open.
        AnnouncedAlready: earlier notices that wait leave less.

    """
    if payable is None or payable.partner_id != partner_id:
        raise NoticeLineUnknown(
            say("The partner has no statement “{number}”; nothing was noted. Check the number.", number=said)
        )
    if payable.route != route:
        raise NoticeOtherRoute(
            say(
                "Statement {number} is to be paid by another route ({route}); nothing was noted. Take it out of this list"
                " and write a notice of its own for that route.",
                number=payable.number,
                route=Code("route", payable.route),
            )
        )
    if amount_rp <= 0:
        raise BadInput(
            say("The amount for statement {number} is not above zero; nothing was noted.", number=payable.number)
        )
    amounts = {"number": payable.number, "open": Rupiah(payable.open_rp), "amount": Rupiah(amount_rp)}
    if amount_rp > payable.open_rp:
        raise NoticeTooMuch(
            say(
                "Of statement {number} {open} is open, less than {amount}; nothing was noted. Lower the amount, or leave the"
                " statement out.",
                **amounts,
            )
        )
    if amount_rp > payable.left_rp:
        raise AnnouncedAlready(
            say(
                "Of statement {number} {announced} was announced before, by {notices}, so {left} is left; nothing was noted."
                " Withdraw the earlier notice if it was wrong, or lower the amount.",
                number=payable.number,
                announced=Rupiah(payable.announced_rp),
                notices=list(payable.announced_by),
                left=Rupiah(payable.left_rp),
            )
        )


def refuse_repeats(numbers: Iterable[str]) -> None:
    """Refuse a list that names a statement twice.

    Raises:
        NoticeLineTwice: it does.

    """
    seen: set[str] = set()
    for number in numbers:
        if number in seen:
            raise NoticeLineTwice(
                say(
                    "Statement {number} stands twice in the list; nothing was noted. Put both into one line.",
                    number=number,
                )
            )
        seen.add(number)


def refuse_paid_on(paid_on: date, *, today: date) -> None:
    """Refuse a day to come, and one more than a year ago, which is a slip of the pen.

    Raises:
        NoticeDayWrong: accordingly.

    """
    first = today - timedelta(LONGEST_BACK_DAYS)
    if not first <= paid_on <= today:
        raise NoticeDayWrong(
            say(
                "The day {day} cannot be the day of the payment: from {first} to {last}. Nothing was noted.",
                day=paid_on, first=first, last=today,
            )
        )  # fmt: skip


def refuse_silence(*, first_on: date, today: date, has_proof: bool, answer: str | None) -> None:
    """Refuse to take a payment as received before its time.

    Raises:
        AnswerStands: the producer has answered.
        ProofMissing: there is no proof.
        NotSilentYet: the day *first_on*, see `find_first_taken_on`, has not come.

    """
    if answer is not None:
        raise AnswerStands(
            say(
                "The producer has answered ({answer}); nothing was changed. Only silence lets a payment be taken as received.",
                answer=Code("payment_answer", answer),
            )
        )
    if not has_proof:
        raise ProofMissing(
            say(
                "There is no proof of this payment, so it is not taken as received; nothing was changed. Ask the partner for"
                " a notice with a transfer slip, or the producer for an answer."
            )
        )
    if today < first_on:
        raise NotSilentYet(
            say(
                "The producer may answer until {day}; nothing was changed. Come back then.", day=first_on - timedelta(1)
            )
        )


def find_first_taken_on(noted_at: datetime, *, zone: str, silent_days: int) -> date:
    """Return the first day on which silence lets finance take a payment as received."""
    return noted_at.astimezone(ZoneInfo(zone)).date() + timedelta(silent_days)


def assess_notice(*, withdrawn: bool, amount_rp: int, received_rp: int, answers: Collection[str | None]) -> NoticeState:
    """Say how far a notice got: *received_rp* of it came; *answers* are the last ones of its producers."""
    if withdrawn:
        return NoticeState.WITHDRAWN
    if Answer.NOT_RECEIVED.value in answers:
        return NoticeState.CONTRADICTED
    if received_rp >= amount_rp:
        return NoticeState.RECEIVED
    return NoticeState.PARTLY if received_rp else NoticeState.ANNOUNCED


def name_cause(number: str, producer_id: int) -> str:
    """Return what allocations of a producer's answer to the notice *number* come from."""
    return f"notice:{number}:{producer_id}"
