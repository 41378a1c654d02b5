"""Closings, statements and their sale lines as people look at them: only those within the reader's reach."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    cast,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer, Store
from consign.models.sales import Sale, SalesPosting, SalesUpload
from consign.models.settlement import Allocation, Closing, Statement
from consign.sales.queries import LINE_KIND
from consign.sentence import say
from consign.settlement.cuts import CUT, CUT_NAMES, Cut, find_cut
from consign.settlement.debts import SOON_DAYS, select_open, statements_within
from consign.settlement.rules import ClosingUnknown

_PREPARER = aliased(UserAccount, name="preparer")
_LATER = aliased(Statement, name="later")
_POSTING = aliased(SalesPosting, name="posting")


def find_closing_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the closings that *by* may see; filter `partner`, a code.

    A row has id, partner_code, partner, from_on, until_on, statements, sales_rp, fee_rp, net_rp, due_rp, closed_by,
    closed_at and incomplete_reason.
    """
    query = _select_closings(by)
    if wish.filters.get("partner"):
        query = query.where(Partner.code == wish.filters["partner"])
    return fetch_page(
        session, query, wish=wish, sorts=columns_of(query), default_sort="-until_on",
        searched=[Partner.code, Partner.name, Closing.incomplete_reason, UserAccount.name], tie=Closing.id.desc(),
    )  # fmt: skip


def get_closing(session: Session, *, by: Actor, closing_id: int) -> RowMapping:
    """Return one closing as a row of the list of closings, with what was missing, further sums and its seal.

    Raises:
        ClosingUnknown: there is none that *by* may see.

    """
    query = _select_closings(by).outerjoin(_PREPARER, _PREPARER.id == Closing.prepared_by).group_by(_PREPARER.id).add_columns(
        Closing.missing, Closing.posting_no, _PREPARER.name.label("prepared_by"),
        *(cast(func.coalesce(func.sum(column), 0), BigInteger).label(column.name) for column in (
            Statement.line_count, Statement.returns_rp, Statement.late_rp, Statement.fee_tax_rp, Statement.pph23_rp, Statement.losses_rp,
            Statement.adjustments_rp, Statement.carried_rp, Statement.carry_rp,
        )),
        func.min(Statement.audit_seq).label("audit_seq"), func.min(Statement.audit_hash).label("audit_hash"),
    )  # fmt: skip
    found = session.execute(query.where(Closing.id == closing_id)).mappings().one_or_none()
    if found is None:
        raise ClosingUnknown(say("There is no such closing that you may see."))
    return found


def _select_closings(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_CLOSINGS)
    columns: list[Value] = [
        Closing.id, Partner.code.label("partner_code"), Partner.name.label("partner"),
        (Closing.before_on + 1).label("from_on"), Closing.until_on,
        func.count(Statement.id).label("statements"),
        *(cast(func.coalesce(func.sum(column), 0), BigInteger).label(column.name) for column in (
            Statement.sales_rp, Statement.fee_rp, Statement.net_rp, Statement.due_rp,
        )),
        UserAccount.name.label("closed_by"), Closing.closed_at, Closing.incomplete_reason,
    ]  # fmt: skip
    query = (
        select(*columns)
        .join(Partner, Partner.id == Closing.partner_id)
        .join(UserAccount, UserAccount.id == Closing.closed_by)
        .outerjoin(Statement, Statement.closing_id == Closing.id)
        .group_by(Closing.id, Partner.id, UserAccount.id)
    )
    return query if reach.partner_id is None else query.where(Closing.partner_id == reach.partner_id)


def find_statement_page(
    session: Session, *, by: Actor, wish: Wish, today: date, closing_id: int | None = None
) -> Found:
    """Return a page of the statements that *by* may see, of one closing where given.

    Filters: `partner` and `producer` (codes), `from` and `until` (days that the period touches), and `due`: `open` for
    those unpaid, `late` for those of them after their day, `soon` for those due within a week, and `carried` for those
    whose rest below zero waits for the next one. A row has number, partner_code, partner, producer_code, producer, from_on,
    until_on, line_count, sales_rp, returns_rp, fee_rp, net_rp, due_rp, open_rp, carry_rp, due_on and state: `late`,
    `due`, `settled` or, where nothing is to be paid, blank.
    """
    paid = select(func.sum(Allocation.amount_rp)).where(Allocation.statement_id == Statement.id).scalar_subquery()
    columns: list[Value] = [
        Statement.number, Partner.code.label("partner_code"), Partner.name.label("partner"),
        Producer.code.label("producer_code"), Producer.name.label("producer"), Statement.from_on, Statement.until_on,
        Statement.line_count, Statement.sales_rp, Statement.returns_rp, Statement.fee_rp, Statement.net_rp,
        Statement.due_rp, Statement.due_on, Statement.carry_rp,
        cast(Statement.due_rp - func.coalesce(paid, 0), BigInteger).label("open_rp"),
    ]  # fmt: skip
    query = (
        select(*columns)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .where(statements_within(get_reach(by, Act.READ_STATEMENTS)), *_ask_statements(by, wish, today=today))
    )
    if closing_id is not None:
        query = query.where(Statement.closing_id == closing_id)
    found = fetch_page(
        session, query, wish=wish, sorts=columns_of(query), default_sort="-number",
        searched=[Statement.number, Partner.code, Partner.name, Producer.code, Producer.name], tie=Statement.id,
    )  # fmt: skip
    return found.with_rows([{**row, "state": _find_state(row, today=today)} for row in found.rows])


