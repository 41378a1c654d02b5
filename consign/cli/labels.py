"""Labels on the command line: made at once, read again, and written to a file."""

from datetime import date, datetime
from pathlib import Path

import click

from consign.catalogue.label_facts import Look, Wanted
from consign.catalogue.labels import Sheet, draw_labels
from consign.catalogue.rules import LabelsRefused
from consign.catalogue.stocks import find_stock_called
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, working
from consign.partners.queries import get_office_day
from consign.sentence import say
from reports.symbol_sizes import PRINTERS_DPI

LOOK = ("content", "price", "producer", "permit", "halal", "qr")


@click.command()
@click.argument("products", metavar="PRODUCT[=COPIES]...", nargs=-1, required=True)
@click.option("--stock", required=True, metavar="NAME", help="Label paper, such as “Tom & Jerry 107”.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write."
)
@click.option("--copies", type=click.IntRange(1), default=1, help="Labels of each product that names no number.")
@click.option("--dpi", type=click.Choice([str(one) for one in PRINTERS_DPI]), help="Of the printer; else the paper's.")
@click.option("--start", type=click.IntRange(1), default=1, help="First free position on the sheet, row by row.")
@click.option("--batch", help="Batch (kode produksi).")
@click.option("--expires", type=DAY, help="Last day on which the goods are at their best.")
@click.option("--with", "bears", multiple=True, type=click.Choice(LOOK), help="What the label bears; may be repeated.")
@click.option("--code128", is_flag=True, help="Draw the region's own code as Code 128 instead of the number.")
@click.option("--small", is_flag=True, help="Allow bars thinner than the standard; a test scan must have been passed.")
@as_user
@as_json_option
@pass_context
def labels(
    context: Context,
    *,
    products: tuple[str, ...],
    stock: str,
    output: Path,
    copies: int,
    dpi: str | None,
    start: int,
    batch: str | None,
    expires: datetime | None,
    bears: tuple[str, ...],
    code128: bool,
    small: bool,
    login: str,
    as_json: bool,
) -> None:
    """Make labels of one producer's products; every symbol is read again before the file is written."""
    expires_on = expires.date() if expires else None
    wanted = [_read_wanted(one, copies, batch, expires_on) for one in products]
    look = Look(**{name: name in (bears or ("content", "producer")) for name in LOOK}, code128=code128)
    with context.acting(login) as (session, by), working("labels"):
        chosen = find_stock_called(session, by=by, name=stock)
        sheet = Sheet(chosen.id, int(dpi) if dpi else chosen.dpi, start, small)
        on = get_office_day(session)
        notices, made = draw_labels(session, by=by, wanted=wanted, look=look, sheet=sheet, on=on)
    output.write_bytes(made.pdf)
    if as_json:
        facts = {"file": str(output), "copies": sum(one.copies for one in wanted), "decoded": made.decoded}
        print_json({**facts, "notices": notices})
        return
    for notice in notices:
        click.echo(f"Note: {notice}", err=True)
    click.echo(f"{output}: {sum(one.copies for one in wanted)} labels, {made.decoded} symbols read again, all right.")


def _read_wanted(text: str, copies: int, batch: str | None, expires_on: date | None) -> Wanted:
    code, sign, number = text.partition("=")
    if sign and not (number.isascii() and number.isdigit()):
        raise LabelsRefused(say("“{text}” is no number of labels; write CODE=24. No labels were made.", text=text))
    return Wanted(code, int(number) if sign else copies, batch, expires_on)
