"""Statements: the list, one as a document to print and download, and the sale lines it is made of."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.banking.queries import find_office
from consign.money import Rupiah, format_rate
from consign.sentence import Code, Sentence, say
from consign.settlement.dispute_lists import find_disputes_of
from consign.settlement.figures import name_accounts
from consign.settlement.lists import find_latest_statements, find_partner_choices, find_statement_page
from consign.settlement.paid import find_paid
from consign.settlement.queries import compute_figures, find_statement_lines, get_statement
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.sale_lines import SOLD, narrow_lines, show_sale_lines
from consign.web.statement_columns import (
    ADJUSTMENT_COLUMNS,
    COLUMNS,
    FIGURE_COLUMNS,
    LATE_COLUMNS,
    LOSS_COLUMNS,
    NUMBER,
    PARTNER,
    PAYMENT_COLUMNS,
    PRODUCER,
    REST_COLUMNS,
    STOCK_COLUMNS,
)
from consign.web.tables import FORMATS, Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.statement import (
    StatementFigures,
    StatementLateLine,
    StatementLine,
    StatementLossLine,
    StatementStockLine,
    write_csv,
)
from reports.statement_workbook import write_xlsx
from reports.terbilang import spell_rupiah

router = APIRouter(route_class=PageRoute)

NEW_FOR = timedelta(days=14)
MOST_NEW = 5
DUE = (
    Choice("open", say("not paid")),
    Choice("late", say("late")),
    Choice("soon", say("due within a week")),
    Choice("carried", say("rest below zero")),
)
MOST_LATE = 100
"""Up to so many late lines are listed on the page; all are on paper, in the files and among the sale lines."""


@router.get("/statements")
def show_statements(visit: Visiting) -> Response:
    """Show the statements this person may see."""
    actor = visit.actor
    filters = [
        Filter("from", say("Period from"), kind="day"),
        Filter("until", say("to"), kind="day"),
        Filter("due", say("Payment"), DUE),
    ]
    if actor.producer_id is None:
        filters.insert(0, Filter("producer", say("Producer's code"), kind="text"))
    if actor.partner_id is None:
        choices = visit.remember(
            "statement partners",
            lambda: [Choice(code, name) for code, name in find_partner_choices(visit.db, by=actor)],
        )
        filters.insert(0, Filter("partner", say("Partner"), choices))
    today = clock.today(visit.zone)
    return list_page(
        visit,
        "list.html",
        name="statements",
        steady=True,
        caption=say("Statements"),
        columns=(NUMBER, *_parties(visit), *(REST_COLUMNS if visit.asked.get("due") == "carried" else COLUMNS)),
        fetch=lambda wish: find_statement_page(visit.db, by=actor, wish=wish, today=today),
        empty=say("There is no statement yet. One is written for each producer when a period is closed."),
        default_sort="-number",
        filters=filters,
        search=say("Search: number, partner or producer"),
        lead=say("What each partner owes each producer for each period. A statement is never changed."),
        acts=[],
    )


def _parties(visit: Visit) -> list[Column]:
    """Return the columns for the parties that the person is not."""
    partner = [PARTNER] if visit.actor.partner_id is None else []
    return partner + ([PRODUCER] if visit.actor.producer_id is None else [])


@router.get("/statements/{number}")
def show_statement(visit: Visiting, number: str) -> Response:
    """Show one statement as a document, or send it as a file."""
    found = get_statement(visit.db, by=visit.actor, number=number)
    terms, accounts = find_office(visit.db)  # held, so that the session reads the terms once for the figures too
    figures = name_accounts(compute_figures(visit.db, found), accounts)
    kind = visit.asked.get("format")
    if kind in FORMATS:
        content = write_xlsx(figures) if kind == "xlsx" else write_csv(figures).encode("utf-8-sig")
        headers = {"Content-Disposition": f'attachment; filename="{found["Statement"].number}.{kind}"'}
        return Response(content, media_type=FORMATS[kind], headers=headers)
    path = f"/statements/{figures.number}"
    paid = find_paid(visit.db, found["Statement"])
    return visit.page(
        "statement.html",
        statement=found,
        disputes=find_disputes_of(visit.db, by=visit.actor, statement_id=found["Statement"].id),
        figures=figures,
        path=path,
        paid=paid,
        near_rp=terms.near_amount_rp,
        payments=[{**vars(one), **tell_cause(visit, one.cause)} for one in paid.payments],
        payment_columns=PAYMENT_COLUMNS,
        **tell_content(visit, figures, f"{path}/lines"),
    )


def tell_content(visit: Visit, figures: StatementFigures, lines_path: str) -> dict[str, Any]:
    """Return what the page of a statement or of a draft shows of its figures; its sale lines stand at *lines_path*."""
    return {
        "columns": FIGURE_COLUMNS,
        "rows": [_tell_figure(lines_path, line) for line in figures.lines],
        "loss_columns": LOSS_COLUMNS,
        "losses": [_tell_loss(visit, loss) for loss in figures.losses],
        "late_columns": LATE_COLUMNS,
        "late": [_tell_late(line) for line in figures.late[:MOST_LATE]],
        "more_late": max(len(figures.late) - MOST_LATE, 0),
        "late_path": narrow_lines(lines_path, late="yes"),
        "stock_columns": STOCK_COLUMNS,
        "stock": [_tell_stock(one) for one in figures.stock],
        "adjustment_columns": ADJUSTMENT_COLUMNS,
        "adjustments": [vars(one) for one in figures.adjustments],
        "sums": list_sums(figures, lines_path),
        "in_words": spell_rupiah(figures.due_rp),
    }


def tell_cause(visit: Visit, cause: str) -> dict[str, Any]:
    """Return words for what a part of a statement was paid by, such as `match:17`, and where that leads this person."""
    kind, _, number = cause.partition(":")
    told, path, route = {
        "match": (say("matched line {number}", number=number), "/matches", "GET /matches/{match_id}"),
        "notice": (number, "/payments", "GET /payments/{payment_number}"),
        "write_off": (
            say("rest {number} written off", number=number), "/write-offs", "GET /write-offs/{write_off_id}",
        ),
    }.get(kind, (cause, "", ""))  # fmt: skip
    return {"cause": told, "path": f"{path}/{number}" if route and visit.may(route) else ""}


def _tell_late(line: StatementLateLine) -> dict[str, Any]:
    return {
        "day": line.day,
        "store": say("{name} ({code})", name=line.store_name, code=line.store),
        "product": say("{name} ({code})", name=line.product, code=line.product_code),
        "kind": word("line_kind", line.kind),
        "receipt": line.receipt,
        "file": line.file,
        "quantity": line.quantity,
        "sales_rp": line.sales_rp,
        "fee_rp": line.fee_rp,
    }


def _tell_stock(one: StatementStockLine) -> dict[str, Any]:
    return {**vars(one), "product": say("{name} ({code})", name=one.product, code=one.product_code)}


def _tell_figure(lines_path: str, line: StatementLine) -> dict[str, Any]:
    asked = {
        "store": line.store,
        "product": line.product_code,
        "kind": line.kind,
        "late": "yes" if line.late else "no",
        "rate": line.fee_rate_bp,
        "price": line.unit_price_rp,
    }
    kind = Code("line_kind", line.kind)
    return {
        "product": say("{name} ({code})", name=line.product, code=line.product_code),
        "store": say("{name} ({code})", name=line.store_name, code=line.store),
        "kind": say("{kind}, of an earlier period", kind=kind) if line.late else word("line_kind", line.kind),
        "quantity": line.quantity,
        "unit_price_rp": line.unit_price_rp,
        "sales_rp": line.sales_rp,
        "fee_rate_bp": line.fee_rate_bp,
        "fee_rp": line.fee_rp,
        "path": narrow_lines(lines_path, **asked),
    }


def _tell_loss(visit: Visit, loss: StatementLossLine) -> dict[str, Any]:
    return {
        "day": loss.day,
        "note": loss.note,
        "path": f"/losses?{urlencode({'q': loss.note})}" if visit.may("GET /losses") else "",
        "product": say("{name} ({code})", name=loss.product, code=loss.product_code),
        "store": say("{name} ({code})", name=loss.store_name, code=loss.store),
        "reason": word("stock_reason", loss.reason),
        "quantity": loss.quantity,
        "value_rp": loss.value_rp,
        "share_bp": loss.share_bp,
        "store_rp": loss.store_rp,
    }


@dataclass(frozen=True)
class SumRow:
    """One sum of a statement; *path* opens it into its sale lines."""

    label: Sentence
    amount_rp: int
    path: str | None = None
    total: bool = False
    of: str = ""
    """What the lines behind *path* come to, or which total of the statement it is."""


def list_sums(figures: StatementFigures, lines_path: str) -> list[SumRow]:
    """Return the sums of a statement in the order in which they are worked out; those of nothing are left out.

    A fee is taken off: what its lines, which stand at *lines_path*, come to stands above zero there.
    """
    by_kind: Counter[str] = Counter()
    by_rate: Counter[int] = Counter()
    late_rp = 0
    for line in figures.lines:
        by_kind[line.kind] += line.sales_rp
        by_rate[line.fee_rate_bp] += line.fee_rp
        late_rp += line.sales_rp if line.late else 0

    def lines(**asked: object) -> str:
        return narrow_lines(lines_path, **asked)

    discounted = figures.producer_discount_rp or figures.price_difference_rp
    return [
        *([SumRow(say("Gross, as the tills took it in"), figures.gross_rp)] if discounted else []),
        *_unless_zero(SumRow(say("Discounts borne by the producer"), -figures.producer_discount_rp)),
        *_unless_zero(SumRow(say("Difference to the agreed prices"), figures.price_difference_rp)),
        *(SumRow(SOLD[kind], by_kind[kind], lines(kind=kind), of="sales_rp") for kind in SOLD if {kind} < set(by_kind)),
        SumRow(say("Sales less returns"), figures.sales_rp, lines(), total=True, of="sales_rp"),
        *_unless_zero(SumRow(say("of which of earlier periods"), late_rp, lines(late="yes"), of="sales_rp")),
        *(
            SumRow(
                say("Store's fee, {rate}", rate=format_rate(rate_bp)),
                -by_rate[rate_bp],
                lines(rate=rate_bp),
                of="fee_rp",
            )
            for rate_bp in sorted(by_rate)
        ),
        *_unless_zero(SumRow(say("PPN on the fee"), -figures.fee_tax_rp)),
        *_unless_zero(SumRow(say("PPh 23 that the producer withholds and pays"), figures.pph23_rp)),
        *_unless_zero(SumRow(say("Goods missing or damaged, borne by the store"), figures.losses_rp)),
        *_unless_zero(SumRow(say("Corrections"), figures.adjustments_rp)),
        *_unless_zero(SumRow(say("What stood before these books began"), figures.opening_rp)),
        SumRow(say("Net of this period"), figures.net_rp, total=True, of="net_rp"),
        *_unless_zero(SumRow(say("Rest below zero of earlier statements"), figures.carried_rp)),
        SumRow(say("Due"), figures.due_rp, total=True, of="due_rp"),
        *_unless_zero(SumRow(say("Rest below zero for the next statement"), figures.carry_rp)),
    ]


def _unless_zero(row: SumRow) -> list[SumRow]:
    return [row] if row.amount_rp else []


@router.get("/statements/{number}/lines")
def show_statement_lines(visit: Visiting, number: str) -> Response:
    """Show the sale lines a statement, or a part of it, is made of, each with where it was read."""
    found = get_statement(visit.db, by=visit.actor, number=number)
    return show_sale_lines(
        visit,
        "statement_lines.html",
        name=f"{found['Statement'].number}-lines",
        cut=found["Closing"],
        producer_id=found["Statement"].producer_id,
        lines=find_statement_lines(visit.db, found),
        statement=found,
    )


def find_tasks(visit: Visit) -> list[Task]:
    """Return the new statements of a producer, to be looked at."""
    if visit.actor.producer_id is None or not visit.may("GET /statements"):
        return []
    since = clock.now() - NEW_FOR
    return [
        Task(
            say("New statement from {partner}: {amount}", partner=one["partner"], amount=Rupiah(one["due_rp"])),
            f"/statements/{one['number']}",
            say("Period until {until}, due on {due}", until=one["until_on"], due=one["due_on"]),
        )
        for one in find_latest_statements(visit.db, by=visit.actor, since=since, most=MOST_NEW)
    ]
