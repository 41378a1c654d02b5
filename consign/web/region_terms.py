"""What the dinas sets for its region: bounds of the fee, its name, where it is reached, its time zone, what halal means, and times."""

from fastapi import APIRouter, Response

from consign.money import format_rate
from consign.partners.actions import change_region_terms
from consign.partners.queries import get_region_terms
from consign.period import ZONES
from consign.sentence import say
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form, read_rate, read_whole
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
BLOCKS, WARNS = "blocks", "warns"
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
    }


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
            change_region_terms(
                visit.db,
                by=visit.actor,
                fee_from_bp=form["fee_from"],
                fee_to_bp=form["fee_to"],
                office_name=form["office_name"],
                office_contact=form["office_contact"] or "",
                zone=form["zone"],
                halal_blocks=form["halal"] == BLOCKS,
                loss_contest_days=form["loss_contest_days"],
                pull_back_days=form["pull_back_days"],
            )
    if not form.ok:
        return _settings_page(visit, form, status=422)
    return visit.go("/settings", say("The settings were saved."))
