"""Drafts of statements: what they would come to if the period were closed with what is in now."""

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from consign.listing import Found, Wish, page_rows
from consign.sentence import say
from consign.settlement.drafting import (
    DraftLine,
    DraftView,
    find_draft,
    find_draft_partners,
    get_draft,
    get_draft_lines,
)
from consign.web.closing_links import tell_waiting
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.sale_lines import show_sale_lines
from consign.web.statement_paper import send_file
from consign.web.statements import tell_content
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from reports.statement_pdf import write_statement_pdf

router = APIRouter(route_class=PageRoute)

PARTNER_COLUMNS = (Column("partner", say("Partner"), link="{path}"),)
COLUMNS = (
    Column("producer", say("Producer"), link="{path}"),
    Column("line_count", say("Sale lines"), kind="count", link="{lines}", sums="all_rows", total=True),
    Column("sales_rp", say("Sales"), kind="money", link="{lines}", sums="sales_rp", total=True),
    Column("fee_rp", say("Fee"), kind="money", link="{lines}", sums="fee_rp", total=True),
    Column("fee_tax_rp", say("PPN on the fee"), kind="money", total=True),
    Column("pph23_rp", say("PPh 23"), kind="money", total=True),
    Column("losses_rp", say("Goods lost, borne by the stores"), kind="money", total=True),
    Column("adjustments_rp", say("Corrections"), kind="money", total=True),
    Column("net_rp", say("Net"), kind="money", link="{path}", sums="net_rp", total=True),
    Column("due_rp", say("Due"), kind="money", link="{path}", sums="due_rp", total=True),
)
RARE = {"fee_tax_rp", "pph23_rp", "losses_rp", "adjustments_rp"}
"""Columns that are left out where they hold nothing."""


@router.get("/drafts")
def show_drafts(visit: Visiting) -> Response:
    """Show what the statements of a partner's next period would come to; of which partner is asked first."""
    partners = find_draft_partners(visit.db, by=visit.actor)
    own = visit.actor.partner_id is not None
    asked = partners[0][0] if own and partners else visit.asked.get("partner", "")
    if asked not in {code for code, _ in partners}:
        return visit.page(
            "drafts.html",
            columns=PARTNER_COLUMNS,
            rows=[{"partner": name, "path": f"/drafts?partner={quote(code)}"} for code, name in partners],
        )
    drafted = find_draft(visit.db, by=visit.actor, partner_code=asked, until=_find_until(visit))
    period, ends = drafted.period, [Choice(one.isoformat(), say("{day}", day=one)) for one in drafted.ends]
    until = period.last.isoformat() if period is not None and len(ends) > 1 else ""
    rows = [_tell_line(one, until) for one in drafted.lines]
    lead = say("Nothing of this partner's was sold or lost yet, so nothing is to be closed.")
    if period is not None:
        facts = {"partner": dict(partners)[asked], "first": period.first, "last": period.last}
        lead = say("{partner}, {first} to {last}: if it were closed with what is in now. Nothing is written.", **facts)
    return list_page(
        visit,
        "list.html",
        name="drafts",
        caption=say("Drafts of statements"),
        columns=[one for one in COLUMNS if one.key not in RARE or any(row[one.key] for row in rows)],
        fetch=lambda wish: _find(rows, wish),
        empty=say("No producer would get a statement."),
        default_sort="producer",
        filters=(
            *(() if own else (Filter("partner", say("Partner"), [Choice(code, name) for code, name in partners]),)),
            *((Filter("until", say("Closed until"), ends),) if len(ends) > 1 else ()),
        ),
        search=say("Search: producer"),
        lead=lead,
        acts=[],
    )


def _find_until(visit: Visit) -> date | None:
    """Return until which day a closing is asked for; blank for the next one."""
    try:
        return date.fromisoformat(visit.asked.get("until", ""))
    except ValueError:
        return None


def _tell_line(line: DraftLine, until: str) -> dict[str, Any]:
    """Return a line of drafts with where the draft and its sale lines stand."""
    path = _path(line.partner_code, line.producer_code)
    return {**vars(line), "path": _until(path, until), "lines": _until(f"{path}/lines", until)}


def _path(partner_code: str, producer_code: str) -> str:
    return f"/drafts/{quote(partner_code, safe='')}/{quote(producer_code, safe='')}"


def _until(path: str, until: str) -> str:
    return f"{path}?{urlencode({'until': until})}" if until else path


def _find(rows: list[dict[str, Any]], wish: Wish) -> Found:
    words = wish.search.casefold().split()
    found = [
        row for row in rows if all(word in f"{row['producer']} {row['producer_code']}".casefold() for word in words)
    ]
    return page_rows(found, wish=wish, default_sort="producer")


@router.get("/drafts/{partner_code}/{producer_code}")
def show_draft(visit: Visiting, partner_code: str, producer_code: str) -> Response:
    """Show what one statement would say."""
    view = _get(visit, partner_code, producer_code)
    figures = view.figures
    path = _path(figures.partner_code, figures.producer_code)
    until = figures.last.isoformat() if visit.asked.get("until") else ""
    return visit.page(
        "draft.html",
        figures=figures,
        is_over=view.is_over,
        waiting=tell_waiting(visit, view.waiting, partner_code=figures.partner_code, until=figures.last),
        paper_path=_until(f"{path}/paper.pdf", until),
        **tell_content(visit, figures, _until(f"{path}/lines", until)),
    )


@router.get("/drafts/{partner_code}/{producer_code}/lines")
def show_draft_lines(visit: Visiting, partner_code: str, producer_code: str) -> Response:
    """Show the sale lines that a draft, or a part of it, is made of, each with where it was read."""
    found = get_draft_lines(
        visit.db, by=visit.actor, partner_code=partner_code, producer_code=producer_code, until=_find_until(visit)
    )
    last = found.period.last
    end = Filter("until", say("Closed until"), [Choice(last.isoformat(), say("{day}", day=last))])
    return show_sale_lines(
        visit,
        "draft_lines.html",
        name=f"draft-{last:%Y%m%d}-lines",
        cut=found.cut,
        producer_id=found.producer_id,
        lines=found.lines,
        kept=[end] if visit.asked.get("until") else [],
        draft=found,
        path=_until(_path(partner_code, producer_code), last.isoformat() if visit.asked.get("until") else ""),
    )


@router.get("/drafts/{partner_code}/{producer_code}/paper.pdf")
def send_draft(visit: Visiting, partner_code: str, producer_code: str) -> Response:
    """Send the draft of one statement as PDF, marked as one."""
    figures = _get(visit, partner_code, producer_code).figures
    return send_file(write_statement_pdf(figures), name=f"draf-{figures.last:%Y%m%d}", kind="pdf")


def _get(visit: Visit, partner_code: str, producer_code: str) -> DraftView:
    return get_draft(
        visit.db, by=visit.actor, partner_code=partner_code, producer_code=producer_code, until=_find_until(visit)
    )
