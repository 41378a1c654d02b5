"""What the whole file decides: how it writes numbers and days, and what its kinds mean. Never cell by cell."""

from dataclasses import dataclass, field
from typing import Generic

import pyarrow.compute as pc

from consign.errors import Question
from consign.sales.distinct import Distinct
from consign.sales.layout import AMOUNT_ROLES, NUMBER_ROLES, TEXT_ROLES, KindEffect, Layout, Role, find_effect
from consign.sales.suspicion import Usual
from consign.sentence import Code, Sentence, say
from consign.tabular.cells import TYPED, shown
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.decision import Choice, Decision
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_by_decimals, decide_number_style
from consign.tabular.refusals import FileWithoutRows
from consign.tabular.table import Batch, Column, Table

CUT_OFF_ROWS = 1_000
"""As many rows at most does one till write into a file."""
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
    (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST),
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
    rule_places: dict[str, int] = field(default_factory=dict)
    """Where the columns stand that the layout's rules and fillings name."""
    codes: dict[Role, set[str]] = field(default_factory=dict)
    """Distinct texts of the store, barcode and code columns."""
    suspicious: dict[int, Role] = field(default_factory=dict)
    """Rows that contradict what nearly all others show, by their numbers, with the column that tells most."""


def study_table(table: Table, layout: Layout, *, places: dict[Role, int]) -> Study:
    """Read *table* once and decide, from all its values, how it writes numbers and days and what its kinds mean.

    Raises:
        FileWithoutRows: nothing stands below the header.
        FileTooLarge: a column of codes holds more different ones than any file can name.

    """
    found = {role: Distinct(role) for role in places}
    read = found.keys() - (TEXT_ROLES - ({Role.NAME} if layout.by_name else set()))
    rows = 0
    usual = Usual(places)
    for batch in table.batches():
        rows += len(batch) + len(batch.broken)
        usual.learn(batch)
        for role in read:
            column = read_days(batch, places[role]) if role is Role.DATE else batch.column(places[role])
            found[role].add(column.texts)
    if rows == 0:
        raise FileWithoutRows(say("The file names its columns but has no row; nothing of it was used."))
    texts = {role: one.texts for role, one in found.items()}
    study = Study(
        table, layout, places, NumberStyle.PLAIN, DateOrder.DAY_FIRST, dict(layout.kinds), list(table.evidence), []
    )
    study.rule_places = {header.strip(): place for place, header in reversed(list(enumerate(table.headers)))}
    study.evidence += _say_known(layout)
    if rows == CUT_OFF_ROWS:
        study.evidence.append(
            say("exactly {rows} rows: some tills export no more, so that rows may be missing", rows=rows)
        )
    numbers = decide_number_style(text for role in NUMBER_ROLES for text in texts.get(role, ()))
    if layout.three_decimals:
        numbers = decide_by_decimals(texts.get(Role.QUANTITY, ()), numbers)
    study.style = _settle(study, _NUMBERS, numbers, confirmed=layout.number_style) or study.style
    days = decide_date_order(texts.get(Role.DATE, ()))
    study.order = _settle(study, _DAYS, days, confirmed=layout.date_order) or study.order
    _decide_kinds(study, texts.get(Role.KIND, set()))
    _ask_about_dollars(study, texts)
    study.days = texts.get(Role.DATE, set())
    study.codes = {role: texts.get(role, set()) for role in (Role.STORE, Role.BARCODE, Role.CODE)}
    if layout.by_name:
        study.codes[Role.CODE] = study.codes[Role.CODE] | texts.get(Role.NAME, set())
    study.suspicious = usual.find_suspicious(table, style=study.style)
    return study


def _settle(
    study: Study, matter: _Matter[Choice], decision: Decision[Choice], *, confirmed: Choice | None
) -> Choice | None:
    """Return what goes for the file: what was *confirmed* for its layout, else what its values decide.

    Where they rule out what was confirmed, or decide nothing, a person is asked; blank where nothing goes yet.
    """
    possible = tuple(choice for choice in matter.choices if choice not in decision.against)
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
            study.questions.append(Question(matter.about, why, possible))
        return confirmed
    if decision.choice is None:
        why = say("{question} {evidence}.", question=matter.question, evidence=decision.evidence)
        study.questions.append(Question(matter.about, why, possible))
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
        effect = find_effect(study.kinds, shown(text))
        if effect is not None:
            study.kinds[word] = effect
        else:
            why = say("What is a row of the kind '{kind}'?", kind=shown(text))
            study.questions.append(Question(f"kind:{word}", why, tuple(effect.value for effect in KindEffect)))


def _say_known(layout: Layout) -> list[Sentence]:
    """Say by which known layout the file is read, and what is peculiar about it."""
    said = [say("known layout {name}", name=layout.known_as)] if layout.known_as else []
    if layout.before_tax:
        said.append(say("its amounts are without tax"))
    if layout.day_begins_at:
        said.append(
            say("a day begins at {hour}:00; what was sold before belongs to the day before", hour=layout.day_begins_at)
        )
    return said


def _ask_about_dollars(study: Study, texts: dict[Role, set[str]]) -> None:
    """Ask whether amounts with a dollar sign count rupiah, unless that was said."""
    signed = sorted(text for role in AMOUNT_ROLES for text in texts.get(role, ()) if "$" in text)
    if signed and not study.layout.dollar_is_rupiah:
        why = say("Amounts are written with a dollar sign, such as '{value}'. Do they count rupiah?", value=signed[0])
        study.questions.append(Question("dollar", why, ("rupiah",)))


def read_days(batch: Batch, place: int) -> Column:
    """Return the date column with the time of day cut off where every cell has the same width for its day."""
    cells = batch.cells[place]
    if len(batch) and pc.all(pc.match_substring_regex(cells, FIXED_WIDTH_DAY)).as_py():
        typed = pc.starts_with(cells, TYPED)
        cells = pc.utf8_slice_codeunits(pc.if_else(typed, pc.utf8_slice_codeunits(cells, 1), cells), 0, 10)
    encoded = cells.dictionary_encode()
    return Column(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))
