"""Who pays late, on paper: the letter to one partner (surat teguran), and the report for the head of the office.

Both are in Indonesian, whatever the reader's pages are in: they are papers of the office. Sums are added up again before
anything is written, so that paper and books cannot say different things.

Source: Perpres 112/2007 art. 8 and Permendag 23/2021 art. 11, as far as their content is sure; the office sets the days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports import table
from reports.statement import format_percent, format_rupiah
from reports.table import Cell
from reports.terbilang import spell_rupiah
from reports.typeface import keep_printable, make_breakable
from reports.typesetting import typeset

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
SHORT_MONTHS = tuple(month[:3] if month != "Agustus" else "Agu" for month in MONTHS)
STEPS = {"friendly": "Pengingat", "first": "Teguran pertama", "second": "Teguran kedua", "letter": "Surat teguran"}
BUCKETS = ("Belum jatuh tempo", "1–7 hari", "8–15 hari", "16–30 hari", "31–60 hari", "> 60 hari")  # noqa: RUF001  # between two numbers
DASH = "\N{EN DASH}"


class LateDoesNotAddUp(Exception):
    """The figures of a paper about late payments differ from their parts; nothing was written."""


@dataclass(frozen=True)
class LateBill:
    """A statement that is due and open."""

    number: str
    earlier_number: str
    producer: str
    first: date
    last: date
    due_on: date
    """As agreed."""
    legal_on: date
    days_late: int
    """Past the agreed day; zero on that day."""
    open_rp: int


@dataclass(frozen=True)
class LateLetter:
    """What the letter to a partner says."""

    office: str
    contact: str
    partner: str
    written_on: date
    legal_days: int
    bills: tuple[LateBill, ...]
    total_rp: int
    reminders: tuple[tuple[str, date, int], ...]
    """Step, day and sum of each reminder, the first one first."""


@dataclass(frozen=True)
class LatePartner:
    """A partner's row of the report."""

    code: str
    name: str
    buckets_rp: tuple[int, ...]
    """By how late it is: not due, 1-7, 8-15, 16-30, 31-60 and more than 60 days past the agreed day."""
    open_rp: int
    legal_late_rp: int
    """Past the day of the law, whatever was agreed."""
    oldest_due_on: date | None
    average_days: int | None
    on_time_bp: int | None
    step: str | None
    reminded_on: date | None


@dataclass(frozen=True)
class LateReport:
    """What the report for the head says."""

    office: str
    as_of: date
    legal_days: int
    partners: tuple[LatePartner, ...]
    trend: tuple[tuple[date, int], ...]
    """What was late at the end of each month, and on the last day."""


