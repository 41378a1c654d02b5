"""A producer's own money on a phone: what was announced, one tap for each answer, and what else is to come."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from consign import clock
from consign.errors import NotAllowed
from consign.listing import Row, Wish
from consign.money import Rupiah
from consign.payments.own_money import count_to_answer, find_own_money
from consign.payouts.lists import find_payout_page
from consign.sentence import say
from consign.web.columns import Column
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
PATH = "/my-money"
PAYOUTS_SHOWN = 5
COMING_COLUMNS = (
    Column("partner", say("Partner")),
    Column("left_rp", say("To come"), kind="money", total=True),
    Column("due_on", say("Due on"), kind="day"),
    Column("route", say("Payment route"), kind="word", words="route"),
    Column("number", say("Statement"), link="/statements/{number}"),
)
HELD_COLUMNS = (Column("partner", say("Partner")), Column("amount_rp", say("Amount"), kind="money", total=True))


@router.get("/my-money")
def show_my_money(visit: Visiting) -> Response:
    """Show a producer its money."""
    money = find_own_money(visit.db, by=visit.actor, producer_id=_get_producer_id(visit))
    return visit.page(
        "my_money.html",
        money=money,
        coming=[{**one.row, "left_rp": one.left_rp} for one in money.coming],
        coming_columns=COMING_COLUMNS,
        held=[vars(one) for one in money.held],
        held_columns=HELD_COLUMNS,
        payouts=_find_payouts(visit),
        today=clock.today(visit.zone),
    )


def _find_payouts(visit: Visit) -> Sequence[Row]:
    """Return the latest payouts of the office to this producer, the newest first."""
    if not visit.may("GET /payouts"):
        return []
    return find_payout_page(visit.db, by=visit.actor, wish=Wish(rows=PAYOUTS_SHOWN)).rows


def _get_producer_id(visit: Visit) -> int:
    """Return whose money is shown.

    Raises:
        NotAllowed: the person is no producer.

    """
    if visit.actor.producer_id is None:
        raise NotAllowed(say("This page is for producers."))
    return visit.actor.producer_id


def find_tasks(visit: Visit) -> list[Task]:
    """Return the payments that wait for a producer's answer."""
    if not visit.may("GET /my-money") or visit.actor.producer_id is None:
        return []
    count, amount_rp = count_to_answer(visit.db, by=visit.actor, producer_id=visit.actor.producer_id)
    if not count:
        return []
    label = say("Did your money come? {amount} was announced", amount=Rupiah(amount_rp))
    return [Task(label, PATH, say("One tap for each payment: {count}", count=count), urgent=True)]
