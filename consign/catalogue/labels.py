"""Labels: asked for by a person, made by a worker, and offered only once every symbol was read again from the sheet.

What stands on the labels is written down when they are asked for, so the sheet says what the person saw then.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.drawing import DrawingRefused, drawing, sentence_of_label
from consign.catalogue.label_facts import Look, Wanted, make_runs
from consign.catalogue.rules import LabelOrderMissing, LabelsRefused, ScanTestNeeded
from consign.catalogue.stocks import as_paper, find_passed, get_stock
from consign.db import defer
from consign.files import Files
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize, get_reach
from consign.identity.spelling import clean_text
from consign.models.catalogue import LabelOrder, Product
from consign.models.partners import Producer
from consign.sentence import Sentence, dump_sentence, say
from reports.label_check import check_labels, render_preview
from reports.labels import (
    Label,
    LabelPlan,
    LabelRun,
    LabelStock,
    SymbolKind,
    place_labels,
    plan_labels,
    write_labels,
)
from reports.symbol_sizes import PRINTERS_DPI, is_small

MAKE_LABELS = "make_labels"
"""The worker's task that makes a sheet."""
MOST_COPIES = 2_000
"""Labels of one order; a larger delivery is printed in parts."""
LONGEST_BATCH = 20
PREVIEW_PX = 900


@dataclass(frozen=True)
class Sheet:
    """On which paper labels are printed, and how."""

    stock_id: int
    dpi: int
    start_at: int = 1
    small: bool = False
    """Whether symbols narrower than the specification may be printed, where a scan has shown that they are read."""


@dataclass(frozen=True)
class Made:
    """What a sheet came to."""

    pdf: bytes
    preview: bytes
    decoded: int


@dataclass(frozen=True)
class _Drafted:
    """Labels that fit their paper, before anything is made of them."""

    producer_id: int
    runs: Sequence[LabelRun]
    plan: LabelPlan
    small: bool


def order_labels(
    session: Session, *, by: Actor, wanted: Sequence[Wanted], look: Look, sheet: Sheet, on: date
) -> LabelOrder:
    """Ask for labels of one producer's products; a worker makes the sheet once this transaction is committed.

    Prices, numbers and papers are those of the day *on*. Whether everything fits is known at once.

    Raises:
        LabelsRefused: no labels are wanted, too many, of several producers, or of a product without a number.
        NotForTills: a number stands on cartons, and no till scans it.
        DrawingRefused: a symbol or what is wanted on the label does not fit.
        ScanTestNeeded: small symbols are wanted, and no scan has shown that they are read.
        StockMissing: there is no such label paper.

    """
    drafted = _draft(session, by=by, wanted=wanted, look=look, sheet=sheet, on=on)
    plan = drafted.plan
    order = LabelOrder(
        producer_id=drafted.producer_id,
        made_by=by.user_id,
        made_at=clock.now(),
        stock_id=sheet.stock_id,
        stock=asdict(plan.stock),
        dpi=sheet.dpi,
        start_at=sheet.start_at,
        small=drafted.small,
        runs=[_dump_run(run) for run in drafted.runs],
        copies=len(plan.order),
        state="waiting",
        notices=[dump_sentence(sentence_of_label(notice)) for notice in plan.notices],
    )
    session.add(order)
    session.flush()
    record_event(session, by=by, act="labels ordered", subject=f"labels:{order.id}", copies=order.copies)
    defer(session, MAKE_LABELS, key=f"{MAKE_LABELS}:{order.id}", order_id=order.id)
    return order


def draw_labels(
    session: Session, *, by: Actor, wanted: Sequence[Wanted], look: Look, sheet: Sheet, on: date
) -> tuple[list[Sentence], Made]:
    """Make labels at once, without keeping them; return what is to be known before printing, and the sheet.

    Raises:
        LabelsRefused, NotForTills, DrawingRefused, ScanTestNeeded, StockMissing: as `order_labels` does.

    """
    plan = _draft(session, by=by, wanted=wanted, look=look, sheet=sheet, on=on).plan
    return [sentence_of_label(notice) for notice in plan.notices], make_sheet(plan, start_at=sheet.start_at)


def _draft(session: Session, *, by: Actor, wanted: Sequence[Wanted], look: Look, sheet: Sheet, on: date) -> _Drafted:
    """Return what is to stand on the sheet and where, or refuse it."""
    producer, chosen = _find_chosen(session, by=by, wanted=wanted)
    authorize(by, Act.PRINT_LABELS, producer_id=producer.id)
    stock = get_stock(session, by=by, stock_id=sheet.stock_id)
    runs = make_runs(session, producer=producer, chosen=chosen, look=look, on=on)
    plan = plan_sheet(runs, stock=as_paper(stock), sheet=sheet)
    small = any(is_small(layout.drawing.module, dpi=plan.dpi) for layout in plan.layouts)
    if small and not find_passed(session, by=by, stock_id=stock.id, dpi=sheet.dpi):
        raise ScanTestNeeded(
            say(
                "On this paper the bars are thinner than the standard allows, and nobody has shown yet that your printer"
                " and a scanner cope with them; no labels were made. Print the test symbol and scan it first."
            )
        )
    return _Drafted(producer.id, runs, plan, small)


def plan_sheet(runs: Sequence[LabelRun], *, stock: LabelStock, sheet: Sheet) -> LabelPlan:
    """Lay the labels out on their paper.

    Raises:
        DrawingRefused: something does not fit, or the sheet has no such position to start at.
        LabelsRefused: no printer has this resolution.

    """
    if sheet.dpi not in PRINTERS_DPI:
        raise LabelsRefused(
            say("There are printers with {known} dots per inch, not {given}.", known=PRINTERS_DPI, given=sheet.dpi)
        )
    with drawing():
        plan = plan_labels(runs, stock=stock, dpi=sheet.dpi, allow_small=sheet.small)
        next(place_labels(plan, start_at=sheet.start_at))
    return plan


