"""Product activity data of ANSI X12, transaction set 852: one row for each line, store and day.

A line (LIN) names goods; activities (ZA) below it say what happened, each with its own quantity, or with a quantity for
each of several stores (SDQ). Every kind of activity is a column of its own.

Source: ASC X12 004010, 852 Product Activity Data; data elements 98, 235, 374, 355, 859, 236.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from consign.sentence import say
from consign.tabular.message_cells import (
    Facts,
    MessageTable,
    add_number,
    add_text,
    add_words,
    find_decimal,
    merge,
    name_currency,
    name_measure,
    write_day,
    write_number,
    write_span,
)
from consign.tabular.message_controls import refuse_doubled, refuse_other_count, refuse_other_kind, refuse_other_total
from consign.tabular.refusals import FileTooLarge
from consign.tabular.row_numbers import PART_ROWS, number_row
from consign.tabular.x12 import Segment, TransactionSet, read_interchanges, split_sets

KIND = "852"
MARK = "."
DAY_FORM = "CCYYMMDD"
PLAIN_UNITS = frozenset({"", "EA", "PC", "UN", "KG"})
"""Units in which goods themselves are counted or weighed: each, piece, unit, kilogram."""
PARTIES = {"ST": "Store", "BY": "Buyer", "SU": "Supplier"}
OF_A_PARTY = frozenset({"N2", "N3", "N4", "PER"})
LAST_PAIR = 22
"""The element of an SDQ in which the quantity of its tenth store stands."""
BEGINS, ENDS = frozenset({"090", "196"}), frozenset({"091", "197"})
"""Qualifiers of the first and last day of a report or period."""


def read_product_activity(text: str, *, encoding: str) -> MessageTable:
    """Return the rows of all product activity sets in *text*, which was written in *encoding*.

    A row for the first store of an SDQ, or for none, is numbered as its segment; those for further stores of the same
    segment are numbered in the parts behind.

    Raises:
        FileRefused: in one of its kinds, when a set is none, is damaged, or does not tie.

    """
    table = MessageTable(encoding)
    seen: set[object] = set()
    sets = 0
    for segments in read_interchanges(text):
        if segments[-1].number >= PART_ROWS:
            raise FileTooLarge(say("The file takes too much to read; nothing of it was used. Save it as CSV."))
        for transaction in split_sets(segments):
            _refuse_other_set(transaction, seen)
            table.rows += _Activity(transaction).read()
            sets += 1
    table.rows.sort(key=lambda row: row[0])
    most = table.rows[-1][0] // PART_ROWS if table.rows else 0
    table.parts = tuple(f"SDQ {place}" for place in range(1, most + 2)) if most else ()
    table.evidence += [
        say("encoding {encoding}", encoding=table.encoding),
        say("messages whose control counts tie: {count}", count=sets),
    ]
    return table


def _refuse_other_set(transaction: TransactionSet, seen: set[object]) -> None:
    """Refuse what is no product activity, or was *seen* in the file before.

    Raises:
        FileNotATable: it is another kind of set.
        MessageDoubled: another set of the sender says the same to the letter.

    """
    refuse_other_kind(transaction.kind, needed=KIND, reference=transaction.reference)
    digest = hashlib.sha256(repr(transaction.sender).encode())
    for segment in transaction.segments:
        digest.update(repr((segment.tag, segment.elements)).encode())
    refuse_doubled(digest.digest(), seen=seen, reference=transaction.reference)


class _Activity:
    """Follows a set through its head, its lines and their activities."""

    def __init__(self, transaction: TransactionSet) -> None:
        self._transaction = transaction
        self._head: Facts = {"Message": transaction.reference}
        self._head_days = _Span()
        self._report_days: Facts = {}
        self._currency = ""
        self._line: _Line | None = None
        self._rows: list[tuple[int, Facts]] = []
        self._lines = 0
        self._quantities: dict[str, list[Decimal | None]] = defaultdict(list)
        self._control: Segment | None = None

    def read(self) -> list[tuple[int, Facts]]:
        """Return the set's rows.

        Raises:
            ControlCountDiffers: a total differs from what it is the total of.

        """
        for segment in self._transaction.segments:
            self._take(segment)
        self._end_line()
        if self._control is not None:
            self._check(self._control)
        return self._rows

    def _take(self, segment: Segment) -> None:
        match segment.tag:
            case "LIN":
                self._end_line()
                self._lines += 1
                self._line = _Line(segment)
            case "CTT":
                self._end_line()
                self._control = segment
            case "N1":
                facts = self._line.facts if self._line else self._head
                party = segment.at(1)
                add_text(facts, PARTIES.get(party, f"N1+{party}"), segment.at(4) or segment.at(2))
            case "XQ":
                first = write_day(segment.at(2), form=DAY_FORM)
                last = write_day(segment.at(3), form=DAY_FORM)
                self._report_days = write_span(first, last or first)
            case "CUR":
                self._currency = segment.at(2)
                add_text(self._head, "Currency", self._currency)
            case "DTM" if self._line is None:
                self._head_days.note(segment)
            case tag if self._line is not None and tag not in OF_A_PARTY:
                self._line.take(segment, self._currency)

    def _end_line(self) -> None:
        if self._line is None:
            return
        for number, facts, days in self._line.close(self._quantities):
            span = days or self._report_days or self._head_days.write()
            self._rows.append((number, merge((self._head, self._line.facts, facts, span))))
        self._line = None

    def _check(self, control: Segment) -> None:
        """Hold the set's own count of lines and total of quantities, which may be of one activity, against its lines.

        Raises:
            ControlCountDiffers: they differ.

        """
        name = f"CTT ({control.number})"
        refuse_other_count(name, stated=control.at(1), counted=self._lines)
        numbers = [number for column in self._quantities.values() for number in column]
        if control.at(2) and None not in numbers:
            sums = [_sum(column) for column in self._quantities.values()]
            total = find_decimal(write_number(control.at(2), mark=MARK))
            refuse_other_total(name, stated=total, sums=[sum(sums, Decimal(0)), *sums])


def _sum(numbers: list[Decimal | None]) -> Decimal:
    return sum((number for number in numbers if number is not None), Decimal(0))


class _Span:
    """The first and last day of a period, as far as said."""

    def __init__(self) -> None:
        self._first = self._last = ""

    def note(self, segment: Segment) -> bool:
        """Note what a DTM says; say whether it is about the period at all."""
        qualifier = segment.at(1)
        if segment.at(5) == "RD8":
            first, _, last = segment.at(6).partition("-")
            self._first, self._last = write_day(first, form=DAY_FORM), write_day(last, form=DAY_FORM)
        elif qualifier in BEGINS:
            self._first = write_day(segment.at(2), form=DAY_FORM)
        elif qualifier in ENDS:
            self._last = write_day(segment.at(2), form=DAY_FORM)
        else:
            return False
        return True

    def write(self) -> Facts:
        """Return the cells of the days."""
        return write_span(self._first, self._last)


class _Line:
    """The goods of one LIN, and a row for each store and day of its activities."""

    def __init__(self, segment: Segment) -> None:
        self.facts: Facts = {}
        self._segment = segment
        self._days = _Span()
        self._activities: list[_Quantities] = []
        self._name_goods(segment)

    def _name_goods(self, segment: Segment) -> None:
        add_text(self.facts, "Line", segment.at(1))
        numbers: Facts = {}
        for place in range(2, len(segment.elements), 2):
            add_text(numbers, segment.at(place), segment.at(place + 1))
        long, short = numbers.pop("EN", ""), numbers.pop("UP", "")
        add_text(self.facts, "GTIN", long)
        if long.lstrip("0") != short.lstrip("0") or not long:
            add_text(self.facts, "GTIN", short)
        for kind, number in numbers.items():
            add_text(self.facts, f"LIN+{kind}".removesuffix("+"), number)

    def take(self, segment: Segment, currency: str) -> None:
        """Take what a segment below the LIN says of it; of a kind without a column of its own it is kept as it is."""
        match segment.tag:
            case "ZA":
                self._activities.append(_Quantities(segment))
            case "SDQ":
                if not self._activities:
                    self._activities.append(_Quantities(Segment(segment.number, "ZA", ())))
                self._activities[-1].stores.append(segment)
            case "DTM" if self._days.note(segment):
                pass
            case "CTP":
                self._keep_price(segment, currency)
            case "AMT" | "QTY":
                self._keep_figure(segment, currency)
            case "PID":
                self.facts["Name"] = add_words(self.facts.get("Name", ""), segment.at(5))
            case "N9" | "DTM":
                add_text(self.facts, f"{segment.tag}+{segment.at(1)}", segment.at(2) or segment.at(3))
            case "PO4" if segment.at(1) in ("", "1"):
                pass  # one in a pack
            case tag:
                add_text(self.facts, tag, "*".join(segment.elements).rstrip("*") or "x")

    def _keep_figure(self, segment: Segment, currency: str) -> None:
        measure = name_currency(currency) if segment.tag == "AMT" else name_measure(segment.at(3), plain=PLAIN_UNITS)
        header = f"{segment.tag}+{segment.at(1)}{measure}"
        add_number(self.facts, header, write_number(segment.at(2), mark=MARK))

    def _keep_price(self, segment: Segment, currency: str) -> None:
        header = f"CTP+{segment.at(2)}" + name_currency(currency)
        more = [segment.at(1)] if segment.at(1) else []
        if segment.at(4) not in ("", "1"):
            more.append(segment.at(4) + segment.at(5))
        if segment.at(6):
            more.append(segment.at(6) + segment.at(7))
        add_number(self.facts, ":".join([header, *more]), write_number(segment.at(3), mark=MARK))

    def close(self, quantities: dict[str, list[Decimal | None]]) -> Iterator[tuple[int, Facts, Facts]]:
        """Yield number, facts and days of each row, adding all quantities to the columns of *quantities*.

        A quantity stands beside those of other activities of the same store and day; a second one of the same activity
        has a row of its own.
        """
        rows: list[tuple[int, Facts, Facts]] = []
        places: dict[tuple[str, tuple[tuple[str, str], ...]], list[Facts]] = defaultdict(list)
        line_days = self._days.write()
        for activity in self._activities:
            days = activity.days or line_days
            for number, store, header, cell in activity.read():
                quantities[header].append(find_decimal(cell) if cell else Decimal(0))
                same = places[store, tuple(sorted(days.items()))]
                facts = next((facts for facts in same if header not in facts), None)
                if facts is None:
                    facts = {"Store": store} if store else {}
                    same.append(facts)
                    rows.append((number, facts, days))
                facts[header] = cell
        yield from rows or [(self._segment.number, {}, line_days)]


class _Quantities:
    """One activity (ZA) with its quantity, or that of each store (SDQ)."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.stores: list[Segment] = []

    @property
    def days(self) -> Facts:
        """Return the day or days that the activity itself names."""
        day = write_day(self._segment.at(5), form=DAY_FORM)
        qualifier = self._segment.at(4)
        return write_span("" if qualifier in ENDS else day, "" if qualifier in BEGINS else day)

    def read(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield row number, store, header and cell of each quantity.

        Raises:
            ControlCountDiffers: the activity's own quantity is not the sum of its stores'.

        """
        whole = write_number(self._segment.at(2), mark=MARK)
        if not self.stores:
            yield self._segment.number, "", self._name(self._segment.at(3)), whole
            return
        summed: list[Decimal | None] = []
        for segment in self.stores:
            for part, place in enumerate(range(3, min(len(segment.elements), LAST_PAIR) + 1, 2)):
                cell = write_number(segment.at(place + 1), mark=MARK)
                summed.append(find_decimal(cell))
                unit = segment.at(1) or self._segment.at(3)
                yield number_row(segment.number, part=part), segment.at(place), self._name(unit), cell
        if whole and None not in summed:
            control = f"ZA ({self._segment.number})"
            refuse_other_total(control, stated=find_decimal(whole), sums=[_sum(summed)])

    def _name(self, unit: str) -> str:
        code = self._segment.at(1)
        return (f"ZA+{code}" if code else "SDQ") + name_measure(unit, plain=PLAIN_UNITS)
