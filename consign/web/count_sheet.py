"""The sheet to count by, as PDF, in the words of whoever prints it."""

from sqlalchemy import select

from consign import clock
from consign.models.catalogue import Product
from consign.models.partners import Partner, Store
from consign.models.stock import StockNote
from consign.partners.queries import get_region_terms
from consign.sentence import say
from consign.stock.count_lists import find_sheet_rows
from consign.web.language import quantity
from consign.web.visit import Visit
from reports.count_sheet import CountFacts, CountLine, CountWords, write_count_sheet
from reports.stock_paper import Party, Signature

BLANK_ROWS = 6
"""For goods that nobody expected."""


def make_sheet(visit: Visit, note: StockNote) -> bytes:
    """Return the sheet of a count: all goods to look for, and nothing of how many there should be."""
    store = visit.db.get_one(Store, note.store_id)
    facts = CountFacts(
        title=visit.say(say("Count sheet")),
        number=note.number,
        office=get_region_terms(visit.db).office_name,
        mark=None,
        store=Party(visit.say(say("Store")), store.name),
        partner=visit.db.get_one(Partner, note.partner_id).name,
        day=note.day,
        printed_on=clock.today(store.zone),
        remark=note.remark,
        address=None,
        lines=_find_lines(visit, note),
        blank_rows=BLANK_ROWS,
        signatures=(Signature(visit.say(say("Counted by"))), Signature(visit.say(say("Witnessed by")))),
    )
    return write_count_sheet(facts, _find_words(visit))


def _find_lines(visit: Visit, note: StockNote) -> tuple[CountLine, ...]:
    reach = visit.actor.producer_id
    rows = find_sheet_rows(visit.db, store_id=note.store_id, day=note.day)
    products = select(Product).where(Product.id.in_({row["product_id"] for row in rows}))
    known = {one.id: one for one in visit.db.scalars(products)}
    return tuple(
        CountLine(
            product=row["product"],
            content=f"{quantity(known[row['product_id']].net_content)} {known[row['product_id']].net_unit}",
            producer=row["producer"],
            number=row["number"] or "",
            batch=row["batch"],
            expires_on=row["expires_on"],
            unit=visit.say(say("pcs")),
            book=None,
        )
        for row in rows
        if reach in (None, known[row["product_id"]].producer_id)
    )


def _find_words(visit: Visit) -> CountWords:
    told = visit.say
    return CountWords(
        language=visit.language.code,
        write_day=visit.language.day,
        number=told(say("Number")),
        partner=told(say("Partner")),
        remark=told(say("Remark")),
        printed=told(say("printed")),
        page=visit.language.gettext("Page {page} of {pages}"),
        continued=told(say("Continued")),
        bars=visit.language.gettext("Barcode {text}"),
        qr=visit.language.gettext("QR code {text}"),
        name=told(say("Name")),
        date=told(say("Date")),
        left_out=told(say("Signs that the typeface of this paper lacks are not printed.")),
        day=told(say("End of the day")),
        line=told(say("No.")),
        product=told(say("Product")),
        batch=told(say("Batch")),
        expires=told(say("Expiry")),
        unit=told(say("Unit")),
        book=told(say("By the books")),
        counted=told(say("Counted")),
        note=told(say("Notes")),
        lines=visit.language.gettext("Lines: {count}"),
        how_to=told(
            say("Count what is on the shelf and in the storeroom, and write how many. Write 0 where there are none.")
        ),
        others=told(say("Other goods that were found")),
        empty=told(say("No goods to count.")),
    )
