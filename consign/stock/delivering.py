"""Sending goods to a store: only what its papers and an agreement allow on the day. Nothing moves until it is confirmed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from compliance.facts import GoodsClass
from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.stock import StockNote
from consign.sentence import Sentence, say, say_all
from consign.stock.deliverable import describe_lacks, find_lacks
from consign.stock.entering import look_at_lines
from consign.stock.given import get_producer_given, get_store_given
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import NewLine, NotDeliverable, NoteKind, NoteState, refuse_day
from consign.stock.telling import describe_note, tell_stores

FOOD = frozenset(
    {GoodsClass.DRY_FOOD, GoodsClass.CHILLED_FOOD, GoodsClass.READY_TO_EAT, GoodsClass.FRESH_PRODUCE}
)  # fmt: skip


def send_delivery(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    store_id: int,
    day: date,
    lines: Sequence[NewLine],
    remark: str = "",
) -> StockNote:
    """Write a delivery note for goods of one producer that are brought to a store on *day*, and tell the store.

    Raises:
        BadInput: the day, a product, a quantity or a last day cannot be; no delivery was made.
        NotDeliverable: goods lack papers or an agreement on the day; all of them are named, and no delivery was made.

    """
    authorize(by, Act.SEND_DELIVERIES, producer_id=producer_id)
    store = get_store_given(session, store_id)
    get_producer_given(session, producer_id)
    refuse_day(day, today=clock.today(store.zone), ahead=True)
    products = look_at_lines(session, lines, producer_id=producer_id, reasons=())
    wrong = list(_find_wrong_ends(lines, products, day=day))
    if wrong:
        raise BadInput(say("{wrong} No delivery was made.", wrong=say_all(wrong)))
    lacks = find_lacks(session, products=list(products.values()), store=store, on=day, papers=True)
    if lacks:
        told = describe_lacks(products, lacks)
        raise NotDeliverable(
            say(
                "What is named here may not be delivered to {store} on {day}, so no delivery was made. {lacks}"
                " Leave it out, or see to what is missing first.",
                store=store.name, day=day, lacks=say_all(told),
            ),
            told,
        )  # fmt: skip
    note = add_note(
        session, by=by, kind=NoteKind.DELIVERY, state=NoteState.SENT, store=store, day=day, producer_id=producer_id,
        remark=remark,
    )  # fmt: skip
    add_lines(session, note, lines)
    tell_stores(session, note, "stock.delivery_sent", [store.id], lines=len(lines))
    facts = describe_note(session, note)
    record_event(session, by=by, act="delivery sent", subject=f"note:{note.number}", **facts, lines=len(lines))
    return note


def _find_wrong_ends(lines: Sequence[NewLine], products: Mapping[int, Product], *, day: date) -> Iterator[Sentence]:
    """Yield what is wrong with the last days of lines: none of food that keeps for a known time, or one that is over."""
    for line_no, line in enumerate(lines, 1):
        product = products[line.product_id]
        if line.expires_on is None and product.shelf_life_days is not None and product.goods_class in FOOD:
            yield say(
                "Line {line}: enter until which day {product} is good, as it stands on the pack.",
                line=line_no, product=product.name,
            )  # fmt: skip
        elif line.expires_on is not None and line.expires_on < day:
            yield say(
                "Line {line}: {product} is good until {ends} only, and comes on {day}. Leave it out, or mend the day.",
                line=line_no, product=product.name, ends=line.expires_on, day=day,
            )  # fmt: skip
