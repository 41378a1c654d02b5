"""Who pays late: all partners by how late what they owe is, one partner with its statements, reminders, and papers."""

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.errors import NotFound
from consign.listing import Found, Row, Wish, page_rows
from consign.models.partners import Partner
from consign.partners.queries import get_office_day, get_partner, get_region_terms
from consign.partners.rules import UnknownCode
from consign.sentence import Code, Sentence, say
from consign.settlement.late import OpenBill, find_ageing, find_trend, list_ageing
from consign.settlement.late_papers import make_letter, make_report
from consign.settlement.late_rules import Bucket, Step, find_bucket
from consign.settlement.reminding import find_proposals, find_reminders, send_reminder
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.plots import Bar, Plot, plot_bars
from consign.web.sums import Sum
from consign.web.tables import XLSX, Filter, find_download, list_page, show_table
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.late_payers import write_letter, write_report, write_report_xlsx

router = APIRouter(route_class=PageRoute)
BY_LAW = "legal"
BY = Filter("by", say("Counted from"), (Choice(BY_LAW, say("the day of the law")),))
REMIND = Filter("remind", say("Reminders"), (Choice("yes", say("to be reminded now")),))
LATE = "late"
WIDER = {
    "days_1_15": (Bucket.WEEK.value, Bucket.FORTNIGHT.value),
    "days_over_30": (Bucket.TWO_MONTHS.value, Bucket.LONGER.value),
    LATE: tuple(one.value for one in Bucket if one is not Bucket.NOT_DUE),
}
"""Steps that are several buckets together."""
STEPS_SHOWN = ("days_1_15", Bucket.MONTH.value, "days_over_30")
HOW = Filter(
    "how",
    say("How late"),
    (
        Choice(LATE, say("late")),
        *(Choice(one.value, word("late_bucket", one.value)) for one in Bucket),
        Choice("days_1_15", say("1 to 15 days")),
        Choice("days_over_30", say("more than 30 days")),
    ),
)
BUCKET_COLUMNS = (
    Column("bucket", say("How late"), sort=False),
    Column("agreed_rp", say("As agreed"), kind="money", link="{path}", sums="open_rp", total=True),
    Column("legal_rp", say("By law"), kind="money", link="{legal_path}", sums="open_rp", total=True),
)
_LATE = (
    Column(
        "late_rp", say("Late"), kind="money", link="{path_late}", sums="open_rp", total=True,
        below=Column("owed_rp", say("Owed"), kind="money", link="{path_owed}", sums="owed_rp", total=True),
    ),
    Column("average_days", say("Days to pay"), kind="count", below=Column("on_time_bp", say("Paid on time"), kind="rate")),
    Column(
        "step", say("Last reminder"), kind="word", words="reminder_step",
        below=Column("reminded_on", say("Reminded on"), kind="day"),
    ),
)  # fmt: skip
_PARTNER = Column("partner", say("Partner"), link="/late/{partner_code}")


def _amount(key: str, label: Sentence) -> Column:
    """Return the column of what is late by so many days; it opens into its statements."""
    return Column(key, label, kind="money", link=f"{{path_{key}}}", sums="open_rp", total=True)


COLUMNS = (
    _PARTNER,
    _amount("days_1_15", say("1 to 15 days")),
    _amount(Bucket.MONTH.value, word("late_bucket", Bucket.MONTH.value)),
    _amount("days_over_30", say("more than 30 days")),
    *_LATE,
)
FILE_COLUMNS = (
    _PARTNER,
    *(Column(bucket.value, word("late_bucket", bucket.value), kind="money") for bucket in Bucket),
    *_LATE,
)
"""The page has fewer and wider steps, so that it fits; what is not due is told there by what is owed less what is late."""
BILL_COLUMNS = (
    Column("number", say("Statement"), link="/statements/{number}"),
    Column("producer", say("Producer")),
    Column("until_on", say("Period until"), kind="day"),
    Column("due_on", say("Due as agreed"), kind="day"),
    Column("legal_on", say("Due by law"), kind="day"),
    Column("open_rp", say("Open"), kind="money", total=True),
    Column("bucket", say("How late"), kind="word", words="late_bucket", sort=False),
    Column("legal_bucket", say("How late by law"), kind="word", words="late_bucket", sort=False),
)
REMINDER_COLUMNS = (
    Column("step", say("Step"), kind="word", words="reminder_step"),
    Column("day", say("Day"), kind="day"),
    Column("amount_rp", say("Amount"), kind="money"),
    Column("statements", say("Statements"), kind="count"),
    Column("person", say("Sent by")),
)


