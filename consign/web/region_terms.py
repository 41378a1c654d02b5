"""What the dinas sets for its region: bounds of the fee, its name and time, what halal means, times, and how money is handled."""

from fastapi import APIRouter, Response

from consign.money import format_rate
from consign.partners.actions import change_region_terms
from consign.partners.queries import get_region_terms
from consign.partners.rules import RegionSettings
from consign.period import ZONES
from consign.sentence import Sentence, say
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form, read_rate, read_whole
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
BLOCKS, WARNS = "blocks", "warns"
ONE, TWO = "one", "two"


def _days(name: str, label: Sentence, hint: Sentence) -> Field:
    return Field(name, label, read=read_whole, kind="number", longest=3, hint=hint)


SETTINGS = (
    Field("fee_from", say("Lowest fee in percent"), read=read_rate, inputmode="decimal", longest=8),
    Field(
        "fee_to",
        say("Highest fee in percent"),
        read=read_rate,
        inputmode="decimal",
        longest=8,
        hint=say("New agreements take a fee between the two, both inside."),
    ),
    Field(
        "fee_source",
        say("Which rule sets these bounds"),
        required=False,
        longest=200,
        hint=say("Such as a decree with number and day. Whoever enters a fee outside is told."),
    ),
    Field(
        "office_name",
        say("Name of the office"),
        longest=120,
        hint=say("What pages, notices and the privacy notice call it."),
    ),
    Field(
        "office_contact",
        say("Where people reach the office"),
        required=False,
        longest=200,
        hint=say("An address, an e-mail or a phone number. It stands in the privacy notice."),
    ),
    Field(
        "zone",
        say("Time zone of the office"),
        kind="select",
        choices=choices_of("zone", ZONES, word),
        hint=say("For moments that belong to no store. Stores have their own."),
    ),
    Field(
        "halal",
        say("Food without a halal paper"),
        kind="radio",
        choices=(
            Choice(BLOCKS, word("halal", BLOCKS), say("As the law says since 18 Oct 2026 for small producers.")),
            Choice(WARNS, word("halal", WARNS), say("Its producer is told to hand the paper in.")),
        ),
        hint=say("A halal certificate, or a statement that the goods are of non-halal materials."),
    ),
    Field(
        "loss_contest_days",
        say("Days in which a loss may be contested"),
        read=read_whole,
        kind="number",
        longest=2,
        hint=say(
            "Counted from the day it is recorded. Only then is it settled. Losses that stand keep their last day."
        ),
    ),
    Field(
        "pull_back_days",
        say("Days before its last day on which a batch is to be off the shelf"),
        read=read_whole,
        kind="number",
        longest=2,
        hint=say("From then on it is named among the goods to be taken back."),
    ),
    Field(
        "closes_by_two",
        say("Closing a period"),
        kind="radio",
        choices=(
            Choice(ONE, word("closes_by", ONE)),
            Choice(
                TWO,
                word("closes_by", TWO),
                say("The second sees what the first prepared, and nothing else is written."),
            ),
        ),
    ),
    _days("dispute_days", say("Days in which a statement may be disputed"), say("Counted from the day it is closed.")),
    _days(
        "silent_days",
        say("Days of silence after which a proven payment counts as received"),
        say("Finance decides it then; the producer can still say that nothing came."),
    ),
    _days(
        "account_wait_days",
        say("Days that a changed bank account waits"),
        say("Counted from its confirming. Until then nothing is paid to it."),
    ),
    _days(
        "legal_term_days",
        say("Days until the law wants a statement paid"),
        say("Whatever was agreed: 15 days by Permendag 70/2013. Who pays later is named among the late payers."),
    ),
    Field(
        "near_amount",
        say("Largest difference of a payment, in rupiah"),
        read=read_whole,
        kind="number",
        longest=6,
        hint=say(
            "A payment that misses what is open by more is not proposed for it. Banks take up to Rp6.500 for a transfer."
        ),
    ),
)


def _present(visit: Visit) -> dict[str, str]:
    terms = get_region_terms(visit.db)
    return {
        "fee_from": format_rate(terms.fee_from_bp),
        "fee_to": format_rate(terms.fee_to_bp),
        "office_name": terms.office_name,
        "office_contact": terms.office_contact,
        "zone": terms.zone,
        "halal": BLOCKS if terms.halal_blocks else WARNS,
        "loss_contest_days": str(terms.loss_contest_days),
        "pull_back_days": str(terms.pull_back_days),
        "fee_source": terms.fee_source,
        "closes_by_two": TWO if terms.closes_by_two else ONE,
        "dispute_days": str(terms.dispute_days),
        "silent_days": str(terms.silent_days),
        "account_wait_days": str(terms.account_wait_days),
        "legal_term_days": str(terms.legal_term_days),
        "near_amount": str(terms.near_amount_rp),
    }


def _read_settings(form: Form) -> RegionSettings:
    return RegionSettings(
        fee_from_bp=form["fee_from"],
        fee_to_bp=form["fee_to"],
        fee_source=form["fee_source"] or "",
        office_name=form["office_name"],
        office_contact=form["office_contact"] or "",
        zone=form["zone"],
        halal_blocks=form["halal"] == BLOCKS,
        loss_contest_days=form["loss_contest_days"],
        pull_back_days=form["pull_back_days"],
        closes_by_two=form["closes_by_two"] == TWO,
        dispute_days=form["dispute_days"],
        silent_days=form["silent_days"],
        account_wait_days=form["account_wait_days"],
        near_amount_rp=form["near_amount"],
        legal_term_days=form["legal_term_days"],
    )


@router.get("/settings")
def show_settings(visit: Visiting) -> Response:
    """Show the region's settings."""
    return _settings_page(visit, new_form(SETTINGS, **_present(visit)))


def _settings_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page("settings.html", status=status, form=form, present=_present(visit))


@router.post("/settings")
def do_change_settings(visit: Visiting) -> Response:
    """Change the region's settings."""
    form = read_form(SETTINGS, visit.texts)
    if form.ok:
        with visit.attempt(form, fee_to="partners.agreements_outside"):
            change_region_terms(visit.db, by=visit.actor, settings=_read_settings(form))
    if not form.ok:
        return _settings_page(visit, form, status=422)
    return visit.go("/settings", say("The settings were saved."))