def write_day(day: date) -> str:
    """Write a day in full: `5 Oktober 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_short_day(day: date) -> str:
    """Write a day shortly: `5 Okt 2026`."""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {day.year}"


def write_letter(letter: LateLetter) -> bytes:
    """Return the letter as a tagged PDF (PDF/UA-1) on A4. Equal facts give equal bytes.

    Raises:
        LateDoesNotAddUp: its total is not the sum of its statements.

    """
    if sum(one.open_rp for one in letter.bills) != letter.total_rp:
        raise LateDoesNotAddUp(f"{letter.total_rp} is not the sum of the statements")
    figures = {
        "frame": _write_frame("Surat teguran keterlambatan pembayaran", letter.office, letter.written_on),
        "contact": _plain(letter.contact),
        "partner": _plain(letter.partner),
        "written": write_day(letter.written_on),
        "opening": (
            f"Menurut pembukuan kami, sampai dengan {write_day(letter.written_on)} nota perhitungan titip jual berikut telah"
            f" jatuh tempo dan belum dibayar lunas, seluruhnya {format_rupiah(letter.total_rp)}"
            f" ({spell_rupiah(letter.total_rp)})."
        ),
        "heads": ["Nota", "Produsen", "Periode", "Jatuh tempo", "Menurut aturan", "Terlambat", "Belum dibayar"],
        "rows": [
            [
                _plain(one.number) + (f" ({_plain(one.earlier_number)})" if one.earlier_number else ""),
                _plain(one.producer),
                f"{write_short_day(one.first)} {DASH} {write_short_day(one.last)}",
                write_short_day(one.due_on),
                write_short_day(one.legal_on),
                f"{one.days_late} hari",
                format_rupiah(one.open_rp),
            ]
            for one in letter.bills
        ],
        "total": ["Jumlah", format_rupiah(letter.total_rp)],
        "reminders": [
            f"{STEPS[step]}, {write_day(day)}: {format_rupiah(amount)}" for step, day, amount in letter.reminders
        ],
        "law": [
            (
                "Peraturan Presiden Nomor 112 Tahun 2007 Pasal 8: syarat perdagangan antara toko dan pemasok, termasuk bahwa"
                " toko dapat dikenai denda karena terlambat membayar pemasok."
            ),
            "Peraturan Menteri Perdagangan Nomor 23 Tahun 2021 Pasal 11: syarat perdagangan, termasuk ketentuan pembayaran.",
            (
                f"Jangka waktu menurut aturan yang dipakai dinas: {letter.legal_days} hari kalender sejak nota terbit. Jumlah di"
                " atas tidak memuat bunga maupun denda."
            ),
        ],
        "closing": (
            "Kami minta Saudara melunasi jumlah tersebut, atau menyampaikan bukti pembayaran atau keberatan secara tertulis,"
            " dalam tujuh hari sejak surat ini diterima."
        ),
    }
    return typeset("late_letter.typ", figures, standard="ua-1")


def write_report(report: LateReport) -> bytes:
    """Return the report as a tagged PDF (PDF/UA-1) on A4 across. Equal facts give equal bytes.

    Raises:
        LateDoesNotAddUp: a partner's sum is not that of its parts.

    """
    _refuse_wrong_sums(report)
    most = max((amount for _, amount in report.trend), default=0)
    figures = {
        "frame": _write_frame("Laporan keterlambatan pembayaran mitra", report.office, report.as_of),
        "as_of": f"Keadaan per {write_day(report.as_of)}. Menurut aturan: {report.legal_days} hari kalender sejak nota terbit.",
        "heads": [
            "Mitra",
            *BUCKETS,
            "Belum dibayar",
            "Terlambat menurut aturan",
            "Hari bayar",
            "Tepat waktu",
            "Pengingat",
        ],
        "rows": [
            [
                f"{_plain(one.name)} ({_plain(one.code)})",
                *(format_rupiah(amount) for amount in one.buckets_rp),
                format_rupiah(one.open_rp),
                format_rupiah(one.legal_late_rp),
                DASH if one.average_days is None else str(one.average_days),
                DASH if one.on_time_bp is None else format_percent(one.on_time_bp),
                f"{STEPS[one.step]}, {write_short_day(one.reminded_on)}" if one.step and one.reminded_on else DASH,
            ]
            for one in report.partners
        ],
        "total": [
            "Jumlah",
            *(format_rupiah(sum(one.buckets_rp[place] for one in report.partners)) for place in range(len(BUCKETS))),
            format_rupiah(sum(one.open_rp for one in report.partners)),
            format_rupiah(sum(one.legal_late_rp for one in report.partners)),
        ],
        "empty": "Tidak ada nota yang belum dibayar.",
        "trend": [
            {
                "day": write_short_day(day),
                "amount": format_rupiah(amount),
                # In thousandths of the longest bar, so that no fraction reaches the template.
                "length": amount * 1000 // most if most else 0,
            }
            for day, amount in report.trend
        ],
        "trend_title": "Terlambat menurut jatuh tempo, pada akhir tiap bulan",
        "note": "Hari bayar: rata-rata hari dari nota sampai pembayaran dalam enam bulan terakhir, tiap rupiah sama berat.",
    }
    return typeset("late_report.typ", figures, standard="ua-1")


def write_report_xlsx(report: LateReport) -> bytes:
    """Return the report's partners as a workbook; text stays text.

    Raises:
        LateDoesNotAddUp: a partner's sum is not that of its parts.

    """
    _refuse_wrong_sums(report)
    heads = (
        "Kode mitra", "Mitra", *BUCKETS, "Belum dibayar", "Terlambat menurut aturan", "Jatuh tempo tertua",
        "Rata-rata hari bayar", "Tepat waktu (%)", "Pengingat terakhir", "Tanggal pengingat",
    )  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (
            one.code, one.name, *one.buckets_rp, one.open_rp, one.legal_late_rp, one.oldest_due_on, one.average_days,
            None if one.on_time_bp is None else format_percent(one.on_time_bp),
            STEPS[one.step] if one.step else None, one.reminded_on,
        )
        for one in report.partners
    ]  # fmt: skip
    return table.write_xlsx(heads, rows, sheet="Keterlambatan")


def _refuse_wrong_sums(report: LateReport) -> None:
    """Refuse a report of which a partner's sum differs from its parts.

    Raises:
        LateDoesNotAddUp: accordingly.

    """
    for one in report.partners:
        if sum(one.buckets_rp) != one.open_rp:
            raise LateDoesNotAddUp(f"{one.code}: {one.open_rp} is not the sum of its parts")


def _write_frame(title: str, office: str, printed_on: date) -> dict[str, object]:
    """Return what stands around everything on every page."""
    return {
        "language": "id",
        "title": title,
        "number": "",
        "office": _plain(office),
        "mark": None,
        "printed": f"dicetak {write_short_day(printed_on)}",
        "page": "Halaman {page} dari {pages}",
        "continued": "lanjutan",
    }


def _plain(text: str) -> str:
    """Return what somebody wrote in signs that the typeface has, breakable where a word is long."""
    return make_breakable(keep_printable(text)[0])
