"""What is fuzzed by coverage: readers that run in the process that serves, and the readers of messages."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from consign.errors import ConsignError
from consign.sales.inspecting import inspect_file
from consign.sales.layout import KNOWN_WORDS
from consign.sales.mapping import Answers
from consign.tabular.dates import DateOrder, decide_date_order, parse_day, parse_hour
from consign.tabular.message_child import read_messages
from consign.tabular.messages import find_container
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number
from consign.tabular.opening import FIRST_BYTES
from consign.tabular.records import read_records
from consign.tabular.refusals import FileRefused
from consign.tabular.text_files import open_text_table
from consign.tabular.workbook import begins_workbook
from tests.fuzz.mutating import MESSAGES, TEXTS

SCRATCH = Path(tempfile.gettempdir()) / f"consign-fuzz-{os.getpid()}"
NUMBERS = b"1.234.567,00\n1,234,567.00\nRp 1.234.567,-\n(1.000)\n1.000-\n1'234\n1 234\n#REF!\n8,99E+12\n\x0112.5"
DAYS = (
    b"05/06/2026 10:14\n31-08-26\n26-10-05\nJum'at, 9 Oktober 2026\nOct 5, 2026 03:04 PM\n46300.5\n2026-08-31T23:59:59Z"
)
ACCEPT = Answers(accept_suggestion=True)


def fuzz_sales(content: bytes) -> None:
    """Read *content* as a sales file in text, to the end."""
    if begins_workbook(content[:FIRST_BYTES]) or find_container(content[:FIRST_BYTES]):
        return
    SCRATCH.write_bytes(content)
    with suppress(ConsignError):
        found = inspect_file(SCRATCH, layout=None, answers=ACCEPT, store_stated=True, first=None, last=None)
        assert found.rows_read == found.accepted + found.ignored + found.problems, "rows do not add up"


def fuzz_text(content: bytes) -> None:
    """Read *content* as a table in text."""
    SCRATCH.write_bytes(content)
    with tempfile.TemporaryDirectory() as folder, suppress(FileRefused):
        table = open_text_table(SCRATCH, scratch=Path(folder), words=KNOWN_WORDS)
        rows = [int(row) for batch in table.batches() for row in batch.rows]
        assert rows == sorted(set(rows)), "a row's number comes twice"


def fuzz_records(content: bytes) -> None:
    """Part *content* into records."""
    lines = content.decode("utf-8", "replace").replace("\x01", "").splitlines(keepends=True)
    with suppress(FileRefused):
        records = list(read_records(lines, delimiter=";", width=4, after_row=1))
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
    "records": (fuzz_records, list(TEXTS.values())),
    **{kind: (fuzz_message(kind), [content]) for kind, content in MESSAGES.items()},
    "numbers": (fuzz_numbers, [NUMBERS]),
    "days": (fuzz_days, [DAYS]),
}
"""Each with the good input that it grows from."""
