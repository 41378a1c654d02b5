"""Announcing a payment: of which partner, by which route, and for which statements, ticked, by amount or from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Response
from sqlalchemy import select

from consign import clock
from consign.banking.banks import name_bank
from consign.identity.remarks import LONGEST_REMARK
from consign.models.banking import BankAccount
from consign.models.partners import Partner
from consign.partners.queries import get_partner
from consign.partners.rules import Route
from consign.payments.expected import Expected, ExpectedGroup, find_expected, spread_payment
from consign.payments.notice_file import read_notice_file
from consign.payments.notice_rules import LONGEST_REFERENCE
from consign.payments.notices import note_payment
from consign.payments.proof_files import take_proof
from consign.sentence import Sentence, say
from consign.settlement.shares import Share
from consign.web.forms import Choice, Field, Form, new_form, read_day, read_form, read_id, read_rupiah
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
SHOWN_AT_MOST = 100
"""Statements that can be ticked; of more the list is handed in as a file, or spread."""
PAID_ON = Field("paid_on", say("Paid on"), kind="date", read=read_day)
ACCOUNT = Field("account", say("Into which account"), kind="select", read=read_id, required=False)
REFERENCE = Field(
    "reference", say("Reference on the transfer"), required=False, longest=LONGEST_REFERENCE,
    hint=say("What your bank wrote beside it, so that it is found."),
)  # fmt: skip
AMOUNT = Field(
    "amount", say("Or one amount for all"), read=read_rupiah, required=False, inputmode="numeric", longest=20,
    hint=say("It is shared out over the open statements, the first due first. Tick none of them then."),
)  # fmt: skip
LIST = Field(
    "list", say("Or a list as a file"), kind="file", required=False,
    hint=say("CSV or XLSX with the columns “Nomor nota” and “Jumlah dibayar”. Tick no statement then."),
)  # fmt: skip
PROOF = Field(
    "proof", say("Proof of payment"), kind="file", required=False,
    hint=say("The transfer slip as a PDF or picture, up to 15 MB. Without it silence is never taken as received."),
)  # fmt: skip
REMARK = Field("remark", say("Remark"), required=False, longest=LONGEST_REMARK)
OF_FILE = (
    "payments.notice_file_too_large", "payments.notice_file_columns", "payments.notice_file_empty",
    "payments.notice_file_refused", "file.refused", "file.empty", "file.not_a_table", "file.damaged", "file.too_large",
    "file.password", "file.mixed_encodings", "file.no_header", "file.no_rows", "file.many_tables",
)  # fmt: skip
"""Refusals that are about the list."""


@dataclass(frozen=True)
class _Place:
    """Whose payment it is, by which route, and what is open there."""

    partner: Partner
    route: Route
    groups: Sequence[ExpectedGroup]
    others: Sequence[Route]
    """Other routes by which something is open."""

    @property
    def statements(self) -> list[Expected]:
        """Return what can be ticked."""
        return [one for group in self.groups for one in group.statements if one.payable.left_rp][:SHOWN_AT_MOST]

    @property
    def left_rp(self) -> int:
        """Return what is neither paid nor announced."""
        return sum(group.left_rp for group in self.groups)


@router.get("/payments/new")
def show_new(visit: Visiting) -> Response:
    """Show the form to announce a payment; the dinas is asked first for whom."""
    partner = _find_partner(visit, visit.asked.get("partner", ""))
    if partner is None:
        return _whose_page(visit)
    place = _find_place(visit, partner, visit.asked.get("route", ""))
    amounts = {f"amount_{one.payable.number}": one.payable.left_rp for one in place.statements}
    today = clock.today(visit.zone).isoformat()
    fields = _fields(visit, place)
    accounts = [choice.value for one in fields if one.name == ACCOUNT.name for choice in one.choices]
    account = accounts[0] if len(accounts) == 1 else ""
    return _new_page(visit, place, new_form(fields, paid_on=today, account=account, **amounts), ticked=())


def _find_partner(visit: Visit, code: str) -> Partner | None:
    if visit.actor.partner_id is not None:
        return visit.db.get_one(Partner, visit.actor.partner_id)
    return get_partner(visit.db, code) if code else None


def _whose_page(visit: Visit) -> Response:
    rows = visit.db.execute(select(Partner.code, Partner.name).order_by(Partner.name, Partner.id))
    return visit.page("payment_whose.html", partners=[(row.code, row.name) for row in rows])


def _find_place(visit: Visit, partner: Partner, route: str) -> _Place:
    groups = find_expected(visit.db, by=visit.actor, partner_id=partner.id)
    routes = [one for one in Route if any(group.route == one and group.left_rp for group in groups)] or [Route.DIRECT]
    chosen = next((one for one in Route if one == route), routes[0])
    own = [group for group in groups if group.route == chosen]
    return _Place(partner, chosen, own, [one for one in routes if one != chosen])


def _fields(visit: Visit, place: _Place) -> list[Field]:
    amounts = [
        Field(
            f"amount_{one.payable.number}",
            say("Amount"),
            read=read_rupiah,
            required=False,
            inputmode="numeric",
            longest=20,
        )
        for one in place.statements
    ]
    account = [replace(ACCOUNT, choices=_list_accounts(visit))] if place.route is Route.COLLECTING else []
    return [PAID_ON, *account, REFERENCE, *amounts, AMOUNT, LIST, PROOF, REMARK]


def _list_accounts(visit: Visit) -> list[Choice]:
    query = select(BankAccount).where(BankAccount.closed_on.is_(None)).order_by(BankAccount.code)
    return [Choice(str(one.id), _name_account(one)) for one in visit.db.scalars(query)]


def _name_account(one: BankAccount) -> Sentence:
    bank = name_bank(one.bank_code)
    return say("{bank} {number}, in the name of {holder}", bank=bank, number=one.number, holder=one.holder)


def _new_page(visit: Visit, place: _Place, form: Form, *, ticked: Sequence[str], status: int = 200) -> Response:
    return visit.page(
        "payment_new.html",
        status=status,
        form=form,
        place=place,
        ticked=frozenset(ticked),
        others=[(one, word("route", one)) for one in place.others],
        own=visit.actor.partner_id is not None,
        shown=SHOWN_AT_MOST,
    )


@router.post("/payments/new")
def do_new(visit: Visiting) -> Response:
    """Keep a notice of a payment."""
    partner = _find_partner(visit, visit.texts.get("partner", ""))
    if partner is None:
        return _whose_page(visit)
    place = _find_place(visit, partner, visit.texts.get("route", ""))
    ticked = visit.all_texts("pay")
    form = read_form(_fields(visit, place), visit.texts)
    number = ""
    if form.ok:
        with visit.attempt(form, list=OF_FILE, proof="payments.proof_refused", paid_on="payments.notice_day"):
            number = _note(visit, place, form, ticked)
    if not form.ok:
        return _new_page(visit, place, form, ticked=ticked, status=422)
    return visit.lead_on(f"/payments/{number}", say("{number}: the payment is announced.", number=number))


def _note(visit: Visit, place: _Place, form: Form, ticked: Sequence[str]) -> str:
    """Note what the form says, and return the notice's number; a refusal takes all of it back."""
    sent = visit.file("list")
    given = [bool(ticked), form["amount"] is not None, sent is not None]
    if sum(given) > 1:
        form.blame(None, say("Say it in one way: tick statements, or give one amount, or a list. Nothing was noted."))
        return ""
    facts = {"by": visit.actor, "partner_id": place.partner.id, "route": place.route.value}
    if sent is not None:
        lines = read_notice_file(visit.db, source=sent.file, **facts)  # type: ignore[arg-type]
    elif form["amount"] is not None:
        lines = spread_payment(visit.db, amount_rp=form["amount"], **facts)  # type: ignore[arg-type]
    else:
        lines = [
            Share(one.payable.id, form[f"amount_{one.payable.number}"] or 0)
            for one in place.statements
            if one.payable.number in ticked
        ]
    proof = visit.file("proof")
    paid_on: date = form["paid_on"]
    return note_payment(
        visit.db, by=visit.actor, partner_id=place.partner.id, route=place.route.value, paid_on=paid_on, lines=lines,
        reference=form["reference"] or "", remark=form["remark"] or "", bank_account_id=form.values.get("account"),
        proof=take_proof(proof.file, name=proof.filename or "", files=visit.files) if proof else None,
    ).number  # fmt: skip
