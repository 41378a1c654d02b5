"""MT940 statements, read strictly: what does not keep the format is refused with its line, never passed over.

Source: SWIFT Standards Category 9, MT940 Customer Statement Message, fields 20 to 86. The `mt-940` library was tried: it
makes 29 February of the 30th, merges the statements of a file, and reads no transaction of some files that break the
format, without a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from consign.banking.rules import Draft, MessageInvalid, OwnSums, StatementLine, refuse_other_currency
from consign.banking.table_cells import to_rupiah
from consign.sentence import Sentence, say

LAYOUT = "mt940"
LONGEST_WORDS = 1_000
_TAG = re.compile(r":(\d{2}[A-Z]?|NS):(.*)")
_END = re.compile(r"-\}?.*|\{\d:.*")
"""The end of a message, and the blocks that SWIFT puts around it."""
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15}(?:[.,]\d{0,2})?)")
_LINE = re.compile(
    r"(?P<valued>\d{6})(?P<entered>\d{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,15}(?:[.,]\d{0,2})?)"
    r"(?P<kind>[A-Z][A-Z0-9]{3})(?P<own>(?:(?!//).)*)(?://(?P<bank>.*))?"
)
_SUMS = re.compile(r"(\d{1,5})([A-Z]{3})(\d{1,15}(?:[.,]\d{0,2})?)")
_SUBFIELD = re.compile(r"\?(\d{2})")
_IGNORED = frozenset({"13", "13D", "21", "34F", "64", "65", "NS", "28", "28C"})
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED"})
_SIGNS = {"C": 1, "D": -1, "RD": 1, "RC": -1}
"""A reversed debit comes back into the account, a reversed credit leaves it."""


@dataclass
class _Field:
    """One field of a message with its continuation lines; `row` is its line in the file, from 1."""

    tag: str
    row: int
    lines: list[str]


@dataclass
class _Statement:
    """A statement as far as it was read."""

    row: int
    account: str = ""
    opening: tuple[date, int] | None = None
    closing: tuple[date, int] | None = None
    currency: str = ""
    lines: list[StatementLine] = field(default_factory=list)
    pending: int = 0
    is_pending: bool = False
    """Whether the last line is one that is only expected."""
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_mt940(text: str, *, today: date) -> list[Draft]:
    """Return the statements in *text* in their order, each with the balances that it states.

    Raises:
        MessageInvalid: a field does not keep the format, or a statement has not both balances.
        OtherCurrency: one counts in another currency.

    """
    statements: list[_Statement] = []
    for one in _find_fields(text):
        if one.tag == "20":
            statements.append(_Statement(one.row))
        elif not statements:
            raise _invalid(one.row, say("it stands before the first statement"))
        else:
            _read_field(statements[-1], one, today=today)
    return [_finish(statement) for statement in statements]


def _invalid(row: int, why: Sentence) -> MessageInvalid:
    return MessageInvalid(
        say("Line {row} of the file is not as MT940 has it: {why}. Nothing was posted. Ask the bank for the file again.", row=row, why=why)
    )  # fmt: skip


def _find_fields(text: str) -> Iterator[_Field]:
    """Yield the fields of all messages; blocks around them are left out."""
    current: _Field | None = None
    for row, written in enumerate(text.splitlines(), start=1):
        line = re.sub(r"^\{\d:.*\{4:\s*", "", written).rstrip()
        if match := _TAG.match(line):
            if current is not None:
                yield current
            current = _Field(match[1], row, [match[2]])
        elif _END.fullmatch(line):
            if current is not None:
                yield current
            current = None
        elif line and current is not None:
            current.lines.append(line)
        elif line.startswith(":"):
            raise _invalid(row, say("its field is unknown"))
    if current is not None:
        yield current


def _read_field(statement: _Statement, one: _Field, *, today: date) -> None:
    if one.tag in _IGNORED:
        return
    match one.tag:
        case "25" | "25P":
            statement.account = one.lines[0].strip()
        case "60F" | "60M":
            _refuse_second(statement.opening, one.row)
            statement.opening = _read_balance(statement, one)
        case "62F" | "62M":
            _refuse_second(statement.closing, one.row)
            statement.closing = _read_balance(statement, one)
        case "61":
            _read_line(statement, one, today=today)
        case "86":
            _read_words(statement, one)
        case "90D" | "90C":
            statement.sums[one.tag] = _read_sum(one)
        case _:
            raise _invalid(one.row, say("its field is unknown"))


def _refuse_second(balance: tuple[date, int] | None, row: int) -> None:
    if balance is not None:
        raise _invalid(row, say("the balance stands there twice"))


def _read_sum(one: _Field) -> tuple[int, int]:
    match = _SUMS.fullmatch(one.lines[0].strip())
    if match is None:
        raise _invalid(one.row, say("count and sum cannot be read"))
    return int(match[1]), _read_rupiah(match[3], one.row)


def _read_balance(statement: _Statement, one: _Field) -> tuple[date, int]:
    match = _BALANCE.fullmatch(one.lines[0].strip())
    if match is None or len(one.lines) > 1:
        raise _invalid(one.row, say("the balance cannot be read"))
    refuse_other_currency(match[3])
    statement.currency = match[3]
    amount = _read_rupiah(match[4], one.row)
    return _read_day(match[2], one.row), amount if match[1] == "C" else -amount


def _read_day(digits: str, row: int) -> date:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError as error:
        raise _invalid(row, say("no calendar has the day {digits}", digits=digits)) from error


def _read_rupiah(written: str, row: int) -> int:
    amount = to_rupiah(Decimal(written.replace(",", ".").rstrip(".") or "0"))
    if isinstance(amount, str):
        raise _invalid(row, say("{written} is no amount in whole rupiah", written=written))
    return amount


def _read_line(statement: _Statement, one: _Field, *, today: date) -> None:
    if statement.opening is None or statement.closing is not None:
        raise _invalid(one.row, say("it does not stand between the two balances"))
    match = _LINE.fullmatch(one.lines[0].strip())
    if match is None:
        raise _invalid(one.row, say("the booking cannot be read"))
    statement.is_pending = match["mark"].startswith("E")
    if statement.is_pending:
        statement.pending += 1
        return
    amount = _read_rupiah(match["amount"], one.row)
    day = _read_entry_day(match["valued"], match["entered"], one.row)
    if day > today:
        raise _invalid(one.row, say("{day} is in the future", day=day))
    if not amount:
        raise _invalid(one.row, say("the amount is zero"))
    references = [text.strip() for text in (match["own"], match["bank"] or "")]
    line = StatementLine(
        row_no=one.row,
        booked_on=day,
        amount_rp=_SIGNS[match["mark"]] * amount,
        description=" ".join(" ".join(one.lines[1:]).split()),
        reference=" ".join(text for text in references if text.upper() not in _NO_REFERENCE),
    )
    statement.lines.append(line)


def _read_entry_day(valued: str, entered: str | None, row: int) -> date:
    """Return the day of booking: month and day as they are entered, in the year that is nearest to the value date."""
    value_day = _read_day(valued, row)
    if entered is None:
        return value_day
    found = []
    for year in (value_day.year - 1, value_day.year, value_day.year + 1):
        try:
            found.append(date(year, int(entered[:2]), int(entered[2:])))
        except ValueError:
            continue
    if not found:
        raise _invalid(row, say("no calendar has the day {digits}", digits=entered))
    return min(found, key=lambda day: abs((day - value_day).days))


def _read_words(statement: _Statement, one: _Field) -> None:
    """Add the words of field 86 to the line before it; behind the closing balance they are of the statement."""
    if statement.closing is not None or statement.is_pending:
        return
    if not statement.lines:
        if statement.opening is None:
            raise _invalid(one.row, say("it does not stand behind a booking"))
        return
    line = statement.lines[-1]
    text = "".join(one.lines) if _SUBFIELD.search(one.lines[0]) else " ".join(one.lines)
    words, counterparty = _part_subfields(text)
    statement.lines[-1] = StatementLine(
        row_no=line.row_no,
        booked_on=line.booked_on,
        amount_rp=line.amount_rp,
        description=" ".join(f"{line.description} {words}".split())[:LONGEST_WORDS],
        counterparty=line.counterparty or counterparty,
        reference=line.reference,
    )


def _part_subfields(text: str) -> tuple[str, str]:
    """Return words and counterparty of field 86, which some banks part as `?20words?32name`."""
    if not _SUBFIELD.search(text):
        return " ".join(text.split()), ""
    _, *parts = _SUBFIELD.split(text)
    found = list(zip(parts[::2], parts[1::2], strict=True))
    words = " ".join(words for code, words in found if code == "00" or "20" <= code <= "29" or "60" <= code <= "63")
    name = "".join(words for code, words in found if code in {"32", "33"})
    return " ".join(words.split()), " ".join(name.split())


def _finish(statement: _Statement) -> Draft:
    """Return what was read of a statement.

    Raises:
        MessageInvalid: it has not both balances, or no account.

    """
    if statement.opening is None or statement.closing is None:
        raise _invalid(
            statement.row, say("the statement that begins there has not both an opening and a closing balance")
        )
    if not statement.account:
        raise _invalid(statement.row, say("the statement that begins there names no account"))
    days = [line.booked_on for line in statement.lines]
    debits, credits_ = statement.sums.get("90D"), statement.sums.get("90C")
    return Draft(
        layout=LAYOUT,
        lines=tuple(statement.lines),
        account=statement.account,
        currency=statement.currency,
        from_on=min([*days, min(statement.opening[0] + timedelta(1), statement.closing[0])]),
        until_on=max([*days, statement.closing[0]]),
        opening_rp=statement.opening[1],
        closing_rp=statement.closing[1],
        pending=statement.pending,
        sums=OwnSums(
            in_rp=credits_[1] if credits_ else None,
            out_rp=debits[1] if debits else None,
            in_count=credits_[0] if credits_ else None,
            out_count=debits[0] if debits else None,
        ),
    )
