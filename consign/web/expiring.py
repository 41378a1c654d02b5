"""Batches near their end: what is sold of each in time, what is to go back, and how."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import PERMITTED, Act
from consign.insight.expiring import Advice, Stage, count_stages, find_expiring
from consign.insight.places import find_place_stores
from consign.listing import Found, Row
from consign.partners.queries import get_region_terms
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.goods_links import link_answer, link_pull_back, link_return
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
COLUMNS = (
    Column("product", say("Product"), link="/continuity/{store_id}/{product_code}"),
    Column("producer", say("Producer")),
    Column("store", say("Store")),
    Column("batch", say("Batch")),
    Column("advice", say("What to do"), kind="badge", words="expiring_advice", sort=False),
    Column("act", say("Act"), link="{act_path}", sort=False),
    Column("pull_back_on", say("Off the shelf by"), kind="day"),
    Column("expires_on", say("Best before"), kind="day"),
    Column("quantity", say("Stands there"), kind="quantity"),
    Column("expected_sold", say("Expected to be sold"), kind="quantity", sort=False),
    Column("expected_left", say("Expected to go back"), kind="quantity", sort=False),
    Column("expected_loss_rp", say("Producer's loss"), kind="money", sort=False),
)


@router.get("/expiring")
def show_expiring(visit: Visiting) -> Response:
    """Show which batches near their end, to stores and producers their own and to the dinas all."""
    on, actor = clock.today(visit.zone), visit.actor
    filters = [Filter("stage", say("How near"), choices_of("expiring_stage", Stage, word))]
    acts = PERMITTED[Act.ASK_GOODS_BACK] | PERMITTED[Act.MOVE_STOCK]
    hidden = set() if actor.role in acts and not visit.asked.get("format") else {"act"}
    if actor.store_id is None:
        filters.append(find_store_filter(visit))
    else:
        hidden.add("store")
    if actor.producer_id is None:
        filters.append(Filter("producer", say("Producer's code"), kind="text"))
    else:
        hidden.add("producer")
    return list_page(
        visit,
        "expiring.html",
        name="expiring",
        caption=say("Batches near their end"),
        columns=[column for column in COLUMNS if column.key not in hidden],
        fetch=lambda wish: _link(visit, find_expiring(visit.db, by=actor, on=on, wish=wish)),
        empty=say("No batch with a known end is to be off the shelf within thirty days."),
        default_sort="expires_on",
        filters=filters,
        search=say("Search: product, batch, store or producer"),
        stages=count_stages(visit.db, by=actor, on=on),
        days=get_region_terms(visit.db).pull_back_days,
    )


def find_store_filter(visit: Visit) -> Filter:
    """Return the filter by a store with stock that the person may see."""
    stores = visit.remember("stores with stock", lambda: find_place_stores(visit.db, by=visit.actor))
    return Filter("store", say("Store"), [Choice(str(store_id), name) for store_id, name in stores])


def _link(visit: Visit, found: Found) -> Found:
    return replace(found, rows=[{**row, **_find_act(visit, row)} for row in found.rows])


def _find_act(visit: Visit, row: Row) -> dict[str, Any]:
    """Return what this person can do about a batch, and where."""
    if row["asked"]:
        return {
            "act": say("Asked back: {number}", number=row["asked"]),
            "act_path": link_answer(visit, number=row["asked"]),
        }
    if row["advice"] == Advice.NOTHING:
        return {"act": None, "act_path": ""}
    goes_back = row["expected_left"] if row["advice"] == Advice.SELL_FIRST else row["quantity"]
    quantity = min(row["quantity"], max(Decimal(1), goes_back.to_integral_value(ROUND_CEILING)))
    facts = {
        "store_id": row["store_id"],
        "producer_code": row["producer_code"],
        "product_code": row["product_code"],
        "quantity": quantity,
    }
    if visit.actor.role in PERMITTED[Act.ASK_GOODS_BACK]:
        return {"act": say("Pull back"), "act_path": link_pull_back(visit, **facts)}
    if visit.actor.role in PERMITTED[Act.MOVE_STOCK]:
        return {"act": say("Return"), "act_path": link_return(visit, **facts)}
    return {"act": None, "act_path": ""}


def find_tasks(visit: Visit) -> list[Task]:
    """Return how many batches a store or a producer has to take off the shelf."""
    if not visit.may("GET /expiring") or (visit.actor.store_id or visit.actor.producer_id) is None:
        return []
    stages = count_stages(visit.db, by=visit.actor, on=clock.today(visit.zone))
    tasks = []
    if stages[Stage.EXPIRED]:
        label = say("Batches on the shelf that are expired: {count}", count=stages[Stage.EXPIRED])
        tasks.append(
            Task(
                label,
                "/expiring?stage=expired",
                say("They may not be sold any more."),
                urgent=True,
                sum=Sum(stages[Stage.EXPIRED]),
            )
        )
    if stages[Stage.PULL_BACK]:
        label = say("Batches to pull back: {count}", count=stages[Stage.PULL_BACK])
        tasks.append(
            Task(
                label,
                "/expiring?stage=pull_back",
                say("They are to be off the shelf today."),
                sum=Sum(stages[Stage.PULL_BACK]),
            )
        )
    return tasks