def make_sheet(plan: LabelPlan, *, start_at: int) -> Made:
    """Write the sheet and read every symbol again from its pages at the printer's resolution.

    Raises:
        DrawingRefused: a symbol does not say what it should; there is no sheet then.

    """
    with drawing():
        pdf = write_labels(plan, start_at=start_at)
        decoded = check_labels(pdf, plan, start_at=start_at)
    return Made(pdf, render_preview(pdf, width_px=PREVIEW_PX), decoded)


def take_waiting(session: Session, order_id: int) -> LabelOrder | None:
    """Return labels that wait to be made, held until the transaction ends; blank where another makes or made them."""
    query = select(LabelOrder).where(LabelOrder.id == order_id, LabelOrder.state == "waiting")
    return session.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def make_labels(session: Session, files: Files, order: LabelOrder) -> None:
    """Make the sheet of *order* and keep it, or write down why there is none. Nothing else is changed."""
    runs = [_load_run(one) for one in order.runs]
    sheet = Sheet(order.stock_id, order.dpi, order.start_at, order.small)
    try:
        made = make_sheet(plan_sheet(runs, stock=LabelStock(**order.stock), sheet=sheet), start_at=order.start_at)
    except DrawingRefused as refusal:
        refuse_labels(session, order, refusal.sentence)
        return
    order.sha256, _ = files.keep(io.BytesIO(made.pdf))
    order.preview_sha256, _ = files.keep(io.BytesIO(made.preview))
    order.decoded, order.state, order.done_at = made.decoded, "ready", clock.now()
    session.flush()


def refuse_labels(session: Session, order: LabelOrder, reason: str) -> None:
    """Write down why there is no sheet."""
    order.state, order.reason, order.done_at = "refused", dump_sentence(reason), clock.now()
    session.flush()


def defer_waiting(session: Session) -> int:
    """Enqueue again what waits to be made, and return how much that is: the queue may have lost it."""
    waiting = session.scalars(select(LabelOrder.id).where(LabelOrder.state == "waiting")).all()
    for order_id in waiting:
        defer(session, MAKE_LABELS, key=f"{MAKE_LABELS}:{order_id}", order_id=order_id)
    return len(waiting)


def get_order(session: Session, *, by: Actor, order_id: int) -> LabelOrder:
    """Return labels that were asked for.

    Raises:
        LabelOrderMissing: there are none that *by* may see.

    """
    reach = get_reach(by, Act.READ_LABELS)
    order = session.get(LabelOrder, order_id)
    if order is None or reach.producer_id not in {None, order.producer_id}:
        raise LabelOrderMissing(say("There are no such labels."))
    return order


def count_by_product(order: LabelOrder) -> list[dict[str, Any]]:
    """Return what an order holds: name, number, copies, batch and last day of each kind of label."""
    runs = (_load_run(one) for one in order.runs)
    return [
        {
            "name": run.label.name,
            "number": run.label.number,
            "copies": run.copies,
            "batch": run.label.batch,
            "expires_on": run.label.expires_on,
        }
        for run in runs
    ]


def _find_chosen(
    session: Session, *, by: Actor, wanted: Sequence[Wanted]
) -> tuple[Producer, list[tuple[Product, Wanted]]]:
    """Return whose labels these are, and the products in the order in which they are wanted.

    Raises:
        LabelsRefused: there are none, too many, of several producers, or of products that there are not.

    """
    reach = get_reach(by, Act.PRINT_LABELS)
    some = [_check_wanted(one) for one in wanted]
    copies = sum(one.copies for one in some)
    if not some or copies > MOST_COPIES:
        raise LabelsRefused(
            say("From 1 to {most} labels are made at once, not {copies}.", most=MOST_COPIES, copies=copies)
        )
    query = select(Product).where(Product.code.in_([one.code for one in some]))
    if reach.producer_id is not None:
        query = query.where(Product.producer_id == reach.producer_id)
    found = {product.code: product for product in session.scalars(query)}
    missing = sorted({one.code for one in some} - set(found))
    if missing:
        raise LabelsRefused(say("There is no product {codes}; no labels were made.", codes=missing))
    producers = {product.producer_id for product in found.values()}
    if len(producers) > 1:
        raise LabelsRefused(say("These are products of several producers; labels are made for one at a time."))
    return session.get_one(Producer, producers.pop()), [(found[one.code], one) for one in some]


def _check_wanted(one: Wanted) -> Wanted:
    batch = clean_text(one.batch or "")
    if one.copies < 1:
        raise LabelsRefused(say("{copies} labels of {code} cannot be made.", copies=one.copies, code=one.code))
    if len(batch) > LONGEST_BATCH:
        raise LabelsRefused(
            say("The batch “{batch}” has more than {longest} signs.", batch=batch, longest=LONGEST_BATCH)
        )
    return Wanted(one.code, one.copies, batch or None, one.expires_on)


def _dump_run(run: LabelRun) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(run.label).items() if value is not None}
    if run.label.expires_on is not None:
        facts["expires_on"] = run.label.expires_on.isoformat()
    return {"copies": run.copies, "label": facts}


def _load_run(stored: Mapping[str, Any]) -> LabelRun:
    facts = {**dict.fromkeys(one.name for one in fields(Label)), **stored["label"]}
    if facts["expires_on"] is not None:
        facts["expires_on"] = date.fromisoformat(facts["expires_on"])
    return LabelRun(Label(**{**facts, "symbol": SymbolKind(facts["symbol"])}), stored["copies"])
