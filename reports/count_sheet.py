"""A sheet to count a store's goods with (lembar stok opname), as a tagged PDF (PDF/UA-1) on A4.

Counted blind unless the caller wants otherwise: whoever knows what the books say finds what the books say.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.stock_paper import (
    DASH,
    Mark,
    PaperWords,
    Party,
    Pen,
    Signature,
    draw_number,
    draw_product_number,
    format_count,
)
from reports.typesetting import typeset

BARS_HEIGHT_UM = 7_000
"""Of a product's bars: enough for a scanner held to a list, and rows stay low."""


@dataclass(frozen=True)
class CountLine:
    """One product, of one batch where the store keeps them apart, in the order of the sheet."""

    product: str
    content: str
    """Net content: `200 g`; may be blank."""
    producer: str
    number: str
    """Digits below its bars; blank where it has none."""
    batch: str
    expires_on: date | None
    unit: str
    book: Decimal | None
    """What the books say; printed only where the sheet shows it."""


@dataclass(frozen=True, kw_only=True)
class CountFacts:
    """Everything a count sheet says."""

    title: str
    """Such as `Lembar stok opname`."""
    number: str
    """Blank where the count has none yet; then there is no code either."""
    office: str
    mark: Mark | None
    store: Party
    partner: str
    day: date
    printed_on: date
    remark: str
    address: str | None
    """Where the QR code leads to; None where the region has no public address, then the code says the number."""
    lines: tuple[CountLine, ...]
    shows_book: bool = False
    shows_bars: bool = False
    """Whether products' numbers are printed as bars, too."""
    blank_rows: int = 0
    """Rows for goods that were found and are not listed."""
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CountWords(PaperWords):
    """Words of a count sheet, in the reader's language."""

    day: str
    """Label of the day of the count."""
    line: str
    """Head of the line's number: `No.`."""
    product: str
    batch: str
    expires: str
    unit: str
    book: str
    counted: str
    note: str
    """Head of the column for what the counter remarks."""
    lines: str
    """With `{count}` for how many lines."""
    how_to: str
    """Tells the counter what to write."""
    others: str
    """Said above the rows for goods that are not listed."""
    empty: str


def write_count_sheet(facts: CountFacts, words: CountWords) -> bytes:
    """Return the sheet as PDF. Equal facts and words give equal bytes.

    Raises:
        SymbolImpossible: the sheet's number has signs that bars cannot say, or a product's number to be drawn is wrong.
        SymbolDoesNotFit: the sheet's number is too long for bars.
        LabelTooFull: the address is too long for a QR code of that size.

    """
    pen = Pen(words)
    heads = [(words.line,), (words.product,), (words.batch, words.expires), (words.unit,)]
    heads += [(words.book,)] if facts.shows_book else []
    heads += [(words.counted,), (words.note,)]
    codes = draw_number(facts.number, address=facts.address, words=words) if facts.number else None
    figures = {
        "frame": pen.write_frame(
            title=facts.title,
            number=facts.number,
            office=facts.office,
            mark=facts.mark,
            printed_on=facts.printed_on,
        ),
        "codes": codes,
        "parties": [pen.write_party(facts.store)],
        "details": pen.write_details([(words.day, words.write_day(facts.day)), (words.partner, facts.partner)]),
        "remark": pen.write(facts.remark),
        "words": {
            "remark": pen.write(words.remark),
            "empty": pen.write(words.empty),
            "how_to": pen.write(words.how_to),
            "others": pen.write(words.others),
            "lines": pen.write(words.lines.replace("{count}", format_count(len(facts.lines)))),
            "heads": [pen.write_all(head) for head in heads],
        },
        "shows_book": facts.shows_book,
        "rows": [_figures_of_line(line, facts, words, pen) for line in facts.lines],
        "blank_rows": facts.blank_rows,
        "signatures": pen.write_signatures(facts.signatures),
    }
    notes = [words.left_out] if pen.has_lost else []
    return typeset("count_sheet.typ", {**figures, "notes": notes}, standard="ua-1")


def _figures_of_line(line: CountLine, facts: CountFacts, words: CountWords, pen: Pen) -> dict[str, object]:
    is_drawn = facts.shows_bars and line.number
    return {
        "name": pen.write(line.product),
        "content": pen.write(line.content),
        "producer": pen.write(line.producer),
        "code": pen.write(line.number),
        "bars": draw_product_number(line.number, height_um=BARS_HEIGHT_UM, words=words) if is_drawn else None,
        "batch": (pen.write(line.batch), pen.write_day(line.expires_on)),
        "unit": pen.write(line.unit),
        "book": DASH if line.book is None else format_count(line.book),
    }
