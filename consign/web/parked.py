"""Lines that wait: by what they wait for, row by row, and what a person can do about them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from consign.catalogue.actions import add_product_alias
from consign.catalogue.queries import get_product
from consign.catalogue.search import find_like, search_products
from consign.errors import BadInput
from consign.identity.rules import Act
from consign.listing import Found, Row, Wish
from consign.partners.actions import add_store_alias
from consign.partners.lists import find_partners_seen
from consign.partners.queries import find_stores, get_store
from consign.partners.rules import UnknownCode
from consign.sales.dismissing import dismiss_group
from consign.sales.placing import reread_parked
from consign.sales.rows import tell_row_place
from consign.sales.suggesting import Shelf, Suggestion
from consign.sales.suggestions import find_suggestions, load_shelf
from consign.sales.waiting_lists import (
    Group,
    GroupSums,
    find_groups,
    find_meant,
    find_rows,
    find_states,
    get_group,
    is_store_known,
    suggest_for,
    sum_group,
)
from consign.sentence import Sentence, say, say_all
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form, read_whole
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import WORDS, remedy, word

router = APIRouter(route_class=PageRoute)

REASONS = choices_of("problem", list(WORDS["problem"]), word)
PRODUCT_REASONS = ("product.unknown", "agreement.missing", "price.missing")
"""Reasons for which lines of one product wait together."""
MOST_FOUND, MOST_ALIKE, MOST_EXPLAINED = 20, 8, 2
GROUP_COLUMNS = (
    Column("reason", say("Waits because"), kind="word", words="problem", link="{fix}"),
    Column("code", say("Code")),
    Column("name", say("Called in the file")),
    Column("perhaps", say("Perhaps"), sort=False, link="{fix}"),
    Column("score", say("How likely, of 100"), kind="count", sort=False),
    Column("why", say("Why"), kind="long", sort=False),
    Column("partner", say("Partner")),
    Column("lines", say("Lines"), kind="count", link="{rows}", sums="all_rows", total=True),
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("gross_rp", say("Amount"), kind="money", link="{rows}", sums="gross_rp", total=True),
)
ROW_COLUMNS = (
    Column("file", say("File"), link="/uploads/{upload_id}"),
    Column("row_no", say("Row"), kind="row"),
    Column("reason", say("What is wrong"), kind="word", words="problem", link="{fix}"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("remedy", say("What to do"), kind="long", sort=False),
    Column("name", say("Called in the file")),
    Column("sold_on", say("Day"), kind="day"),
    Column("gross_rp", say("Amount"), kind="money", total=True),
)
EXPORTED_COLUMNS = (
    *ROW_COLUMNS,
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("partner", say("Partner")),
    Column("store_code", say("Store in the file")),
    Column("raw", say("The whole row"), sort=False),
)
NOTE = (
    Field("note", say("Reason"), kind="textarea", hint=say("It is kept, and shown with the rows.")),
    Field("lines", say("Lines"), kind="hidden", read=read_whole),
)
STEPS = (say("Said what it means"), say("Lines are being placed"), say("Done"))


MOST_TAKEN = 100
MEANING = {"product.unknown": "POST /parked/product", "store.unknown": "POST /parked/store"}
"""By what lines wait for: the route by which a person says what their code means."""


@dataclass(frozen=True)
class SureMeaning:
    """A suggestion that may be taken with others: what its box holds, the group it is for, and what it is."""

    value: str
    row: Row
    suggestion: Suggestion


def _asked(visit: Visit, name: str) -> str:
    return visit.asked.get(name, "").replace("\x00", "")


def group_address(path: str, group: Mapping[Any, Any], **more: object) -> str:
    """Return the address at *path* of a group of lines; *more* is asked besides."""
    asked = {"partner": group["partner_code"], "reason": group["reason"], "code": group["code"] or "", **more}
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value != ''})}"


def _filters(visit: Visit) -> tuple[Filter, ...]:
    partners = visit.remember(
        "partners of sales", lambda: find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    )
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])
    return (by_partner, Filter("reason", say("Waits because"), REASONS))


@router.get("/parked")
def show_groups(visit: Visiting) -> Response:
    """Show what lines wait for, what most lines wait for first."""
    sure: list[SureMeaning] = []

    def fetch(wish: Wish) -> Found:
        found = find_groups(visit.db, by=visit.actor, wish=wish, suggest=lambda rows: _suggest(visit, rows))
        sure.extend(_find_sure(visit, found.rows))
        rows = [
            {
                **row,
                "name": row["name"] if row["reason"] in PRODUCT_REASONS else None,
                "fix": group_address("/parked/fix", row),
                "rows": group_address("/parked/rows", row),
            }
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "parked.html",
        name="waiting-lines",
        caption=say("What lines wait for"),
        columns=GROUP_COLUMNS,
        fetch=fetch,
        empty=say("No line waits. Every row that was handed in is posted, known or ignored."),
        default_sort="-lines",
        filters=_filters(visit),
        search=say("Search: code or name"),
        sure=sure,
    )


def _suggest(visit: Visit, rows: Sequence[Row]) -> list[list[Suggestion]]:
    """Return what the codes of some groups may mean; worked out once until somebody does something."""
    asked = tuple(
        (row["partner_id"], row["reason"], row["code"], row["name"], row["price_rp"], row["last_on"]) for row in rows
    )
    return visit.remember(
        ("suggestions", asked), lambda: find_suggestions(visit.db, rows, shelf=_find_shelf(visit)), for_all=True
    )


def _find_shelf(visit: Visit) -> Shelf:
    return visit.remember("products that codes may mean", lambda: load_shelf(visit.db), for_all=True)


def _find_sure(visit: Visit, rows: Sequence[Row]) -> Iterator[SureMeaning]:
    """Yield the suggestions that this person may take together with others."""
    for row in rows:
        first = row["suggested"]
        if first is not None and first.is_sure and visit.may(MEANING[row["reason"]]):
            taken = [row["partner_code"], row["reason"], row["code"], first.code]
            yield SureMeaning(json.dumps(taken), row, first)


@router.post("/parked/accept")
def accept(visit: Visiting) -> Response:
    """Take the suggestions that were ticked: each code means from now on what was shown; its lines are placed."""
    taken, refused = 0, []
    ticked = visit.all_texts("take")[:MOST_TAKEN]
    for one in ticked:
        form = Form(())
        with visit.attempt(form):
            _take(visit, _read_taken(one))
            taken += 1
        if not form.ok:
            refused.append(next(iter(form.problems.values())))
    if not ticked:
        return visit.go("/parked", say("No suggestion was ticked; nothing was changed."))
    if refused:
        said = say(
            "Codes taken: {taken}. Not taken: {refused}. {why}", taken=taken, refused=len(refused), why=refused[0]
        )
        return visit.go("/parked", said)
    return visit.go("/parked", say("Codes taken: {taken}. Their lines are placed within a moment.", taken=taken))


def _read_taken(text: str) -> tuple[str, str, str, str]:
    """Read what a ticked box holds: partner, reason, code, and the product or store that it means.

    Raises:
        BadInput: it is none of ours.

    """
    try:
        partner, reason, code, meant = (str(part) for part in json.loads(text))
    except (ValueError, TypeError) as error:
        raise BadInput(say("This is no suggestion of ours; nothing was changed.")) from error
    return partner, reason, code, meant


def _take(visit: Visit, taken: tuple[str, str, str, str]) -> None:
    partner, reason, code, meant = (part.replace("\x00", "") for part in taken)
    group = _read_group(visit, {"partner": partner, "reason": reason, "code": code})
    if reason == "store.unknown":
        store = get_store(visit.db, partner_id=group.partner.id, code=meant)
        add_store_alias(visit.db, by=visit.actor, store=store, alias=code)
    elif reason == "product.unknown":
        product = get_product(visit.db, meant)
        add_product_alias(visit.db, by=visit.actor, partner_id=group.partner.id, product=product, alias=code)
    else:
        raise UnknownCode(say("Lines do not wait for this."))
    reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)


@router.get("/parked/rows")
def show_rows(visit: Visiting) -> Response:
    """Show the waiting rows themselves, with file, row, cell and what to do."""

    def fetch(wish: Wish) -> Found:
        found = find_rows(visit.db, by=visit.actor, wish=wish)
        rows = [
            {
                **row,
                "remedy": remedy(row["reason"]),
                "fix": group_address("/parked/fix", row, upload=row["upload_id"], row=row["row_no"]),
                "row_no": tell_row_place(row["row_no"], row["parts"]),
            }
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "parked_rows.html",
        name="waiting-rows",
        caption=say("Rows that wait"),
        columns=EXPORTED_COLUMNS if visit.asked.get("format") else ROW_COLUMNS,
        fetch=fetch,
        empty=say("No row waits."),
        default_sort="upload_id",
        filters=(
            *_filters(visit),
            Filter("code", say("Code"), kind="text"),
            Filter("sold_until", say("Sold until"), kind="day"),
        ),
        search=say("Search: file, cell or text of the row"),
    )


@router.get("/parked/fix")
def show_fix(visit: Visiting) -> Response:
    """Show one group of waiting lines, and what can be done about it."""
    return _fix_page(visit, _read_group(visit, {name: _asked(visit, name) for name in visit.asked}))


def _read_group(visit: Visit, given: Mapping[str, str]) -> Group:
    """Return the group that an address or a form names.

    Raises:
        UnknownCode: there is none that this person may see.

    """
    if given.get("reason") not in WORDS["problem"]:
        raise UnknownCode(say("Lines do not wait for this."))
    names = ("partner", "reason", "code", "upload", "row")
    return get_group(visit.db, by=visit.actor, **{name: given.get(name, "") for name in names})


@router.get("/parked/state")
def tell_state(visit: Visiting) -> JSONResponse:
    """Tell how many lines of a group wait still, for a page that waits."""
    group = _read_group(visit, {name: _asked(visit, name) for name in visit.asked})
    return JSONResponse({"state": str(sum_group(visit.db, by=visit.actor, group=group).lines)})


def _fix_page(visit: Visit, group: Group, *, status: int = 200, form: Form | None = None) -> Response:
    sums = sum_group(visit.db, by=visit.actor, group=group)
    address = _address_of(group)
    if form is not None:
        form.texts["lines"] = str(sums.lines)
    facts: dict[str, object] = {
        "group": group,
        "sums": sums,
        "address": address,
        "state_path": address.replace("/parked/fix", "/parked/state", 1),
        "rows_path": address.replace("/parked/fix", "/parked/rows", 1),
        "remedy": remedy(group.reason),
        "given": form,
        "note_form": form if form and _has(form, "note") else new_form(NOTE, lines=sums.lines),
        "may_dismiss": visit.may("POST /parked/dismiss"),
        "states": [] if sums.lines else _tell_states(visit, group),
        "steps": STEPS,
        "meant": None,
        "placing": False,
        "choice": None,
        "asked": "",
    }
    if sums.lines:
        facts |= _find_ways(visit, group, sums, form)
    return visit.page("parked_fix.html", status=status, **facts)


def _has(form: Form, name: str) -> bool:
    return any(one.name == name for one in form.fields)


def _address_of(group: Group) -> str:
    row = {"partner_code": group.partner.code, "reason": group.reason, "code": group.code}
    if group.upload_id is None:
        return group_address("/parked/fix", row)
    return group_address("/parked/fix", row, upload=group.upload_id, row=group.row_no)


def _tell_states(visit: Visit, group: Group) -> list[dict[str, object]]:
    """Return what became of the lines with this code; those that wait for something else lead there."""
    found = find_states(visit.db, by=visit.actor, group=group)
    shared = {"partner_code": group.partner.code, "code": group.code}
    return [
        {**row, "path": group_address("/parked/fix", {**shared, **row}) if row["reason"] and group.code else ""}
        for row in found
    ]


def _find_ways(visit: Visit, group: Group, sums: GroupSums, form: Form | None) -> dict[str, object]:
    """Return what a person can do about lines that wait, by what they wait for."""
    if group.reason in ("agreement.missing", "price.missing"):
        return {"meant": find_meant(visit.db, group)}
    if group.reason == "product.unknown":
        meant = find_meant(visit.db, group)
        if meant is not None or not group.code or not visit.may("POST /parked/product"):
            return {"meant": meant, "placing": meant is not None}
        asked = form if form and _has(form, "product") else _ask_product(visit, group, sums)
        return {"choice": asked, "asked": _asked(visit, "q")}
    if group.reason == "store.unknown":
        placing = is_store_known(visit.db, group)
        if placing or not group.code or not visit.may("POST /parked/store"):
            return {"placing": placing}
        return {"choice": form if form and _has(form, "store") else _ask_store(visit, group, sums)}
    return {}


def _ask_store(visit: Visit, group: Group, sums: GroupSums) -> Form:
    """Return the question which store a name means, with what it surely means filled in."""
    ranked = suggest_for(visit.db, group, sums)
    return new_form(_store_fields(visit, group, ranked), store=_sure_code(ranked))


def _sure_code(ranked: Sequence[Suggestion]) -> str | None:
    return ranked[0].code if ranked and ranked[0].is_sure else None


def _ask_product(visit: Visit, group: Group, sums: GroupSums) -> Form:
    """Return the question which product a code means: what was searched for, else what it may be."""
    wanted = _asked(visit, "q").strip()
    if wanted:
        found = search_products(visit.db, by=visit.actor, wanted=wanted, limit=MOST_FOUND)
        return new_form(_product_fields(found))
    ranked = suggest_for(visit.db, group, sums, shelf=_find_shelf(visit))
    if ranked:
        choices = [Choice(one.code, f"{one.label} ({one.code})", _tell_why(one)) for one in ranked]
        return new_form((Field("product", say("Product"), kind="radio", choices=choices),), product=_sure_code(ranked))
    alike = find_like(visit.db, by=visit.actor, name=sums.name or "", limit=MOST_ALIKE)
    return new_form(_product_fields(alike))


def _tell_why(one: Suggestion) -> Sentence:
    return say("{score} of 100. {why}", score=one.score, why=say_all(one.reasons))


def _product_fields(found: Sequence[Mapping[Any, Any]]) -> tuple[Field, ...]:
    choices = [
        Choice(
            one["code"], f"{one['name']} {one['net_content']} {one['net_unit']}", f"{one['producer']} · {one['code']}"
        )
        for one in found
    ]
    return (Field("product", say("Product"), kind="radio", choices=choices),)


def _store_fields(visit: Visit, group: Group, ranked: Sequence[Suggestion]) -> tuple[Field, ...]:
    """Return the field for the store that a name means: the likeliest first, and why they are."""
    stores = find_stores(visit.db, partner_id=group.partner.id)
    places = {one.code: place for place, one in enumerate(ranked)}
    ordered = sorted(stores, key=lambda one: (places.get(one.code, len(places)), one.code))
    choices = [Choice(one.code, f"{one.name} ({one.code})") for one in ordered]
    why = [say("{store}: {why}", store=one.label, why=_tell_why(one)) for one in ranked[:MOST_EXPLAINED]]
    hint = say_all(why) if why else None
    return (Field("store", say("Store"), kind="select", choices=choices, hint=hint),)


def _read_group_waiting(visit: Visit, reason: str) -> Group:
    """Return the group that was sent, which must wait for just this."""
    group = _read_group(visit, visit.texts)
    if group.reason != reason:
        raise UnknownCode(say("Lines do not wait for this."))
    return group


@router.post("/parked/product")
def say_product(visit: Visiting) -> Response:
    """Say which product a partner's code means; its lines are placed by themselves."""
    group = _read_group_waiting(visit, "product.unknown")
    name = ""
    form = read_form((Field("product", say("Product"), kind="radio"),), visit.texts)
    if form.ok:
        with visit.attempt(form, product="catalogue.product_unknown"):
            product = get_product(visit.db, form["product"])
            name = product.name
            add_product_alias(
                visit.db, by=visit.actor, partner_id=group.partner.id, product=product, alias=group.code or ""
            )
            reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)
    if not form.ok:
        sums = sum_group(visit.db, by=visit.actor, group=group)
        shown = _ask_product(visit, group, sums)
        shown.problems, shown.texts = form.problems, {**shown.texts, **form.texts}
        return _fix_page(visit, group, status=422, form=shown)
    return visit.go(
        _address_of(group), say("“{code}” means {product} from now on.", code=group.code or "", product=name)
    )


