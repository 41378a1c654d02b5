"""Consignment statements (nota perhitungan) as a tagged PDF (PDF/UA-1) on A4, added up again before they are written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from reports.joined import MOST_FILES
from reports.statement_figures import StatementFigures, StatementLine, refuse_wrong_sums
from reports.statement_words import (
    DRAFT,
    KINDS,
    LOSS_REASONS,
    ROUTES,
    TITLE,
    format_percent,
    format_rupiah,
    notes_of,
    sums_of,
    write_account,
)
from reports.stock_paper import DASH, format_count
from reports.terbilang import spell_rupiah
from reports.typeface import TextPen
from reports.typesetting import typeset, typeset_parts

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
WORDS = {
    "sums": "Perhitungan",
    "what": "Uraian",
    "amount": "Jumlah",
    "due": "Harus dibayar mitra",
    "in-words": "Terbilang",
    "continued": "Lanjutan",
    "page": "Halaman {page} dari {pages}",
    "draft": DRAFT,
}
NOTHING_SOLD = "Tidak ada penjualan pada periode ini."
LEFT_OUT = "Tanda yang tidak ada dalam huruf dokumen ini tidak dicetak."
DRAFT_NOTE = "DRAF: periode ini belum ditutup; angkanya masih dapat berubah dan belum menjadi tagihan."
HARD = "\N{NO-BREAK SPACE}"
TOGETHER = 32
"""Up to so many statements are set at once: each asks where all others begin, so that many take ever longer."""
BRIEF_ROWS, BRIEF_NAME = 18, 40
"""Rows of sales and stock, and signs of a product's name, with which a statement mostly fits on one page."""
Cell = str | tuple[str, str]
"""Words, or words with a code below them."""


