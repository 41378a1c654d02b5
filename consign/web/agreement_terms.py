"""The terms of an agreement as forms ask for them: one field for each, and the agreement they make."""

from collections.abc import Mapping
from dataclasses import replace

from consign.models.partners import RegionTerms
from consign.money import format_rate
from consign.partners.rules import DiscountBorneBy, FeeOn, Route, Terms
from consign.sentence import say
from consign.web.forms import Choice, Field, Form, read_day, read_rate, read_whole

USUAL_TERM_DAYS = 15
USUAL: Mapping[str, object] = {
    "fee_on": FeeOn.REPORTED_GROSS,
    "discount_borne_by": DiscountBorneBy.STORE,
    "fee_tax": "0",
    "pph23": "0",
    "term": USUAL_TERM_DAYS,
    "route": Route.DIRECT,
    "min_payout": "0",
}
"""What a form for a new agreement begins with."""
REFUSED_AT: Mapping[str, str | tuple[str, ...]] = {
    "fee": "partners.fee_out_of_bounds",
    "first": ("partners.agreement_overlaps", "partners.period_closed", "partners.agreement_continued"),
    "route": "partners.not_a_member",
    "fee_tax": "partners.fee_tax_without_pkp",
    "pph23": ("partners.pph23_of_person", "partners.pph23_by_person"),
}
"""At which field a refusal shows."""
FEE_ON = (
    Choice(
        FeeOn.REPORTED_GROSS,
        say("Gross sales as reported"),
        say("What the till took before discounts. The usual choice."),
    ),
    Choice(
        FeeOn.REPORTED_NET,
        say("Net sales as reported"),
        say("What the till took after discounts: a discount makes the fee smaller."),
    ),
    Choice(
        FeeOn.AGREED_PRICE,
        say("Agreed price"),
        say("The product's price here times the quantity, whatever the till took. The producer is owed by it as well."),
    ),
)
ROUTES = (
    Choice(
        Route.DIRECT,
        say("Straight to the producer"),
        say("The partner transfers to the producer, who says that it came."),
    ),
    Choice(
        Route.COLLECTING,
        say("Over an account of the office"),
        say("The partner pays the office once, and the office pays the producers out."),
    ),
    Choice(
        Route.COOPERATIVE,
        say("To the producer's cooperative"),
        say("What the cooperative received discharges the debt. The producer has mandated it in writing."),
    ),
)
BORNE_BY = (
    Choice(DiscountBorneBy.STORE, say("The store"), say("The producer is owed the price before the discount.")),
    Choice(DiscountBorneBy.PRODUCER, say("The producer"), say("The producer is owed the price after the discount.")),
)
PARTNER = Field("partner", say("Partner"), kind="select")
STORE = Field(
    "store",
    say("Only in this store"),
    required=False,
    suggest=True,
    longest=60,
    hint=say("The store's code. Blank: in all stores of the partner."),
)
PRODUCT = Field(
    "product",
    say("Only for this product"),
    required=False,
    suggest=True,
    longest=60,
    hint=say(
        "The product's code. Blank: for all products. What is agreed for a product or a store goes before the rest."
    ),
)
FIRST = Field("first", say("First day"), read=read_day, kind="date")
LAST = Field(
    "last", say("Last day"), read=read_day, kind="date", required=False, hint=say("Blank: until somebody ends it.")
)
FEE = Field("fee", say("Fee in percent"), read=read_rate, inputmode="decimal", longest=8)
TERMS = (
    Field("fee_on", say("The fee is taken on"), kind="radio", choices=FEE_ON),
    Field("discount_borne_by", say("A discount the store gives is borne by"), kind="radio", choices=BORNE_BY),
    Field(
        "fee_tax",
        say("PPN on the fee in percent"),
        read=read_rate,
        inputmode="decimal",
        longest=8,
        hint=say("11 where the store charges PPN on its fee (it is a PKP; 12% on 11/12 of the fee), else 0."),
    ),
    Field(
        "pph23",
        say("PPh 23 on the fee in percent"),
        read=read_rate,
        inputmode="decimal",
        longest=8,
        hint=say(
            "2 where the producer is a firm or a cooperative and withholds it (4 if the store has no NPWP), else 0."
        ),
    ),
    Field(
        "term",
        say("Days until the money is due"),
        read=read_whole,
        kind="number",
        longest=3,
        hint=say("Counted from the statement. 15 days are usual for small producers."),
    ),
    Field(
        "loss_share",
        say("Share the store bears of goods missing or damaged in its care, in percent"),
        read=read_rate,
        inputmode="decimal",
        longest=8,
        required=False,
        hint=say("Valued as if sold, less the fee. Blank: nothing is agreed, so the dinas decides each time."),
    ),
    Field("route", say("How the money goes"), kind="radio", choices=ROUTES),
    Field(
        "min_payout",
        say("Smallest payout in rupiah"),
        read=read_whole,
        kind="number",
        longest=9,
        hint=say("Below it the office waits for more before it pays out. 0: every amount is paid out."),
    ),
)


def make_fee_field(bounds: RegionTerms) -> Field:
    """Return the field of the fee, with its bounds and the rule that sets them where somebody said which."""
    facts = {"lowest": format_rate(bounds.fee_from_bp), "highest": format_rate(bounds.fee_to_bp)}
    if bounds.fee_source:
        hint = say("In this region from {lowest} to {highest}, by {source}.", source=bounds.fee_source, **facts)
    else:
        hint = say("In this region from {lowest} to {highest}.", **facts)
    return replace(FEE, hint=hint)


def read_terms(form: Form) -> Terms:
    """Return the terms that a form with `TERMS` and the fee says."""
    return Terms(
        fee_rate_bp=form["fee"],
        fee_on=FeeOn(form["fee_on"]),
        discount_borne_by=DiscountBorneBy(form["discount_borne_by"]),
        fee_tax_bp=form["fee_tax"],
        pph23_bp=form["pph23"],
        payment_term_days=form["term"],
        loss_store_bp=form["loss_share"],
        route=Route(form["route"]),
        min_payout_rp=form["min_payout"],
    )
