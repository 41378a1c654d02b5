"""Barcodes on the command line: drawing one, and the city register."""

from pathlib import Path
from typing import Literal

import click
import segno
from sqlalchemy.orm import Session

from consign.catalogue.drawing import drawing
from consign.catalogue.numbers import (
    GTIN_LENGTHS,
    compute_check_digit,
    get_scanned,
    is_city_number,
    make_digital_link,
    parse_gtin,
)
from consign.catalogue.queries import get_product
from consign.catalogue.register import (
    get_register_terms,
    issue_number,
    reserve_range,
    retire_number,
    set_register_terms,
)
from consign.catalogue.register_lists import find_number_page
from consign.catalogue.register_print import print_register
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json
from consign.cli.products import place_everywhere
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.partners.queries import get_office_day, get_partner
from consign.regions import get_region
from consign.sentence import say
from reports.symbol_drawing import draw_symbol
from reports.symbol_sizes import PRINTERS_DPI
from reports.symbols import Symbol, SymbolKind, make_symbol
from reports.table import write_csv, write_xlsx

NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
UM_PER_MM = 1_000
HEADS = (
    "number",
    "product",
    "product_code",
    "brand",
    "content",
    "producer",
    "kind",
    "from_on",
    "until_on",
    "state",
    "reason",
)
QR_SCALE = {"svg": 4, "png": 8, "pdf": 4}


@click.group()
def barcode() -> None:
    """Draw barcodes; give, retire and list numbers of the city register."""


@barcode.command("draw")
@click.argument("code")
@click.option("-o", "--output", required=True, type=NEW_FILE, help="File to write: .svg, .pdf or .png.")
@click.option("--kind", type=click.Choice([one.value for one in SymbolKind]), help="Else told by the number.")
@click.option("--dpi", type=click.Choice([str(one) for one in PRINTERS_DPI]), default="300", help="Of the printer.")
@click.option("--height", "height_mm", type=click.IntRange(1, 200), help="Of the bars in mm; else the full height.")
@click.option("--no-digits", is_flag=True, help="Leave out the digits below the bars.")
@click.option("--qr", "address", metavar="ADDRESS", help="Draw a QR code instead: the GS1 Digital Link at ADDRESS.")
def draw(
    *, code: str, output: Path, kind: str | None, dpi: str, height_mm: int | None, no_digits: bool, address: str | None
) -> None:
    """Draw the barcode of CODE, a GTIN, a number of a city register, or any text as Code 128.

    Bars are whole dots of the printer, with the quiet zones that scanners need. Print it at 100 %.
    """
    ending = output.suffix.lower().lstrip(".")
    if ending not in {"svg", "pdf", "png"}:
        raise BadInput(say("“{file}” ends in none of .svg, .pdf and .png; nothing was written.", file=output.name))
    if address:
        _draw_link(code, address, output, ending)
    else:
        content = _draw_bars(code, kind, ending=ending, dpi=int(dpi), height_mm=height_mm, digits=not no_digits)
        output.write_bytes(content)
    click.echo(f"{output} was written; print it at 100 %.")


def _draw_bars(code: str, kind: str | None, *, ending: str, dpi: int, height_mm: int | None, digits: bool) -> bytes:
    formats: dict[str, Literal["svg", "pdf", "png"]] = {"svg": "svg", "pdf": "pdf", "png": "png"}
    with drawing():
        symbol = make_symbol(SymbolKind.CODE128, code) if kind == SymbolKind.CODE128 else _make_till_symbol(code, kind)
        height_um = height_mm * UM_PER_MM if height_mm else None
        return draw_symbol(symbol, dpi=dpi, dots=None, height_um=height_um, digits=digits, format=formats[ending])


def _make_till_symbol(code: str, kind: str | None) -> Symbol:
    number = _read_number(code)
    scanned = get_scanned(number)
    wanted = SymbolKind(kind) if kind else SymbolKind.EAN8 if len(scanned) == min(GTIN_LENGTHS) else SymbolKind.EAN13
    return make_symbol(wanted, scanned)


