"""Posting a bank's file: read, proven, written, all in one transaction; a dry run is the same, taken back at the end."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.booking import book_statement, find_new_lines, lock_bank_account
from consign.banking.chain import Gap, find_account_gaps
from consign.banking.columns import BankAnswers, BankMapping
from consign.banking.profiles import find_kept_mapping, keep_mapping
from consign.banking.queries import find_posted_files, get_bank_account, refuse_closed
from consign.banking.reading import BankReading, inspect_bank_file
from consign.banking.rules import BankStatement
from consign.db import rehearsal, savepoint
from consign.errors import NeedsDecision, Question
from consign.files import Files, copy_checked, hash_file
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount, BankFile
from consign.period import ZONES
from consign.sentence import say

LONGEST_NAME = 200


@dataclass(frozen=True)
class PostedStatement:
    """What one statement of a file came to. Money is whole rupiah; `file_id` is blank where nothing was kept."""

    file_id: int | None
    statement_no: int
    layout: str
    from_on: date
    until_on: date
    opening_rp: int
    closing_rp: int
    in_rp: int | None
    """What came in by its lines; blank where it was posted before."""
    out_rp: int | None
    lines: int
    new_lines: int
    pending: int


@dataclass(frozen=True)
class PostedBankFile:
    """What posting a file came to."""

    account_code: str
    sha256: str
    name: str
    statements: tuple[PostedStatement, ...]
    was_known: bool
    """Whether the very same file was posted before, so that nothing was written."""
    gaps: tuple[Gap, ...]
    """Where the account's statements do not follow each other now."""

    @property
    def new_lines(self) -> int:
        """Return how many lines no earlier file had brought."""
        return sum(one.new_lines for one in self.statements)


def post_bank_file(
    session: Session,
    files: Files,
    *,
    by: Actor,
    account_code: str,
    path: Path,
    name: str,
    answers: BankAnswers | None = None,
    dry_run: bool = False,
) -> PostedBankFile:
    """Post the file at *path* to the account; lines that stand already are not posted again.

    *name* is what the person calls the file. Nothing of a *dry_run* is kept.

    Raises:
        NotAllowed: *by* may not.
        BankAccountUnknown: there is no such account.
        BankAccountClosed: it is closed.
        NeedsDecision: a person must say something first.
        FileRefused: it is no file that can be read.
        BankFileRefused: in one of its kinds, when it is no proven statement of the account.

    """
    authorize(by, Act.POST_BANK)
    account = get_bank_account(session, account_code)
    answers = answers or BankAnswers()
    sha256 = hash_file(path)
    known = find_posted_files(session, account_id=account.id, sha256=sha256)
    if known:
        return _describe_known(session, account, known)
    refuse_closed(account)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        copied = Path(folder) / "file"
        copy_checked(path, copied, sha256=sha256)
        reading = read_for_account(session, account, path=copied, answers=answers)
        if not dry_run:
            files.store(copied, sha256)
    write = partial(_write, session, account, reading, by=by, sha256=sha256, name=name, answers=answers)
    if not dry_run:
        with savepoint(session):
            return write()
    with rehearsal(session):
        posted = write()
    session.expire_all()
    return replace(posted, statements=tuple(replace(one, file_id=None) for one in posted.statements))


def read_for_account(session: Session, account: BankAccount, *, path: Path, answers: BankAnswers) -> BankReading:
    """Read the file at *path* as one of *account*, by what was said of files with the same headings before.

    Raises:
        NeedsDecision: a person must say something first.
        FileRefused: it is no file that can be read.
        BankFileRefused: in one of its kinds, when it is no proven statement of the account.

    """
    find_kept = partial(_find_kept, session, account.id)
    today = clock.today(ZONES[-1])
    reading = inspect_bank_file(path, number=account.number, today=today, answers=answers, find_kept=find_kept)
    if reading.questions:
        raise NeedsDecision(reading.questions)
    return reading


def _find_kept(session: Session, account_id: int, headings_hash: str) -> BankMapping | None:
    return find_kept_mapping(session, account_id=account_id, headings_hash=headings_hash)


