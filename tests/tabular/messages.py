"""Building messages by hand, and reading them without a file."""

from collections.abc import Sequence

from consign.tabular.cells import TYPED
from consign.tabular.message_child import read_messages

DAY = "20261005"
OPENING = "UNB+UNOC:3+4260026610003:14+4007399000006:14+261006:2216+IC1"
HEAD = (
    "BGM+73E::9+729058+9", "DTM+137:20261006:102", "DTM+90:20261005:102", "DTM+91:20261005:102",
    "NAD+BY+4260026610102::9", "NAD+SU+4007399000006::9", "CUX+2:IDR:10",
)  # fmt: skip
STORE = ("LOC+162+4260026610102::9", "DTM+356:20261005:102")


def line(number: int, gtin: str, *more: str) -> tuple[str, ...]:
    """Return the segments of a line the way a retailer writes them, without any of quantity or price."""
    return (f"LIN+{number}++{gtin}:EN", "RFF+SA:76", "RFF+SP:108", *more)


SOLD = ("PRI+AAE:45000::RTP", "QTY+153:1:PCE")
LINES = (*line(1, "8992761002015", *SOLD), *line(2, "8992761002015", *SOLD))


def message(*segments: str, reference: str = "1", kind: str = "SLSRPT:D:96A:UN:EAN004") -> tuple[str, ...]:
    """Return a message around *segments*, its control count right."""
    return (f"UNH+{reference}+{kind}", *segments, f"UNT+{len(segments) + 2}+{reference}")


RETAILER = message(*HEAD, *STORE, *LINES)


def interchange(*messages: Sequence[str], opening: str = OPENING, reference: str = "IC1") -> tuple[str, ...]:
    """Return an interchange of *messages*, its control count right."""
    inside = [segment for one in messages for segment in one]
    return (opening, *inside, f"UNZ+{len(messages)}+{reference}")


def write(segments: Sequence[str], *, una: str = "UNA:+.? '", between: str = "\n", end: str = "'") -> str:
    """Return *segments* as text."""
    return una + between + "".join(f"{segment}{end}{between}" for segment in segments)


def read(text: str | bytes, container: str = "edifact") -> dict[int, dict[str, str]]:
    """Return the rows of the messages in *text* by their numbers, decimals and days shown as a person sees them."""
    content = text if isinstance(text, bytes) else text.encode("iso-8859-1")
    table = read_messages(content, container=container)
    headers = table.find_headers()
    rows = {
        number: {header: cell.replace(TYPED, "") for header, cell in facts.items() if cell}
        for number, facts in table.rows
    }
    assert len(rows) == len(table.rows), "row numbers are unique"
    assert set(headers) == {header for _, facts in table.rows for header in facts}
    return rows


def headers(text: str, container: str = "edifact") -> list[str]:
    """Return the headers of the table that *text* makes."""
    return read_messages(text.encode("iso-8859-1"), container=container).find_headers()


def column(text: str, header: str, container: str = "edifact") -> list[str | None]:
    """Return one column, in the order of the rows."""
    return [row.get(header) for row in read(text, container).values()]
