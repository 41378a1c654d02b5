"""On which days a store sells, so that a report is due: its week from a day on, and the days it is closed. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consign.errors import BadInput, Conflict, NotFound
from consign.identity.rules import Actor, Role
from consign.identity.spelling import clean_text
from consign.partners.rules import PeriodClosed, refuse_days_out_of_order
from consign.sentence import say

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Codes of the weekdays, as Python counts them from 0."""
WHOLE_WEEK = frozenset(range(7))
MOST_CLOSED_DAYS = 366
LONGEST_REASON = 200


class ClosureMissing(NotFound):
    """There is no such closure of a store; nothing was changed."""

    code = "partners.closure_missing"


class ClosureEnded(Conflict):
    """The closure was ended before; nothing was changed."""

    code = "partners.closure_ended"


@dataclass(frozen=True)
class Week:
    """The weekdays (0 is Monday) on which a store sells from *from_on* on, and who said so when."""

    from_on: date
    weekdays: frozenset[int]
    by: str
    at: datetime


@dataclass(frozen=True)
class Closure:
    """Days on which a store, or every store of the partner, does not sell; both ends inside. Said by *by*."""

    id: int
    store_id: int | None
    from_on: date
    until_on: date
    reason: str
    by: str
    at: datetime
    said_until: date
    """The last day as it was said first; later than *until_on* where the closure was ended early."""
    ended_by: str | None = None


@dataclass(frozen=True)
class SellingDays:
    """What was said about the days of one store: its weeks by their first days, and its closures."""

    weeks: Sequence[Week] = ()
    closures: Sequence[Closure] = ()

    def find_week(self, day: date) -> Week | None:
        """Return the week in force on *day*; blank where the store sells on all seven days."""
        return max((one for one in self.weeks if one.from_on <= day), key=lambda one: one.from_on, default=None)

    def find_closures(self, day: date) -> list[Closure]:
        """Return what was said of *day* in particular."""
        return [one for one in self.closures if one.from_on <= day <= one.until_on]

    def expects(self, day: date) -> bool:
        """Say whether a report is due for *day*."""
        week = self.find_week(day)
        return (week is None or day.weekday() in week.weekdays) and not self.find_closures(day)


def pack_weekdays(weekdays: Collection[int]) -> int:
    """Return *weekdays* (0 is Monday) with a bit for each, as a row holds them.

    Raises:
        BadInput: there is none, or one that is no weekday.

    """
    if not weekdays or not WHOLE_WEEK.issuperset(weekdays):
        raise BadInput(
            say(
                "A store that reports sells on at least one weekday; nothing was changed."
                " One that sells no more gets a last day."
            )
        )
    return sum(1 << one for one in set(weekdays))


def unpack_weekdays(bits: int) -> frozenset[int]:
    """Return the weekdays of a row; 0 is Monday."""
    return frozenset(one for one in WHOLE_WEEK if bits >> one & 1)


def parse_weekdays(text: str) -> frozenset[int]:
    """Read weekdays as the command line takes them: `mon,tue,sat`, or `mon-sat`.

    Raises:
        BadInput: it is something else.

    """
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise BadInput(say("“{text}” names no weekdays. Write them like mon-sat, or mon,tue,fri.", text=text))
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
        found |= {one % 7 for one in range(begin, end + 1 + 7 * (end < begin))}
    return frozenset(found)


def tidy_closing_reason(given: str) -> str:
    """Return why a store is closed, on one line.

    Raises:
        BadInput: it is blank, or longer than 200 characters.

    """
    reason = clean_text(given)
    if not reason:
        raise BadInput(say("A store is closed for a reason; nothing was changed. Say which."))
    if len(reason) > LONGEST_REASON:
        raise BadInput(say("A reason has at most {longest} characters; nothing was changed.", longest=LONGEST_REASON))
    return reason


def refuse_past_week(first: date, *, by: Actor, today: date, closed_until: date | None) -> None:
    """Refuse that a store's week changes from *first* on, where that would rewrite what is over.

    The dinas may correct days that no closed period holds, a partner only those from *today* on.

    Raises:
        PeriodClosed: a closed period holds the day.
        BadInput: it is over, and not for *by* to say.

    """
    _refuse_closed_period(first, closed_until=closed_until)
    if by.partner_id is not None and first < today:
        raise BadInput(
            say(
                "A new week begins today or later, since what is over stays as it was; nothing was changed."
                " For days before that, ask the dinas."
            )
        )


def refuse_closure(first: date, last: date, *, by: Actor, today: date, closed_until: date | None) -> None:
    """Refuse a closure that cannot be, or that is not for *by* to say.

    A store manager says it of *today* and days ahead, so that no missing day can be explained away afterwards by the store
    that owes it; head office and dinas also of days before, as long as no closed period holds them.

    Raises:
        PeriodClosed: a closed period holds the first day.
        BadInput: the days are out of order or more than a year, or one is over and not for *by* to say.

    """
    refuse_days_out_of_order(first, last)
    if (last - first).days >= MOST_CLOSED_DAYS:
        raise BadInput(
            say("A store is closed for at most {days} days at once; nothing was changed.", days=MOST_CLOSED_DAYS)
        )
    _refuse_closed_period(first, closed_until=closed_until)
    if by.role is Role.STORE_MANAGER and first < today:
        raise BadInput(
            say(
                "Of days that are over, the head office or the dinas says that the store was closed;"
                " nothing was changed."
            )
        )


def refuse_end(closure_from: date, closure_until: date, last: date, *, closed_until: date | None) -> None:
    """Refuse to let a closure end on *last*, inside; the day before its first where it never held.

    Raises:
        BadInput: it does not end earlier by that.
        PeriodClosed: a closed period holds days that would be due again.

    """
    if not closure_from - timedelta(1) <= last < closure_until:
        raise BadInput(
            say(
                "This closure lasts from {first} to {last}; it can only end earlier. Nothing was changed.",
                first=closure_from,
                last=closure_until,
            )
        )
    _refuse_closed_period(last + timedelta(1), closed_until=closed_until)


def _refuse_closed_period(first: date, *, closed_until: date | None) -> None:
    if closed_until is not None and first <= closed_until:
        raise PeriodClosed(
            say("The partner is closed until {day}; nothing was changed. Name days after that.", day=closed_until)
        )
