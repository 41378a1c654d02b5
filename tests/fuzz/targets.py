"""What is fuzzed by coverage: readers that run in the process that serves, and the readers of messages."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa

from consign.errors import ConsignError
from consign.sales.days_across import turn_days
from consign.sales.inspecting import look_into
from consign.sales.known_layouts import find_known_layout
from consign.sales.layout import KNOWN_WORDS
from consign.sales.mapping import Answers, Stated
from consign.sales.own_layout import find_own_layout
from consign.tabular.dates import DateOrder, decide_date_order, parse_day, parse_hour
from consign.tabular.dialect import Dialect
from consign.tabular.markup_child import read_markup
from consign.tabular.message_child import read_messages
from consign.tabular.messages import find_container
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number
from consign.tabular.opening import FIRST_BYTES
from consign.tabular.records import read_records
from consign.tabular.refusals import FileRefused
from consign.tabular.table import Batch, BrokenRow, Table
from consign.tabular.text_child import find_table, read_carefully
from consign.tabular.workbook import begins_workbook
from tests.fuzz.mutating import MESSAGES, TEXTS

SCRATCH = Path(tempfile.gettempdir()) / f"consign-fuzz-{os.getpid()}"
NUMBERS = b"1.234.567,00\n1,234,567.00\nRp 1.234.567,-\n(1.000)\n1.000-\n1'234\n1 234\n#REF!\n8,99E+12\n\x0112.5"
DAYS = (
    b"05/06/2026 10:14\n31-08-26\n26-10-05\nJum'at, 9 Oktober 2026\nOct 5, 2026 03:04 PM\n46300.5\n2026-08-31T23:59:59Z"
)
PAGES = [
    b"<table><tr><th colspan=2>Toko</th></tr><tr><th>Tanggal</th><th>Total</th></tr><tr><td>05/10/2026<td>Rp&nbsp;1.000</table>",
    (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:s="urn:schemas-microsoft-com:'
        b'office:spreadsheet"><Worksheet s:Name="A"><Table><Row><Cell><Data s:Type="String">Tanggal</Data></Cell><Cell s:Index="2">'
        b'<Data s:Type="String">Total</Data></Cell></Row><Row s:Index="3"><Cell s:MergeAcross="1"><Data s:Type="Number">1.5</Data>'
        b"</Cell></Row></Table></Worksheet></Workbook>"
    ),
]
ACCEPT = Answers(accept_suggestion=True)


def open_here(content: bytes, folder: Path) -> Table:
    """Return the table in *content* as the reading child finds it, but read in this process."""
    SCRATCH.write_bytes(content)
    found = find_table(SCRATCH, scratch=folder, words=KNOWN_WORDS)
    layout = found.layout

    def read() -> Iterator[Batch]:
        for records in read_carefully(
            Path(layout.text), layout.dialect, width=layout.width, after_row=layout.header_row, plain_rows=0
        ):
            cells = [pa.array(list(column), pa.string()) for column in records.columns(layout.width)]
            broken = [BrokenRow(number, tuple(row)) for number, row in records.broken]
            yield Batch(np.array(records.numbers, dtype=np.int32), cells, broken)

    headers, evidence = tuple(found.headers), tuple(found.evidence)
    return Table("csv", found.encoding, layout.sign, None, layout.header_row, headers, evidence, read)


def fuzz_sales(content: bytes) -> None:
    """Read *content* as a sales file in text, to the end."""
    if begins_workbook(content[:FIRST_BYTES]) or find_container(content[:FIRST_BYTES]):
        return
    with tempfile.TemporaryDirectory() as folder, suppress(ConsignError):
        table = turn_days(open_here(content, Path(folder)))
        known = find_own_layout(table.headers) or find_known_layout(table.headers)
        look = look_into(table, layout=known, answers=ACCEPT, stated=Stated(0), most_rows=10)
        if look.counts is not None:
            counted = look.counts.accepted + look.counts.ignored + look.counts.problems
            assert look.counts.rows_read == counted, "rows do not add up"


def fuzz_text(content: bytes) -> None:
    """Read *content* as a table in text."""
    with tempfile.TemporaryDirectory() as folder, suppress(FileRefused):
        table = open_here(content, Path(folder))
        rows = [int(row) for batch in table.batches() for row in batch.rows]
        assert rows == sorted(set(rows)), "a row's number comes twice"


def fuzz_markup(content: bytes) -> None:
    """Read *content* as a web page or as the XML of old spreadsheets."""
    with tempfile.TemporaryDirectory() as folder, suppress(FileRefused):
        read_markup(content, words=KNOWN_WORDS, target=Path(folder) / "rows.csv")


def fuzz_records(content: bytes) -> None:
    """Part *content* into records."""
    lines = content.decode("utf-8", "replace").replace("\x01", "").splitlines(keepends=True)
    with suppress(FileRefused):
        records = list(read_records(lines, Dialect(";"), width=4, above=0, after_row=1))
        assert [number for number, _ in records] == list(range(2, len(records) + 2)), "a row's number is left out"


def fuzz_message(container: str) -> Callable[[bytes], None]:
    """Read what is given as messages of a kind."""

    def fuzz(content: bytes) -> None:
        with suppress(FileRefused):
            table = read_messages(content, container=container)
            headers = set(table.find_headers())
            assert len({number for number, _ in table.rows}) == len(table.rows), "a row's number comes twice"
            assert {name for _, facts in table.rows for name in facts} <= headers, "a cell has no column"

    return fuzz


def fuzz_numbers(content: bytes) -> None:
    """Decide about and read the lines of *content* as numbers."""
    cells = content.decode("utf-8", "replace").split("\n")
    assert decide_number_style(cells) == decide_number_style(cells[::-1]), "the order of cells decides"
    for cell in cells:
        for style in NumberStyle:
            number = parse_number(cell, style)
            assert not isinstance(number, Decimal) or number.is_finite(), cell


def fuzz_days(content: bytes) -> None:
    """Decide about and read the lines of *content* as days."""
    cells = content.decode("utf-8", "replace").split("\n")
    assert decide_date_order(cells) == decide_date_order(cells[::-1]), "the order of cells decides"
    for cell in cells:
        for order in DateOrder:
            parse_day(cell, order)
        parse_hour(cell)


TARGETS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "sales": (fuzz_sales, list(TEXTS.values())),
    "text": (fuzz_text, list(TEXTS.values())),
    "markup": (fuzz_markup, PAGES),
    "records": (fuzz_records, list(TEXTS.values())),
    **{kind: (fuzz_message(kind), [content]) for kind, content in MESSAGES.items()},
    "numbers": (fuzz_numbers, [NUMBERS]),
    "days": (fuzz_days, [DAYS]),
}
"""Each with the good input that it grows from."""
