"""Layouts of files that the office writes down for its bank: read from text, refused where a bank could not be paid by them."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from string import Formatter

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, NotFound
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text
from consign.models.payouts import PayoutTemplate
from consign.sentence import say
from reports.payout_files import FIELDS, HEADER_FIELDS, Template, TemplateColumn

KINDS = ("csv", "xlsx", "txt")
SEPARATORS = (",", ";", "|", "\t", "")
LONGEST_NAME = 60
MOST_COLUMNS, MOST_HEADERS, WIDEST = 60, 10, 200
NEEDED = ("account", "amount")
_COLUMN = re.compile(
    r'(?P<field>[a-z_]+|"[^"]*")(?P<options>(?:\s+(?:upper|(?:width|limit)=[0-9]{1,3}|title="[^"]*"))*)\s*'
)
_OPTION = re.compile(r'(upper)|(width|limit)=([0-9]{1,3})|title="([^"]*)"')


class TemplateRefused(BadInput):
    """The layout cannot be taken; nothing was changed."""

    code = "payouts.template_refused"


class TemplateUnknown(NotFound):
    """There is no such layout; nothing was changed."""

    code = "payouts.template_unknown"


def parse_template(*, name: str, kind: str, separator: str, header: str, columns: str) -> Template:
    r"""Return the layout that a person wrote down.

    *columns* has one column on each line: a field of `reports.payout_files.FIELDS`, or fixed text in quotes, and after it
    `title="No Rekening"`, `width=20`, `limit=35` and `upper`. *header* has the lines before the payouts, with fields of
    `HEADER_FIELDS` in braces. A separator of one sign, or `tab`, or none for a text file whose columns have widths.

    Raises:
        TemplateRefused: accordingly, naming the line.

    """
    tidy = clean_text(name)
    if not tidy or len(tidy) > LONGEST_NAME:
        raise TemplateRefused(
            say("A layout has a name of at most {longest} signs; nothing was changed.", longest=LONGEST_NAME)
        )
    between = {"tab": "\t"}.get(separator, separator)
    if kind not in KINDS or between not in SEPARATORS or (kind == "csv" and not between):
        raise TemplateRefused(
            say("A layout is csv, xlsx or txt, and its separator one of , ; | or tab; nothing was changed.")
        )
    heads = tuple(_parse_header(line) for line in header.splitlines() if line.strip())
    parsed = tuple(_parse_column(line.strip()) for line in columns.splitlines() if line.strip())
    _refuse_unfit(parsed, heads, fixed=kind == "txt" and not between)
    return Template(tidy, kind, between, heads, parsed)


def _parse_header(line: str) -> str:
    try:
        pieces = list(Formatter().parse(line))
    except ValueError:
        pieces = [("", "?", "", None)]
    for _, name, spec, conversion in pieces:
        if name is not None and (name not in HEADER_FIELDS or spec or conversion):
            raise TemplateRefused(
                say(
                    "“{line}”: in braces only {fields} may stand; nothing was changed.",
                    line=line,
                    fields=sorted(HEADER_FIELDS),
                )
            )
    return line


def _parse_column(line: str) -> TemplateColumn:
    match = _COLUMN.fullmatch(line)
    field = match["field"] if match else ""
    if match is None or not (field.startswith('"') or (field in FIELDS and field != "text")):
        raise TemplateRefused(
            say(
                "“{line}” is no column. It begins with one of {fields}, or with fixed text in quotes; nothing was changed.",
                line=line,
                fields=sorted(set(FIELDS) - {"text"}),
            )
        )
    upper, title = False, ""
    sizes: dict[str, int] = {}
    for is_upper, size, number, named in _OPTION.findall(match["options"]):
        upper = upper or bool(is_upper)
        title = named or title
        if size:
            sizes[size] = int(number)
    if any(not 1 <= one <= WIDEST for one in sizes.values()):
        raise TemplateRefused(
            say("“{line}”: a column has 1 to {widest} signs; nothing was changed.", line=line, widest=WIDEST)
        )
    fixed = field[1:-1] if field.startswith('"') else ""
    return TemplateColumn(
        field="text" if field.startswith('"') else field,
        title=title,
        text=fixed,
        width=sizes.get("width"),
        limit=sizes.get("limit"),
        upper=upper,
    )


def _refuse_unfit(columns: Sequence[TemplateColumn], heads: Sequence[str], *, fixed: bool) -> None:
    missing = [one for one in NEEDED if all(column.field != one for column in columns)]
    if missing:
        raise TemplateRefused(
            say("A file to pay by needs the columns {missing}; nothing was changed.", missing=missing)
        )
    if len(columns) > MOST_COLUMNS or len(heads) > MOST_HEADERS:
        raise TemplateRefused(say("A layout has at most {most} columns; nothing was changed.", most=MOST_COLUMNS))
    if fixed and any(column.width is None for column in columns):
        raise TemplateRefused(say("Without a separator every column needs a width; nothing was changed."))


def describe_columns(columns: Sequence[TemplateColumn]) -> str:
    """Return columns as a person writes them; `parse_template` reads the same columns of it."""
    return "\n".join(_describe(one) for one in columns)


def _describe(column: TemplateColumn) -> str:
    words = [f'"{column.text}"' if column.field == "text" else column.field]
    words += [f'title="{column.title}"'] if column.title else []
    words += [f"{name}={size}" for name, size in (("width", column.width), ("limit", column.limit)) if size is not None]
    return " ".join([*words, *(["upper"] if column.upper else [])])


def keep_template(session: Session, template: Template, *, by: Actor) -> PayoutTemplate:
    """Write down a layout; one of the same name is replaced."""
    authorize(by, Act.SEND_PAYOUTS)
    row = session.scalar(select(PayoutTemplate).where(PayoutTemplate.name == template.name).with_for_update())
    facts = {
        "kind": template.kind,
        "separator": template.separator,
        "header_lines": list(template.header_lines),
        "columns": [asdict(one) for one in template.columns],
    }
    before = {name: getattr(row, name) for name in facts} if row else None
    if row is None:
        row = PayoutTemplate(name=template.name)
        session.add(row)
    for name, value in facts.items():
        setattr(row, name, value)
    row.changed_by, row.changed_at = by.user_id, clock.now()
    session.flush()
    record_event(
        session, by=by, act="payout layout written", subject=f"payout_template:{row.id}", name=row.name,
        before=before, after=facts,
    )  # fmt: skip
    return row


def get_template(session: Session, name: str) -> Template:
    """Return a layout by its name.

    Raises:
        TemplateUnknown: there is none.

    """
    row = session.scalar(select(PayoutTemplate).where(PayoutTemplate.name == name))
    if row is None:
        raise TemplateUnknown(say("There is no layout “{name}”; nothing was changed.", name=name))
    return read_template(row)


def read_template(row: PayoutTemplate) -> Template:
    """Return a layout as it was written down."""
    columns = tuple(TemplateColumn(**one) for one in row.columns)
    return Template(row.name, row.kind, row.separator, tuple(row.header_lines), columns)


def find_templates(session: Session) -> list[PayoutTemplate]:
    """Return all layouts by name."""
    return list(session.scalars(select(PayoutTemplate).order_by(PayoutTemplate.name)))
