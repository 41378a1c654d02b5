"""The sales data report of UN/EDIFACT, SLSRPT: one row for each line of each place of sale.

What a figure is, only its qualifier says, and partners do not agree on them: every qualifier is a column of its own.
A report has a head, then groups of lines that each begin with their place of sale (LOC), or lines without a place.
Lines that repeat the same goods are kept as they are: some senders write one for each unit sold.

Source: UN/EDIFACT D.96A and EANCOM 1997, SLSRPT; code lists 1225, 2005, 2379, 3227, 6063.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from consign.sentence import say
from consign.tabular.edifact import Message, Segment, read_interchanges, split_messages
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
from consign.tabular.refusals import FileDamaged, MessageChangesAnother

KIND = "SLSRPT"
REPORTS_SALES = frozenset({"", "7", "9", "31"})
"""Functions of a message that says sales by itself: none, duplicate, original, copy. Others change an earlier one."""
PLAIN_UNITS = frozenset({"", "PCE", "EA", "C62", "H87", "KGM"})
"""Units in which goods themselves are counted or weighed: piece, each, one, kilogram."""
ITEM_NUMBERS = frozenset({"EN", "SRV", "UP"})
PLAIN_PRICES = frozenset({"", "RTP"})
TOTAL = "79"
LINE_AMOUNT = "MOA+203"
DAY_PAIRS = (("356", "357"), ("90", "91"))
"""Qualifiers of the first and the last day: of the sales, else of the report."""
FORMS = {
    "101": r"(\d{6})", "102": r"(\d{8})", "201": r"(\d{6})\d{4}", "202": r"(\d{6})\d{6}", "203": r"(\d{8})\d{4}",
    "204": r"(\d{8})\d{6}", "205": r"(\d{8})\d{4}[-+]?\d{4}", "303": r"(\d{8})\d{4}[A-Z]{1,3}", "711": r"(\d{8})-?(\d{8})",
    "713": r"(\d{6})\d{4}-?(\d{6})\d{4}", "717": r"(\d{6})-?(\d{6})", "718": r"(\d{8})-?(\d{8})",
    "719": r"(\d{8})\d{4}-?(\d{8})\d{4}",
}  # fmt: skip
"""How each format code writes a day, or the first and the last day of a period."""
PARTIES = {"BY": "Buyer", "SU": "Supplier"}
SALES_PLACE = "162"


def read_sales_reports(content: bytes) -> MessageTable:
    """Return the rows of all sales reports in *content*.

    Raises:
        FileRefused: in one of its kinds, when a message is none, is damaged, or does not tie.

    """
    table = MessageTable("")
    encodings: set[str] = set()
    seen: set[object] = set()
    messages = 0
    for interchange in read_interchanges(content):
        encodings.add(interchange.encoding)
        for message in split_messages(interchange):
            _refuse_other_message(message, seen)
            table.rows += _Report(message).read()
            messages += 1
    table.encoding = ", ".join(sorted(encodings))
    table.evidence += [
        say("encoding {encoding}", encoding=table.encoding),
        say("messages whose control counts tie: {count}", count=messages),
    ]
    return table


def _refuse_other_message(message: Message, seen: set[object]) -> None:
    """Refuse what reports no sales, or was *seen* in the file before.

    Raises:
        FileNotATable: it is another kind of message.
        MessageChangesAnother: it cancels or replaces what was sent before.
        MessageDoubled: another message of the sender says the same to the letter.

    """
    refuse_other_kind(message.kind, needed=KIND, reference=message.reference)
    digest = hashlib.sha256(repr(message.sender).encode())
    for segment in message.segments:
        digest.update(repr((segment.tag, segment.elements)).encode())
        function = segment.at(3)
        if segment.tag == "BGM" and function not in REPORTS_SALES:
            raise MessageChangesAnother(
                say(
                    "Message '{reference}' changes or takes back one that was sent before (function {function}); nothing"
                    " of the file was used. Take the earlier file back and ask the sender for a whole report.",
                    reference=message.reference,
                    function=function,
                )
            )
    refuse_doubled(digest.digest(), seen=seen, reference=message.reference)


class _Report:
    """Follows a report through its head, its places of sale and its lines."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._mark = message.decimal_mark
        self._head: Facts = {"Message": message.reference}
        self._place: Facts = {}
        self._line: Facts | None = None
        self._line_number = 0
        self._days: dict[str, Facts] = {"head": {}, "place": {}, "line": {}}
        self._rows: list[tuple[int, Facts]] = []
        self._placeless: Segment | None = None
        self._quantities: dict[str, list[Decimal | None]] = defaultdict(list)
        self._amounts: list[Decimal | None] = []
        self._totals: list[tuple[Segment, Decimal | None, int]] = []
        self._counts: list[Segment] = []

    def read(self) -> list[tuple[int, Facts]]:
        """Return the report's rows.

        Raises:
            ControlCountDiffers: the report's own totals differ from its lines.
            FileDamaged: a place of sale is named behind lines that have none.

        """
        for segment in self._message.segments:
            self._take(segment)
        self._end_line()
        self._check_totals()
        return self._rows

    def _take(self, segment: Segment) -> None:
        match segment.tag:
            case "LIN":
                self._begin_line(segment)
            case "LOC":
                self._name_place(segment)
            case "UNS":
                self._end_line()
                self._place = {}
            case "CNT":
                self._counts.append(segment)
            case "MOA" if segment.at(1) == TOTAL:
                self._totals.append((segment, self._decimal(segment.at(1, 1)), len(self._amounts)))
            case _:
                self._note(segment)

    def _note(self, segment: Segment) -> None:
        """Note what *segment* says of the line, the place or the whole report."""
        match segment.tag:
            case "DTM":
                self._note_day(segment)
            case "NAD":
                party = segment.at(1)
                name = segment.at(2) or segment.at(4) or segment.at(3)
                add_text(self._nearest, PARTIES.get(party, f"NAD+{party}"), name)
            case "CUX" if segment.at(1) == "2":
                add_text(self._place or self._head, "Currency", segment.at(1, 1))
            case "BGM":
                add_text(self._head, "Document", segment.at(2))
            case _ if self._line is not None:
                self._keep(segment, self._line)

    @property
    def _nearest(self) -> Facts:
        """Return the facts of the line, else of the place of sale, else of the whole report."""
        if self._line is not None:
            return self._line
        return self._place or self._head

    def _begin_line(self, segment: Segment) -> None:
        self._end_line()
        self._line_number = segment.number
        self._line = {}
        if not self._place and self._placeless is None:
            self._placeless = segment
        add_text(self._line, "Line", segment.at(1))
        add_text(self._line, "LIN action", segment.at(2))
        number_kind = segment.at(3, 1)
        header = "GTIN" if number_kind in ITEM_NUMBERS else f"LIN+{number_kind}".removesuffix("+")
        add_text(self._line, header, segment.at(3))

    def _end_line(self) -> None:
        if self._line is None:
            return
        levels = (self._head, self._place, self._line, self._find_span())
        self._rows.append((self._line_number, merge(levels)))
        self._line, self._days["line"] = None, {}

    def _name_place(self, segment: Segment) -> None:
        """Note a place; one of a kind that is known already, or behind a line, begins a new group of lines.

        Raises:
            FileDamaged: lines before the first place belong to none.

        """
        qualifier = segment.at(1)
        header = "Store" if qualifier == SALES_PLACE else f"LOC+{qualifier}"
        if self._placeless is not None:
            raise FileDamaged(
                say(
                    "Segment {number} names a place behind lines that have none, so it is not known where they were"
                    " sold; nothing of the file was used.",
                    number=segment.number,
                )
            )
        if self._line is not None or header in self._place:
            self._end_line()
            self._place, self._days["place"] = {}, {}
        add_text(self._place, header, segment.at(2) or segment.at(2, 3))

    def _note_day(self, segment: Segment) -> None:
        qualifier, form = segment.at(1), segment.at(1, 2)
        level = "line" if self._line is not None else "place" if self._place else "head"
        text = segment.at(1, 1).strip()
        match = re.fullmatch(FORMS[form], text, re.ASCII) if form in FORMS else None
        parts = match.groups() if match else (f"{text}:{form}",)
        cells = [write_day(part, form=form) if match else part for part in parts]
        if any(qualifier in pair for pair in DAY_PAIRS):
            add_text(self._days[level], qualifier, cells[0])
            if len(cells) == 2:
                add_text(self._days[level], f"{qualifier} last", cells[1])
        elif self._line is not None:
            add_text(self._line, f"DTM+{qualifier}", " - ".join(cells))

    def _find_span(self) -> Facts:
        """Return the days the line's sales lie in, as said nearest to it."""
        for first, last in DAY_PAIRS:
            for level in ("line", "place", "head"):
                days = self._days[level]
                begins = days.get(first, "")
                ends = days.get(last, "") or days.get(f"{first} last", "")
                if begins or ends:
                    only = first == "356" and not ends
                    return write_span(begins, begins if only else ends)
        return {}

    def _keep(self, segment: Segment, line: Facts) -> None:
        """Add to the *line* what *segment* says; of a kind without a column of its own it is kept as it is."""
        match segment.tag:
            case "QTY":
                self._keep_quantity(segment, line)
            case "PRI":
                self._keep_price(segment, line)
            case "MOA":
                self._keep_amount(segment, line)
            case "RFF":
                add_text(line, f"RFF+{segment.at(1)}", segment.at(1, 1))
            case "PIA":
                for element in range(2, len(segment.elements) + 1):
                    add_text(line, f"PIA+{segment.at(element, 1)}", segment.at(element))
            case "IMD":
                _keep_name(segment, line)
            case tag:
                add_text(line, tag, "+".join(":".join(element) for element in segment.elements) or "x")

    def _keep_quantity(self, segment: Segment, line: Facts) -> None:
        header = f"QTY+{segment.at(1)}" + name_measure(segment.at(1, 2), plain=PLAIN_UNITS)
        self._quantities[header].append(self._decimal(segment.at(1, 1)))
        add_number(line, header, write_number(segment.at(1, 1), mark=self._mark))

    def _keep_price(self, segment: Segment, line: Facts) -> None:
        header = f"PRI+{segment.at(1)}" + name_currency(self._currency)
        kinds = [kind for kind in (segment.at(1, 2), segment.at(1, 3)) if kind not in PLAIN_PRICES]
        if segment.at(1, 4) not in ("", "1"):
            kinds.append(f"{segment.at(1, 4)}{segment.at(1, 5)}")
        add_number(line, ":".join([header, *kinds]), write_number(segment.at(1, 1), mark=self._mark))

    def _keep_amount(self, segment: Segment, line: Facts) -> None:
        header = f"MOA+{segment.at(1)}"
        if header == LINE_AMOUNT:
            self._amounts.append(self._decimal(segment.at(1, 1)))
        header += name_currency(segment.at(1, 2) or self._currency)
        add_number(line, header, write_number(segment.at(1, 1), mark=self._mark))

    @property
    def _currency(self) -> str:
        return self._place.get("Currency") or self._head.get("Currency", "")

    def _decimal(self, text: str) -> Decimal | None:
        return find_decimal(write_number(text, mark=self._mark))

    def _check_totals(self) -> None:
        """Hold the report's own totals against its lines; a number that cannot be read makes a sum impossible.

        Raises:
            ControlCountDiffers: they differ.

        """
        counted = 0
        for segment, total, place in self._totals:
            amounts = self._amounts[counted:place] if len(self._totals) > 1 else self._amounts
            counted = place
            if amounts and (known := _known(amounts)) is not None:
                refuse_other_total(f"MOA+79 ({segment.number})", stated=total, sums=[sum(known, Decimal(0))])
        for segment in self._counts:
            self._check_count(segment)

    def _check_count(self, segment: Segment) -> None:
        kind, stated = segment.at(1), segment.at(1, 1)
        control = f"CNT+{kind} ({segment.number})"
        if kind == "2":
            refuse_other_count(control, stated=stated, counted=len(self._rows))
        elif kind == "1":
            sums = _sum_quantities(self._quantities)
            if sums is not None:
                refuse_other_total(control, stated=self._decimal(stated), sums=sums)


def _keep_name(segment: Segment, line: Facts) -> None:
    """Add a description; a long name comes in several segments."""
    text = f"{segment.at(3, 3)} {segment.at(3, 4)}".strip()
    if text:
        line["Name"] = add_words(line.get("Name", ""), text)
    else:
        add_text(line, "IMD", segment.at(3))


def _known(numbers: list[Decimal | None]) -> list[Decimal] | None:
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None


def _sum_quantities(quantities: Mapping[str, list[Decimal | None]]) -> list[Decimal] | None:
    """Return what a total of quantities may mean: all of them, or those of one qualifier; blank where one is no number."""
    sums = []
    for numbers in quantities.values():
        known = _known(numbers)
        if known is None:
            return None
        sums.append(sum(known, Decimal(0)))
    return [sum(sums, Decimal(0)), *sums]
