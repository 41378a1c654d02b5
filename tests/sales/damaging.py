"""Sales files of eighty known rows, and copies of them in which one row is damaged. All goods and shops are invented."""

import csv
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from consign.sales.layout import KNOWN_WORDS
from consign.sales.mapping import Answers, Stated, map_table
from consign.sales.reading import Reader
from consign.tabular.numbers import NumberStyle
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileRefused
from tests.builders import gtin

ROWS = 80
FIRST_DAY = date(2026, 9, 14)
TODAY = date(2026, 11, 30)
GOODS = (
    ("Keripik Singkong Balado 250 g", 15_000),
    ("Sambal Roa, pedas; 150 ml", 32_500),
    ("Amplang Ikan Pipih | Samarinda", 27_000),
    ('Kue "Lapis" Legit', 85_000),
    ("Kopi Bubuk Robusta", 21_750),
    ("Madu Hutan 350 ml", 64_000),
    ("Abon Ayam, manis", 38_000),
    ("Teh Daun Kelor; 20 kantong", 18_500),
    ("Stik Keju", 9_500),
    ("Rengginang", 12_000),
    ("Dodol Durian", 24_000),
    ("Batik Sarung Meja", 145_000),
)
TITLES = {
    "date": ("Date", "Tanggal"),
    "store": ("Store", "Kode Toko"),
    "receipt": ("Receipt No", "No Struk"),
    "barcode": ("Barcode", "Barcode"),
    "name": ("Product Name", "Nama Produk"),
    "quantity": ("Quantity", "Jumlah"),
    "price": ("Unit Price", "Harga Satuan"),
    "discount": ("Discount", "Diskon"),
    "total": ("Total", "Total"),
    "net": ("Net Sales", "Penjualan Bersih"),
}
WHOLE = tuple(TITLES)


@dataclass(frozen=True)
class Style:
    """How a till writes its file."""

    name: str
    sign: str
    indonesian: bool
    day: str
    quoting: int
    """As in the csv module: which cells stand in quotes."""
    decimals: bool
    parted: bool
    """Whether thousands are parted."""

    @property
    def numbers(self) -> NumberStyle:
        """Return how it parts numbers."""
        return NumberStyle.INDONESIAN if self.indonesian else NumberStyle.ENGLISH

    def amount(self, rupiah: int) -> str:
        """Write an amount."""
        text = f"{rupiah:,}" if self.parted else str(rupiah)
        text += ".00" if self.decimals else ""
        return text.translate(str.maketrans(".,", ",.")) if self.indonesian else text


STYLES = (
    Style("comma", ",", False, "%Y-%m-%d", csv.QUOTE_MINIMAL, True, True),
    Style("comma, all quoted", ",", False, "%Y-%m-%d %H:%M", csv.QUOTE_ALL, False, False),
    Style("semicolon", ";", True, "%d/%m/%Y", csv.QUOTE_MINIMAL, True, True),
    Style("pipe", "|", True, "%d-%m-%Y", csv.QUOTE_MINIMAL, False, True),
)


@dataclass(frozen=True)
class Original:
    """A file of eighty rows: its cells as they are written, parted and quoted."""

    style: Style
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The header first."""

    def write(self, rows: Sequence[str] | None = None) -> str:
        """Return the file's text, with *rows* in the place of its own lines."""
        return "".join(f"{row}\r\n" for row in (rows or self.lines()))

    def lines(self) -> list[str]:
        """Return its lines without their ends."""
        return [self.join(row) for row in self.rows]

    def join(self, cells: Sequence[str]) -> str:
        """Return a line of *cells*."""
        written = io.StringIO()
        csv.writer(written, delimiter=self.style.sign, lineterminator="", quoting=self.style.quoting).writerow(cells)
        return written.getvalue()

    def parts(self, row: int) -> list[str]:
        """Return the cells of a row as they are written, quotes around them."""
        return [
            self.join([cell, "x"]).removesuffix(self.join(["x"])).removesuffix(self.style.sign)
            for cell in self.rows[row]
        ]