@router.get("/late")
def show_late(visit: Visiting) -> Response:
    """Show what each partner owes by how late it is, and how that changed."""
    on = get_office_day(visit.db)

    def fetch(wish: Wish) -> Found:
        by_law = wish.filters.get("by") == BY_LAW
        rows = list_ageing(find_ageing(visit.db, by=visit.actor, on=on), by_law=by_law)
        if wish.filters.get("remind"):
            due = {one.partner_id for one in find_proposals(visit.db, on=on) if one.next.from_on <= on}
            rows = [row for row in rows if row["partner_id"] in due]
        words = wish.search.casefold().split()
        found = [row for row in rows if all(_holds(row, one) for one in words)]
        page = page_rows(found, wish=wish, default_sort="-late_rp")
        return page.with_rows([_with_paths(visit, row, by_law=by_law) for row in page.rows])

    return list_page(
        visit,
        "late.html",
        name="late",
        caption=say("Late payments"),
        columns=COLUMNS,
        file_columns=FILE_COLUMNS,
        fetch=fetch,
        empty=say("No partner owes anything. What is open appears here once a period is closed."),
        default_sort="-late_rp",
        filters=(BY, REMIND),
        search=say("Search: partner"),
        plot=_plot(visit, on=on),
        on=on,
        legal_days=get_region_terms(visit.db).legal_term_days,
    )


def _with_paths(visit: Visit, row: Row, *, by_law: bool) -> dict[str, Any]:
    """Add where the amounts of a partner open into their statements; what is nothing leads nowhere."""
    asked = {"by": BY_LAW} if by_law else {}
    path = f"/late/{quote(row['partner_code'], safe='')}"
    paths = {
        f"path_{key}": f"{path}?{urlencode({'how': key, **asked})}" if row[column] else ""
        for key, column in (*((key, key) for key in STEPS_SHOWN), (LATE, "late_rp"))
    }
    owed = f"/owed?{urlencode({'partner': row['partner_code']})}" if visit.may("GET /owed") else ""
    return {**row, **paths, "path_owed": owed}


def _holds(row: Row, word_asked: str) -> bool:
    return word_asked in f"{row['partner']} {row['partner_code']}".casefold()


def _plot(visit: Visit, *, on: date, partner_id: int | None = None) -> Plot:
    trend = find_trend(visit.db, by=visit.actor, on=on, partner_id=partner_id)
    bars = [Bar(visit.language.short_day(day), visit.language.day(day), amount) for day, amount in trend]
    return plot_bars(
        bars, caption=say("Late as agreed, at the end of each month"), heads=(say("Day"), say("Late")),
        language=visit.language,
    )  # fmt: skip


