"""Layouts of files of payouts that the office writes down for its bank, tried with a real batch."""

from fastapi import APIRouter, Response
from sqlalchemy import select

from consign.models.payouts import PayoutBatch
from consign.partners.queries import get_office_day
from consign.payouts.exporting import ExportRefused, make_sheet, write_file
from consign.payouts.templates import (
    KINDS,
    TemplateRefused,
    describe_columns,
    find_templates,
    get_template,
    keep_template,
    parse_template,
)
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.payout_files import FIELDS, HEADER_FIELDS, Template

router = APIRouter(route_class=PageRoute)
LONGEST = 4_000
SEPARATORS = (",", ";", "|", "tab")
MOST_LINES = 12
EXAMPLE = (
    'no\naccount title="Rekening"\nname title="Nama" limit=35 upper\namount title="Jumlah"\nreference title="Berita"'
)
LAYOUT_FIELDS = (
    Field("name", say("Name of the layout"), longest=60, hint=say("One of the same name is replaced.")),
    Field("kind", say("Kind of file"), kind="select", choices=choices_of("layout_kind", KINDS, word)),
    Field(
        "separator", say("Between the columns"), kind="select", required=False,
        choices=[Choice("", say("nothing, the columns have widths")), *(Choice(one, one) for one in SEPARATORS)],
    ),
    Field(
        "header", say("Lines before the payouts"), kind="textarea", required=False, longest=LONGEST,
        hint=say("Optional. In braces may stand: {fields}.", fields=[f"{{{one}}}" for one in HEADER_FIELDS]),
    ),
    Field(
        "columns", say("Columns, one on each line"), kind="textarea", longest=LONGEST,
        hint=say(
            "A field, or fixed text in quotes, and after it title, width, limit or upper. Fields: {fields}.",
            fields=[one for one in FIELDS if one != "text"],
        ),
    ),
)  # fmt: skip
COLUMNS = (
    Column("name", say("Layout"), link="{path}"),
    Column("kind", say("Kind of file"), kind="word", words="layout_kind"),
    Column("columns", say("Columns"), kind="count"),
    Column("changed_at", say("Changed at"), kind="moment"),
)


@router.get("/payout-templates")
def show_layouts(visit: Visiting) -> Response:
    """Show the layouts that the office wrote down, and one of them, or a new one, to be changed and tried."""
    name = visit.asked.get("name", "")
    form = new_form(LAYOUT_FIELDS, columns=EXAMPLE, kind="csv", separator=",")
    if name:
        form = _show(get_template(visit.db, name))
    return _page(visit, form)


def _show(template: Template) -> Form:
    return new_form(
        LAYOUT_FIELDS, name=template.name, kind=template.kind,
        separator="tab" if template.separator == "\t" else template.separator,
        header="\n".join(template.header_lines), columns=describe_columns(template.columns),
    )  # fmt: skip


def _page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    rows = [
        {
            "name": one.name, "path": f"/payout-templates?name={one.name}", "kind": one.kind, "columns": len(one.columns),
            "changed_at": one.changed_at,
        }
        for one in find_templates(visit.db)
    ]  # fmt: skip
    return visit.page(
        "payout_templates.html", status=status, form=form, columns=COLUMNS, rows=rows, tried=_try(visit, form)
    )


def _read(form: Form) -> Template:
    texts = form.texts
    return parse_template(
        name=texts.get("name", ""), kind=texts.get("kind", ""), separator=texts.get("separator", ""),
        header=texts.get("header", ""), columns=texts.get("columns", ""),
    )  # fmt: skip


def _try(visit: Visit, form: Form) -> dict[str, object] | None:
    """Return what the layout makes of the latest batch: its first lines, without writing or noting anything."""
    batch = visit.db.scalars(
        select(PayoutBatch).where(PayoutBatch.state != "cancelled").order_by(PayoutBatch.id.desc()).limit(1)
    ).first()
    if batch is None:
        return None
    try:
        template = _read(new_form((), **{**form.texts, "name": form.texts.get("name") or "?"}))
        on = get_office_day(visit.db)
        written = write_file(make_sheet(visit.db, batch, on=on), "", template)
    except (TemplateRefused, ExportRefused) as error:
        return {"number": batch.number, "lines": [], "problem": error.sentence}
    if template.kind == "xlsx":
        return {"number": batch.number, "lines": [], "problem": say("A workbook is looked at once it is downloaded.")}
    lines = written.content.decode().splitlines()
    return {"number": batch.number, "lines": lines[:MOST_LINES], "problem": None}


@router.post("/payout-templates")
def do_keep_layout(visit: Visiting) -> Response:
    """Write a layout down, or only try it."""
    form = read_form(LAYOUT_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            template = _read(form)
            if visit.texts.get("then") != "try":
                keep_template(visit.db, template, by=visit.actor)
    if not form.ok:
        return _page(visit, form, status=422)
    if visit.texts.get("then") == "try":
        return _page(visit, form)
    return visit.go("/payout-templates", say("The layout {name} is kept.", name=form["name"]))
