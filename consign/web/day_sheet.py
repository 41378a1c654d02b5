"""Sales that are typed: a day of a store on a page, and the workbook of its products for several days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Response

from consign import clock
from consign.errors import BadInput, NotFound
from consign.identity.rules import Act
from consign.listing import LONGEST_SEARCH, parse_id
from consign.models.partners import Partner, Store
from consign.partners.lists import find_partners_seen, find_stores_seen
from consign.partners.rules import UnknownCode
from consign.sales.no_sales import confirm_no_sales
from consign.sales.queries import find_missing_days
from consign.sales.store_products import StoreProduct
from consign.sales.template import USUAL_DAYS, choose_span, write_template
from consign.sales.typed_sheet import (
    Typed,
    find_day_products,
    find_sheet,
    hand_in_sheet,
    parse_quantity,
    write_quantity,
)
from consign.sentence import Sentence, say
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.tables import XLSX
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

SHOWN_AT_MOST = 60
"""Products that a page shows; others are found by their name."""
SEARCHED_FROM = 50
"""More products than these can be searched."""
NOTHING_SOLD, FIND = "none", "find"
"""What the form's other buttons send."""
SOLD, RETURNED = "sold", "back"


@dataclass(frozen=True)
class Place:
    """What is typed for: a store of a partner, and a day."""

    store: Store
    partner: Partner
    day: date

    @property
    def address(self) -> str:
        """Return where its sheet is."""
        return f"/uploads/sheet?store={self.store.id}&day={self.day}"


@router.get("/uploads/sheet")
def show_sheet(visit: Visiting) -> Response:
    """Show the sheet of a store-day; who has several stores first chooses one."""
    place = _find_place(visit, visit.asked)
    if place is None:
        return _show_choice(visit)
    products = _find_products(visit, place)
    known = find_sheet(visit.db, visit.files, store=place.store, day=place.day)
    texts = {
        name: text for one in products for name, text in _show_typed(one, known.typed.get(one.number or "")).items()
    }
    return _sheet_page(visit, place, products, new_form((), **texts, mark=known.mark), typed_before=bool(known.typed))


def _show_typed(product: StoreProduct, typed: Typed | None) -> dict[str, str]:
    if typed is None:
        return {}
    shown = {SOLD: typed.sold, RETURNED: typed.returned}
    return {_name(kind, product): write_quantity(one) for kind, one in shown.items() if one is not None}


def _name(kind: str, product: StoreProduct) -> str:
    return f"{kind}-{product.id}"


def _find_place(visit: Visit, given: Mapping[str, str]) -> Place | None:
    """Return what is typed for; blank where a store must be chosen first.

    Raises:
        UnknownCode: the store that is named is none of this person's.

    """
    named = given.get("store", "")
    if not named and visit.actor.store_id is None:
        return None
    store_id = parse_id(named) if named else visit.actor.store_id
    rows = find_stores_seen(visit.db, by=visit.actor, act=Act.POST_SALES, store_id=store_id or 0)
    if not rows:
        raise UnknownCode(say("There is no such store."))
    store, partner = rows[0]
    return Place(store, partner, _choose_day(visit, store, given.get("day", "")))


def _choose_day(visit: Visit, store: Store, text: str) -> date:
    """Return the day that is asked for, else yesterday where nothing is known of it yet, else today.

    Raises:
        NotFound: what is asked for is no day.

    """
    if text:
        try:
            return read_day(text)
        except BadInput as error:
            raise NotFound(say("There is no such day.")) from error
    today = clock.today(store.zone)
    yesterday = today - timedelta(1)
    missing = find_missing_days(visit.db, partner_id=store.partner_id, first=yesterday, last=yesterday)
    return yesterday if (store.code, yesterday) in missing else today


