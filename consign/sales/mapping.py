"""From a table and what is known about it to a file that can be read: columns, styles, and the questions left."""

from dataclasses import dataclass, field, replace
from datetime import date

from consign.errors import BadInput, Question
from consign.sales.layout import KindEffect, Layout, Receipts, Role, find_missing_roles, suggest_columns
from consign.sales.study import Study, study_table
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
    number_style: NumberStyle | None = None
    date_order: DateOrder | None = None
    kinds: dict[str, KindEffect] = field(default_factory=dict)
    accept_suggestion: bool = False
    """Take the suggested columns where each is certain."""


@dataclass(frozen=True)
class Stated:
    """What the uploader said about a file besides its content."""

    store_id: int | None = None
    first: date | None = None
    last: date | None = None


def map_table(
    table: Table, *, layout: Layout | None, answers: Answers, stated: Stated
) -> tuple[Layout, Study | None, list[Question]]:
    """Decide how *table* is read: by *layout* if one is known, else by suggestion, with *answers* going first.

    Returns the layout, the study of the file's values (blank while columns are missing), and what a person must decide.

    Raises:
        ColumnUnknown: a named column is not in the file.
        FileWithoutRows: nothing stands below the header.

    """
    suggested = layout is None
    chosen = layout or _suggest(table)
    chosen = replace(
        chosen,
        columns={**chosen.columns, **answers.columns},
        number_style=answers.number_style or chosen.number_style,
        date_order=answers.date_order or chosen.date_order,
        kinds={**chosen.kinds, **answers.kinds},
    )
    missing = find_missing_roles(
        chosen.columns, store_stated=stated.store_id is not None, days_stated=stated.last is not None
    )
    if missing:
        return chosen, None, [_ask_for(role, table) for role in missing]
    study = study_table(table, chosen, places=_find_places(table, chosen))
    answered = {"number_style": answers.number_style, "date_order": answers.date_order}
    questions = [question for question in study.questions if not answered.get(question.about)]
    if suggested and not answers.accept_suggestion and set(answers.columns) != set(chosen.columns):
        questions.insert(0, _ask_to_confirm(chosen))
    return chosen, study, questions


def _suggest(table: Table) -> Layout:
    """Suggest a layout from the header; where it names tills, their receipts are not taken for each other's."""
    columns = suggest_columns(table.headers).certain
    return Layout(columns=columns, receipts=Receipts.PER_TILL if Role.TILL in columns else Receipts.PER_STORE)


def _find_places(table: Table, layout: Layout) -> dict[Role, int]:
    places = {}
    for role, header in layout.columns.items():
        found = [place for place, name in enumerate(table.headers) if name.strip() == header.strip()]
        if len(found) != 1:
            has = "no column" if not found else f"{len(found)} columns"
            raise ColumnUnknown(f"The file has {has} {header!r} for {role}; nothing was read.")
        places[role] = found[0]
    return places


def _ask_for(role: str, table: Table) -> Question:
    if role == "store":
        return Question("store", "Which store are these sales from? The file does not say.")
    if role == "date":
        return Question("days", "Which days does this file speak about? It has no date column.")
    columns = tuple(header for header in table.headers if header.strip())
    return Question(f"column:{role}", f"Which column holds the {role.replace('_', ' ')}?", columns)


def _ask_to_confirm(layout: Layout) -> Question:
    columns = ", ".join(f"{role} = {header!r}" for role, header in layout.columns.items())
    return Question("mapping", f"This layout is new for the partner. Is it right that {columns}?", ("yes", "no"))
