"""Whether the statements of an account follow each other without a gap: a finding that is shown, and no breach."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.orm import Session

from consign.models.banking import BankFile, BankLine


@dataclass(frozen=True)
class FileFact:
    """What one posted statement says."""

    file_id: int
    from_on: date
    until_on: date
    opening_rp: int
    closing_rp: int


@dataclass(frozen=True)
class Gap:
    """Something missing, or too much, before or in a statement. Where days are missing, they are `from_on` to `until_on`."""

    file_id: int
    """The statement whose balance does not follow, or before which days are missing."""
    from_on: date
    until_on: date
    difference_rp: int
    """By how much its balance differs from what the lines before it come to; 0 where only days are missing."""


@dataclass(frozen=True)
class DayLines:
    """The lines of one day in the order in which they came, each with the file that brought it and the balance after it."""

    file_ids: tuple[int, ...]
    amounts: tuple[int, ...]
    balances: tuple[int | None, ...]


def find_gaps(files: Sequence[FileFact], moved: Mapping[date, int], days: Mapping[date, DayLines]) -> list[Gap]:
    """Return where *files* do not follow each other.

    *moved* has what all lines of a day come to, *days* the single lines of days on which a statement begins or ends. The
    opening balance of a statement must be what stood in the account at some moment of its first day, and its closing
    balance what stood there at some moment of its last.
    """
    ordered = sorted(files, key=lambda one: (one.from_on, one.until_on, one.file_id))
    if not ordered:
        return []
    first = ordered[0]
    sums = _Sums(first.opening_rp, moved, days)
    gaps: list[Gap] = []
    covered = first.from_on - timedelta(1)
    for one in ordered:
        expected = sums.before(one.from_on)
        if one is not first and one.opening_rp not in sums.moments(one.from_on, one.file_id):
            difference = one.opening_rp - expected
            gaps.append(Gap(one.file_id, min(covered + timedelta(1), one.from_on), one.from_on, difference))
            sums.shift_rp += difference
        elif one.from_on > covered + timedelta(1):
            gaps.append(Gap(one.file_id, covered + timedelta(1), one.from_on - timedelta(1), 0))
        if one.closing_rp not in sums.moments(one.until_on, one.file_id):
            difference = one.closing_rp - sums.before(one.until_on + timedelta(1))
            gaps.append(Gap(one.file_id, one.from_on, one.until_on, difference))
        covered = max(covered, one.until_on)
    return gaps


class _Sums:
    """What stood in the account at any time, by its lines and what is known to be missing among them."""

    def __init__(self, opening_rp: int, moved: Mapping[date, int], days: Mapping[date, DayLines]) -> None:
        self.shift_rp = 0
        self._days = days
        self._known = sorted(moved)
        self._opening = opening_rp
        self._running = list(accumulate((moved[day] for day in self._known), initial=0))

    def before(self, day: date) -> int:
        """Return what stood in the account as *day* began."""
        place = _find_place(self._known, day)
        return self._opening + self.shift_rp + self._running[place]

    def moments(self, day: date, file_id: int) -> set[int]:
        """Return what may have stood in the account at any moment of *day*: several files may have brought its lines.

        What another file than *file_id* says of its lines' balances counts as well: in which order lines of several files
        were booked is not known otherwise.
        """
        start = self.before(day)
        lines = self._days.get(day)
        found = {start}
        for amounts in _order_lines(lines) if lines else ():
            found |= {start + moved for moved in accumulate(amounts)}
        for brought_by, amount, balance in (
            zip(lines.file_ids, lines.amounts, lines.balances, strict=True) if lines else ()
        ):
            if brought_by != file_id and balance is not None:
                found |= {balance, balance - amount}
        return found


def _order_lines(lines: DayLines) -> Iterator[list[int]]:
    """Yield the orders in which the lines of a day may have been booked: file by file, from the first or the last."""
    for sign in (1, -1):
        order = sorted(range(len(lines.amounts)), key=lambda place: (sign * lines.file_ids[place], place))
        yield [lines.amounts[place] for place in order]


def _find_place(days: Sequence[date], day: date) -> int:
    low, high = 0, len(days)
    while low < high:
        middle = (low + high) // 2
        if days[middle] < day:
            low = middle + 1
        else:
            high = middle
    return low


_MOVED = text("""
    SELECT account_id, booked_on, sum(amount_rp)::bigint AS moved FROM bank_line
    WHERE :account IS NULL OR account_id = :account GROUP BY 1, 2""").bindparams(bindparam("account", type_=BigInteger))


def find_account_gaps(session: Session, account_id: int) -> list[Gap]:
    """Return where the posted statements of an account do not follow each other, from the earliest to the latest."""
    return find_all_gaps(session, account_id=account_id).get(account_id, [])


def find_all_gaps(session: Session, *, account_id: int | None = None) -> dict[int, list[Gap]]:
    """Return where posted statements do not follow each other, by account; only of one account where it is given."""
    query = select(
        BankFile.account_id, BankFile.id, BankFile.from_on, BankFile.until_on, BankFile.opening_rp, BankFile.closing_rp
    )
    if account_id is not None:
        query = query.where(BankFile.account_id == account_id)
    files: defaultdict[int, list[FileFact]] = defaultdict(list)
    for row in session.execute(query):
        files[row.account_id].append(FileFact(row.id, row.from_on, row.until_on, row.opening_rp, row.closing_rp))
    moved: defaultdict[int, dict[date, int]] = defaultdict(dict)
    for row in session.execute(_MOVED, {"account": account_id}) if files else ():
        moved[row.account_id][row.booked_on] = row.moved
    ends = {day for facts in files.values() for one in facts for day in (one.from_on, one.until_on)}
    lines = (
        select(BankLine.account_id, BankLine.booked_on, BankLine.file_id, BankLine.amount_rp, BankLine.balance_rp)
        .where(BankLine.account_id.in_(sorted(files)), BankLine.booked_on.in_(sorted(ends)))
        .order_by(BankLine.id)
    )
    found: defaultdict[int, dict[date, list[tuple[int, int, int | None]]]] = defaultdict(dict)
    for line in session.execute(lines) if files else ():
        found[line.account_id].setdefault(line.booked_on, []).append((line.file_id, line.amount_rp, line.balance_rp))
    days = {
        account: {day: DayLines(*zip(*facts, strict=True)) for day, facts in by_day.items()}
        for account, by_day in found.items()
    }
    return {account: find_gaps(facts, moved[account], days.get(account, {})) for account, facts in files.items()}
