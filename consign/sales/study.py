"""What the whole file decides: how it writes numbers and days, and what its kinds mean. Never cell by cell."""

from dataclasses import dataclass, field

import pyarrow.compute as pc

from consign.errors import Question
from consign.sales.layout import KIND_WORDS, NUMBER_ROLES, KindEffect, Layout, Role
from consign.tabular.cells import TYPED, shown
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_number_style
from consign.tabular.refusals import FileWithoutRows
from consign.tabular.table import Batch, Column, Table

FIXED_WIDTH_DAY = r"^\x01?(?:\d{4}[-/.]\d{2}[-/.]\d{2}|\d{2}[-/.]\d{2}[-/.]\d{4})[T ]\d"


@dataclass
class Study:
    """What the whole file decided about its style, and what only a person can decide."""

    table: Table
    layout: Layout
    places: dict[Role, int]
    style: NumberStyle
    order: DateOrder
    kinds: dict[str, KindEffect]
    evidence: list[str]
    questions: list[Question]
    days: set[str] = field(default_factory=set)
    """Distinct texts of the date column."""
    codes: dict[Role, set[str]] = field(default_factory=dict)
    """Distinct texts of the store, barcode and code columns."""


def study_table(table: Table, layout: Layout, *, places: dict[Role, int]) -> Study:
    """Read *table* once and decide, from all its values, how it writes numbers and days and what its kinds mean.

    Raises:
        FileWithoutRows: nothing stands below the header.

    """
    texts: dict[Role, set[str]] = {role: set() for role in places}
    rows = 0
    for batch in table.batches():
        rows += len(batch) + len(batch.broken)
        for role in texts.keys() - {Role.NAME, Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL}:
            column = read_days(batch, places[role]) if role is Role.DATE else batch.column(places[role])
            texts[role].update(column.texts)
    if rows == 0:
        raise FileWithoutRows("The file names its columns but has no row; nothing of it was used.")
    study = Study(
        table, layout, places, NumberStyle.PLAIN, DateOrder.DAY_FIRST, dict(layout.kinds), list(table.evidence), []
    )
    _decide_numbers(study, [text for role in NUMBER_ROLES for text in texts.get(role, ())])
    _decide_days(study, texts.get(Role.DATE, set()))
    _decide_kinds(study, texts.get(Role.KIND, set()))
    study.days = texts.get(Role.DATE, set())
    study.codes = {role: texts.get(role, set()) for role in (Role.STORE, Role.BARCODE, Role.CODE)}
    return study


def _decide_numbers(study: Study, texts: list[str]) -> None:
    decision = decide_number_style(texts)
    if study.layout.number_style:
        study.style = study.layout.number_style
        study.evidence.append(f"number style {study.style}: confirmed")
        if decision.style not in (None, NumberStyle.PLAIN, study.style):
            why = f"Files of this layout wrote numbers the way {study.style!r}, but {decision.evidence}. Which is right here?"
            study.questions.append(Question("number_style", why, (NumberStyle.INDONESIAN, NumberStyle.ENGLISH)))
        return
    if decision.style is None:
        why = f"How does this file write numbers? {decision.evidence}."
        study.questions.append(Question("number_style", why, (NumberStyle.INDONESIAN, NumberStyle.ENGLISH)))
        return
    study.style = decision.style
    study.evidence.append(f"number style {decision.style}: {decision.evidence}")


def _decide_days(study: Study, texts: set[str]) -> None:
    decision = decide_date_order(texts)
    if study.layout.date_order:
        study.order = study.layout.date_order
        study.evidence.append(f"date order {study.order}: confirmed")
        numeric = {DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST}
        if "only be" in decision.evidence and {decision.order, study.order} == numeric:
            why = f"Files of this layout wrote days the way {study.order!r}, but {decision.evidence}. Which is right here?"
            study.questions.append(Question("date_order", why, (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)))
        return
    if decision.order is None:
        why = f"In which order does this file write days? {decision.evidence}."
        study.questions.append(Question("date_order", why, (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)))
        return
    study.order = decision.order
    study.evidence.append(f"date order {decision.order}: {decision.evidence}")


def _decide_kinds(study: Study, texts: set[str]) -> None:
    header = normalize(study.table.headers[study.places[Role.KIND]]) if Role.KIND in study.places else ""
    for text in sorted(texts):
        word = normalize(shown(text))
        if not word or word == header or word in study.kinds:
            continue
        if word in KIND_WORDS:
            study.kinds[word] = KIND_WORDS[word]
        else:
            why = f"What is a row of the kind {shown(text)!r}?"
            study.questions.append(Question(f"kind:{word}", why, tuple(effect.value for effect in KindEffect)))


def read_days(batch: Batch, place: int) -> Column:
    """Return the date column with the time of day cut off where every cell has the same width for its day."""
    cells = batch.cells[place]
    if len(batch) and pc.all(pc.match_substring_regex(cells, FIXED_WIDTH_DAY)).as_py():
        typed = pc.starts_with(cells, TYPED)
        cells = pc.utf8_slice_codeunits(pc.if_else(typed, pc.utf8_slice_codeunits(cells, 1), cells), 0, 10)
    encoded = cells.dictionary_encode()
    return Column(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))