def _write(
    session: Session,
    account: BankAccount,
    reading: BankReading,
    *,
    by: Actor,
    sha256: str,
    name: str,
    answers: BankAnswers,
) -> PostedBankFile:
    """Write the statements of a file under the account's lock; whoever posts the same file meanwhile finds it posted."""
    lock_bank_account(session, account.id)
    known = find_posted_files(session, account_id=account.id, sha256=sha256)
    if known:
        return _describe_known(session, account, known)
    session.refresh(account)  # somebody may have closed it before it was locked
    refuse_closed(account)
    if not answers.lines_are_new:
        _ask_for_lines_between(session, account.id, reading.statements)
    posted = []
    for number, one in enumerate(reading.statements, start=1):
        file = book_statement(
            session, one, by=by, account_id=account.id, sha256=sha256, name=name[:LONGEST_NAME], statement_no=number
        )
        posted.append(_describe(file, one))
    if answers.of_columns and reading.mapping is not None and reading.headings_hash is not None:
        keep_mapping(
            session, by=by, account_id=account.id, headings_hash=reading.headings_hash, mapping=reading.mapping
        )
    record_event(
        session, by=by, act="bank file posted", subject=f"bank_account:{account.id}", sha256=sha256, layout=reading.layout,
        statements=len(posted), lines=sum(one.lines for one in posted), new_lines=sum(one.new_lines for one in posted),
        pending=sum(one.pending for one in posted), closing_rp=posted[-1].closing_rp, lines_are_new=answers.lines_are_new,
    )  # fmt: skip
    gaps = tuple(find_account_gaps(session, account.id))
    return PostedBankFile(account.code, sha256, name, tuple(posted), was_known=False, gaps=gaps)


def _ask_for_lines_between(session: Session, account_id: int, statements: Sequence[BankStatement]) -> None:
    """Ask about lines on days that lie inside an earlier file that has not got them.

    The bank may have written the same lines in other words, as another layout of it does: then they would be posted
    twice. The first and last day of a file may be cut in the middle, and what was posted on a day of it may not have
    been complete.

    Raises:
        NeedsDecision: there are such lines.

    """
    first, last = min(one.from_on for one in statements), max(one.until_on for one in statements)
    query = select(BankFile.from_on, func.least(BankFile.until_on, func.date(BankFile.posted_at))).where(
        BankFile.account_id == account_id, BankFile.from_on < last, BankFile.until_on > first
    )
    spans = [(begin + timedelta(1), end - timedelta(1)) for begin, end in session.execute(query)]
    if not spans:
        return
    lines = [line for one in statements for line in one.lines]
    days = {line.booked_on for line in lines}
    inside = {day for day in days if any(begin <= day <= end for begin, end in spans)}
    found = [
        new.line
        for one in statements
        for new in find_new_lines(session, account_id, one.lines)
        if new.line.booked_on in inside
    ]
    if found:
        why = say(
            "{count} lines are on days that an earlier file covers without them, the first in row {row} of {day}: “{words}”."
            " Perhaps the bank wrote the same lines in other words, as in a file of another layout; they would then count"
            " twice. Nothing was posted yet. Say that they are new, or hand in a file of the earlier layout.",
            count=len(found),
            row=found[0].row_no,
            day=found[0].booked_on,
            words=found[0].description[:80],
        )
        raise NeedsDecision((Question("lines_are_new", why, ("yes",)),))


def _describe(file: BankFile, statement: BankStatement) -> PostedStatement:
    came = sum(line.amount_rp for line in statement.lines if line.amount_rp > 0)
    went = -sum(line.amount_rp for line in statement.lines if line.amount_rp < 0)
    return replace(_describe_file(file), in_rp=came, out_rp=went)


def _describe_file(file: BankFile) -> PostedStatement:
    return PostedStatement(
        file_id=file.id,
        statement_no=file.statement_no,
        layout=file.layout,
        from_on=file.from_on,
        until_on=file.until_on,
        opening_rp=file.opening_rp,
        closing_rp=file.closing_rp,
        in_rp=None,
        out_rp=None,
        lines=file.lines,
        new_lines=file.new_lines,
        pending=file.pending,
    )


def _describe_known(session: Session, account: BankAccount, known: Sequence[BankFile]) -> PostedBankFile:
    """Return what posting the same file came to before; none of its lines is new now."""
    statements = tuple(replace(_describe_file(file), new_lines=0) for file in known)
    gaps = tuple(find_account_gaps(session, account.id))
    return PostedBankFile(account.code, known[0].sha256, known[0].name, statements, was_known=True, gaps=gaps)
