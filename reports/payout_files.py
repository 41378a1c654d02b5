"""A batch of payouts as the files that banks take: KlikBCA's sheet, a plain CSV, and layouts written down by the office."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import xlsxwriter

from reports.payout_text import Changed, to_bank_text
from reports.spreadsheet import safe_text

BCA: Final = "014"
BCA_HEADS: Final = (
    "No", "Transaction ID", "Transfer Type", "Beneficiary ID", "Credited Account", "Receiver Name", "Amount", "NIP", "Remark",
    "Beneficiary email address", "Receiver Swift Code", "Receiver Cust Type", "Receiver Cust Residence",
)  # fmt: skip
"""Source: KlikBCA Bisnis, template MAT / Multi Payroll, sheet Data, columns A to M."""
BCA_NAME, BCA_TEXT = 70, 18
"""Signs at most of a name, and of a transaction's id, NIP and remark."""
MOST_LLG_RP: Final = 1_000_000_000
"""Above it a transfer to another bank goes by RTGS. Source: Bank Indonesia, SKNBI."""
CSV_HEADS: Final = ("no", "nama", "bank_kode", "rekening", "jumlah", "berita", "email")


class FileRefused(ValueError):
    """No file was made; *template* says why, with its *facts* named in braces."""

    def __init__(self, template: str, /, **facts: object) -> None:
        super().__init__(template.format_map(facts))
        self.template = template
        self.facts = facts


@dataclass(frozen=True)
class PayoutLine:
    """One payout of a file."""

    place: int
    reference: str
    payee_code: str
    name: str
    """In whose name the account stands."""
    bank_code: str
    bank_name: str
    account: str
    amount_rp: int
    is_firm: bool
    """Whether the payee is a firm or a cooperative, not a person."""


@dataclass(frozen=True)
class PayoutSheet:
    """A batch as a file says it. *count* and *total_rp* are those of the books, to be held against the lines."""

    batch: str
    day: date
    made_at: datetime
    """When the batch was approved: the same batch gives the same file, whenever it is made."""
    payer: str
    payer_bank_code: str
    payer_account: str
    count: int
    total_rp: int
    lines: tuple[PayoutLine, ...]


