"""The values on a paper, each sure or not: none that is wrong may be shown as sure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compliance.facts import Kind
from compliance.reading.candidates import Candidate
from compliance.reading.day_values import find_day_values
from compliance.reading.found import Piece, ReadValue, Source
from compliance.reading.lines import Line
from compliance.reading.name_values import find_names
from compliance.reading.number_values import find_numbers

FIELDS = ("number", "holder", "owner", "account_name", "issued_on", "valid_until")


def find_values(lines: Sequence[Line], codes: Sequence[Piece], *, kind: Kind | None) -> tuple[ReadValue, ...]:
    """Return the values that stand on the paper, at most one of each field; none where its *kind* is not known."""
    if kind is None:
        return ()
    found = [*find_numbers(lines, codes, kind=kind), *find_names(lines, kind=kind), *find_day_values(lines, kind=kind)]
    chosen = {field: _choose([one for one in found if one.field == field]) for field in FIELDS}
    values = {field: _show(one) for field, one in chosen.items() if one is not None}
    return tuple(_settle(values))


def _choose(found: Sequence[Candidate]) -> Candidate | None:
    """Return the best of several for one field; where they differ none is sure."""
    if not found:
        return None
    best = max(found, key=lambda one: (one.is_sure, one.is_trusted, one.source is not Source.QR, one.confidence))
    same = [one for one in found if one.value == best.value]
    others = [one for one in found if one.value != best.value and (one.is_trusted or not best.is_trusted)]
    if others:
        return replace(best, is_backed=False)
    if any(one.source is Source.QR for one in same) and best.source is not Source.QR:
        # The code on the paper says the same as its letters: two ways that do not fail alike.
        return replace(best, is_backed=True, confidence=1_000)
    return best


def _show(one: Candidate) -> ReadValue:
    return ReadValue(
        field=one.field,
        value=one.value,
        text=one.text,
        sure=one.is_sure,
        confidence=one.confidence,
        page=one.page,
        box=one.box,
        source=one.source,
    )


def _settle(values: dict[str, ReadValue]) -> Iterator[ReadValue]:
    """Return the values; days that contradict each other are not sure."""
    issued, ends = values.get("issued_on"), values.get("valid_until")
    doubtful = issued is not None and ends is not None and issued.value >= ends.value
    for field, value in values.items():
        yield replace(value, sure=False) if doubtful and field in {"issued_on", "valid_until"} else value
