"""Products by list: handing one in, what each of its rows would do, taking it over, and the lists to fill in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.import_file import MOST_ROWS
from consign.catalogue.import_kept import KeptRow, KeptRows, read_rows
from consign.catalogue.import_rules import Outcome
from consign.catalogue.import_sheets import export_products, write_problems, write_template
from consign.catalogue.importing import TAKEN, Imported, take_import, try_import
from consign.catalogue.product_imports import find_imports, get_import
from consign.listing import Found, Wish, page_rows
from consign.models.catalogue import ProductImport
from consign.partners.producer_lists import get_producer_called
from consign.sales.placing import reread_parked
from consign.sentence import load_sentence, say
from consign.web.columns import Column
from consign.web.forms import Field, Form, choices_of, new_form, read_form
from consign.web.lookup import look_up, make_producer_field
from consign.web.product_page import find_path
from consign.web.tables import XLSX, Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
ACCEPTED = ".csv,.txt,.xlsx,.xlsm"
SHOWN_AT_MOST = 10
"""Lists that were handed in before, as the form shows them."""
FILE = Field(
    "file",
    say("The list"),
    kind="file",
    hint=say("Excel or CSV, a row for each product. Nothing is changed before you have seen what would be."),
)
OF_FILE = (
    "catalogue.import_too_large", "catalogue.import_too_long", "catalogue.import_empty", "catalogue.import_column_missing",
    "catalogue.import_column_twice", "file.refused", "file.empty", "file.not_a_table", "file.damaged", "file.too_large",
    "file.password", "file.mixed_encodings", "file.no_header", "file.no_rows", "file.many_tables",
    "file.control_count", "file.doubled", "file.changes_another", "file.test_data",
)  # fmt: skip
"""Refusals that are about the file."""
LIST_COLUMNS = (
    Column("file_name", say("File"), link="/products/import/{id}"),
    Column("state", say("State"), kind="badge", words="import_state"),
    Column("added", say("New"), kind="count", link="/products/import/{id}?outcome=added", sums="all_rows"),
    Column("changed", say("Changes"), kind="count", link="/products/import/{id}?outcome=changed", sums="all_rows"),
    Column("problem", say("Problems"), kind="count", link="/products/import/{id}?outcome=problem", sums="all_rows"),
    Column("handed_in_at", say("Handed in"), kind="moment"),
    Column("handed_in_by", say("By")),
)
ROW_COLUMNS = (
    Column("row", say("Row"), kind="count"),
    Column("outcome", say("What happens"), kind="badge", words="import_outcome", sort=False),
    Column("name", say("Product"), link="{path}"),
    Column("product_code", say("Code")),
    Column("told", say("Changes, or what is wrong"), kind="long", sort=False),
)
OUTCOMES = choices_of("import_outcome", Outcome, word)


@router.get("/products/import")
def show_new_import(visit: Visiting) -> Response:
    """Show the form to hand in a list of products, and the last ones that were handed in."""
    return _new_page(visit, new_form(_new_fields(visit), producer=visit.asked.get("producer", "")))


def _new_fields(visit: Visit) -> Sequence[Field]:
    """Return the form's fields; a producer's list holds its own products."""
    if visit.actor.producer_id is not None:
        return (FILE,)
    hint = say(
        "Its code, or part of its name that no other has. Blank where a column of the list says it for each row."
    )
    whose = replace(make_producer_field(visit.db), required=False, hint=hint)
    return (whose, FILE)


def _new_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    lists = find_imports(visit.db, by=visit.actor, most=SHOWN_AT_MOST)
    return visit.page(
        "product_import_new.html",
        status=status,
        form=form,
        accepted=ACCEPTED,
        most=MOST_ROWS,
        columns=LIST_COLUMNS,
        lists=[{**row, **row["counts"]} for row in lists],
    )


@router.post("/products/import")
def do_try_import(visit: Visiting) -> Response:
    """Keep a list, and say what each of its rows would do; no product is changed."""
    form = read_form(_new_fields(visit), visit.texts)
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    sent = visit.file("file")
    if sent is None:
        form.blame("file", say("No file was chosen. Choose the list."))
    import_id = 0
    if form.ok and sent is not None:
        with visit.attempt(form, file=OF_FILE):
            import_id = try_import(
                visit.db,
                by=visit.actor,
                source=sent.file,
                name=sent.filename or "",
                producer_id=producer.id if producer else visit.actor.producer_id,
                files=visit.files,
                on=clock.today(visit.zone),
            ).handed_in.id
    if not form.ok:
        return _new_page(visit, form, status=422)
    return visit.lead_on(f"/products/import/{import_id}")


@router.get("/products/import/template")
def show_template(visit: Visiting) -> Response:
    """Answer with an empty list to fill in."""
    return _workbook(write_template(visit.db, by=visit.actor), "produk-kosong")


@router.get("/products/import/products")
def show_present_products(visit: Visiting) -> Response:
    """Answer with the present products as a list to change and hand in again."""
    given = visit.asked.get("producer", "")
    producer = get_producer_called(visit.db, given) if given and visit.actor.producer_id is None else None
    content = export_products(
        visit.db, by=visit.actor, producer_id=producer.id if producer else None, on=clock.today(visit.zone)
    )
    return _workbook(content, "produk")


def _workbook(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


@router.get("/products/import/{import_id}")
def show_import(visit: Visiting, import_id: int) -> Response:
    """Show what each row of a list would do when it was tried, or did when it was taken over."""
    seen = get_import(visit.db, by=visit.actor, import_id=import_id)
    kept = _read_rows(visit, seen)
    by_row = {one.row: one for one in kept.rows}
    standing = {Outcome.CHANGED, Outcome.UNCHANGED, *((Outcome.ADDED,) if seen.state == TAKEN else ())}

    def fetch(wish: Wish) -> Found:
        rows = [_describe_row(one, standing) for one in kept.rows if _is_wanted(one, wish)]
        found = page_rows(rows, wish=wish, default_sort="row")
        shown = [{**row, "told": by_row[row["row"]].told} for row in found.rows]
        return found.with_rows(shown)

    return list_page(
        visit,
        "product_import.html",
        name=f"product-list-{import_id}",
        caption=say("Rows of this list"),
        columns=ROW_COLUMNS,
        fetch=fetch,
        empty=say("This list has no row."),
        default_sort="row",
        filters=(Filter("outcome", say("What happens"), OUTCOMES),),
        search=say("Search: name or code"),
        seen=seen,
        useful=seen.counts[Outcome.ADDED] + seen.counts[Outcome.CHANGED],
        unused=kept.unused,
    )


def _read_rows(visit: Visit, seen: ProductImport) -> KeptRows:
    """Return what became of the rows of a list; without any where nothing was kept of them."""
    return read_rows(visit.files, seen.rows_sha256) if seen.rows_sha256 else KeptRows((), (), ())


def _is_wanted(one: KeptRow, wish: Wish) -> bool:
    found_in = f"{one.name} {one.product_code or ''}".casefold()
    return wish.filters["outcome"] in {"", one.outcome} and all(
        word in found_in for word in wish.search.casefold().split()
    )


def _describe_row(one: KeptRow, standing: set[Outcome]) -> dict[str, Any]:
    """Return a row as its columns show it, what is told of it aside; a product that stands is led to."""
    path = find_path(one.product_code) if one.product_code and one.outcome in standing else ""
    return {
        "row": one.row,
        "outcome": one.outcome.value,
        "name": one.name,
        "product_code": one.product_code,
        "path": path,
    }


@router.post("/products/import/{import_id}/take")
def do_take_import(visit: Visiting, import_id: int) -> Response:
    """Add and change the products of a list; lines that wait for one of them are placed."""
    get_import(visit.db, by=visit.actor, import_id=import_id)
    form = Form(())
    taken: Imported | None = None
    with visit.attempt(form):
        on = clock.today(visit.zone)
        taken = take_import(visit.db, by=visit.actor, import_id=import_id, files=visit.files, on=on)
        reread_parked(visit.db, by=visit.actor)
    if taken is None:
        return visit.go(f"/products/import/{import_id}", load_sentence(form.problems[""]))
    counts = taken.handed_in.counts
    said = say(
        "The list was taken over: {added} products are new, {changed} were changed, {problem} rows were left out.",
        added=counts[Outcome.ADDED],
        changed=counts[Outcome.CHANGED],
        problem=counts[Outcome.PROBLEM],
    )
    return visit.go(f"/products/import/{import_id}", said)


@router.get("/products/import/{import_id}/problems")
def show_import_problems(visit: Visiting, import_id: int) -> Response:
    """Answer with the rows that have problems as a workbook, which can be put right and handed in itself."""
    seen = get_import(visit.db, by=visit.actor, import_id=import_id)
    content = write_problems(_read_rows(visit, seen), tell=visit.say)
    return _workbook(content, f"produk-{import_id}-masalah")
