"""Compound files, the container of old workbooks and of encrypted new ones: the streams at their root.

What lies deeper belongs to something else, such as a workbook inside a text document.

Source: [MS-CFB] 2.2 (header), 2.3 to 2.5 (chains of sectors), 2.6 (directory).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
HEADER_BYTES = 512
ENTRY_BYTES = 128
MINI_SECTOR_BYTES = 64
LAST_SECTOR = 0xFFFFFFFA
"""Greater numbers end a chain or mark a sector that holds none."""
NO_ENTRY = 0xFFFFFFFF
STREAM = 2


class CompoundFileDamagedError(Exception):
    """A chain leaves the file or turns in a circle."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The streams at the root of the compound file *content*.

    Raises:
        CompoundFileDamagedError: it is cut off or its structure is broken.

    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._read_structure()
        except (struct.error, IndexError) as error:
            raise CompoundFileDamagedError from error

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._streams

    def read(self, name: str) -> bytes | None:
        """Return the stream *name*, whatever the case of its letters, blank when there is none.

        Raises:
            CompoundFileDamagedError: it does not lie in the file as a whole.

        """
        entry = self._streams.get(name.lower())
        if entry is None:
            return None
        if entry.size >= self._mini_below:
            return self._read_chain(entry.start, entry.size)
        size = MINI_SECTOR_BYTES
        sectors = [
            self._mini_content[number * size : (number + 1) * size]
            for number in _follow(entry.start, self._mini_table, most=-(-entry.size // size))
        ]
        return _whole(b"".join(sectors), entry.size)

    def _read_structure(self) -> None:
        header = self._content[:HEADER_BYTES]
        (shift,) = struct.unpack_from("<H", header, 30)
        if shift not in (9, 12):
            raise CompoundFileDamagedError
        self._sector_bytes = 1 << shift
        directory, _, self._mini_below, mini_table = struct.unpack_from("<IIII", header, 48)
        table: list[int] = []
        for number in self._table_sectors(header):
            table.extend(self._numbers(number))
        self._table = table
        entries = [*_read_entries(self._read_chain(directory))]
        self._streams = {entry.name.lower(): entry for entry in _walk(entries) if entry.kind == STREAM}
        self._mini_table = [place for number in _follow(mini_table, table) for place in self._numbers(number)]
        root = entries[0]
        self._mini_content = self._read_chain(root.start, root.size) if root.size else b""

    def _table_sectors(self, header: bytes) -> Iterator[int]:
        """Yield the sectors that hold the table of chains."""
        listed = list(struct.unpack_from("<109I", header, 76))
        (further,) = struct.unpack_from("<I", header, 68)
        seen: set[int] = set()
        while further < LAST_SECTOR and further not in seen:
            seen.add(further)
            *more, further = self._numbers(further)
            listed.extend(more)
        yield from (number for number in listed if number < LAST_SECTOR)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        if start >= len(self._content):
            raise CompoundFileDamagedError
        return self._content[start : start + self._sector_bytes]

    def _numbers(self, number: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self._sector_bytes // 4}I", self._sector(number))

    def _read_chain(self, start: int, size: int | None = None) -> bytes:
        most = None if size is None else -(-size // self._sector_bytes)
        content = b"".join(self._sector(number) for number in _follow(start, self._table, most=most))
        return content if size is None else _whole(content, size)


def _follow(start: int, table: list[int], *, most: int | None = None) -> Iterator[int]:
    """Yield the numbers of a chain, *most* of them, as many as the table has at the utmost."""
    number = start
    for _ in range(len(table) if most is None else min(most, len(table))):
        if number >= LAST_SECTOR:
            return
        yield number
        number = table[number]
    if most is None and number < LAST_SECTOR:
        raise CompoundFileDamagedError


def _whole(content: bytes, size: int) -> bytes:
    if len(content) < size:
        raise CompoundFileDamagedError
    return content[:size]


def _read_entries(directory: bytes) -> Iterator[_Entry]:
    for place in range(0, len(directory) - ENTRY_BYTES + 1, ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, place + 64)
        left, right, child = struct.unpack_from("<III", directory, place + 68)
        start, size = struct.unpack_from("<II", directory, place + 116)
        name = directory[place : place + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        yield _Entry(name, kind, left, right, child, start, size)


def _walk(entries: list[_Entry]) -> Iterator[_Entry]:
    """Yield the entries right below the root, which are a tree among themselves."""
    waiting, seen = [entries[0].child], set()
    while waiting:
        place = waiting.pop()
        if place == NO_ENTRY or place in seen:
            continue
        seen.add(place)
        yield entries[place]
        waiting += [entries[place].left, entries[place].right]