@dataclass(frozen=True)
class Written:
    """A file, and what of its texts was changed for the bank."""

    content: bytes
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a layout that the office wrote down."""

    field: str
    """One of `FIELDS`."""
    title: str = ""
    text: str = ""
    """What stands in each row of a column `text`."""
    width: int | None = None
    """Signs that it fills in a file without separators: amounts with zeros before, others with spaces behind."""
    limit: int | None = None
    """Signs at most; a longer text is cut."""
    upper: bool = False


@dataclass(frozen=True)
class Template:
    """A layout that the office wrote down for its bank."""

    name: str
    kind: str
    """`csv`, `xlsx` or `txt`."""
    separator: str
    header_lines: tuple[str, ...]
    columns: tuple[TemplateColumn, ...]


Cell = str | int

FIELDS: Final[Mapping[str, Callable[[PayoutSheet, PayoutLine], Cell]]] = {
    "no": lambda _, line: line.place,
    "reference": lambda _, line: line.reference,
    "batch": lambda sheet, _: sheet.batch,
    "payee_code": lambda _, line: line.payee_code,
    "name": lambda _, line: line.name,
    "bank_code": lambda _, line: line.bank_code,
    "bank_name": lambda _, line: line.bank_name,
    "account": lambda _, line: line.account,
    "amount": lambda _, line: line.amount_rp,
    "currency": lambda _, __: "IDR",
    "date": lambda sheet, _: sheet.day.isoformat(),
    "date_compact": lambda sheet, _: f"{sheet.day:%Y%m%d}",
    "payer_account": lambda sheet, _: sheet.payer_account,
    "text": lambda _, __: "",
}
"""What a column may hold."""
HEADER_FIELDS: Final[Mapping[str, Callable[[PayoutSheet], str]]] = {
    "batch": lambda sheet: sheet.batch,
    "count": lambda sheet: str(sheet.count),
    "total": lambda sheet: str(sheet.total_rp),
    "date": lambda sheet: sheet.day.isoformat(),
    "date_compact": lambda sheet: f"{sheet.day:%Y%m%d}",
    "payer": lambda sheet: sheet.payer,
    "payer_account": lambda sheet: sheet.payer_account,
}
"""What a line before the payouts may name in braces."""
NEVER_CUT: Final = frozenset({"account", "bank_code", "amount", "reference", "payer_account"})


@dataclass
class _Texts:
    """Makes texts fit for the bank, and keeps what it changed."""

    changes: list[Changed] = field(default_factory=list)

    def fit(self, line: PayoutLine, name: str, text: str, *, limit: int | None, upper: bool = False) -> str:
        after = to_bank_text(text, limit=limit, upper=upper) or to_bank_text(line.payee_code, limit=limit, upper=upper)
        if after != (text.upper() if upper else text):
            self.changes.append(Changed(line.reference, name, text, after))
        return after


def refuse_untied(sheet: PayoutSheet) -> None:
    """Refuse a file whose lines are not what the books say of the batch.

    Raises:
        FileRefused: accordingly.

    """
    total = sum(line.amount_rp for line in sheet.lines)
    if (len(sheet.lines), total) != (sheet.count, sheet.total_rp) or any(line.amount_rp <= 0 for line in sheet.lines):
        raise FileRefused(
            "The lines of batch {batch} come to {lines}, the books say {total}; no file was made.",
            batch=sheet.batch,
            lines=total,
            total=sheet.total_rp,
        )


def write_generic_csv(sheet: PayoutSheet) -> Written:
    """Return the batch as a plain CSV with `CSV_HEADS`: accounts are text with all their zeros, nothing runs as a formula.

    Raises:
        FileRefused: the lines do not come to what the books say.

    """
    refuse_untied(sheet)
    texts = _Texts()
    rows = [
        (
            str(line.place), texts.fit(line, "name", line.name, limit=None), line.bank_code, line.account,
            str(line.amount_rp), line.reference, "",
        )
        for line in sheet.lines
    ]  # fmt: skip
    return Written(_write_text([CSV_HEADS, *rows], ","), tuple(texts.changes))


def write_bca(sheet: PayoutSheet) -> Written:
    """Return the batch as the sheet that KlikBCA Bisnis takes for MAT and Multi Payroll.

    Accounts at other banks go by LLG, or by RTGS above its limit; their SWIFT code is left blank.

    Raises:
        FileRefused: the lines do not come to what the books say, or a reference is longer than the bank takes.

    """
    refuse_untied(sheet)
    texts = _Texts()
    rows: list[Sequence[Cell]] = [BCA_HEADS]
    for line in sheet.lines:
        if len(line.reference) > BCA_TEXT:
            raise FileRefused(
                "Reference {reference} is too long for the bank; no file was made.", reference=line.reference
            )
        rows.append(
            (
                line.place,
                line.reference,
                _transfer_type(line),
                to_bank_text(line.payee_code, limit=BCA_TEXT),
                line.account,
                texts.fit(line, "name", line.name, limit=BCA_NAME, upper=True),
                line.amount_rp,
                "",
                line.reference,
                "",
                "",
                "2" if line.is_firm else "1",
                "1",
            )
        )
    return Written(_write_sheet("Data", rows, made_at=sheet.made_at), tuple(texts.changes))


def _transfer_type(line: PayoutLine) -> str:
    if line.bank_code == BCA:
        return "BCA"
    return "LLG" if line.amount_rp <= MOST_LLG_RP else "RTG"


def write_template(sheet: PayoutSheet, template: Template) -> Written:
    """Return the batch in a layout that the office wrote down.

    Raises:
        FileRefused: the lines do not come to what the books say, or a column is too narrow for what may not be cut.

    """
    refuse_untied(sheet)
    texts = _Texts()
    rows: list[Sequence[Cell]] = [
        [_cell(texts, sheet, line, column) for column in template.columns] for line in sheet.lines
    ]
    titles = [column.title for column in template.columns]
    heads = [
        line.format_map({name: read(sheet) for name, read in HEADER_FIELDS.items()}) for line in template.header_lines
    ]
    if any(titles):
        rows.insert(0, titles)
    if template.kind == "xlsx":
        content = _write_sheet("Data", [*([head] for head in heads), *rows], made_at=sheet.made_at)
    elif template.kind == "csv":
        content = b"".join(f"{head}\r\n".encode() for head in heads) + _write_text(rows, template.separator or ",")
    else:
        lines = [*heads, *(template.separator.join(_fill(row, template.columns)) for row in rows)]
        content = "".join(f"{line}\r\n" for line in lines).encode()
    return Written(content, tuple(texts.changes))


def _cell(texts: _Texts, sheet: PayoutSheet, line: PayoutLine, column: TemplateColumn) -> Cell:
    value = column.text if column.field == "text" else FIELDS[column.field](sheet, line)
    most = min((one for one in (column.limit, column.width) if one is not None), default=None)
    if column.field in NEVER_CUT or isinstance(value, int):
        if most is not None and len(str(value)) > most:
            raise FileRefused(
                "The column {field} has {limit} signs, and {reference} needs more; no file was made.",
                field=column.field,
                limit=most,
                reference=line.reference,
            )
        return value
    if column.field == "text":
        return value[:most] if most is not None else value
    return texts.fit(line, column.field, value, limit=most, upper=column.upper)


def _fill(row: Sequence[Cell], columns: Sequence[TemplateColumn]) -> list[str]:
    filled = []
    for cell, column in zip(row, columns, strict=True):
        width = column.width or 0
        text = str(cell)
        filled.append(text.rjust(width, "0") if isinstance(cell, int) else text.ljust(width)[: width or None])
    return filled


def _write_text(rows: Sequence[Sequence[Cell]], separator: str) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=separator)
    writer.writerows([[cell if isinstance(cell, int) else safe_text(cell) for cell in row] for row in rows])
    return target.getvalue().encode()


def _write_sheet(name: str, rows: Sequence[Sequence[Cell]], *, made_at: datetime) -> bytes:
    """Return a workbook with one sheet, byte for byte the same for the same rows; text is text whatever it looks like."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    page.write_number(place, column, cell)
                else:
                    page.write_string(place, column, cell, text)
        page.set_column(0, max((len(row) for row in rows), default=1) - 1, 18)
    return target.getvalue()
