"""Payment notices: the list of them, one with its lines, proof and answers, and what may be done about it."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from consign import clock
from consign.listing import Found, Row, Wish
from consign.partners.queries import get_region_terms
from consign.partners.rules import Route
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.came import Came, find_came
from consign.payments.notice_lists import (
    NoticePart,
    NoticeView,
    find_notice_page,
    find_paying_partners,
    get_notice_view,
)
from consign.payments.notice_rules import PAST_THE_OFFICE, Answer, NoticeState, NoticeUnknown, find_first_taken_on
from consign.payments.notices import withdraw_notice
from consign.payments.own_money import count_contradicted
from consign.payments.proof_files import find_type
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.statements import tell_cause
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
MY_MONEY = "/my-money"
REASON = Field("reason", say("Why?"), kind="textarea", hint=say("Whoever was told of the payment reads it."))
ANSWERS = (
    Field(
        "answer", say("Answer"), kind="hidden", read=Answer,
        choices=[Choice(one, one) for one in (Answer.RECEIVED.value, Answer.NOT_RECEIVED.value)],
    ),
    Field("producer", say("Producer"), kind="hidden", required=False),
    Field("remark", say("Remark"), required=False),
)  # fmt: skip
TAKE = (Field("producer", say("Producer"), kind="hidden"), Field("remark", say("Remark"), required=False))
SAID = {
    Answer.RECEIVED: say("Kept: the money came. Thank you."),
    Answer.NOT_RECEIVED: say("Kept: the money did not come. The dinas is told and looks after it."),
}
LINE_COLUMNS = (
    Column("number", say("Statement"), link="/statements/{number}"),
    Column("due_on", say("Due on"), kind="day"),
    Column("due_rp", say("To be paid"), kind="money", total=True),
    Column("amount_rp", say("Paid, by the notice"), kind="money", total=True),
)
CAME_COLUMNS = (
    Column("number", say("Statement"), link="/statements/{number}"),
    Column("what", say("What was said or found"), link="{path}"),
    Column("at", say("When"), kind="moment"),
    Column("by", say("By whom")),
    Column("came_rp", say("Came"), kind="money", total=True),
)


@router.get("/payments")
def show_payments(visit: Visiting) -> Response:
    """Show the payment notices that this person may see, the newest first."""
    actor = visit.actor
    partners = [Choice(code, name) for code, name in find_paying_partners(visit.db, by=actor)]
    return list_page(
        visit,
        "list.html",
        name="payments",
        caption=say("Payments"),
        columns=(
            Column("number", say("Notice"), link="/payments/{number}"),
            *(() if actor.partner_id is not None else (Column("partner", say("Partner")),)),
            Column("paid_on", say("Paid on"), kind="day"),
            Column("route", say("Payment route"), kind="word", words="route"),
            Column("amount_rp", say("Amount"), kind="money", link="/payments/{number}", sums="amount_rp", total=True),
            Column("received_rp", say("Of which came"), kind="money", link="{came}", sums="came_rp", total=True),
            Column("statements", say("Statements"), kind="count", link="/payments/{number}", sums="all_rows"),
            Column("proof", say("Proof"), kind="flag"),
            Column("state", say("State"), kind="badge", words="notice_state"),
        ),
        fetch=lambda wish: _find_page(visit, wish),
        empty=say("No payment was announced yet. A partner announces what it has paid."),
        default_sort="-number",
        filters=(
            *(() if actor.partner_id is not None else (Filter("partner", say("Partner"), partners),)),
            Filter("state", say("State"), choices_of("notice_state", NoticeState, word)),
            Filter("route", say("Payment route"), choices_of("route", Route, word)),
            Filter("from", say("From"), kind="day"),
            Filter("until", say("Until"), kind="day"),
        ),
        search=say("Search: number, reference or partner"),
        lead=say("What partners say they paid, and whether it came."),
        acts=[("/payments/new", say("Announce a payment"))] if visit.may("GET /payments/new") else [],
    )


def _find_page(visit: Visit, wish: Wish) -> Found:
    found = find_notice_page(visit.db, by=visit.actor, wish=wish)
    return found.with_rows([{**row, "came": _find_came_path(row)} for row in found.rows])


def _find_came_path(row: Row) -> str:
    """Return where what came of a notice stands; blank where nothing did."""
    return f"/payments/{row['number']}#came" if row["received_rp"] else ""


def _tell_came(visit: Visit, one: Came) -> dict[str, object]:
    """Return what came in words, and where it was found for those who may see that."""
    told: dict[str, object] = {"what": say("found beyond this notice"), "path": ""}
    if one.answer is not None:
        told = {"what": word("payment_answer", one.answer), "path": ""}
    elif one.cause is not None:
        cause = tell_cause(visit, one.cause)
        told = {"what": cause["cause"], "path": cause["path"]}
    return {**vars(one), **told}


@router.get("/payments/{payment_number}")
def show_payment(visit: Visiting, payment_number: str) -> Response:
    """Show one notice with its lines, its proof and the answers to it."""
    return _payment_page(visit, payment_number)


def _payment_page(
    visit: Visit, number: str, *, withdrawal: Form | None = None, refused: Form | None = None, status: int = 200
) -> Response:
    view = get_notice_view(visit.db, by=visit.actor, number=number)
    standing = view.state is not NoticeState.WITHDRAWN
    asked = standing and view.notice.route in PAST_THE_OFFICE
    may_withdraw = standing and visit.may("POST /payments/{payment_number}/withdraw") and not view.row["received_rp"]
    return visit.page(
        "payment.html",
        status=status,
        view=view,
        notice=view.notice,
        row=view.row,
        columns=LINE_COLUMNS,
        came_path=_find_came_path(view.row),
        came=[_tell_came(visit, one) for one in find_came(visit.db, view)],
        came_columns=CAME_COLUMNS,
        may_answer=asked and visit.may("POST /payments/{payment_number}/answer"),
        takes=_find_takes(visit, view) if asked else {},
        withdrawal=(withdrawal or new_form((REASON,))) if may_withdraw else None,
        refused=withdrawal if withdrawal and not may_withdraw else refused,
        shows_producers=visit.actor.producer_id is None,
    )


def _find_takes(visit: Visit, view: NoticeView) -> dict[int, object]:
    """Return, of each silent producer, the day from which finance may take the payment as received."""
    if not visit.may("POST /payments/{payment_number}/take") or view.notice.sha256 is None:
        return {}
    terms = get_region_terms(visit.db)
    first = find_first_taken_on(view.notice.noted_at, zone=terms.zone, silent_days=terms.silent_days)
    is_due = clock.today(terms.zone) >= first
    return {part.producer_id: True if is_due else first for part in view.parts if part.answer is None}


@router.get("/payments/{payment_number}/proof")
def send_proof(visit: Visiting, payment_number: str) -> Response:
    """Send the proof of a payment to be kept; it is never shown inside a page."""
    notice = get_notice_view(visit.db, by=visit.actor, number=payment_number).notice
    if notice.sha256 is None:
        raise NoticeUnknown(say("There is no proof of this payment that you may see."))
    pieces = visit.files.read(notice.sha256)
    first = next(pieces, b"")
    kind, ending = find_type(first)

    def send_all() -> object:
        yield first
        yield from pieces

    headers = {"Content-Disposition": f'attachment; filename="{notice.number}.{ending}"'}
    return StreamingResponse(send_all(), media_type=kind, headers=headers)  # type: ignore[arg-type]


@router.post("/payments/{payment_number}/answer")
def do_answer(visit: Visiting, payment_number: str) -> Response:
    """Say whether the money came; said from the page of one's own money, it leads back there."""
    form = read_form(ANSWERS, visit.texts)
    view = get_notice_view(visit.db, by=visit.actor, number=payment_number)
    if form.ok:
        with visit.attempt(form):
            answer_payment(
                visit.db, by=visit.actor, notice_id=view.notice.id, producer_id=_find_producer_id(visit, view, form),
                answer=form["answer"], remark=form["remark"] or "",
            )  # fmt: skip
    if not form.ok:
        return _payment_page(visit, payment_number, refused=_as_whole(form), status=422)
    back = MY_MONEY if visit.texts.get("back") == "my-money" else f"/payments/{payment_number}"
    return visit.go(back, SAID[form["answer"]])


