"""Reading a bank's file of any layout as proven statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from consign.banking.camt import read_camt
from consign.banking.columns import (
    BankAnswers,
    BankMapping,
    BankRole,
    describe_heading,
    hash_headings,
    suggest_mapping,
)
from consign.banking.likeness import WANTED, refuse_other_tables
from consign.banking.mt940 import read_mt940
from consign.banking.ofx import read_ofx
from consign.banking.opening import OpenedFile, open_bank_file
from consign.banking.rules import (
    BankFileRefused,
    BankStatement,
    Draft,
    NotAStatement,
    NothingInFile,
    RowsUnreadable,
    prove,
    refuse_other_account,
    refuse_other_currency,
    state_balances,
)
from consign.banking.table import KNOWN_WORDS, TableFound, TableRead, TableStudy, find_table, read_table, study_table
from consign.banking.table_cells import part_mark
from consign.errors import Question
from consign.sentence import say
from consign.tabular.cells import shown
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import FileNotATable, FileWithManyTables, FileWithoutHeader

PREVIEW_ROWS = 10
FindKept = Callable[[str], BankMapping | None]
"""Finds the mapping that was kept for files with headings of a hash."""


@dataclass(frozen=True)
class BankReading:
    """What a bank's file holds. `statements` is empty as long as `questions` are open."""

    container: str
    encoding: str | None
    delimiter: str | None
    layout: str
    header_row: int | None
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    """By role: the heading of its column."""
    number_style: str | None
    date_order: str | None
    preview: tuple[tuple[int, tuple[str, ...]], ...]
    """The first rows below the headings as a person sees them, with their numbers."""
    statements: tuple[BankStatement, ...]
    questions: tuple[Question, ...]
    mapping: BankMapping | None = None

    @property
    def headings_hash(self) -> str | None:
        """Return what tells these headings from others; blank for a message, which has none."""
        return hash_headings(self.headings) if self.headings else None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        statements = [
            {
                "from_on": one.from_on.isoformat(),
                "until_on": one.until_on.isoformat(),
                "opening_rp": one.opening_rp,
                "closing_rp": one.closing_rp,
                "pending": one.pending,
                "lines": [
                    {
                        "row": line.row_no,
                        "booked_on": line.booked_on.isoformat(),
                        "amount_rp": line.amount_rp,
                        "description": line.description,
                        "counterparty": line.counterparty,
                        "reference": line.reference,
                        "balance_rp": line.balance_rp,
                    }
                    for line in one.lines
                ],
            }
            for one in self.statements
        ]
        questions = [{"about": one.about, "why": str(one.why), "choices": list(one.choices)} for one in self.questions]
        names = ("container", "encoding", "delimiter", "layout", "header_row", "number_style", "date_order")
        facts = {name: getattr(self, name) for name in names}
        return {**facts, "columns": dict(self.columns), "statements": statements, "questions": questions}


def inspect_bank_file(
    path: Path,
    *,
    number: str | None,
    today: date,
    answers: BankAnswers | None = None,
    find_kept: FindKept | None = None,
) -> BankReading:
    """Identify, read and prove the file at *path*; what a person must say first stands in `questions`.

    Without a *number* the file may be of any account.

    Raises:
        FileRefused: it is no file that can be read.
        BankFileRefused: in one of its kinds, when it is no proven statement of the account.

    """
    answers = answers or BankAnswers()
    try:
        opened = open_bank_file(path, words=KNOWN_WORDS)
        tables = [find_table(sheet, is_text=opened.container == "csv") for sheet in opened.sheets]
    except (FileNotATable, FileWithoutHeader) as refusal:
        raise NotAStatement(say("{found} {wanted}", found=refusal.sentence, wanted=WANTED)) from refusal
    if tables:
        return _read_sheets(opened, tables, number=number, today=today, answers=answers, find_kept=find_kept)
    drafts = _read_message(opened, today=today)
    stated = [state_balances(draft, opening_rp=answers.opening_rp, closing_rp=answers.closing_rp) for draft in drafts]
    for draft in stated:
        _refuse_other(draft, number, accounts=(), currencies=())
    questions = _ask_balances(stated[0]) if len(stated) == 1 else ()
    return BankReading(
        container=opened.container,
        encoding=opened.encoding,
        delimiter=None,
        layout=stated[0].layout,
        header_row=None,
        headings=(),
        columns={},
        number_style=None,
        date_order=None,
        preview=(),
        statements=() if questions else tuple(prove(draft) for draft in stated),
        questions=questions,
    )


def _read_message(opened: OpenedFile, *, today: date) -> list[Draft]:
    """Return the statements in a message.

    Raises:
        BankFileRefused: it breaks the rules of its format, or holds none.

    """
    if opened.container == "mt940":
        drafts = read_mt940(opened.text or "", today=today)
    elif opened.container == "ofx":
        drafts = read_ofx(opened.text or "", today=today)
    elif opened.tree is not None:
        drafts = read_camt(opened.tree, today=today)
    else:
        drafts = []
    if not drafts:
        raise NothingInFile(say("The file holds no bank statement; nothing was posted."))
    return drafts


def _refuse_other(draft: Draft, number: str | None, *, accounts: Sequence[str], currencies: Sequence[str]) -> None:
    """Refuse a statement of another account or currency.

    Raises:
        OtherAccount: it is of another account than that with *number*.
        OtherCurrency: it counts in another currency.

    """
    for currency in (draft.currency, *currencies):
        refuse_other_currency(currency)
    for account in (draft.account, *accounts) if number is not None else ():
        refuse_other_account(account, number or "")


