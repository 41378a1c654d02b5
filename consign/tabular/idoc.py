"""SAP IDoc WPUUMS as a flat file: the sales of a store by article, one row for each article segment.

A control record opens an IDoc, its data records follow, a line each. The sign of a quantity and of an amount stands in
a field of its own before it. An IDoc does not count its records: what can be checked is that their numbers follow on.

Source: SAP, structures EDI_DC40, EDI_DD40, segments E1WPU01 and E1WPU02.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consign.sentence import say
from consign.tabular.cells import TYPED
from consign.tabular.message_cells import (
    Facts,
    MessageTable,
    add_text,
    merge,
    name_currency,
    name_measure,
    write_day,
    write_number,
)
from consign.tabular.message_controls import (
    refuse_doubled,
    refuse_other_count,
    refuse_other_kind,
    refuse_other_reference,
    refuse_test,
)
from consign.tabular.refusals import FileDamaged

CONTROL = "EDI_DC40"
KIND = "WPUUMS"
MARK = "."
DAY_FORM = "CCYYMMDD"
SDATA = 63
WHOLE_RECORD = SDATA + 1000
PLAIN_UNITS = frozenset({"", "ST", "PCE", "PC", "EA", "C62", "KG", "KGM"})
"""Units in which goods themselves are counted or weighed: piece in its SAP and ISO codes, kilogram."""
SIGNS = frozenset({"", "+", "-"})
_SEGMENT = re.compile(r"E[12]([A-Z0-9]{5})\d{0,3}")
"""A segment by its type, or by its definition, which has a 2 and a version."""


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the file with its number, from 1."""

    number: int
    text: str

    def field(self, start: int, width: int) -> str:
        """Return the field of *width* signs at *start*, counted from 0, without blanks around it."""
        return self.text[start : start + width].strip()

    def of_segment(self, start: int, width: int) -> str:
        """Return a field of the segment's own text."""
        return self.field(SDATA + start, width)

    @property
    def segment(self) -> str:
        """Return the type of a data record's segment: `E1WPU02`."""
        name = self.field(0, 30)
        match = _SEGMENT.fullmatch(name)
        return f"E1{match[1]}" if match else name


@dataclass(frozen=True)
class Idoc:
    """A control record and its data records."""

    control: Record
    records: list[Record]

    @property
    def number(self) -> str:
        """Return the number that ties the records to each other."""
        return self.control.field(13, 16).lstrip("0")

    @property
    def kind(self) -> str:
        """Return the type of the message."""
        return self.control.field(99, 30)

    @property
    def sender(self) -> str:
        """Return the partner number of the sender: the store."""
        return self.control.field(162, 10)


def read_sales_idocs(text: str, *, encoding: str) -> MessageTable:
    """Return the rows of all IDocs in *text*, which was written in *encoding*.

    Raises:
        FileRefused: in one of its kinds, when an IDoc reports no sales, is damaged, or misses records.

    """
    table = MessageTable(encoding)
    seen: set[object] = set()
    idocs = 0
    for idoc in split_idocs(text):
        _refuse_other_idoc(idoc, seen)
        table.rows += list(_read_rows(idoc))
        idocs += 1
    table.evidence += [
        say("encoding {encoding}", encoding=encoding),
        say(
            "IDocs: {count}; the numbers of their records follow on, but an IDoc does not say how many it has",
            count=idocs,
        ),
    ]
    return table


def split_idocs(text: str) -> Iterator[Idoc]:
    """Yield the IDocs in *text*, their records held against each other.

    Raises:
        ControlCountDiffers: a record is missing, doubled, or belongs to another IDoc.
        FileDamaged: the last record is cut off, or a line is no record.

    """
    lines = text.split("\n")
    if lines[-1].strip("\r") and len(lines[-1].rstrip("\r")) < WHOLE_RECORD:
        raise FileDamaged(
            say(
                "Line {line} has no end, so it may be cut off; nothing of the file was used."
                " Ask the sender to send it again.",
                line=len(lines),
            )
        )
    idoc: Idoc | None = None
    for number, line in enumerate(lines, start=1):
        record = Record(number, line.rstrip("\r"))
        if not line.strip():
            continue
        if line.startswith(CONTROL):
            if idoc is not None:
                yield idoc
            idoc = Idoc(record, [])
            continue
        if idoc is None or len(record.text.rstrip()) > WHOLE_RECORD:
            raise FileDamaged(say("Line {line} is no record of an IDoc; nothing of the file was used.", line=number))
        _check_place(idoc, record)
        idoc.records.append(record)
    if idoc is not None:
        yield idoc