def _find_producer_id(visit: Visit, view: NoticeView, form: Form) -> int:
    """Return whose answer it is: a producer's own, else that of a producer whom the form names."""
    if visit.actor.producer_id is not None:
        return visit.actor.producer_id
    return _get_part(view.parts, form["producer"] or "").producer_id


def _get_part(parts: Sequence[NoticePart], code: str) -> NoticePart:
    found = next((part for part in parts if part.producer_code == code), None)
    if found is None:
        raise NoticeUnknown(say("There is no such payment notice; nothing was changed."))
    return found


def _as_whole(form: Form) -> Form:
    """Return a form without fields, with its first problem."""
    whole = new_form(())
    whole.blame(None, next(iter(form.problems.values())))
    return whole


@router.post("/payments/{payment_number}/take")
def do_take(visit: Visiting, payment_number: str) -> Response:
    """Take a payment as received, after the producer's silence."""
    form = read_form(TAKE, visit.texts)
    view = get_notice_view(visit.db, by=visit.actor, number=payment_number)
    if form.ok:
        with visit.attempt(form):
            part = _get_part(view.parts, form["producer"])
            take_as_received(
                visit.db, by=visit.actor, notice_id=view.notice.id, producer_id=part.producer_id,
                remark=form["remark"] or "",
            )  # fmt: skip
    if not form.ok:
        return _payment_page(visit, payment_number, refused=_as_whole(form), status=422)
    return visit.go(f"/payments/{payment_number}", say("Taken as received. The producer is told and may still object."))


@router.post("/payments/{payment_number}/withdraw")
def do_withdraw(visit: Visiting, payment_number: str) -> Response:
    """Withdraw a notice."""
    form = read_form((REASON,), visit.texts)
    view = get_notice_view(visit.db, by=visit.actor, number=payment_number)
    if form.ok:
        with visit.attempt(form):
            withdraw_notice(visit.db, by=visit.actor, notice_id=view.notice.id, reason=form["reason"])
    if not form.ok:
        return _payment_page(visit, payment_number, withdrawal=form, status=422)
    return visit.go(f"/payments/{payment_number}", say("The notice is withdrawn. Those who were told of it are told."))


def find_tasks(visit: Visit) -> list[Task]:
    """Return what producers contradict, for the finance of the dinas."""
    if not visit.may("POST /payments/{payment_number}/take"):
        return []
    count = count_contradicted(visit.db)
    if not count:
        return []
    label = say("Payments that did not come, producers say: {count}", count=count)
    return [Task(label, "/payments?state=contradicted", say("Ask partner and producer."), urgent=True, sum=Sum(count))]
