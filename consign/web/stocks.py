"""Label papers: the list, one with its test page and its test scan, adding and correcting one."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import APIRouter, Response

from consign.catalogue.drawing import drawing
from consign.catalogue.stocks import (
    LONGEST_NOTE,
    StockFacts,
    as_paper,
    begin_test,
    find_stocks,
    find_tests,
    get_stock,
    get_test,
    pass_test,
    save_stock,
)
from consign.errors import BadInput
from consign.identity.spelling import tidy_name
from consign.listing import page_rows
from consign.models.catalogue import LabelStock
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_form, read_whole
from consign.web.tables import list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports import labels as paper
from reports.symbol_sizes import PRINTERS_DPI

router = APIRouter(route_class=PageRoute)
UM_PER_MM = 1_000
LARGEST_MM = 600


def read_mm(text: str) -> int:
    """Read millimetres with at most three decimals into micrometres: `63,5` is 63500.

    Raises:
        BadInput: it is no length from 0 to 600 mm.

    """
    try:
        length = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        length = Decimal(-1)
    if not length.is_finite() or not 0 <= length <= LARGEST_MM or length * UM_PER_MM % 1:
        raise BadInput(say("“{text}” is no length in millimetres, such as 63,5.", text=text))
    return int(length * UM_PER_MM)


def write_mm(length_um: int) -> str:
    """Write micrometres as millimetres the Indonesian way: 63500 is `63,5`."""
    return f"{Decimal(length_um) / UM_PER_MM:f}".replace(".", ",")


def _length(name: str, label: Any, hint: Any = None) -> Field:  # noqa: ANN401  # sentences
    return Field(name, label, read=read_mm, inputmode="decimal", longest=8, hint=hint)


STOCK = (
    Field("name", say("Name"), read=tidy_name, longest=60, hint=say("As it stands on the pack.")),
    Field(
        "is_roll",
        say("It is a roll for a label printer"),
        kind="checkbox",
        required=False,
        hint=say("A page is then one row of labels."),
    ),
    _length("page_width_um", say("Width of the page in mm")),
    _length("page_height_um", say("Height of the page in mm")),
    _length("label_width_um", say("Width of a label in mm")),
    _length("label_height_um", say("Height of a label in mm")),
    Field("columns", say("Labels side by side"), read=read_whole, kind="number", longest=2),
    Field("rows", say("Labels one below the other"), read=read_whole, kind="number", longest=3),
    _length("left_um", say("From the left edge to the first label in mm")),
    _length("top_um", say("From the upper edge to the first label in mm")),
    _length("pitch_x_um", say("From one left edge to the next in mm"), say("A label and the gap beside it.")),
    _length("pitch_y_um", say("From one upper edge to the next in mm"), say("A label and the gap below it.")),
    Field(
        "dpi",
        say("Usual dots per inch"),
        kind="select",
        choices=[Choice(str(one), word("printer", str(one))) for one in PRINTERS_DPI],
    ),
    Field("note", say("Note"), required=False, longest=LONGEST_NOTE, hint=say("Where the measures come from.")),
    Field("in_use", say("Offer it when labels are made"), kind="checkbox", required=False),
)
LENGTHS = tuple(one.name for one in STOCK if one.name.endswith("_um"))
TEST_COLUMNS = (
    Column("made_at", say("Begun"), kind="moment", link="/label-tests/{id}"),
    Column("dpi", say("Dots per inch"), kind="count"),
    Column("passed_at", say("Passed"), kind="moment"),
)
READ = (
    Field(
        "read",
        say("What the scanner reads"),
        inputmode="numeric",
        longest=30,
        scan=True,
        hint=say("13 digits. They are not printed, so only a scan can tell them."),
    ),
)


@router.get("/label-papers")
def show_stocks(visit: Visiting) -> Response:
    """Show the label papers."""
    rows = [_row_of(one) for one in find_stocks(visit.db, by=visit.actor, all_of_them=True)]
    return list_page(
        visit,
        "list.html",
        name="label-papers",
        caption=say("Label papers"),
        columns=(
            Column("name", say("Name"), link="/label-papers/{id}"),
            Column("label", say("Label in mm"), sort=False),
            Column("per_page", say("Labels on a page"), kind="count"),
            Column("dpi", say("Dots per inch"), kind="count"),
            Column("in_use", say("Offered"), kind="flag"),
        ),
        fetch=lambda wish: page_rows(rows, wish=wish, default_sort="name"),
        empty=say("There is no label paper yet. The dinas adds sheets and rolls here."),
        default_sort="name",
        lead=say(
            "Sheets and rolls as they are sold. Where print and paper do not meet, their measures are corrected here."
        ),
        acts=[("/label-papers/new", say("Add a label paper"))] if visit.may("GET /label-papers/new") else [],
    )


def _row_of(stock: LabelStock) -> dict[str, Any]:
    return {
        "id": stock.id,
        "name": stock.name,
        "label": f"{write_mm(stock.label_width_um)} x {write_mm(stock.label_height_um)}",
        "per_page": stock.columns * stock.rows,
        "dpi": stock.dpi,
        "in_use": stock.in_use,
    }


@router.get("/label-papers/new")
def show_new_stock(visit: Visiting) -> Response:
    """Show the form to add a label paper."""
    return _stock_form_page(visit, new_form(STOCK, dpi=300, in_use="yes", columns=1, rows=1), stock=None)


@router.post("/label-papers/new")
def do_add_stock(visit: Visiting) -> Response:
    """Add a label paper."""
    return _save(visit, stock=None)


@router.get("/label-papers/{stock_id}")
def show_stock(visit: Visiting, stock_id: int) -> Response:
    """Show one label paper, its test page, and whether thin bars may be printed on it."""
    stock = get_stock(visit.db, by=visit.actor, stock_id=stock_id)
    tests = find_tests(visit.db, by=visit.actor, stock_id=stock.id)
    return visit.page(
        "label_paper.html",
        stock=stock,
        lengths={name: write_mm(getattr(stock, name)) for name in LENGTHS},
        printers=PRINTERS_DPI,
        tests=[{name: getattr(one, name) for name in ("id", "made_at", "dpi", "passed_at")} for one in tests],
        columns=TEST_COLUMNS,
        form=new_form((_printer_field(),), dpi=stock.dpi),
    )


def _printer_field() -> Field:
    return Field(
        "dpi",
        say("Dots per inch of your printer"),
        kind="select",
        choices=[Choice(str(one), word("printer", str(one))) for one in PRINTERS_DPI],
    )


@router.get("/label-papers/{stock_id}/edit")
def show_stock_edit(visit: Visiting, stock_id: int) -> Response:
    """Show the form to correct a label paper."""
    stock = get_stock(visit.db, by=visit.actor, stock_id=stock_id)
    texts = {one.name: getattr(stock, one.name) for one in STOCK}
    texts |= {name: write_mm(getattr(stock, name)) for name in LENGTHS}
    texts |= {name: "yes" if getattr(stock, name) else "" for name in ("is_roll", "in_use")}
    return _stock_form_page(visit, new_form(STOCK, **texts), stock=stock)


@router.post("/label-papers/{stock_id}/edit")
def do_change_stock(visit: Visiting, stock_id: int) -> Response:
    """Correct a label paper."""
    return _save(visit, stock=get_stock(visit.db, by=visit.actor, stock_id=stock_id))


def _save(visit: Visit, *, stock: LabelStock | None) -> Response:
    form = read_form(STOCK, visit.texts)
    saved = stock
    if form.ok:
        measures = paper.LabelStock(**{one.name: form[one.name] for one in fields(paper.LabelStock)})
        facts = StockFacts(measures, int(form["dpi"]), form["note"] or "", in_use=form["in_use"])
        with visit.attempt(form, name="catalogue.stock_name_taken"):
            saved = save_stock(visit.db, by=visit.actor, stock_id=stock.id if stock else None, facts=facts)
    if not form.ok or saved is None:
        return _stock_form_page(visit, form, stock=stock, status=422)
    return visit.go(f"/label-papers/{saved.id}", say("“{name}” was saved. Print its test page once.", name=saved.name))


def _stock_form_page(visit: Visit, form: Form, *, stock: LabelStock | None, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=stock.name if stock else say("Add a label paper"),
        lead=say("Measure with a ruler, to half a millimetre. Sheets that were made before stay as they are."),
        action=f"/label-papers/{stock.id}/edit" if stock else "/label-papers/new",
        button=say("Save"),
        back=f"/label-papers/{stock.id}" if stock else "/label-papers",
        back_to=stock.name if stock else say("Label papers"),
    )


@router.get("/label-papers/{stock_id}/test-page")
def send_test_page(visit: Visiting, stock_id: int) -> Response:
    """Send the page that shows whether print and paper meet."""
    stock = get_stock(visit.db, by=visit.actor, stock_id=stock_id)
    with drawing():
        pdf = paper.write_calibration(as_paper(stock), dpi=_find_dpi(visit, stock))
    return _send_pdf(pdf, name=f"kalibrasi-{stock.id}.pdf")


@router.post("/label-papers/{stock_id}/test-scan")
def do_begin_test(visit: Visiting, stock_id: int) -> Response:
    """Draw a number for a test symbol."""
    stock = get_stock(visit.db, by=visit.actor, stock_id=stock_id)
    form = read_form((_printer_field(),), visit.texts)
    test = None
    if form.ok:
        with visit.attempt(form):
            test = begin_test(visit.db, by=visit.actor, stock=stock, dpi=int(form["dpi"]))
    if test is None:
        said = next(iter(form.problems.values()))
        return visit.go(f"/label-papers/{stock_id}", say("{why}", why=said))
    return visit.go(f"/label-tests/{test.id}")


@router.get("/label-tests/{test_id}")
def show_test(visit: Visiting, test_id: int) -> Response:
    """Show a test scan: its symbol to print, and where to type what was read."""
    return _test_page(visit, test_id, new_form(READ))


@router.post("/label-tests/{test_id}")
def do_pass_test(visit: Visiting, test_id: int) -> Response:
    """Take what the scanner read."""
    test = get_test(visit.db, by=visit.actor, test_id=test_id)
    form = read_form(READ, visit.texts)
    if form.ok:
        with visit.attempt(form, read="catalogue.scan_wrong"):
            pass_test(visit.db, by=visit.actor, test=test, read=form["read"])
    if not form.ok:
        return _test_page(visit, test_id, form, status=422)
    return visit.go(
        f"/label-papers/{test.stock_id}", say("The thin bars were read right. You may print them on this paper now.")
    )


def _test_page(visit: Visit, test_id: int, form: Form, *, status: int = 200) -> Response:
    test = get_test(visit.db, by=visit.actor, test_id=test_id)
    stock = get_stock(visit.db, by=visit.actor, stock_id=test.stock_id)
    return visit.page("label_test.html", status=status, test=test, stock=stock, form=form)


@router.get("/label-tests/{test_id}/sheet")
def send_test(visit: Visiting, test_id: int) -> Response:
    """Send the test symbol, without digits below it."""
    test = get_test(visit.db, by=visit.actor, test_id=test_id)
    stock = get_stock(visit.db, by=visit.actor, stock_id=test.stock_id)
    with drawing():
        pdf = paper.write_test_scan(as_paper(stock), dpi=test.dpi, number=test.number)
    return _send_pdf(pdf, name=f"uji-pindai-{test.id}.pdf")


def _find_dpi(visit: Visit, stock: LabelStock) -> int:
    asked: Sequence[int] = [dpi for dpi in PRINTERS_DPI if str(dpi) == visit.asked.get("dpi", "")]
    return asked[0] if asked else stock.dpi


def _send_pdf(pdf: bytes, *, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(pdf, media_type="application/pdf", headers=headers)