def _check_place(idoc: Idoc, record: Record) -> None:
    """Hold a data record against its IDoc and the record before it.

    Raises:
        ControlCountDiffers: its IDoc's number is another, or the records' numbers do not follow on.

    """
    name = f"{record.segment} ({record.number})"
    refuse_other_reference(f"DOCNUM, {name}", stated=record.field(33, 16).lstrip("0"), expected=idoc.number)
    refuse_other_count(f"SEGNUM, {name}", stated=record.field(49, 6), counted=len(idoc.records) + 1)


def _refuse_other_idoc(idoc: Idoc, seen: set[object]) -> None:
    """Refuse what reports no sales, or has a number that was *seen* in the file before.

    Raises:
        FileNotATable: it is another kind of message.
        FileIsTest: the sender says that it is a test.
        FileDamaged: it names no sender.
        MessageDoubled: another IDoc has its number.

    """
    refuse_other_kind(idoc.kind, needed=KIND, reference=idoc.number)
    refuse_test(idoc.control.field(38, 1), reference=idoc.number)
    if not idoc.sender:
        raise FileDamaged(
            say("Line {line} names no store (SNDPRN); nothing of the file was used.", line=idoc.control.number)
        )
    if idoc.number:
        refuse_doubled(idoc.number, seen=seen, reference=idoc.number)


def _read_rows(idoc: Idoc) -> Iterator[tuple[int, Facts]]:
    """Yield a row for each article; segments of other kinds below it are counted in columns of their names."""
    head: Facts = {"SNDPRN": idoc.sender}
    add_text(head, "DOCNUM", idoc.number)
    head_day: Facts | None = None
    row: tuple[int, Facts] | None = None
    for record in idoc.records:
        if record.segment in ("E1WPU01", "E1WPU02"):
            if row is not None:
                yield row
            row = None
        if record.segment == "E1WPU01":
            head_day = _read_head(record)
        elif head_day is None:
            raise FileDamaged(
                say(
                    "Line {line} stands before the day of the sales (E1WPU01); nothing of the file was used.",
                    line=record.number,
                )
            )
        elif record.segment == "E1WPU02":
            row = record.number, merge((head, head_day, _read_article(record, head_day)))
        else:
            facts = head_day if row is None else row[1]
            facts[record.segment] = str(int(facts.get(record.segment, "0")) + 1)
    if row is not None:
        yield row


def _read_head(record: Record) -> Facts:
    facts: Facts = {}
    add_text(facts, "BELEGDATUM", _write_whole_day(record.of_segment(0, 8)))
    add_text(facts, "BELEGWAERS", record.of_segment(8, 4))
    return facts


def _write_whole_day(text: str) -> str:
    """Return the cell of a day of eight digits; a shorter one was cut."""
    return write_day(text, form=DAY_FORM) if len(text) == 8 else f"{text}:{DAY_FORM}"


def _read_article(record: Record, head: Facts) -> Facts:
    facts: Facts = {}
    article = f"ARTNR+{record.of_segment(0, 4)}".removesuffix("+")
    add_text(facts, article, record.of_segment(4, 25))
    add_text(facts, article, record.of_segment(121, 40))
    add_text(facts, "AKTIONSNR", record.of_segment(29, 15))
    add_text(facts, "UOM", record.of_segment(116, 5))
    quantity = "UMSMENGE" + name_measure(record.of_segment(116, 5), plain=PLAIN_UNITS)
    value = "UMSWERT" + name_currency(head.get("BELEGWAERS", ""))
    facts[quantity] = _write_signed(record, 44, 45)
    facts[value] = _write_signed(record, 80, 81)
    return facts


def _write_signed(record: Record, sign_at: int, number_at: int) -> str:
    """Return the cell of the number at *number_at* with the sign that stands at *sign_at*.

    Raises:
        FileDamaged: what stands there is no sign, so the fields are shifted.

    """
    sign, number = record.of_segment(sign_at, 1), record.of_segment(number_at, 35)
    if sign not in SIGNS:
        raise FileDamaged(
            say(
                "Line {line} has '{sign}' where the sign of a number stands, so its fields are shifted; nothing of the file"
                " was used. Ask the sender to send it again.",
                line=record.number,
                sign=sign,
            )
        )
    if not number:
        return ""
    if not number[0].isdigit():
        return f"{TYPED}{sign}{number}"
    return write_number(("-" if sign == "-" else "") + number, mark=MARK)
