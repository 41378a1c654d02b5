"""What is agreed about money, as options of commands: said anew, or on top of what holds."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from consign.partners.rules import DiscountBorneBy, FeeOn, Route, Terms, parse_rate_bp

NOTHING = "none"
USUAL: Mapping[str, object] = {
    "fee_on": FeeOn.REPORTED_GROSS.value,
    "discount_borne_by": DiscountBorneBy.STORE.value,
    "fee_tax": "0%",
    "pph23": "0%",
    "term": 15,
    "route": Route.DIRECT.value,
    "min_payout": 0,
}
"""What new terms say where nobody says it otherwise."""


def _parse_loss_share(text: str) -> int | None:
    return None if text == NOTHING else parse_rate_bp(text)


_READ: Mapping[str, tuple[str, Callable[[Any], object]]] = {
    "fee": ("fee_rate_bp", parse_rate_bp),
    "fee_on": ("fee_on", FeeOn),
    "discount_borne_by": ("discount_borne_by", DiscountBorneBy),
    "fee_tax": ("fee_tax_bp", parse_rate_bp),
    "pph23": ("pph23_bp", parse_rate_bp),
    "term": ("payment_term_days", int),
    "loss_share": ("loss_store_bp", _parse_loss_share),
    "route": ("route", Route),
    "min_payout": ("min_payout_rp", int),
}
"""Of each option what it says, and how it is read."""


def with_terms(usual: Mapping[str, object]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds the options that say terms; without anything *usual* each may be left out, and what holds stays."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(_make_options(usual)):
            command = option(command)
        return command

    return add


def _make_options(usual: Mapping[str, object]) -> tuple[Callable[..., Any], ...]:
    def option(name: str, text: str, **more: Any) -> Callable[..., Any]:
        default = usual.get(name.removeprefix("--").replace("-", "_"))
        return click.option(name, default=default, show_default=default is not None, help=text, **more)

    return (
        option("--fee", "What the store keeps, such as 2,5%.", required=bool(usual)),
        option("--fee-on", "What the fee is taken on.", type=click.Choice([one.value for one in FeeOn])),
        option(
            "--discount-borne-by", "Who bears a discount that the store gives.",
            type=click.Choice([one.value for one in DiscountBorneBy]),
        ),
        option("--fee-tax", "Tax on the fee (PPN)."),
        option("--pph23", "PPh 23 that the producer withholds on the fee."),
        option("--term", "Days from the statement until the money is due.", type=int),
        option(
            "--loss-share",
            "What the store bears of goods missing or damaged in its care, such as 100%;"
            f" {NOTHING}: nothing is agreed, as for a new agreement without it.",
        ),
        option(
            "--route", "How the money goes: to the producer, over the office's account, or to its cooperative.",
            type=click.Choice([one.value for one in Route]),
        ),
        option("--min-payout", "Smallest payout in rupiah; below it the office waits.", type=int),
    )  # fmt: skip


def read_terms(said: Mapping[str, Any], *, present: Terms | None = None) -> Terms:
    """Return what the options of `with_terms` say; what they leave out is as in *present*.

    Raises:
        BadInput: a rate is none.

    """
    facts: dict[str, Any] = {"loss_store_bp": None} if present is None else asdict(present)
    for option, (name, read) in _READ.items():
        if said[option] is not None:
            facts[name] = read(said[option])
    return Terms(**facts)
