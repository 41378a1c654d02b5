"""From a table and what is known about it to a file that can be read: columns, styles, and the questions left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from consign.errors import BadInput, Question
from consign.sales.layout import KindEffect, Layout, Receipts, Role, find_missing_roles, suggest_columns
from consign.sales.study import Study, study_table
from consign.sentence import Code, Sentence, say
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from consign.tabular.table import Table


class ColumnUnknown(BadInput):
    """A layout names a column that the file does not have, or has more than once; nothing was read."""

    code = "sales.column_unknown"


@dataclass(frozen=True)
class Answers:
    """What a person said about a file's layout. What is blank was not said."""

    columns: dict[Role, str] = field(default_factory=dict)
    """The header of the column for each role; a blank header says that no column holds it."""
    number_style: NumberStyle | None = None
    date_order: DateOrder | None = None
    kinds: dict[str, KindEffect] = field(default_factory=dict)
    scale: int | None = None
    receipts: Receipts | None = None
    day_begins_at: int | None = None
    dollar_is_rupiah: bool | None = None
    accept_suggestion: bool = False
    """Take the suggested columns where each is certain."""

    def to_json(self) -> dict[str, Any]:
        """Return what was said as plain values; whether a suggestion is accepted is no part of it."""
        said = {
            "columns": {role.value: header for role, header in self.columns.items()},
            "number_style": self.number_style,
            "date_order": self.date_order,
            "kinds": dict(self.kinds),
            "scale": self.scale,
            "receipts": self.receipts,
            "day_begins_at": self.day_begins_at,
            "dollar_is_rupiah": self.dollar_is_rupiah,
        }
        return {name: value for name, value in said.items() if value or (name == "day_begins_at" and value == 0)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Answers":
        """Read answers from plain values.

        Raises:
            BadInput: a name or a value is none that an answer can hold.

        """
        layout = Layout.from_json({"columns": {}, **given})
        return cls(
            columns=layout.columns,
            number_style=layout.number_style,
            date_order=layout.date_order,
            kinds=layout.kinds,
            scale=layout.scale if "scale" in given else None,
            receipts=layout.receipts if "receipts" in given else None,
            day_begins_at=layout.day_begins_at if "day_begins_at" in given else None,
            dollar_is_rupiah=layout.dollar_is_rupiah if "dollar_is_rupiah" in given else None,
        )


@dataclass(frozen=True)
class Changed:
    """The partner's layout whose header is most like this file's, and how they differ."""

    layout: Layout
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Stated:
    """What the uploader said about a file besides its content."""

    store_id: int | None = None
    first: date | None = None
    last: date | None = None


def map_table(
    table: Table, *, layout: Layout | None, answers: Answers, stated: Stated, changed: Changed | None = None
) -> tuple[Layout, Study | None, list[Question]]:
    """Decide how *table* is read: by *layout* if one is known, else by suggestion, with *answers* going first.

    Where the header was *changed*, what it was before is the suggestion, and a person is asked.

    Returns the layout, the study of the file's values (blank while columns are missing), and what a person must decide.

    Raises:
        ColumnUnknown: a named column is not in the file.
        FileWithoutRows: nothing stands below the header.

    """
    suggested = layout is None
    chosen = layout or (_carry_over(changed, table) if changed else _suggest(table))
    chosen = apply_answers(chosen, answers)
    missing = find_missing_roles(chosen, store_stated=stated.store_id is not None, days_stated=stated.last is not None)
    if missing:
        asked = [_ask_for(role, table) for role in missing]
        return chosen, None, [*([_say_changed(changed)] if changed else []), *asked]
    study = study_table(table, chosen, places=locate_columns(table.headers, chosen.columns))
    answered: dict[str, object] = {"number_style": answers.number_style, "date_order": answers.date_order}
    questions = [question for question in study.questions if not answered.get(question.about)]
    if suggested and not answers.accept_suggestion and not answers.columns.keys() >= chosen.columns.keys():
        questions.insert(0, ask_to_confirm(chosen, changed))
    return chosen, study, questions


def apply_answers(layout: Layout, answers: Answers) -> Layout:
    """Return *layout* with what *answers* say instead."""
    columns = {**layout.columns, **answers.columns}
    return replace(
        layout,
        columns={role: header for role, header in columns.items() if header.strip()},
        number_style=answers.number_style or layout.number_style,
        date_order=answers.date_order or layout.date_order,
        scale=answers.scale or layout.scale,
        receipts=answers.receipts or layout.receipts,
        kinds={**layout.kinds, **answers.kinds},
        day_begins_at=layout.day_begins_at if answers.day_begins_at is None else answers.day_begins_at,
        dollar_is_rupiah=layout.dollar_is_rupiah if answers.dollar_is_rupiah is None else answers.dollar_is_rupiah,
    )


def _carry_over(changed: Changed, table: Table) -> Layout:
    """Return the earlier layout as far as its columns are still there once each, and what only words can suggest."""
    names = [header.strip() for header in table.headers]
    kept = {role: header for role, header in changed.layout.columns.items() if names.count(header.strip()) == 1}
    suggested = _suggest(table).columns
    added = {role: header for role, header in suggested.items() if header in changed.new and role not in kept}
    return replace(changed.layout, columns={**kept, **added})


def _say_changed(changed: Changed) -> Question:
    """Tell of a changed header beside what is asked because of it."""
    return Question("header", _describe_change(changed))


def _describe_change(changed: Changed) -> Sentence:
    if not changed.gone and not changed.new:
        return say("The same columns stand in another order than in the partner's files so far.")
    if not changed.gone:
        return say("The header has changed since the last file: new is {new}.", new=list(changed.new))
    if not changed.new:
        return say("The header has changed since the last file: gone is {gone}.", gone=list(changed.gone))
    return say(
        "The header has changed since the last file: new is {new}, gone is {gone}.",
        new=list(changed.new),
        gone=list(changed.gone),
    )


def _suggest(table: Table) -> Layout:
    """Suggest a layout from the header; where it names tills, their receipts are not taken for each other's."""
    columns = suggest_columns(table.headers).certain
    return Layout(columns=columns, receipts=Receipts.PER_TILL if Role.TILL in columns else Receipts.PER_STORE)


def locate_columns(headers: Sequence[str], columns: Mapping[Role, str]) -> dict[Role, int]:
    """Return the place of each role's column among *headers*.

    Raises:
        ColumnUnknown: one is not there, or there more than once.

    """
    places = {}
    for role, header in columns.items():
        found = [place for place, name in enumerate(headers) if name.strip() == header.strip()]
        if len(found) != 1:
            raise ColumnUnknown(_explain_places(len(found), header=header, role=role))
        places[role] = found[0]
    return places


def _explain_places(count: int, *, header: str, role: Role) -> Sentence:
    named = Code("column", role)
    if count == 0:
        return say("The file has no column '{header}' for {role}; nothing was read.", header=header, role=named)
    return say(
        "The file has {count} columns '{header}' for {role}; nothing was read.", count=count, header=header, role=named
    )


def _ask_for(role: str, table: Table) -> Question:
    columns = tuple(header for header in table.headers if header.strip())
    match role:
        case "store":
            return Question("store", say("Which store are these sales from? The file does not say."))
        case "date":
            return Question(
                "days", say("Which days does this file speak about? None of its columns is known to hold the day.")
            )
        case "barcode or code":
            return Question(f"column:{role}", say("Which column holds the barcode or code?"), columns)
        case "quantity":
            return Question(f"column:{role}", say("Which column holds the quantity?"), columns)
        case _:
            return Question(f"column:{role}", say("Which column holds the unit price, gross or net?"), columns)


def ask_to_confirm(layout: Layout, changed: Changed | None = None) -> Question:
    """Ask whether the columns of a layout that the partner has not confirmed are right."""
    columns = [
        say("{role} = '{header}'", role=Code("column", role), header=header) for role, header in layout.columns.items()
    ]
    if changed is None:
        why = say("This layout is new for the partner. Is it right that {columns}?", columns=columns)
    else:
        why = say("{change} Is it right that {columns}?", change=_describe_change(changed), columns=columns)
    return Question("mapping", why, ("yes", "no"))
