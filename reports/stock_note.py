"""A paper about goods that move, as a tagged PDF (PDF/UA-1) on A4 and as a list: surat jalan, return, transfer, write-off.

It adds its lines up again before it is written, so that paper and books cannot say different things.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from reports import table
from reports.statement import format_rupiah
from reports.stock_note_facts import (
    NOTHING,
    NoteDoesNotAddUp,
    NoteFacts,
    NoteLine,
    NoteTotals,
    NoteWords,
    Receiving,
    Refusal,
    accepted_of,
    compute_amount,
    refuse_wrong_note,
    refused_of,
)
from reports.stock_paper import DASH, Mark, Party, Pen, Signature, Tone, draw_number, format_count
from reports.table import Cell
from reports.typesetting import typeset

__all__ = [
    "Mark",
    "NoteDoesNotAddUp",
    "NoteFacts",
    "NoteLine",
    "NoteTotals",
    "NoteWords",
    "Party",
    "Receiving",
    "Refusal",
    "Signature",
    "Tone",
    "compute_amount",
    "refuse_wrong_note",
    "write_note",
    "write_note_csv",
    "write_note_xlsx",
]

SHEET_SIGNS = "-_ ."
"""What a sheet may be called with besides letters and digits."""


def write_note(facts: NoteFacts, words: NoteWords) -> bytes:
    """Return the note as PDF. Equal facts and words give equal bytes.

    Raises:
        NoteDoesNotAddUp: a line or a sum differs from its parts.
        SymbolImpossible: the note's number has signs that bars cannot say.
        SymbolDoesNotFit: the note's number is too long for bars.
        LabelTooFull: the address is too long for a QR code of that size.

    """
    refuse_wrong_note(facts)
    pen = Pen(words)
    figures = {
        "frame": pen.write_frame(
            title=facts.title,
            number=facts.number,
            office=facts.office,
            mark=facts.mark,
            printed_on=facts.printed_on,
        ),
        "codes": draw_number(facts.number, address=facts.address, words=words),
        "parties": [pen.write_party(party) for party in facts.parties],
        "details": pen.write_details(_details_of(facts, words)),
        "remark": pen.write(facts.remark),
        "receiving": facts.receiving.value,
        "words": {
            "remark": pen.write(words.remark),
            "empty": pen.write(words.empty),
            "taken": pen.write(words.accepted_amount),
            "heads": [pen.write_all(head) for head in _heads_of(facts, words)],
        },
        "rows": [_figures_of_line(line, words, pen) for line in facts.lines],
        "totals": _figures_of_totals(facts, words, pen),
        "taken": "" if facts.totals.accepted_rp is None else format_rupiah(facts.totals.accepted_rp),
        "signatures": pen.write_signatures(facts.signatures),
    }
    notes = _notes_of(facts, words, has_lost=pen.has_lost)
    return typeset("stock_note.typ", {**figures, "notes": notes}, standard="ua-1")


def _details_of(facts: NoteFacts, words: NoteWords) -> list[tuple[str, str]]:
    def write(day: date | None) -> str:
        return words.write_day(day) if day else ""

    return [
        (words.day, write(facts.day)),
        (words.made_on, write(facts.made_on)),
        (words.confirmed_on, write(facts.confirmed_on)),
        (words.partner, facts.partner),
        (words.carrier, facts.carrier),
        (words.answers, facts.answers),
    ]


def _heads_of(facts: NoteFacts, words: NoteWords) -> list[tuple[str, ...]]:
    """Return the head of each column, in lines."""
    heads = [
        (words.line,), (words.product,), (words.batch, words.expires), (words.quantity,), (words.unit,), (words.price,),
        (words.amount,),
    ]  # fmt: skip
    return heads if facts.receiving is Receiving.NONE else [*heads, (words.accepted,), (words.refused,)]


def _figures_of_line(line: NoteLine, words: NoteWords, pen: Pen) -> dict[str, object]:
    return {
        "name": pen.write(line.product),
        "content": pen.write(line.content),
        "code": pen.write(line.number),
        "batch": (pen.write(line.batch), pen.write_day(line.expires_on)),
        "quantity": format_count(line.quantity),
        "unit": pen.write(line.unit),
        "price": _write_rupiah(line.price_rp),
        "amount": _write_rupiah(line.amount_rp),
        "reason": f"{pen.write(words.reason)}: {pen.write(line.reason)}" if line.reason else "",
        "accepted": format_count(accepted_of(line)),
        "refused": [(format_count(one.quantity), pen.write(one.reason)) for one in line.refusals],
    }


def _write_rupiah(amount: int | None) -> str:
    return DASH if amount is None else format_rupiah(amount)


def _figures_of_totals(facts: NoteFacts, words: NoteWords, pen: Pen) -> dict[str, object]:
    """Return the sums, quantities in a row for each unit in the order in which units occur: packs and kilograms make no sum."""
    by_unit: dict[str, list[NoteLine]] = {}
    for line in facts.lines:
        by_unit.setdefault(pen.write(line.unit), []).append(line)
    is_told = facts.receiving is Receiving.TOLD

    def add(quantities: Iterable[Decimal]) -> str:
        return format_count(sum(quantities, NOTHING))

    return {
        "words": pen.write(words.total.replace("{count}", format_count(len(facts.lines)))),
        "amount": format_rupiah(facts.totals.amount_rp),
        "rows": [
            (
                add(line.quantity for line in lines),
                unit,
                add(map(accepted_of, lines)) if is_told else "",
                add(map(refused_of, lines)) if is_told else "",
            )
            for unit, lines in by_unit.items()
        ],
    }


def _notes_of(facts: NoteFacts, words: NoteWords, *, has_lost: bool) -> list[str]:
    said = (
        (words.by_hand, facts.receiving is Receiving.OPEN and bool(facts.lines)),
        (words.unpriced, any(line.price_rp is None for line in facts.lines)),
        (words.left_out, has_lost),
    )
    return [note for note, applies in said if applies]


def write_note_csv(facts: NoteFacts, words: NoteWords) -> str:
    """Return the note's lines as CSV; plain numbers, harmless text.

    Raises:
        NoteDoesNotAddUp: a line or a sum differs from its parts.

    """
    return table.write_csv(*_list_lines(facts, words))


def write_note_xlsx(facts: NoteFacts, words: NoteWords) -> bytes:
    """Return the note's lines as a workbook; text stays text.

    Raises:
        NoteDoesNotAddUp: a line or a sum differs from its parts.

    """
    sheet = "".join(sign if sign.isalnum() or sign in SHEET_SIGNS else "-" for sign in facts.number)
    return table.write_xlsx(*_list_lines(facts, words), sheet=sheet or "-")


def _list_lines(facts: NoteFacts, words: NoteWords) -> tuple[Sequence[str], list[Sequence[Cell]]]:
    """Return heads and rows of the list, the same for every kind of note."""
    refuse_wrong_note(facts)
    heads = (
        words.number, words.day, words.line, words.product, words.content, words.barcode, words.batch, words.expires,
        words.quantity, words.unit, words.price, words.amount, words.reason, words.accepted, words.refused,
        words.refusal_reason,
    )  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (
            facts.number, facts.day, place, line.product, line.content, line.number, line.batch, line.expires_on,
            line.quantity, line.unit, line.price_rp, line.amount_rp, line.reason, line.accepted,
            None if line.accepted is None else refused_of(line),
            "; ".join(f"{one.reason} ({format_count(one.quantity)})" for one in line.refusals),
        )
        for place, line in enumerate(facts.lines, start=1)
    ]  # fmt: skip
    return heads, rows
