"""What the child process that reads a workbook answers."""

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """How the child ended by itself; anything but the first is a reason to refuse the workbook."""

    DONE = 0
    NO_HEADER = 4
    MANY_TABLES = 6
    LOCKED = 7
    NO_WORKBOOK = 8
    MANY_SHEETS = 9
    COPIES = 10


class LeftOut(StrEnum):
    """Why a sheet is not part of the table."""

    HIDDEN = "hidden"
    NO_HEADER = "no_header"
    OTHER_COLUMNS = "other_columns"