def write_statement_pdf(figures: StatementFigures) -> bytes:
    """Return one statement as PDF. Equal figures give equal bytes.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    return write_statements_pdf([figures], title=f"{TITLE} {figures.number or DRAFT}")


def write_statements_pdf(statements: Sequence[StatementFigures], *, title: str) -> bytes:
    """Return statements one after the other as one PDF, each with its own count of pages. Equal figures give equal bytes.

    Raises:
        StatementDoesNotAddUp: a sum of one differs from its parts.

    """
    for figures in statements:
        refuse_wrong_sums(figures)
    together = max(TOGETHER, -(-len(statements) // MOST_FILES))
    parts = [
        _part_of(statements[first : first + together], title=title, office=statements[0].office if statements else "")
        for first in range(0, len(statements) or 1, together)
    ]
    if len(parts) > 1:
        return typeset_parts("statement.typ", parts)
    return typeset("statement.typ", parts[0][0], otherwise=parts[0][1], standard="ua-1")


def _part_of(
    statements: Sequence[StatementFigures], *, title: str, office: str
) -> tuple[dict[str, object], dict[str, object]]:
    """Return what the template is given, and what where a statement that should fit on one page does not."""
    shown = [figures_of(figures) for figures in statements]
    given = {"title": _Pen().write(title), "office": _Pen().write(office), "words": WORDS, "statements": shown}
    brief = [place for place, figures in enumerate(statements) if _is_brief(figures)]
    return {**given, "brief": brief}, {**given, "brief": []}


def _is_brief(figures: StatementFigures) -> bool:
    """Guess whether a statement fits on one page: where that is wrong, it is only set once more."""
    others = len(figures.late) + len(figures.losses) + len(figures.adjustments)
    names = {line.product for line in figures.lines} | {one.product for one in figures.stock}
    rows = len(figures.lines) + len(figures.stock)
    return not others and rows <= BRIEF_ROWS and all(len(name) <= BRIEF_NAME for name in names)


class _Pen(TextPen):
    """Writes the text of one statement."""

    def goods(self, name: str, code: str) -> tuple[str, str]:
        return self.write(name), self.write(code)


def write_day(day: date) -> str:
    """Write a day as people do, unbroken: `5 Okt 2026`."""
    return f"{day.day}{HARD}{MONTHS[day.month - 1]}{HARD}{day.year}"


def figures_of(figures: StatementFigures) -> dict[str, object]:
    """Return a statement as the template takes it: everything written out, nothing left to work out."""
    pen = _Pen()
    parts = [part for part in (_sales(figures, pen), _stores(figures, pen), _stock(figures, pen), _late(figures, pen),
                               _losses(figures, pen), _adjustments(figures, pen)) if part["rows"]]  # fmt: skip
    shown = {
        "title": TITLE,
        "number": figures.number or DRAFT,
        "office": pen.write(figures.office),
        "draft": figures.is_draft,
        "due": format_rupiah(figures.due_rp),
        "due-on": f"jatuh tempo {write_day(figures.due_on)}" if figures.due_rp else "tidak ada yang harus dibayar",
        "parties": [
            {
                "role": "Mitra (penerima titipan)",
                "name": pen.write(figures.partner),
                "lines": [pen.write(figures.partner_code)],
            },
            {
                "role": "Produsen (penitip)",
                "name": pen.write(figures.producer),
                "lines": [pen.write(figures.producer_code)],
            },
        ],
        "details": _details_of(figures, pen),
        "nothing": "" if figures.lines else NOTHING_SOLD,
        "parts": parts,
        "sums": [
            {"label": one.label, "amount": format_rupiah(one.amount_rp), "total": one.is_total}
            for one in sums_of(figures)
            if one.always or one.amount_rp
        ],
        "in-words": spell_rupiah(figures.due_rp),
        "seal": f"Segel {figures.seal}" if figures.seal else "",
        "signatures": _signatures_of(figures, pen),
        "signed": " · ".join((f"{TITLE} {figures.number or DRAFT}", f"harus dibayar {format_rupiah(figures.due_rp)}")),
    }
    return {**shown, "notes": _notes_of(figures, has_lost=pen.has_lost)}


def _details_of(figures: StatementFigures, pen: _Pen) -> list[tuple[str, str]]:
    said = [
        ("Periode", f"{write_day(figures.first)} {DASH} {write_day(figures.last)}"),
        ("Tanggal nota", write_day(figures.made_on)),
        ("Jatuh tempo", write_day(figures.due_on)),
        ("Pembayaran", ROUTES.get(figures.route, pen.write(figures.route))),
        *(("Rekening tujuan", pen.write(write_account(one))) for one in figures.pay_into),
        ("Berita transfer", figures.number),
        ("Nomor lama", pen.write(figures.earlier_number)),
    ]
    return [(label, words) for label, words in said if words]


def _notes_of(figures: StatementFigures, *, has_lost: bool) -> list[str]:
    notes = notes_of(figures)
    if figures.is_draft:
        notes.append(DRAFT_NOTE)
    elif figures.due_rp:
        notes.append(f"Tulis nomor nota {figures.number} sebagai berita transfer agar pembayaran dapat dicocokkan.")
    return [*notes, LEFT_OUT] if has_lost else notes


def _signatures_of(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    boxes = [("Untuk mitra", "", ""), ("Untuk produsen", "", "")]
    if not figures.is_draft:
        made_on = write_day(figures.made_on)
        if figures.prepared_by:
            boxes.append(("Disiapkan oleh", pen.write(figures.prepared_by), ""))
        boxes.append(("Ditutup oleh", pen.write(figures.closed_by), made_on))
    return {"name": "Nama", "date": "Tanggal", "boxes": [] if figures.is_draft else boxes}


def _part(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, left: int, wide: int, total: Sequence[str] = ()
) -> dict[str, object]:
    return {"title": title, "heads": heads, "rows": rows, "left": left, "wide": wide, "total": total if rows else ()}


def _sales(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    """Return what was sold of each product at each price and fee, all stores together."""
    lines = sum_lines(figures.lines, lambda line: replace(line, store="", store_name=""))
    has_discount = any(line.discount_rp for line in lines)
    heads = [
        "Produk",
        "Jenis",
        "Jumlah",
        "Harga",
        "Kotor",
        *(["Diskon"] if has_discount else []),
        "Penjualan",
        "Komisi",
        "Komisi Rp",
    ]
    rows: list[Sequence[Cell]] = [
        [
            pen.goods(line.product, line.product_code),
            KINDS[line.kind] + (", periode lalu" if line.late else ""),
            format_count(line.quantity),
            format_rupiah(line.unit_price_rp),
            format_rupiah(line.gross_rp),
            *([format_rupiah(line.discount_rp)] if has_discount else []),
            format_rupiah(line.sales_rp),
            format_percent(line.fee_rate_bp),
            format_rupiah(line.fee_rp),
        ]
        for line in lines
    ]
    total = [
        "Jumlah", "", "", "", format_rupiah(figures.gross_rp),
        *([format_rupiah(figures.store_discount_rp + figures.producer_discount_rp)] if has_discount else []),
        format_rupiah(figures.sales_rp), "", format_rupiah(figures.fee_rp),
    ]  # fmt: skip
    return _part("Penjualan", heads, rows, left=2, wide=0, total=total)


def sum_lines(lines: Iterable[StatementLine], without: Callable[[StatementLine], StatementLine]) -> list[StatementLine]:
    """Return *lines* summed where they are equal *without* something, in the order of their products."""
    sums: dict[object, StatementLine] = {}
    for line in lines:
        key = replace(without(line), quantity=Decimal(0), gross_rp=0, discount_rp=0, sales_rp=0, fee_rp=0)
        known = sums.get(key, key)
        sums[key] = replace(
            known,
            quantity=known.quantity + line.quantity,
            gross_rp=known.gross_rp + line.gross_rp,
            discount_rp=known.discount_rp + line.discount_rp,
            sales_rp=known.sales_rp + line.sales_rp,
            fee_rp=known.fee_rp + line.fee_rp,
        )
    kinds = list(KINDS)
    return sorted(
        sums.values(),
        key=lambda one: (
            one.product,
            one.product_code,
            one.late,
            kinds.index(one.kind),
            one.unit_price_rp,
            one.fee_rate_bp,
        ),
    )


def _stores(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    """Return what each store sold, where there are several."""
    names = {line.store: line.store_name for line in figures.lines}
    rows: list[Sequence[Cell]] = [
        [
            pen.goods(names[store], store),
            format_rupiah(sum(line.sales_rp for line in figures.lines if line.store == store)),
            format_rupiah(sum(line.fee_rp for line in figures.lines if line.store == store)),
        ]
        for store in sorted(names)
    ]
    total = ["Jumlah", format_rupiah(figures.sales_rp), format_rupiah(figures.fee_rp)]
    return _part(
        "Per gerai", ["Gerai", "Penjualan", "Komisi"], rows if len(rows) > 1 else [], left=1, wide=0, total=total
    )


def _stock(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    has_other = any(one.other for one in figures.stock)
    heads = [
        "Produk",
        "Stok awal",
        "Diterima",
        "Terjual",
        "Retur",
        "Hilang/rusak",
        *(["Lain-lain"] if has_other else []),
        "Stok akhir",
    ]
    rows: list[Sequence[Cell]] = [
        [
            pen.goods(one.product, one.product_code),
            *map(format_count, (one.opening, one.received, one.sold, one.returned, one.lost)),
            *([format_count(one.other)] if has_other else []),
            format_count(one.closing),
        ]
        for one in figures.stock
    ]
    return _part("Stok di semua gerai mitra", heads, rows, left=1, wide=0)


def _late(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    rows: list[Sequence[Cell]] = [
        [
            write_day(line.day),
            pen.write(line.store_name),
            pen.goods(line.product, line.product_code),
            KINDS[line.kind],
            pen.write(f"{line.receipt} {line.file}".strip()) or DASH,
            format_count(line.quantity),
            format_rupiah(line.sales_rp),
            format_rupiah(line.fee_rp),
        ]
        for line in figures.late
    ]
    heads = ["Tanggal", "Gerai", "Produk", "Jenis", "Struk, berkas", "Jumlah", "Penjualan", "Komisi"]
    fee_rp = sum(line.fee_rp for line in figures.late)
    total = ["Jumlah", "", "", "", "", "", format_rupiah(figures.late_rp), format_rupiah(fee_rp)]
    return _part("Rincian hari periode sebelumnya (sudah termasuk di atas)", heads, rows, left=5, wide=2, total=total)


def _losses(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    rows: list[Sequence[Cell]] = [
        [
            write_day(loss.day),
            pen.write(loss.store_name),
            pen.goods(loss.product, loss.product_code),
            f"{LOSS_REASONS.get(loss.reason, loss.reason)}, {loss.note}",
            format_count(loss.quantity),
            format_rupiah(loss.value_rp),
            DASH if loss.share_bp is None else format_percent(loss.share_bp),
            format_rupiah(loss.store_rp),
        ]
        for loss in figures.losses
    ]
    heads = ["Tanggal", "Gerai", "Produk", "Sebab, dokumen", "Jumlah", "Nilai", "Bagian gerai", "Ditanggung gerai"]
    total = ["Jumlah", "", "", "", "", "", "", format_rupiah(figures.losses_rp)]
    return _part("Barang hilang atau rusak", heads, rows, left=4, wide=2, total=total)


def _adjustments(figures: StatementFigures, pen: _Pen) -> dict[str, object]:
    rows: list[Sequence[Cell]] = [
        [write_day(one.day), pen.write(one.reason), format_rupiah(one.amount_rp)] for one in figures.adjustments
    ]
    total = ["Jumlah", "", format_rupiah(figures.adjustments_rp)]
    return _part("Koreksi", ["Tanggal", "Alasan", "Jumlah"], rows, left=2, wide=1, total=total)