def make_original(style: Style, columns: Sequence[str] = WHOLE, *, seed: int = 7) -> Original:
    """Make a file with *columns*: three stores, twelve products, some discounts, returns and twin lines."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    rows: list[dict[str, str]] = []
    day, number = FIRST_DAY, 4_071
    while len(rows) < ROWS:
        day += timedelta(chance.random() < 0.3)
        number += 1
        store = chance.choice(("T01", "T02", "T03"))
        moment = day.strftime(style.day.replace("%H:%M", f"{chance.randint(8, 20):02}:{chance.randint(0, 59):02}"))
        back = chance.random() < 0.05
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(GOODS))
            name, price = GOODS[place]
            quantity = (-1 if back else 1) * chance.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))
            total = quantity * price
            discount = price // 10 // 100 * 100 * quantity if chance.random() < 0.15 else 0
            row = {
                "date": moment, "store": store, "receipt": f"S{number:06}", "barcode": gtin(place + 1), "name": name,
                "quantity": str(quantity), "price": style.amount(price), "discount": style.amount(abs(discount)),
                "total": style.amount(total), "net": style.amount(total - discount),
            }  # fmt: skip
            rows += [row] * (2 if chance.random() < 0.08 else 1)
    header = tuple(TITLES[column][style.indonesian] for column in columns)
    return Original(style, tuple(columns), (header, *(tuple(row[one] for one in columns) for row in rows[:ROWS])))


@dataclass(frozen=True)
class Copy:
    """A copy of *original* whose row at *row* is damaged; rows count from 1, the header being the first."""

    original: Original
    kind: str
    row: int
    damaged: str
    """The line as it is now."""

    def write(self) -> str:
        """Return the whole file."""
        lines = self.original.lines()
        lines[self.row - 1] = self.damaged
        return self.original.write(lines)


Damage = Callable[[Original, int, random.Random], str]


def _extra_separator(original: Original, row: int, chance: random.Random) -> str:
    line, sign = original.lines()[row], original.style.sign
    places = [place for place, letter in enumerate(line) if letter == sign] + [0, len(line)]
    place = chance.choice(places)
    return line[:place] + sign + line[place:]


def _missing_separator(original: Original, row: int, chance: random.Random) -> str:
    parts = original.parts(row)
    place = chance.randrange(len(parts) - 1)
    parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return original.style.sign.join(parts)


def _separator_inside(original: Original, row: int, chance: random.Random) -> str:
    parts = original.parts(row)
    place = chance.choice([place for place, part in enumerate(parts) if len(part) > 1])
    inside = chance.randrange(1, len(parts[place]))
    parts[place] = parts[place][:inside] + original.style.sign + parts[place][inside:]
    return original.style.sign.join(parts)


def _stray_quote(original: Original, row: int, chance: random.Random) -> str:
    parts = original.parts(row)
    place = chance.randrange(len(parts))
    part = parts[place]
    where = chance.choice((0, len(part), chance.randrange(len(part) + 1)))
    parts[place] = part[:where] + '"' + part[where:]
    return original.style.sign.join(parts)


def _lost_quote(original: Original, row: int, chance: random.Random) -> str:
    line = original.lines()[row]
    places = [place for place, letter in enumerate(line) if letter == '"']
    if not places:
        return _stray_quote(original, row, chance)
    place = chance.choice(places)
    return line[:place] + line[place + 1 :]


def _quote(original: Original, row: int, chance: random.Random) -> str:
    return chance.choice((_stray_quote, _stray_quote, _lost_quote))(original, row, chance)


def _other_separator(original: Original, row: int, chance: random.Random) -> str:
    sign = original.style.sign
    other = chance.choice([one for one in ",;|\t" if one != sign])
    if chance.random() < 0.5:
        return original.lines()[row].replace(sign, other)
    return other.join(original.parts(row))


def _shifted(original: Original, row: int, chance: random.Random) -> str:
    cells = list(original.rows[row])
    place = chance.randrange(len(cells))
    match chance.randrange(3):
        case 0:
            cells = [*cells[:place], *cells[place + 1 :], ""]
        case 1:
            new = chance.choice(("", "0", "1", "-", "Umum", cells[place], cells[place - 1]))
            cells = [*cells[:place], new, *cells[place:-1]]
        case _:
            place = chance.randrange(len(cells) - 1)
            cells[place : place + 2] = cells[place + 1], cells[place]
    return original.join(cells)


DAMAGES: dict[str, Damage] = {
    "an extra separator": _extra_separator,
    "a missing separator": _missing_separator,
    "a separator inside a text": _separator_inside,
    "a stray or lost quote": _quote,
    "another separator": _other_separator,
    "shifted or swapped cells": _shifted,
}


def make_copies(originals: Sequence[Original], count: int, *, seed: int) -> Iterator[Copy]:
    """Make *count* copies of *originals*, as many of each kind of damage, none of them as the original."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    kinds = list(DAMAGES)
    for number in range(count):
        original, kind = originals[number // len(kinds) % len(originals)], kinds[number % len(kinds)]
        lines = original.lines()
        while True:
            row = chance.randrange(1, len(lines))
            damaged = DAMAGES[kind](original, row, chance)
            if damaged != lines[row]:
                break
        yield Copy(original, kind, row + 1, damaged)


MONEY = (
    "store_code",
    "day",
    "product_barcode",
    "receipt",
    "quantity_milli",
    "unit_price_rp",
    "gross_rp",
    "discount_rp",
)


@dataclass(frozen=True)
class Reading:
    """How a file was read: the values of each line that was taken, the problems and the ignored rows by their numbers."""

    lines: dict[int, tuple[object, ...]]
    problems: dict[int, str]
    ignored: dict[int, str]


def read(path: Path, *, style: NumberStyle | None = None) -> Reading | str:
    """Read the file at *path* as the product does, *style* being confirmed; where it is refused or asks, return why."""
    stated = Stated(store_id=0, first=None, last=None)
    try:
        with open_table(path, words=KNOWN_WORDS) as table:
            answers = Answers(accept_suggestion=True, number_style=style)
            _, study, questions = map_table(table, layout=None, answers=answers, stated=stated)
            if study is None or questions:
                return f"asks: {', '.join(question.about for question in questions)}"
            return _read_all(Reader(study, today=TODAY, stated=None))
    except FileRefused as refusal:
        return f"{refusal.code}: {refusal.sentence}"


def _read_all(reader: Reader) -> Reading:
    reading = Reading({}, {}, {})
    for batch in reader.read():
        good = batch.lines[batch.lines["problem"] == 0]
        columns = [column for column in MONEY if column in good.columns]
        values = zip(*(good[column].tolist() for column in columns), strict=True)
        reading.lines.update(zip(good["row_no"].tolist(), values, strict=True))
        reading.problems.update((problem.row, problem.code) for problem in batch.problems)
        reading.ignored.update((row.row, row.reason) for row in batch.ignored)
    return reading


def judge(copy: Copy, whole: Reading, found: Reading | str) -> str:
    """Say what became of a copy: refused, problem, ignored, same, or wrong in one of its ways."""
    if isinstance(found, str):
        return "refused"
    lines, before = dict(found.lines), dict(whole.lines)
    here, was = lines.pop(copy.row, None), before.pop(copy.row, None)
    not_taken = found.problems.keys() | found.ignored.keys()
    if lines != before or not_taken - whole.ignored.keys() - {copy.row}:
        return "wrong elsewhere"
    if copy.row in not_taken:
        return "problem" if copy.row in found.problems else "ignored"
    if here is None:
        return "lost"
    return "same" if here == was else "wrong"


WRONG = frozenset({"wrong", "wrong elsewhere", "lost"})