@router.get("/late/report.pdf")
def send_report(visit: Visiting) -> Response:
    """Send the report for the head as PDF."""
    on = get_office_day(visit.db)
    pdf = write_report(make_report(visit.db, by=visit.actor, on=on))
    headers = {"Content-Disposition": f'inline; filename="keterlambatan-{on}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/late/report.xlsx")
def send_report_workbook(visit: Visiting) -> Response:
    """Send the report for the head as a workbook."""
    on = get_office_day(visit.db)
    content = write_report_xlsx(make_report(visit.db, by=visit.actor, on=on))
    headers = {"Content-Disposition": f'attachment; filename="keterlambatan-{on}.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


@router.get("/late/{code}")
def show_late_partner(visit: Visiting, code: str) -> Response:
    """Show what a partner owes, statement by statement, the reminders it was sent, and which one is next."""
    terms = get_region_terms(visit.db)  # held, so that it is asked for once
    on, partner = clock.today(terms.zone), _get_partner(visit, code)
    (ageing,) = find_ageing(visit.db, by=visit.actor, on=on, partner_id=partner.id)
    rows = [_tell_bill(one, on=on) for one in ageing.bills]

    def fetch(wish: Wish) -> Found:
        column = "legal_bucket" if wish.filters.get("by") else "bucket"
        buckets = WIDER.get(wish.filters.get("how", ""), (wish.filters.get("how", ""),))
        shown = [row for row in rows if row[column] in buckets] if wish.filters.get("how") else rows
        return page_rows(shown, wish=wish, default_sort="due_on")

    download = find_download(
        visit, name=f"late-{code}", columns=BILL_COLUMNS, fetch=fetch, default_sort="due_on", filters=(HOW, BY)
    )
    if download is not None:
        return download
    proposal = next(iter(find_proposals(visit.db, on=on, bills=ageing.bills)), None)
    return visit.page(
        "late_partner.html",
        partner=partner,
        ageing=ageing,
        bucket_columns=BUCKET_COLUMNS,
        buckets=[
            {
                "bucket": word("late_bucket", bucket.value),
                "agreed_rp": ageing.agreed_rp[bucket],
                "legal_rp": ageing.legal_rp[bucket],
                "path": f"/late/{quote(partner.code, safe='')}?how={bucket.value}",
                "legal_path": f"/late/{quote(partner.code, safe='')}?how={bucket.value}&by={BY_LAW}",
            }
            for bucket in Bucket
        ],
        table=show_table(visit, caption=say("What is open"), columns=BILL_COLUMNS, fetch=fetch,
                         empty=say("Nothing of this partner is open. Statements stand here from their closing until they are paid."), default_sort="due_on", filters=(HOW, BY)),
        plot=_plot(visit, on=on, partner_id=partner.id),
        reminder_columns=REMINDER_COLUMNS,
        reminders=[vars(one) for one in find_reminders(visit.db, by=visit.actor, partner_id=partner.id)],
        proposal=proposal,
        sends=proposal is not None and proposal.next.from_on <= on and visit.may("POST /late/{code}/remind"),
        on=on,
    )  # fmt: skip


def _tell_bill(one: OpenBill, *, on: date) -> Row:
    return {
        **vars(one),
        "bucket": find_bucket(one.due_on, on=on).value,
        "legal_bucket": find_bucket(one.legal_on, on=on).value,
    }


def _get_partner(visit: Visit, code: str) -> Partner:
    try:
        return get_partner(visit.db, code)
    except UnknownCode as error:
        raise NotFound(error.sentence) from error


@router.post("/late/{code}/remind")
def do_remind(visit: Visiting, code: str) -> Response:
    """Send a partner the next reminder."""
    partner = _get_partner(visit, code)
    step = next((one for one in Step if one == visit.texts.get("step")), Step.FRIENDLY)
    sent = send_reminder(visit.db, by=visit.actor, partner_id=partner.id, step=step)
    return visit.go(f"/late/{partner.code}", say("Sent: {step}.", step=Code("reminder_step", sent.step)))


@router.get("/late/{code}/letter.pdf")
def send_letter(visit: Visiting, code: str) -> Response:
    """Send the letter to a partner as PDF, for the head to sign."""
    partner, on = _get_partner(visit, code), get_office_day(visit.db)
    pdf = write_letter(make_letter(visit.db, by=visit.actor, partner_id=partner.id, on=on))
    headers = {"Content-Disposition": f'inline; filename="surat-teguran-{partner.id}-{on}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def find_tasks(visit: Visit) -> list[Task]:
    """Return how many partners are to be reminded."""
    if not visit.may("POST /late/{code}/remind"):
        return []
    on = get_office_day(visit.db)
    due = [one for one in find_proposals(visit.db, on=on) if one.next.from_on <= on]
    label = say("Partners to remind of payments: {count}", count=len(due))
    return [Task(label, "/late?remind=yes", sum=Sum(len(due)))] if due else []