def _show_choice(visit: Visit) -> Response:
    """Show the partners, or the stores of the one that is chosen."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.POST_SALES)
    asked = visit.asked.get("partner", "")
    chosen = next((one for one in partners if one.code == asked or visit.actor.partner_id is not None), None)
    if asked and chosen is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=asked))
    stores = [
        store
        for store, _ in find_stores_seen(
            visit.db, by=visit.actor, act=Act.POST_SALES, partner_id=chosen.id if chosen else 0
        )
        if store.closed_on is None or store.closed_on >= clock.today(store.zone)
    ]
    return visit.page("day_sheet_store.html", partners=partners, partner=chosen, stores=stores)


def _find_products(visit: Visit, place: Place) -> Sequence[StoreProduct]:
    return find_day_products(visit.db, store=place.store, day=place.day)


def _fields(products: Sequence[StoreProduct]) -> tuple[Field, ...]:
    """Return two fields for each product: what was sold, and what came back."""
    labels = {SOLD: _say_sold, RETURNED: _say_returned}
    return tuple(
        Field(_name(kind, one), label(one), read=parse_quantity, required=False, inputmode="decimal", longest=20)
        for kind, label in labels.items()
        for one in products
    )


def _say_sold(product: StoreProduct) -> Sentence:
    return say("{product}, sold", product=product.name)


def _say_returned(product: StoreProduct) -> Sentence:
    return say("{product}, brought back", product=product.name)


def _sheet_page(
    visit: Visit,
    place: Place,
    products: Sequence[StoreProduct],
    form: Form,
    *,
    status: int = 200,
    search: str = "",
    typed_before: bool = False,
) -> Response:
    open_ones = [one for one in products if one.reportable]
    shown = _choose_shown(open_ones, form, search)
    kept = {_name(kind, one) for one in shown for kind in (SOLD, RETURNED)}
    return visit.page(
        "day_sheet.html",
        status=status,
        form=form,
        place=place,
        products=shown,
        total=len(open_ones),
        searched=len(open_ones) > SEARCHED_FROM,
        search=search,
        hidden={name: text for name, text in form.texts.items() if _is_quantity(name) and name not in kept and text},
        left_out=[one for one in products if not one.reportable],
        typed_before=typed_before,
        is_over=place.day < clock.today(place.store.zone),
        chooses=visit.actor.store_id is None,
        last=place.day,
        first=place.day - timedelta(USUAL_DAYS - 1),
    )


def _is_quantity(name: str) -> bool:
    kind, _, number = name.partition("-")
    return kind in {SOLD, RETURNED} and number.isascii() and number.isdigit()


def _choose_shown(products: Sequence[StoreProduct], form: Form, search: str) -> list[StoreProduct]:
    """Return the products that fit the search; those with a problem first, then those with a quantity."""
    words = search.lower().split()
    fitting = [
        one for one in products if all(word in f"{one.name} {one.producer} {one.number}".lower() for word in words)
    ]

    def rank(one: StoreProduct) -> int:
        names = [_name(kind, one) for kind in (SOLD, RETURNED)]
        if any(name in form.problems for name in names):
            return 0
        return 1 if len(products) > SHOWN_AT_MOST and any(form.texts.get(name) for name in names) else 2

    wrong = [one for one in products if rank(one) == 0]
    rest = sorted((one for one in fitting if one not in wrong), key=rank)
    return [*wrong, *rest[: max(0, SHOWN_AT_MOST - len(wrong))]]


@router.post("/uploads/sheet")
def take_sheet(visit: Visiting) -> Response:
    """Hand in what was typed as a sales file, or take in that nothing was sold; a search keeps what was typed."""
    place = _find_place(visit, visit.texts) if visit.texts.get("store") and visit.texts.get("day") else None
    if place is None:
        return visit.go("/uploads/sheet")
    products = _find_products(visit, place)
    wanted = visit.texts.get("then", "")
    if wanted == FIND:
        search = visit.texts.get("q", "").strip()[:LONGEST_SEARCH]
        return _sheet_page(visit, place, products, Form((), dict(visit.texts)), search=search)
    if wanted == NOTHING_SOLD:
        return _take_nothing_sold(visit, place, products)
    form = read_form(_fields([one for one in products if one.reportable]), visit.texts)
    address = _hand_in(visit, place, products, form) if form.ok else ""
    return visit.go(address) if address else _sheet_page(visit, place, products, form, status=422)


def _hand_in(visit: Visit, place: Place, products: Sequence[StoreProduct], form: Form) -> str:
    """Hand in what stands in *form* and return the address of its upload; blank where it is refused, as *form* says then."""
    typed = {
        one.id: Typed(form.values.get(_name(SOLD, one)), form.values.get(_name(RETURNED, one))) for one in products
    }
    with visit.attempt(form):
        upload, is_new = hand_in_sheet(
            visit.db, by=visit.actor, files=visit.files, store=place.store, day=place.day, typed=typed,
            mark=visit.texts.get("mark", ""),
        )  # fmt: skip
        return f"/uploads/{upload.id}{'' if is_new else '?again=yes'}"
    return ""


def _take_nothing_sold(visit: Visit, place: Place, products: Sequence[StoreProduct]) -> Response:
    form = Form((), dict(visit.texts))
    if any(text.strip(" 0,.") for name, text in form.texts.items() if _is_quantity(name)):
        form.blame(
            "",
            say("Quantities are filled in, so something was sold; nothing was saved. Take them out, or hand them in."),
        )
    else:
        with visit.attempt(form):
            confirm_no_sales(visit.db, by=visit.actor, store=place.store, day=place.day)
    if not form.ok:
        return _sheet_page(visit, place, products, form, status=422)
    said = say("{store}: no sales on {day}. Thank you.", store=place.store.name, day=place.day)
    return visit.go(f"/board?store={place.store.id}&day={place.day}", said)


@router.get("/uploads/template")
def send_template(visit: Visiting) -> Response:
    """Answer with a store's workbook for the days that are asked for, else for the last seven.

    Raises:
        UnknownCode: the store is none of this person's, or none is named.

    """
    place = _find_place(visit, visit.asked)
    if place is None:
        raise UnknownCode(say("There is no such store."))
    first, last = (_find_day(visit.asked.get(name, "")) for name in ("first", "last"))
    content = write_template(
        visit.db,
        by=visit.actor,
        store=place.store,
        span=choose_span(first, last, today=clock.today(place.store.zone)),
        tell=visit.say,
        language=visit.language.code,
    )
    headers = {"Content-Disposition": f'attachment; filename="sales-{place.store.id}.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


def _find_day(text: str) -> date | None:
    return read_day(text) if text.strip() else None
