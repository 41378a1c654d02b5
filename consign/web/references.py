"""Lists of issued numbers from other offices: loading one, what it holds, its rows that were not taken, withdrawing."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from fastapi import APIRouter, Response

from compliance.facts import Kind
from consign.documents.reference_file import ListProblem, ListRead, read_reference_file
from consign.documents.reference_lists import find_reference_entries, find_reference_page, get_reference_list
from consign.documents.referring import REFERENCE_KINDS, import_reference_list, withdraw_reference_list
from consign.errors import ConsignError
from consign.identity.spelling import tidy_name
from consign.listing import Found, Row, Wish, page_rows
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
ACCEPTED = ".csv,.txt,.xlsx,.xlsm,.xls,.ods"
SHOWN_PROBLEMS = 20
KINDS = choices_of("paper_kind", [kind.value for kind in REFERENCE_KINDS], word)
NEW_LIST = (
    Field("kind", say("Which numbers"), kind="select", choices=KINDS),
    Field(
        "issuer",
        say("Office it came from"),
        read=tidy_name,
        longest=120,
        hint=say("Such as Dinas Kesehatan Kota Balikpapan."),
    ),
    Field(
        "as_of",
        say("Drawn up on"),
        read=read_day,
        kind="date",
        hint=say("The day that stands on the list. Numbers issued later are not on it."),
    ),
    Field(
        "file",
        say("The list"),
        kind="file",
        hint=say("CSV or Excel, with one column for the number and one for the name. Other columns are not kept."),
    ),
)
STATES = (Choice("no", say("in use")), Choice("yes", say("withdrawn")))
LIST_COLUMNS = (
    Column("issuer", say("Office"), link="/references/{id}"),
    Column("kind", say("Numbers"), kind="word", words="paper_kind"),
    Column("as_of", say("Drawn up on"), kind="day"),
    Column("row_count", say("Rows"), kind="count", link="/references/{id}", sums="all_rows", total=True),
    Column("state", say("State"), kind="badge", words="list_state", sort=False),
    Column("imported_at", say("Loaded"), kind="moment"),
    Column("imported_by", say("By")),
)
ENTRY_COLUMNS = (
    Column("number", say("Number")),
    Column("name", say("Name")),
    Column("row", say("Row"), kind="count"),
)
PROBLEM_COLUMNS = (
    Column("row", say("Row"), kind="count"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("why", say("Why it was not taken"), kind="long", sort=False),
)


@router.get("/references")
def show_references(visit: Visiting) -> Response:
    """Show the lists that other offices sent."""

    def fetch(wish: Wish) -> Found:
        found = find_reference_page(visit.db, by=visit.actor, wish=wish)
        rows = [{**row, "state": _state_of(row)} for row in found.rows]
        return found.with_rows(rows)

    return list_page(
        visit,
        "list.html",
        name="references",
        caption=say("Lists of other offices"),
        columns=LIST_COLUMNS,
        fetch=fetch,
        empty=say("No list was loaded yet. Ask the health office for its list of SPP-IRT, and load it here.")
        if visit.may("GET /references/new")
        else say("No list was loaded yet. A verifier loads what the health office sends."),
        default_sort="-imported_at",
        filters=(Filter("kind", say("Numbers"), KINDS), Filter("withdrawn", say("State"), STATES)),
        search=say("Search: office or file"),
        lead=say("Numbers on papers are looked up in these lists. One that is not found says nothing against it."),
        acts=[("/references/new", say("Load a list"))] if visit.may("GET /references/new") else [],
    )


def _state_of(row: Row) -> str:
    return "in_use" if row["withdrawn_at"] is None else "withdrawn"


@router.get("/references/new")
def show_new_reference(visit: Visiting) -> Response:
    """Show the form to load a list."""
    return _new_page(visit, new_form(NEW_LIST, kind=KINDS[0].value))


def _new_page(visit: Visit, form: Form, *, problems: Sequence[ListProblem] = (), status: int = 200) -> Response:
    return visit.page(
        "reference_new.html",
        status=status,
        form=form,
        accepted=ACCEPTED,
        columns=PROBLEM_COLUMNS,
        problems=[vars(one) for one in problems[:SHOWN_PROBLEMS]],
    )


@router.post("/references/new")
def do_load_list(visit: Visiting) -> Response:
    """Load a list, and say how many of its rows could be used."""
    form = read_form(NEW_LIST, visit.texts)
    read = _read_file(visit, form)
    list_id = 0
    if form.ok and read is not None:
        with visit.attempt(form, file=("documents.list_refused", "documents.list_taken")):
            list_id = import_reference_list(
                visit.db,
                by=visit.actor,
                kind=Kind(form["kind"]),
                issuer=form["issuer"],
                as_of=form["as_of"],
                sha256=read.sha256,
                file_name=read.file_name,
                entries=read.entries,
            ).id
    if not form.ok or read is None:
        return _new_page(visit, form, problems=read.problems if read else (), status=422)
    said = say(
        "The list was loaded: of {rows} rows {taken} can be looked up, {left} could not be used.",
        rows=read.rows_read,
        taken=len(read.entries),
        left=len(read.problems),
    )
    return visit.lead_on(f"/references/{list_id}", said)


def _read_file(visit: Visit, form: Form) -> ListRead | None:
    """Return what the sent list holds; blank where something is wrong, which then stands on *form*."""
    sent = visit.file("file")
    if sent is None:
        form.blame("file", say("No file was chosen. Choose the list that the office sent."))
    if sent is None or not form.ok:
        return None
    try:
        return read_reference_file(sent.file, name=sent.filename or "", kind=Kind(form["kind"]), files=visit.files)
    except ConsignError as refusal:
        form.blame("file", refusal.sentence)
        return None


@router.get("/references/{list_id}")
def show_reference(visit: Visiting, list_id: int) -> Response:
    """Show one list and its numbers."""
    seen = get_reference_list(visit.db, by=visit.actor, list_id=list_id)
    return list_page(
        visit,
        "reference.html",
        name=f"reference-{list_id}",
        caption=say("Numbers on this list"),
        columns=ENTRY_COLUMNS,
        fetch=lambda wish: find_reference_entries(visit.db, by=visit.actor, list_id=list_id, wish=wish),
        empty=say("This list holds no number."),
        default_sort="row",
        search=say("Search: number or name"),
        **_facts(seen),
    )


def _facts(seen: Row) -> dict[str, Any]:
    return {"seen": seen, "state": _state_of(seen)}


@router.get("/references/{list_id}/problems")
def show_reference_problems(visit: Visiting, list_id: int) -> Response:
    """Show the rows of a list that could not be used; the file is read again for it."""
    seen = get_reference_list(visit.db, by=visit.actor, list_id=list_id)
    content = BytesIO(b"".join(visit.files.read(seen["sha256"])))
    read = read_reference_file(content, name=seen["file_name"], kind=Kind(seen["kind"]), files=visit.files)
    rows = [vars(one) for one in read.problems]
    return list_page(
        visit,
        "reference_problems.html",
        name=f"reference-{list_id}-problems",
        caption=say("Rows that could not be used"),
        columns=PROBLEM_COLUMNS,
        fetch=lambda wish: page_rows(rows, wish=wish, default_sort="row"),
        empty=say("Every row of this list could be used."),
        default_sort="row",
        read=read,
        **_facts(seen),
    )


@router.post("/references/{list_id}/withdraw")
def do_withdraw_list(visit: Visiting, list_id: int) -> Response:
    """Look a list up no longer."""
    get_reference_list(visit.db, by=visit.actor, list_id=list_id)
    withdraw_reference_list(visit.db, by=visit.actor, list_id=list_id)
    return visit.go(f"/references/{list_id}", say("The list was withdrawn. Nothing is looked up in it any more."))
