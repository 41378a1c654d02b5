"""How late a payment is, and which step of reminding is next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from consign.errors import Conflict

TREND_MONTHS = 6
"""For how many months back it is looked at how fast a partner paid."""


class Bucket(StrEnum):
    """By how many days something is past its day."""

    NOT_DUE = "not_due"
    """Its day is not over; the last day still counts."""
    WEEK = "days_1_7"
    FORTNIGHT = "days_8_15"
    MONTH = "days_16_30"
    TWO_MONTHS = "days_31_60"
    LONGER = "days_over_60"


LAST_DAYS: dict[Bucket, int | None] = {
    Bucket.NOT_DUE: 0, Bucket.WEEK: 7, Bucket.FORTNIGHT: 15, Bucket.MONTH: 30, Bucket.TWO_MONTHS: 60, Bucket.LONGER: None,
}  # fmt: skip
"""The most days, inside, that each holds; without an end for the last one."""


class Step(StrEnum):
    """How a partner is reminded, one after the other."""

    FRIENDLY = "friendly"
    """On the day something is due, or later."""
    FIRST = "first"
    SECOND = "second"
    LETTER = "letter"
    """A letter of the head of the office (surat teguran), with what it rests on."""


WAIT_DAYS: dict[Step, int] = {Step.FRIENDLY: 0, Step.FIRST: 7, Step.SECOND: 7, Step.LETTER: 7}
"""How many days each comes after the one before at the earliest; the first one after the day something is due."""
LETTER_AGAIN_DAYS = 30
"""After so many days without payment the letter may be sent again."""


class NothingLate(Conflict):
    """Nothing of the partner's is due and open; nothing was sent."""

    code = "settlement.nothing_late"


class ReminderTooEarly(Conflict):
    """The step is not the next one, or its day has not come; nothing was sent."""

    code = "settlement.reminder_too_early"


@dataclass(frozen=True)
class SentStep:
    """A step that was sent, of something that is still open."""

    step: Step
    day: date


@dataclass(frozen=True)
class NextStep:
    """The step that comes next, and the first day on which it may be sent."""

    step: Step
    from_on: date


def find_bucket(due_on: date, *, on: date) -> Bucket:
    """Return how late something is on the day *on*; on the day it is due it is not late."""
    late = (on - due_on).days
    return next(bucket for bucket, last in LAST_DAYS.items() if last is None or late <= last)


def find_next_step(sent: Sequence[SentStep], *, oldest_due_on: date) -> NextStep:
    """Return which step comes after those that were *sent* of what is still open; *oldest_due_on* is the first day due."""
    if not sent:
        return NextStep(Step.FRIENDLY, oldest_due_on)
    steps = list(Step)
    last = max(sent, key=lambda one: (steps.index(one.step), one.day))
    if last.step is Step.LETTER:
        return NextStep(Step.LETTER, last.day + timedelta(LETTER_AGAIN_DAYS))
    following = steps[steps.index(last.step) + 1]
    return NextStep(following, last.day + timedelta(WAIT_DAYS[following]))


def find_month_ends(on: date, *, months: int = TREND_MONTHS) -> list[date]:
    """Return the last days of the months before that of *on*, the oldest first, and *on* itself as the last of *months*."""
    ends = [on]
    while len(ends) < months:
        ends.insert(0, ends[0].replace(day=1) - timedelta(1))
    return ends


def go_back_months(on: date, months: int = TREND_MONTHS) -> date:
    """Return the day so many months before *on*, the month's last one where it is shorter."""
    number = on.year * 12 + on.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + timedelta(on.day - 1), following - timedelta(1))
