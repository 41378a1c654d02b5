"""What a bank's statement is, and the proof that it is whole: opening balance and lines come to the closing balance."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from consign.errors import BadInput, Conflict, NotFound
from consign.money import Rupiah
from consign.sentence import Sentence, say


class BankFileRefused(BadInput):
    """The file is no bank statement that can be proven; nothing of it was posted."""

    code = "bank.refused"


class StatementDoesNotTie(BankFileRefused):
    """Opening balance and lines do not come to the closing balance, so lines are missing or doubled; nothing was posted."""

    code = "bank.does_not_tie"


class BalanceDoesNotTie(BankFileRefused):
    """A line does not lead from the balance before it to its own, so lines are missing or changed; nothing was posted."""

    code = "bank.balance_does_not_tie"


class TotalsDiffer(BankFileRefused):
    """The file's own sums or counts differ from its lines; nothing was posted."""

    code = "bank.totals_differ"


class OtherAccount(BankFileRefused):
    """The file is of another account than the one it was handed in for; nothing was posted."""

    code = "bank.other_account"


class OtherCurrency(BankFileRefused):
    """The file counts in another currency than rupiah; nothing was posted."""

    code = "bank.other_currency"


class NothingInFile(BankFileRefused):
    """The file holds no booked line and no balances; nothing was posted."""

    code = "bank.nothing_in_file"


class NotAStatement(BankFileRefused):
    """The file is something else than a bank's statement, such as a sales file, text or a picture; nothing was posted."""

    code = "bank.not_a_statement"


class MessageInvalid(BankFileRefused):
    """A message from the bank breaks the rules of its format; nothing was posted."""

    code = "bank.message_invalid"


class BatchDiffers(BankFileRefused):
    """The details of a booking do not come to its amount; nothing was posted."""

    code = "bank.batch_differs"


