"""An agreement in words: a sentence for each of its points."""

from typing import Any

from consign.listing import Row
from consign.money import Rupiah, format_rate
from consign.partners.rules import DiscountBorneBy, FeeOn, Route
from consign.sentence import Sentence, say


def describe(found: Row) -> list[Sentence]:
    """Return what an agreement says, a sentence for each of its points."""
    facts: dict[str, Any] = {"partner": found["partner"], "producer": found["producer"]}
    fee = format_rate(found["fee_rate_bp"])
    return [
        {
            FeeOn.AGREED_PRICE: say("{partner} keeps {fee} of the agreed price of what it sells.", fee=fee, **facts),
            FeeOn.REPORTED_GROSS: say("{partner} keeps {fee} of the gross sales its till reports.", fee=fee, **facts),
            FeeOn.REPORTED_NET: say("{partner} keeps {fee} of the net sales its till reports.", fee=fee, **facts),
        }[FeeOn(found["fee_on"])],
        {
            DiscountBorneBy.STORE: say(
                "{partner} bears the discounts it gives: {producer} is owed the price before them.", **facts
            ),
            DiscountBorneBy.PRODUCER: say(
                "{producer} bears the discounts {partner} gives, and is owed the price after them.", **facts
            ),
        }[DiscountBorneBy(found["discount_borne_by"])],
        _describe_tax(found),
        _describe_withholding(found, facts),
        say("The rest is due {days} days after the statement.", days=found["payment_term_days"]),
        _describe_route(found, facts),
        _describe_losses(found, facts),
        _describe_scope(found, facts),
        _describe_days(found),
    ]


def _describe_tax(found: Row) -> Sentence:
    if not found["fee_tax_bp"]:
        return say("No PPN comes on top of the fee.")
    return say("PPN of {rate} on the fee comes on top of it.", rate=format_rate(found["fee_tax_bp"]))


def _describe_withholding(found: Row, facts: dict[str, Any]) -> Sentence:
    rate = format_rate(found["pph23_bp"])
    if not found["pph23_bp"]:
        return say("{producer} withholds no PPh 23.", **facts)
    return say("{producer} withholds PPh 23 of {rate} of the fee and pays it to the state.", rate=rate, **facts)


def _describe_route(found: Row, facts: dict[str, Any]) -> Sentence:
    if found["route"] == Route.COOPERATIVE:
        return say(
            "The money goes to {cooperative}, which receives it for {producer}.",
            cooperative=found["cooperative"],
            **facts,
        )
    if found["route"] == Route.DIRECT:
        return say("{partner} transfers the money straight to {producer}.", **facts)
    if found["min_payout_rp"]:
        return say(
            "{partner} pays into the office's account; the office pays {producer} out from {amount} on.",
            amount=Rupiah(found["min_payout_rp"]),
            **facts,
        )
    return say("{partner} pays into the office's account, and the office pays {producer} out.", **facts)


def _describe_losses(found: Row, facts: dict[str, Any]) -> Sentence:
    if found["loss_store_bp"] is None:
        return say("Nothing is agreed about goods missing or damaged in the store: the dinas decides who bears them.")
    share = format_rate(found["loss_store_bp"])
    return say(
        "{partner} bears {share} of goods missing or damaged in its care, {producer} the rest.", share=share, **facts
    )


def _describe_scope(found: Row, facts: dict[str, Any]) -> Sentence:
    store, product = found["store"], found["product"]
    if store and product:
        return say("It holds only for {product}, and only in the store {store}.", product=product, store=store)
    if store:
        return say("It holds for all products of {producer}, but only in the store {store}.", store=store, **facts)
    if product:
        return say("It holds only for {product}, in all stores of {partner}.", product=product, **facts)
    return say("It holds for all products of {producer} in all stores of {partner}.", **facts)


def _describe_days(found: Row) -> Sentence:
    first, last = found["first"], found["last"]
    if last is not None:
        return say("It holds from {first} to {last}, both days inside.", first=first, last=last)
    if found["state"] == "ahead":
        return say("It begins on {first}, and goes on until somebody ends it.", first=first)
    return say("It has held since {first}, and goes on until somebody ends it.", first=first)