def _ask_balances(draft: Draft) -> tuple[Question, ...]:
    """Return what a person must state where a file has no running balance and lacks one of the two that prove it."""
    if any(line.balance_rp is not None for line in draft.lines):
        return ()
    asked = []
    if draft.opening_rp is None:
        why = say("The file has no opening balance; state what stood in the account before its first line.")
        asked.append(Question("opening", why))
    if draft.closing_rp is None:
        why = say("The file has no closing balance; state what stood in the account after its last line.")
        asked.append(Question("closing", why))
    return tuple(asked)


def _read_sheets(
    opened: OpenedFile,
    tables: Sequence[TableFound],
    *,
    number: str | None,
    today: date,
    answers: BankAnswers,
    find_kept: FindKept | None,
) -> BankReading:
    """Read the tables in the sheets of a file: several have the same headings, or it is not known which one is meant.

    What a person says of the columns, now or before, is believed: the table is one of a bank then.

    Raises:
        NotAStatement: no table in it can be one of a bank.

    """
    hashes = {hash_headings(table.headings) for table in tables}
    if len(hashes) > 1:
        raise FileWithManyTables(
            say(
                "The sheets {sheets} have different columns, and each may be the statement; nothing of the file was used."
                " Save the right one as a file of its own, or hide the others.",
                sheets=[sheet.name for sheet in opened.sheets],
            )
        )
    kept = find_kept(hashes.pop()) if find_kept else None
    if kept is None and not answers.columns:
        first_table = tables[0]
        rows = [cells for _, cells in first_table.rows]
        refuse_other_tables(first_table.headings, rows, suggest_mapping(first_table.headings).mapping)
    studies = [study_table(table, answers=answers, kept=kept) for table in tables]
    first = studies[0]
    questions = first.questions
    statements: list[BankStatement] = []
    for study in studies if not questions else ():
        style, found, asked = _read_in_best_style(study, number=number, today=today, answers=answers)
        questions = (*questions, *asked)
        first = replace(first, styles=(style,))
        statements += found
    return BankReading(
        container=opened.container,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        layout=first.layout,
        header_row=first.table.header_row,
        headings=first.table.headings,
        columns=_name_columns(first),
        number_style=first.styles[0].value if len(first.styles) == 1 else None,
        date_order=first.mapping.date_order.value if first.mapping.date_order else None,
        preview=_preview(first.table),
        statements=() if questions else tuple(statements),
        questions=tuple(questions),
        mapping=first.mapping,
    )


def _name_columns(study: TableStudy) -> Mapping[str, str]:
    places = {role: place for role, place in study.mapping.places.items() if role is not BankRole.NOTHING}
    return {role.value: describe_heading(study.table.headings, place) for role, place in places.items()}


def _preview(table: TableFound) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((number, tuple(map(shown, cells))) for number, cells in table.rows[:PREVIEW_ROWS])


def _read_in_best_style(
    study: TableStudy, *, number: str | None, today: date, answers: BankAnswers
) -> tuple[NumberStyle, list[BankStatement], tuple[Question, ...]]:
    """Read the rows in the one style of numbers that their cells allow; of two, in the one that the balances prove.

    Raises:
        BankFileRefused: it cannot be read, or not be proven.

    """
    outcomes: dict[NumberStyle, tuple[list[BankStatement], tuple[Question, ...]]] = {}
    refusals: list[BankFileRefused] = []
    for style in study.styles:
        try:
            outcomes[style] = _read_in(study, style, number=number, today=today, answers=answers)
        except BankFileRefused as refusal:
            refusals.append(refusal)
    if len(outcomes) == 1:
        ((style, (statements, questions)),) = outcomes.items()
        return style, statements, questions
    if not outcomes:
        raise refusals[0]
    why = say("Whether a dot or a comma parts thousands must be said: the file can be read both ways.")
    choices = tuple(style.value for style in outcomes)
    return study.styles[0], [], (Question("number_style", why, choices),)


def _read_in(
    study: TableStudy, style: NumberStyle, *, number: str | None, today: date, answers: BankAnswers
) -> tuple[list[BankStatement], tuple[Question, ...]]:
    """Read and prove the rows with numbers in one *style*.

    Raises:
        BankFileRefused: they cannot be read, or not be proven.

    """
    read: TableRead = read_table(study, style=style, today=today)
    _refuse_other(read.draft, number, accounts=sorted(read.accounts), currencies=sorted(read.currencies))
    if read.problems:
        raise RowsUnreadable(read.problems)
    draft = state_balances(read.draft, opening_rp=answers.opening_rp, closing_rp=answers.closing_rp)
    questions = _ask_signs(study, draft) or _ask_balances(draft)
    if not draft.lines and questions:
        raise NothingInFile(say("The file holds no booked line and no balances; nothing was posted."))
    return ([], questions) if questions else ([prove(draft)], ())


def _ask_signs(study: TableStudy, draft: Draft) -> tuple[Question, ...]:
    """Ask which way money went where amounts have neither sign nor mark, and no balance proves it."""
    places = study.mapping.places
    if BankRole.AMOUNT not in places or BankRole.MARK in places:
        return ()
    if any(line.amount_rp < 0 or line.balance_rp is not None for line in draft.lines) or not draft.lines:
        return ()
    place = places[BankRole.AMOUNT]
    cells = (shown(row[place]) for _, row in study.table.rows if place < len(row))
    if any(part_mark(cell)[1] is not None or "+" in cell for cell in cells):
        return ()
    every = tuple(describe_heading(study.table.headings, place) for place in range(len(study.table.headings)))
    return (Question("column.mark", say("No amount has a sign; name the column that says in or out."), every),)