class RowsUnreadable(BankFileRefused):
    """Rows cannot be read, so that the statement cannot be proven; nothing was posted. `problems` names each."""

    code = "bank.rows_unreadable"

    def __init__(self, problems: Sequence["LineProblem"]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(
            say(
                "{count} rows cannot be read, the first of them row {row}, where “{column}” holds “{cell}”; nothing was"
                " posted. Export the file again, without changing it.",
                count=len({one.row for one in self.problems}),
                row=first.row,
                column=first.column or "",
                cell=(first.cell or "")[:LONGEST_CELL],
            )
        )


class BankAccountUnknown(NotFound):
    """The office has no bank account of this code; nothing was changed."""

    code = "bank.account_unknown"


class BankFileUnknown(NotFound):
    """No posted bank file has this number; nothing was changed."""

    code = "bank.file_unknown"


class BankUploadUnknown(NotFound):
    """There is no such file that was handed in, or it waits no longer; nothing was changed."""

    code = "bank.upload_unknown"


class BankAccountTaken(Conflict):
    """The code or the number at the bank belongs to another account already; nothing was added."""

    code = "bank.account_taken"


class BankAccountClosed(Conflict):
    """The account is closed, so that it takes no file; nothing was posted."""

    code = "bank.account_closed"


class BankAccountInUse(Conflict):
    """Money or payouts of the account wait for somebody; it was not closed."""

    code = "bank.account_in_use"


class BankAccountNotClosed(Conflict):
    """The account is not closed, so that it cannot be reopened; nothing was changed."""

    code = "bank.account_not_closed"


LONGEST_CELL = 60


@dataclass(frozen=True)
class LineProblem:
    """What is wrong with one row of a file: which cell of which column, by a stable code."""

    row: int
    column: str | None
    cell: str | None
    code: str


@dataclass(frozen=True)
class StatementLine:
    """One booking as a bank's statement says it."""

    row_no: int
    booked_on: date
    amount_rp: int
    """Positive into the account, negative out of it."""
    description: str
    counterparty: str = ""
    reference: str = ""
    balance_rp: int | None = None
    """The balance after it, where the statement says so."""

    @cached_property
    def fingerprint(self) -> str:
        """Return what tells this content from any other; the balance is left out, since not every layout has it."""
        words = "\x1f".join(
            " ".join(text.split()).casefold() for text in (self.description, self.counterparty, self.reference)
        )
        return hashlib.sha256(f"{self.booked_on.isoformat()}\x1f{self.amount_rp}\x1f{words}".encode()).hexdigest()


@dataclass(frozen=True)
class BankStatement:
    """One statement of an account, whose opening balance and lines come to its closing balance."""

    layout: str
    from_on: date
    until_on: date
    opening_rp: int
    closing_rp: int
    lines: tuple[StatementLine, ...]
    pending: int = 0
    """Lines that the bank had not booked yet and that are left out."""


@dataclass(frozen=True)
class OwnSums:
    """What a file says of its own lines; blank where it says nothing. Amounts are positive."""

    in_rp: int | None = None
    out_rp: int | None = None
    in_count: int | None = None
    out_count: int | None = None


@dataclass(frozen=True)
class Draft:
    """A statement as it was read, before it is proven. Lines stand in the order of the file."""

    layout: str
    lines: tuple[StatementLine, ...]
    account: str = ""
    """The account's number as the file writes it; blank where it writes none."""
    currency: str = ""
    from_on: date | None = None
    until_on: date | None = None
    opening_rp: int | None = None
    closing_rp: int | None = None
    pending: int = 0
    sums: OwnSums = field(default_factory=OwnSums)


def refuse_other_account(written: str, number: str) -> None:
    """Hold the account's number as a file has it against *number*; signs that hide digits stand for any.

    A code of the bank may stand before it, parted by a stroke.

    Raises:
        OtherAccount: it is another one.

    """
    tail = written.rpartition("/")[2]
    shown = "".join(sign for sign in tail if sign.isalnum() or sign == "*").lstrip("0").upper()
    wanted = number.lstrip("0")
    if not any(sign.isdigit() for sign in shown):
        return
    same = len(shown) == len(wanted) and all(a == b or a in "X*" for a, b in zip(shown, wanted, strict=True))
    if not same:
        raise OtherAccount(
            say(
                "The file is of account {found}, not of {wanted}; nothing was posted. Choose the account it belongs to.",
                found=written.strip(),
                wanted=number,
            )
        )


def refuse_other_currency(written: str) -> None:
    """Refuse a currency that is not the rupiah; a blank one is.

    Raises:
        OtherCurrency: it is another one.

    """
    if written.strip().strip(".").upper() not in {"", "IDR", "RP", "RUPIAH"}:
        raise OtherCurrency(
            say(
                "The file counts in {currency}; nothing was posted. Only accounts in rupiah are kept here.",
                currency=written.strip(),
            )
        )


def prove(draft: Draft) -> BankStatement:
    """Return the statement of *draft*, its lines from the oldest to the newest, once everything in it ties.

    Its opening balance is given, or what stood before its first line that has a balance. Its closing balance is given,
    or the last balance. Every balance must follow from the one before.

    Raises:
        BalanceDoesNotTie: one does not.
        StatementDoesNotTie: opening balance and lines do not come to the closing balance.
        TotalsDiffer: the file's own sums differ from its lines.
        NothingInFile: it has neither lines nor balances.

    """
    lines = turn_around(draft)
    opening = draft.opening_rp if draft.opening_rp is not None else _find_opening(lines)
    closing = draft.closing_rp if draft.closing_rp is not None else _find_closing(lines)
    if opening is None or closing is None:
        raise NothingInFile(say("The file holds no booked line and no balances; nothing was posted."))
    _refuse_other_balances(lines, opening)
    _refuse_other_closing(lines, opening, closing)
    _refuse_other_sums(lines, draft.sums)
    days = [line.booked_on for line in lines]
    first, last = min(days, default=None), max(days, default=None)
    from_on = min(day for day in (draft.from_on, first, None if first else draft.until_on) if day is not None)
    until_on = max(day for day in (draft.until_on, last, from_on) if day is not None)
    return BankStatement(draft.layout, from_on, until_on, opening, closing, lines, draft.pending)


def turn_around(draft: Draft) -> tuple[StatementLine, ...]:
    """Return the lines from the oldest to the newest: by their balances, by their days where those cannot tell."""
    lines = draft.lines
    turned = lines[::-1]
    if len(lines) < 2:
        return lines
    if lines[0].booked_on != lines[-1].booked_on:
        return turned if lines[0].booked_on > lines[-1].booked_on else lines
    if _find_first_break(lines, draft.opening_rp) is None:
        return lines
    return turned if _find_first_break(turned, draft.opening_rp) is None else lines


def _find_opening(lines: Sequence[StatementLine]) -> int | None:
    """Return what stood in the account before the first line, by the first balance."""
    moved = 0
    for line in lines:
        moved += line.amount_rp
        if line.balance_rp is not None:
            return line.balance_rp - moved
    return None


def _find_closing(lines: Sequence[StatementLine]) -> int | None:
    """Return the last balance and what moved after it."""
    moved = 0
    for line in reversed(lines):
        if line.balance_rp is not None:
            return line.balance_rp + moved
        moved += line.amount_rp
    return None


def _find_first_break(lines: Sequence[StatementLine], opening: int | None) -> tuple[StatementLine, int] | None:
    """Return the first line whose balance does not follow, and which would; blank where all do."""
    balance = opening if opening is not None else _find_opening(lines)
    for line in lines if balance is not None else ():
        balance += line.amount_rp  # type: ignore[operator]  # known, else there is no line here
        if line.balance_rp is not None and line.balance_rp != balance:
            return line, balance or 0
    return None


def _refuse_other_balances(lines: Sequence[StatementLine], opening: int) -> None:
    found = _find_first_break(lines, opening)
    if found is None:
        return
    line, expected = found
    raise BalanceDoesNotTie(
        say(
            "Row {row} of {day} says that {balance} stood in the account after it; what stood before and its amount come to"
            " {expected}, a difference of {difference}. Nothing was posted: lines are missing, doubled or changed. Export"
            " the file again, without changing it.",
            row=line.row_no,
            day=line.booked_on,
            balance=Rupiah(line.balance_rp or 0),
            expected=Rupiah(expected),
            difference=Rupiah((line.balance_rp or 0) - expected),
        )
    )


def _refuse_other_closing(lines: Sequence[StatementLine], opening: int, closing: int) -> None:
    moved = sum(line.amount_rp for line in lines)
    if opening + moved != closing:
        raise StatementDoesNotTie(
            say(
                "The opening balance {opening} and {count} lines of together {moved} come to {expected}, but the closing"
                " balance is {closing}, a difference of {difference}. Nothing was posted: lines are missing or doubled."
                " Export the file again, without changing it.",
                opening=Rupiah(opening),
                count=len(lines),
                moved=Rupiah(moved),
                expected=Rupiah(opening + moved),
                closing=Rupiah(closing),
                difference=Rupiah(closing - opening - moved),
            )
        )


def _refuse_other_sums(lines: Sequence[StatementLine], sums: OwnSums) -> None:
    came = [line.amount_rp for line in lines if line.amount_rp > 0]
    went = [-line.amount_rp for line in lines if line.amount_rp < 0]
    held: tuple[tuple[Sentence, int | None, int, bool], ...] = (
        (say("money in"), sums.in_rp, sum(came), True),
        (say("money out"), sums.out_rp, sum(went), True),
        (say("lines in"), sums.in_count, len(came), False),
        (say("lines out"), sums.out_count, len(went), False),
    )
    for what, said, found, money in held:
        if said is not None and said != found:
            raise TotalsDiffer(
                say(
                    "The file itself says {said} for “{what}”, its lines come to {found}. Nothing was posted: lines are"
                    " missing, doubled or changed. Export the file again, without changing it.",
                    what=what,
                    said=Rupiah(said) if money else said,
                    found=Rupiah(found) if money else found,
                )
            )


def state_balances(draft: Draft, *, opening_rp: int | None, closing_rp: int | None) -> Draft:
    """Return *draft* with the balances that a person stated, where it has none of its own."""
    return replace(
        draft,
        opening_rp=draft.opening_rp if draft.opening_rp is not None else opening_rp,
        closing_rp=draft.closing_rp if draft.closing_rp is not None else closing_rp,
    )
