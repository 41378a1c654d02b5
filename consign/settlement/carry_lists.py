"""Reading what was handed in of before these books: the list for pages, and one with its rows."""

from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer
from consign.models.settlement import CarryOver, CarryOverRow, Statement
from consign.sentence import say
from consign.settlement.carry_rules import CarryOverUnknown

_PREPARER, _ENDER = aliased(UserAccount, name="preparer"), aliased(UserAccount, name="ender")


def _select_carried(by: Actor) -> Select[Any]:
    get_reach(by, Act.READ_CLOSINGS)

    def total(kind: str) -> Any:  # noqa: ANN401  # a column of a sum
        return cast(func.coalesce(func.sum(CarryOverRow.amount_rp).filter(CarryOverRow.kind == kind), 0), BigInteger)

    sums = (
        select(
            CarryOverRow.carry_over_id,
            func.count().label("rows"),
            total("statement").label("open_rp"),
            total("received").label("received_rp"),
            total("rest").label("rest_rp"),
        )
        .group_by(CarryOverRow.carry_over_id)
        .subquery()
    )
    columns: list[Value] = [
        CarryOver.id, Partner.code.label("partner_code"), Partner.name.label("partner"), CarryOver.until_on,
        CarryOver.file_name, CarryOver.sha256, CarryOver.prepared_by.label("prepared_by_id"),
        _PREPARER.name.label("prepared_by"), CarryOver.prepared_at, CarryOver.outcome, _ENDER.name.label("ended_by"),
        CarryOver.ended_at, CarryOver.closing_id, CarryOver.partner_id, sums.c.rows, sums.c.open_rp, sums.c.received_rp,
        sums.c.rest_rp,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Partner, Partner.id == CarryOver.partner_id)
        .join(_PREPARER, _PREPARER.id == CarryOver.prepared_by)
        .outerjoin(_ENDER, _ENDER.id == CarryOver.ended_by)
        .join(sums, sums.c.carry_over_id == CarryOver.id)
    )


def find_carry_over_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of what was handed in of before. Filters: `outcome`."""
    query = _select_carried(by)
    columns = columns_of(query)
    if wish.filters.get("outcome"):
        query = query.where(CarryOver.outcome == wish.filters["outcome"])
    searched = [Partner.code, Partner.name, CarryOver.file_name]
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="-prepared_at", searched=searched, tie=CarryOver.id
    )


def get_carry_over(session: Session, *, by: Actor, carry_over_id: int) -> Row:
    """Return one that was handed in, with its partner and sums.

    Raises:
        CarryOverUnknown: there is no such one, or it is not for this person to see.

    """
    found = session.execute(_select_carried(by).where(CarryOver.id == carry_over_id)).mappings().first()
    if found is None:
        raise CarryOverUnknown(say("There is no carry-over {number} that you may see.", number=carry_over_id))
    return found


def find_carried_row_page(session: Session, *, carried: Row, wish: Wish) -> Found:
    """Return a page of the rows of the sheet *carried*, each with the statement that it became. Filters: `kind`."""
    values: list[Value] = [
        CarryOverRow.row_no, CarryOverRow.kind, Producer.code.label("producer_code"), Producer.name.label("producer"),
        CarryOverRow.earlier_number, CarryOverRow.from_on, CarryOverRow.until_on, CarryOverRow.due_on,
        CarryOverRow.amount_rp, Statement.number,
    ]  # fmt: skip
    query = (
        select(*values)
        .join(Producer, Producer.id == CarryOverRow.producer_id)
        .outerjoin(
            Statement,
            (Statement.closing_id == carried["closing_id"])
            & (Statement.producer_id == CarryOverRow.producer_id)
            & (Statement.earlier_number == CarryOverRow.earlier_number)
            & (CarryOverRow.kind != "received"),
        )
        .where(CarryOverRow.carry_over_id == carried["id"])
    )  # fmt: skip
    if wish.filters.get("kind"):
        query = query.where(CarryOverRow.kind == wish.filters["kind"])
    columns = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="row_no",
        searched=[Producer.code, Producer.name, CarryOverRow.earlier_number], tie=CarryOverRow.row_no,
    )  # fmt: skip