@router.post("/parked/store")
def say_store(visit: Visiting) -> Response:
    """Say which store a name in the partner's files means; its lines are placed by themselves."""
    group = _read_group_waiting(visit, "store.unknown")
    name = ""
    form = read_form(_store_fields(visit, group, ()), visit.texts)
    if form.ok:
        with visit.attempt(form, store="partners.code_taken"):
            store = get_store(visit.db, partner_id=group.partner.id, code=form["store"])
            name = store.name
            add_store_alias(visit.db, by=visit.actor, store=store, alias=group.code or "")
            reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)
    if not form.ok:
        return _fix_page(visit, group, status=422, form=form)
    return visit.go(_address_of(group), say("“{code}” means {store} from now on.", code=group.code or "", store=name))


@router.post("/parked/dismiss")
def dismiss(visit: Visiting) -> Response:
    """Let the lines of a group count as ignored, for a reason."""
    group = _read_group(visit, visit.texts)
    form = read_form(NOTE, visit.texts)
    if form.ok:
        with visit.attempt(form):
            dismiss_group(visit.db, by=visit.actor, group=group, lines=form["lines"], note=form["note"])
    if not form.ok:
        return _fix_page(visit, group, status=422, form=form)
    return visit.go("/parked", say("Dismissed lines: {lines}. They count as ignored.", lines=form["lines"]))