def _read_number(code: str) -> str:
    """Return a GTIN or a city number with a right check digit.

    Raises:
        BadInput: it is neither.

    """
    digits = code.replace(" ", "").replace("-", "")
    if (
        digits.isascii()
        and digits.isdigit()
        and is_city_number(digits)
        and digits[-1] == compute_check_digit(digits[:-1])
    ):
        return digits
    return parse_gtin(code)


def _draw_link(code: str, address: str, output: Path, ending: str) -> None:
    link = make_digital_link(address, _read_number(code))
    if link is None:
        raise BadInput(
            say(
                "{code} is a number of a city, which means nothing elsewhere and has no QR code; nothing was written.",
                code=code,
            )
        )
    segno.make(link, micro=False, error="m").save(str(output), kind=ending, scale=QR_SCALE[ending], border=4)


@barcode.command("issue")
@click.argument("product")
@as_user
@as_json_option
@pass_context
def issue(context: Context, *, product: str, login: str, as_json: bool) -> None:
    """Give the PRODUCT the next number of the city register."""
    with context.acting(login) as (session, by):
        number = issue_number(session, by=by, product=get_product(session, product), on=get_office_day(session))
        placed = place_everywhere(session, by)
    if as_json:
        print_json({"product": product, "number": number, "placed": placed})
    else:
        click.echo(f"{product} has the number {number} now; {placed} parked lines were placed.")


@barcode.command("retire")
@click.argument("number")
@click.option("--reason", required=True, help="Why; it is kept, and shown with the number.")
@as_user
@pass_context
def retire(context: Context, *, number: str, reason: str, login: str) -> None:
    """Take the NUMBER out of use after today; it goes on finding its product."""
    with context.acting(login) as (session, by):
        retire_number(session, by=by, number=number, reason=reason, on=get_office_day(session))
    click.echo(f"{number} is in use until today, and is never given again.")


@barcode.command("prefix")
@click.argument("digits")
@as_user
@pass_context
def prefix(context: Context, *, digits: str, login: str) -> None:
    """Let new numbers of the register begin with DIGITS, two to seven from 20 to 29."""
    with context.acting(login) as (session, by):
        terms = get_register_terms(session)
        set_register_terms(
            session, by=by, prefix=digits, before_papers=terms.before_papers, public_address=terms.public_address
        )
    click.echo(f"New numbers begin with {digits}.")


@barcode.command("reserve")
@click.argument("first")
@click.argument("last", required=False)
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option("--note", required=True, help="What the partner uses them for.")
@as_user
@pass_context
def reserve(context: Context, *, first: str, last: str | None, partner_code: str, note: str, login: str) -> None:
    """Note that a partner uses the numbers from FIRST to LAST itself; the first digits are enough."""
    with context.acting(login) as (session, by):
        partner = get_partner(session, partner_code)
        found = reserve_range(session, by=by, partner_id=partner.id, first=first, last=last, note=note)
    click.echo("The range was noted; none of its numbers is given any more.")
    for one in found:
        click.echo(f"In its way: {one.number}; its product needs another number.", err=True)


@barcode.command("register")
@click.option("-o", "--output", required=True, type=NEW_FILE, help="File to write: .pdf, .xlsx or .csv.")
@as_user
@pass_context
def register(context: Context, *, output: Path, login: str) -> None:
    """Write all numbers with what they stand for, for the partners' master data."""
    ending = output.suffix.lower().lstrip(".")
    if ending not in {"pdf", "xlsx", "csv"}:
        raise BadInput(say("“{file}” ends in none of .pdf, .xlsx and .csv; nothing was written.", file=output.name))
    region = get_region(context.database, context.region).name
    with context.acting(login) as (session, by):
        if ending == "pdf":
            content = print_register(session, by=by, region=region, on=get_office_day(session))
        else:
            content = _write_list(session, by, ending)
    output.write_bytes(content)
    click.echo(f"{output} was written.")


def _write_list(session: Session, by: Actor, ending: str) -> bytes:
    on = get_office_day(session)
    count = find_number_page(session, by=by, on=on, wish=Wish(rows=1)).total
    found = find_number_page(session, by=by, on=on, wish=Wish(sort="number", rows=max(count, 1)))
    rows = [[row[head] for head in HEADS] for row in found.rows]
    if ending == "xlsx":
        return write_xlsx(HEADS, rows, sheet="numbers")
    return write_csv(HEADS, rows).encode("utf-8-sig")
