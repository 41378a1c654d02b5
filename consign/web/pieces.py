"""Sending what was written to a temporary file, piece by piece."""

from collections.abc import Iterator
from typing import IO

PIECE_BYTES = 1 << 20


def send_pieces(target: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands in *target* from its beginning, and close it at the end."""
    with target:
        target.seek(0)
        while piece := target.read(PIECE_BYTES):
            yield piece
