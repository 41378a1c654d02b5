"""What a single cell may hold besides plain text."""

import re

TYPED = "\x01"
"""Stands before a number with decimals or a date that a workbook holds as such, so that its style is known."""

ERROR_VALUES = frozenset(
    {
        *("#REF!", "#N/A", "#NA", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
        *("#ERROR!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!"),
    }
)
"""What a spreadsheet shows where a formula failed."""
NUMBERED_ERROR = re.compile(r"ERR:\d{3}")
"""What LibreOffice shows there where its error has no name: `Err:502`."""

SCIENTIFIC = re.compile(r"[-+]?(?:\d+(?:[.,]\d+)?[eE][-+]\d+|\d+[.,]\d+[eE]\d+)")
"""`8,99E+12`: a spreadsheet rounded a long number, its last digits are lost. `12E5` is a code."""
LONGEST_SHOWN = 200
"""Characters of a cell that are shown to a person."""


def shown(cell: str) -> str:
    """Return a cell, or a whole row of cells, as a person sees it."""
    return cell.replace(TYPED, "")


def is_error_value(cell: str) -> bool:
    """Say whether a formula failed in this cell."""
    text = cell.strip().upper()
    return text in ERROR_VALUES or (text.startswith("ERR:") and NUMBERED_ERROR.fullmatch(text) is not None)


def is_scientific(cell: str) -> bool:
    """Say whether a long number lost its last digits in this cell."""
    return SCIENTIFIC.fullmatch(cell.strip()) is not None


def cut(cell: str) -> str:
    """Return a cell as short as it can be shown to a person."""
    return cell if len(cell) <= LONGEST_SHOWN else f"{cell[: LONGEST_SHOWN - 1]}…"