def _ask_statements(by: Actor, wish: Wish, *, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters that *wish* asks for."""
    asked = wish.filters
    conditions: list[ColumnElement[bool]] = []
    if asked.get("partner"):
        conditions.append(Partner.code == asked["partner"])
    if asked.get("producer"):
        conditions.append(Producer.code == asked["producer"])
    if asked.get("from"):
        conditions.append(Statement.until_on >= date.fromisoformat(asked["from"]))
    if asked.get("until"):
        conditions.append(Statement.from_on <= date.fromisoformat(asked["until"]))
    if asked.get("due"):
        conditions.append(_ask_due(by, asked["due"], today=today))
    return conditions


def _ask_due(by: Actor, due: str, *, today: date) -> ColumnElement[bool]:
    if due == "carried":
        taken = select(_LATER.id).where(
            _LATER.partner_id == Statement.partner_id,
            _LATER.producer_id == Statement.producer_id,
            _LATER.id > Statement.id,
        )
        return and_(Statement.carry_rp != 0, ~taken.exists())
    unpaid = select_open(statements_within(get_reach(by, Act.READ_STATEMENTS)))
    insides = {
        "open": true(),
        "late": unpaid.c.due_on < today,
        "soon": unpaid.c.due_on.between(today, today + timedelta(SOON_DAYS)),
    }
    return Statement.id.in_(select(unpaid.c.id).where(unpaid.c.open_rp > 0, insides[due]))


def _find_state(row: Row, *, today: date) -> str | None:
    if row["open_rp"] > 0:
        return "late" if row["due_on"] < today else "due"
    return "settled" if row["due_rp"] else None


def find_latest_statements(session: Session, *, by: Actor, since: datetime, most: int) -> list[RowMapping]:
    """Return the statements that *by* may see of periods closed since an instant, the newest first, *most* at most."""
    reach = get_reach(by, Act.READ_STATEMENTS)
    query = (
        select(Statement.number, Partner.name.label("partner"), Statement.due_rp, Statement.due_on, Statement.until_on)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Closing, Closing.id == Statement.closing_id)
        .where(statements_within(reach), Closing.closed_at >= since)
        .order_by(Statement.id.desc())
        .limit(most)
    )
    return list(session.execute(query).mappings())


def find_line_page(session: Session, *, cut: Closing | Cut, producer_id: int, wish: Wish) -> Found:
    """Return a page of the sale lines that the statement of a producer is made of inside *cut*, a closing's or a draft's.

    Filters: `store` and `product` (codes), `kind`, `late` (`yes` or `no`: of a day of an earlier period), `rate` (basis
    points) and `price` (the till's, of one unit). A row has sold_on, store, store_name, receipt, product_code, product, kind, late, quantity, unit_price_rp,
    gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp, fee_rate_from, and where it was
    read: upload_id, upload, its parts and row_no. The source of a reversal is that of the line it takes back.
    """
    query = _select_lines(session, cut, producer_id)
    columns = columns_of(query)
    asked = wish.filters
    for name in ("store", "product_code", "kind"):
        wanted = asked.get(name.removesuffix("_code"))
        if wanted:
            query = query.where(columns[name] == wanted)
    if asked.get("late"):
        is_late = Sale.sold_on <= cut.before_on
        query = query.where(is_late if asked["late"] == "yes" else ~is_late)
    if asked.get("rate"):
        query = query.where(Sale.fee_rate_bp == int(asked["rate"]))
    if asked.get("price"):
        query = query.where(Sale.unit_price_rp == int(asked["price"]))
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="sold_on",
        searched=[Sale.receipt, Store.code, Store.name, Product.code, Product.name, SalesUpload.name],
        tie=tuple_(Sale.posting_no, Sale.row_no),
    )  # fmt: skip


def _select_lines(session: Session, closing: Closing | Cut, producer_id: int) -> Select[Any]:
    cut = {name: value for name, value in find_cut(session, closing).items() if name in CUT_NAMES}
    columns: list[Value] = [
        Sale.sold_on, Store.code.label("store"), Store.name.label("store_name"), Sale.receipt,
        Product.code.label("product_code"), Product.name.label("product"),
        literal_column(LINE_KIND).label("kind"), (Sale.sold_on <= closing.before_on).label("late"), Sale.quantity,
        Sale.unit_price_rp, Sale.gross_rp, Sale.discount_rp, Sale.agreed_price_rp, Sale.sales_rp, Sale.fee_base_rp,
        Sale.fee_rate_bp, Sale.fee_rp, Sale.fee_rate_from, SalesUpload.id.label("upload_id"),
        SalesUpload.name.label("upload"), func.coalesce(Sale.reverses_row_no, Sale.row_no).label("row_no"),
        SalesUpload.outcome["parts"].label("parts"),
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Store, Store.id == Sale.store_id)
        .join(Product, Product.id == Sale.product_id)
        .join(_POSTING, and_(
            _POSTING.partner_id == Sale.partner_id,
            _POSTING.number == func.coalesce(Sale.reverses_posting_no, Sale.posting_no),
        ))
        .outerjoin(SalesUpload, SalesUpload.id == _POSTING.upload_id)
        .where(text(CUT).bindparams(**cut), Sale.producer_id == producer_id)
    )  # fmt: skip


def find_partner_choices(session: Session, *, by: Actor) -> list[tuple[str, str]]:
    """Return codes and names of the partners that have closed a period and that *by* may see statements of, by name."""
    reach = get_reach(by, Act.READ_STATEMENTS)
    closed = select(Statement.id).where(Statement.partner_id == Partner.id, statements_within(reach)).exists()
    rows = session.execute(select(Partner.code, Partner.name).where(closed).order_by(Partner.name, Partner.id))
    return [(row.code, row.name) for row in rows]
