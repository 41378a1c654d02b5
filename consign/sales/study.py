"""What the whole file decides: how it writes numbers and days, and what its kinds mean. Never cell by cell."""

from dataclasses import dataclass, field
from typing import Generic

import pyarrow.compute as pc

from consign.errors import Question
from consign.sales.distinct import Distinct
from consign.sales.layout import KIND_WORDS, NUMBER_ROLES, KindEffect, Layout, Role
from consign.sentence import Code, Sentence, say
from consign.tabular.cells import TYPED, shown
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.decision import Choice, Decision
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_number_style
from consign.tabular.refusals import FileWithoutRows
from consign.tabular.table import Batch, Column, Table

FIXED_WIDTH_DAY = r"^\x01?(?:\d{4}[-/.]\d{2}[-/.]\d{2}|\d{2}[-/.]\d{2}[-/.]\d{4})[T ]\d"


@dataclass(frozen=True)
class _Matter(Generic[Choice]):
    """Something about the whole file that its values decide, or a person: its stable code, its name, what is asked."""

    about: str
    name: Sentence
    question: Sentence
    choices: tuple[Choice, ...]


_NUMBERS = _Matter(
    "number_style",
    say("number style"),
    say("How does this file write numbers?"),
    (NumberStyle.INDONESIAN, NumberStyle.ENGLISH),
)
_DAYS = _Matter(
    "date_order",
    say("date order"),
    say("In which order does this file write days?"),
    (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST),
)


@dataclass
class Study:
    """What the whole file decided about its style, and what only a person can decide."""

    table: Table
    layout: Layout
    places: dict[Role, int]
    style: NumberStyle
    order: DateOrder
    kinds: dict[str, KindEffect]
    evidence: list[Sentence]
    questions: list[Question]
    days: set[str] = field(default_factory=set)
    """Distinct texts of the date column."""
    codes: dict[Role, set[str]] = field(default_factory=dict)
    """Distinct texts of the store, barcode and code columns."""


def study_table(table: Table, layout: Layout, *, places: dict[Role, int]) -> Study:
    """Read *table* once and decide, from all its values, how it writes numbers and days and what its kinds mean.

    Raises:
        FileWithoutRows: nothing stands below the header.
        FileTooLarge: a column of codes holds more different ones than any file can name.

    """
    found = {role: Distinct(role) for role in places}
    rows = 0
    for batch in table.batches():
        rows += len(batch) + len(batch.broken)
        for role in found.keys() - {Role.NAME, Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL}:
            column = read_days(batch, places[role]) if role is Role.DATE else batch.column(places[role])
            found[role].add(column.texts)
    if rows == 0:
        raise FileWithoutRows(say("The file names its columns but has no row; nothing of it was used."))
    texts = {role: one.texts for role, one in found.items()}
    study = Study(
        table, layout, places, NumberStyle.PLAIN, DateOrder.DAY_FIRST, dict(layout.kinds), list(table.evidence), []
    )
    numbers = decide_number_style(text for role in NUMBER_ROLES for text in texts.get(role, ()))
    study.style = _settle(study, _NUMBERS, numbers, confirmed=layout.number_style) or study.style
    days = decide_date_order(texts.get(Role.DATE, ()))
    study.order = _settle(study, _DAYS, days, confirmed=layout.date_order) or study.order
    _decide_kinds(study, texts.get(Role.KIND, set()))
    study.days = texts.get(Role.DATE, set())
    study.codes = {role: texts.get(role, set()) for role in (Role.STORE, Role.BARCODE, Role.CODE)}
    return study


def _settle(
    study: Study, matter: _Matter[Choice], decision: Decision[Choice], *, confirmed: Choice | None
) -> Choice | None:
    """Return what goes for the file: what was *confirmed* for its layout, else what its values decide.

    Where they rule out what was confirmed, or decide nothing, a person is asked; blank where nothing goes yet.
    """
    if confirmed is not None:
        choice = Code(matter.about, confirmed)
        study.evidence.append(say("{matter} {choice}: confirmed", matter=matter.name, choice=choice))
        if confirmed in decision.against:
            why = say(
                "Files of this layout were read with the {matter} {choice} so far, but {evidence}. Which is right here?",
                matter=matter.name,
                choice=choice,
                evidence=decision.evidence,
            )
            study.questions.append(Question(matter.about, why, matter.choices))
        return confirmed
    if decision.choice is None:
        why = say("{question} {evidence}.", question=matter.question, evidence=decision.evidence)
        study.questions.append(Question(matter.about, why, matter.choices))
        return None
    study.evidence.append(
        say(
            "{matter} {choice}: {evidence}",
            matter=matter.name,
            choice=Code(matter.about, decision.choice),
            evidence=decision.evidence,
        )
    )
    return decision.choice


def _decide_kinds(study: Study, texts: set[str]) -> None:
    header = normalize(study.table.headers[study.places[Role.KIND]]) if Role.KIND in study.places else ""
    for text in sorted(texts):
        word = normalize(shown(text))
        if not word or word == header or word in study.kinds:
            continue
        if word in KIND_WORDS:
            study.kinds[word] = KIND_WORDS[word]
        else:
            why = say("What is a row of the kind '{kind}'?", kind=shown(text))
            study.questions.append(Question(f"kind:{word}", why, tuple(effect.value for effect in KindEffect)))


def read_days(batch: Batch, place: int) -> Column:
    """Return the date column with the time of day cut off where every cell has the same width for its day."""
    cells = batch.cells[place]
    if len(batch) and pc.all(pc.match_substring_regex(cells, FIXED_WIDTH_DAY)).as_py():
        typed = pc.starts_with(cells, TYPED)
        cells = pc.utf8_slice_codeunits(pc.if_else(typed, pc.utf8_slice_codeunits(cells, 1), cells), 0, 10)
    encoded = cells.dictionary_encode()
    return Column(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))
