"""The workbook of a store's own products by day, for stores whose till exports nothing."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from consign.errors import BadInput
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner, Store
from consign.period import Period
from consign.sales.own_layout import NO_SALES_CODE, TEMPLATE_HEADERS, name_store
from consign.sales.store_products import StoreProduct, find_store_products
from consign.sentence import Sentence, say
from reports.day_sheet import DaySheetRow, DaySheetWords, write_day_sheet

MOST_DAYS = 31
USUAL_DAYS = 7
NAMED_AT_MOST = 20
"""Products that have no row are named up to so many."""


def choose_span(first: date | None, last: date | None, *, today: date) -> Period:
    """Return the days of a workbook: those that are asked for, else the last seven until *today*.

    Raises:
        BadInput: they are fewer than two or more than 31.

    """
    until = last or (first + timedelta(USUAL_DAYS - 1) if first else today)
    span = (first or until - timedelta(USUAL_DAYS - 1), until)
    if not 2 <= (span[1] - span[0]).days + 1 <= MOST_DAYS:
        raise BadInput(say("A workbook has from 2 to {most} days; nothing was written.", most=MOST_DAYS))
    return Period(*span)


def write_template(
    session: Session, *, by: Actor, store: Store, span: Period, tell: Callable[[str], str], language: str
) -> bytes:
    """Return a workbook with the products of *store* and the days of *span*, in the reader's *language*.

    *tell* says a sentence in it. A product whose price changes meanwhile has a row for each price.

    Raises:
        NotAllowed: *by* may not post sales of this store.

    """
    authorize(by, Act.POST_SALES, partner_id=store.partner_id, store_id=store.id)
    partner = session.get_one(Partner, store.partner_id)
    products = find_store_products(session, store=store, span=span)
    days = span.days()
    named = name_store(partner.code, store.code)
    rows = [row for product in products if product.reportable for row in _make_rows(product, named, days)]
    rows.append(DaySheetRow((named, NO_SALES_CODE, tell(say("No sales on this day: write 0")), "", 0), only_zero=True))
    left_out = [product for product in products if not product.reportable]
    words = _find_words(store, partner, span, left_out=left_out, tell=tell, language=language)
    return write_day_sheet(words, rows, days)


def _make_rows(product: StoreProduct, store: str, days: Sequence[date]) -> list[DaySheetRow]:
    return [
        DaySheetRow(
            (store, product.number or "", product.name, product.producer, priced.price_rp),
            closed=frozenset(day for day in days if not priced.days.first <= day <= priced.days.last),
        )
        for priced in product.prices
    ]


def _find_words(
    store: Store,
    partner: Partner,
    span: Period,
    *,
    left_out: Sequence[StoreProduct],
    tell: Callable[[str], str],
    language: str,
) -> DaySheetWords:
    about = say(
        "{partner}, {store}: {first} to {last}",
        partner=partner.name,
        store=store.name,
        first=span.first,
        last=span.last,
    )
    heads = TEMPLATE_HEADERS.get(language, TEMPLATE_HEADERS["en"])
    return DaySheetWords(
        language=language,
        sheet=tell(say("Sales")),
        help_sheet=tell(say("How to fill it in")),
        title=tell(say("Sales of consigned goods by day")),
        about=tell(about),
        hint=tell(say("Write how many were sold below each day. Blank: not filled in. 0: none sold.")),
        heads=heads,
        wrong_title=tell(say("Not a quantity")),
        wrong=tell(say("Write a number of 0 or more with at most three decimals, or leave the cell blank.")),
        wrong_zero=tell(say("Write 0 here where the store sold nothing at all on this day, or leave the cell blank.")),
        notes=tuple(map(tell, _list_notes(left_out))),
    )


def _list_notes(left_out: Sequence[StoreProduct]) -> list[Sentence]:
    notes = [
        say("A blank cell says nothing: no sale is noted, and nobody takes it for none sold."),
        say("0 says that none was sold on that day."),
        say("Where the store sold nothing at all on a day, write 0 in the last row below that day."),
        say("Goods that customers brought back are not written here. Type them on the page for the sales of a day."),
        say("Grey cells take nothing: another row of the same product has the price of that day."),
        say("Leave rows, columns and titles as they are. The file is read by them, without any question."),
        say(
            "Save the workbook and hand it in like any sales file. Handed in again with more days, only what is new is added."
        ),
    ]
    if left_out:
        names = [f"{product.name} ({product.code})" for product in left_out[:NAMED_AT_MOST]]
        notes.append(
            say(
                "Products without a row, for they have no number or no agreed price yet: {count}. The dinas helps: {names}",
                count=len(left_out),
                names=names,
            )
        )
    return notes
