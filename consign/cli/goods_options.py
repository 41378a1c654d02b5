"""What commands about goods are given: which goods, in which store, on which day, why."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click
from sqlalchemy.orm import Session

from consign import clock
from consign.cli.context import DAY, as_json_option, as_user, pass_context
from consign.cli.speaking import language_option
from consign.errors import BadInput
from consign.models.partners import Store
from consign.partners.queries import get_partner, get_store
from consign.sentence import say
from consign.stock.codes import get_coded
from consign.stock.count_rules import CodeUnknown
from consign.stock.rules import NewLine, Reason, Refusal, Refused

_LINE = re.compile(
    r"(?P<product>[^=]+)=(?P<quantity>[\d.]+)(?:@(?P<batch>.+?))?(?::(?P<ends>\d{4}-\d{2}-\d{2}))?", re.ASCII
)
_REFUSED = re.compile(r"(?P<line>\d+)=(?P<quantity>[\d.]+):(?P<reason>[a-z_]+)", re.ASCII)
LINES = click.argument("lines", metavar="PRODUCT=QUANTITY[@BATCH][:EXPIRY]...", nargs=-1, required=True)


number_argument = click.argument("number")
producer_option = click.option("--producer", "producer_code", metavar="CODE", required=True)
day_option = click.option("--day", type=DAY, help="The store's local day; else today.")

Command = Callable[..., Any]


def store_options(command: Command) -> Command:
    """Add the options that say which store of which partner is meant."""
    command = click.option("--store", "store_code", metavar="CODE", required=True)(command)
    return click.option("--partner", "partner_code", metavar="CODE", required=True)(command)


def reason_option(reasons: Sequence[Reason]) -> Callable[[Command], Command]:
    """Return what adds the option that says which of *reasons* holds for all goods of a new note."""
    return click.option("--reason", type=click.Choice([one.value for one in reasons]), required=True)


def acting_options(command: Command) -> Command:
    """Add what every command about goods takes last: in which language it answers, who acts, and whether it prints JSON."""
    return language_option(as_user(as_json_option(pass_context(command))))


def writing_options(command: Command) -> Command:
    """Add what every command that writes a note takes last: a remark before what all of them take."""
    remark = click.option("--remark", default="", help="Such as who brings the goods.")
    return remark(acting_options(command))


def find_place(session: Session, partner_code: str, store_code: str) -> Store:
    """Return the store that `store_options` name."""
    return get_store(session, partner_id=get_partner(session, partner_code).id, code=store_code)


def choose_day(day: datetime | None, store: Store) -> date:
    """Return the day that was named, else the store's today."""
    return day.date() if day else clock.today(store.zone)


def read_lines(session: Session, texts: Iterable[str], *, partner_id: int, reason: str | None = None) -> list[NewLine]:
    """Return the lines that *texts* name, all of them for the same *reason* where there is one.

    Raises:
        BadInput: one is not written so, or no product is called so.

    """
    return [_read_line(session, text, partner_id=partner_id, reason=reason) for text in texts]


def _read_line(session: Session, text: str, *, partner_id: int, reason: str | None) -> NewLine:
    found = _LINE.fullmatch(text)
    if found is None:
        raise BadInput(
            say(
                "“{text}” is not PRODUCT=QUANTITY[@BATCH][:EXPIRY], such as BPN-001=24@K1:2027-01-31; nothing was recorded.",
                text=text,
            )
        )
    try:
        product = get_coded(session, found["product"], partner_id=partner_id)
    except CodeUnknown as error:
        raise BadInput(say("No product has the code “{code}”; nothing was recorded.", code=found["product"])) from error
    return NewLine(
        product.id,
        _read_quantity(found["quantity"], text),
        found["batch"] or "",
        _read_day(found["ends"], text) if found["ends"] else None,
        Reason(reason) if reason else None,
    )


def read_refusals(texts: Iterable[str]) -> list[Refused]:
    """Return what *texts* refuse, each written LINE=QUANTITY:REASON.

    Raises:
        BadInput: one is not written so.

    """
    refused = []
    for text in texts:
        found = _REFUSED.fullmatch(text)
        if found is None or found["reason"] not in set(Refusal):
            raise BadInput(
                say(
                    "“{text}” is not LINE=QUANTITY:REASON; reasons are {reasons}. Nothing was recorded.",
                    text=text,
                    reasons=list(Refusal),
                )
            )
        refused.append(Refused(int(found["line"]), Refusal(found["reason"]), _read_quantity(found["quantity"], text)))
    return refused


def _read_quantity(given: str, text: str) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation as error:
        raise BadInput(
            say("The quantity in “{text}” is no number such as 24 or 1.250; nothing was recorded.", text=text)
        ) from error


def _read_day(given: str, text: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise BadInput(
            say("The day in “{text}” is none such as 2027-01-31; nothing was recorded.", text=text)
        ) from error
