"""What kind of paper the words say it is."""

from collections.abc import Sequence

from compliance.facts import Kind
from compliance.reading.labels import KNOWN_BY
from compliance.reading.lines import Line

HEAD_LINES = 8
"""A paper says at its head what it is; only where the head says nothing the whole page decides."""


def guess_kind(lines: Sequence[Line]) -> Kind | None:
    """Return what the words say the paper is, blank where they do not say."""
    head = " ".join(line.text for line in lines[:HEAD_LINES])
    whole = " ".join(line.text for line in lines if line.page == 0)
    return _find(head) or _find(whole)


def _find(text: str) -> Kind | None:
    return next((kind for kind, words in KNOWN_BY if words.search(text) is not None), None)
