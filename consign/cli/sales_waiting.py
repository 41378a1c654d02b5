"""Rows that wait: what for, what their cells mean, placing and dismissing them."""

from decimal import Decimal
from pathlib import Path

import click

from consign.catalogue.actions import add_product_alias, end_product_alias
from consign.catalogue.queries import find_by_number, get_product
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.errors import BadInput
from consign.identity.rules import Act, authorize
from consign.listing import Wish
from consign.money import Rupiah
from consign.partners.actions import add_store_alias, end_store_alias
from consign.partners.queries import get_partner, get_store
from consign.sales.alias_lists import PRODUCT, STORE, find_files_by_meaning, get_meaning
from consign.sales.lists import get_upload_seen
from consign.sales.placing import dismiss_parked, place_parked
from consign.sales.problem_rows import refuse_unread
from consign.sales.queries import count_waiting, find_file_count, find_parked
from consign.sales.suggestions import find_suggestions
from consign.sentence import say, say_all
from consign.web.language import LANGUAGES
from consign.web.problem_file import write_problem_file
from reports.statement import format_quantity


@click.command("problems")
@click.argument("upload")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.xlsx")
@click.option(
    "--language", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True,
    help="Language of the workbook.",
)  # fmt: skip
@as_user
@pass_context
def problems(context: Context, *, upload: str, output: Path, language: str, login: str) -> None:
    """Write the rows of an UPLOAD that wait to a workbook in which they can be mended and handed in again."""
    with working("Writing"), context.acting(login) as (session, by):
        authorize(by, Act.READ_SALES, partner_id=by.partner_id, store_id=by.store_id)
        seen = get_upload_seen(session, by=by, upload_id=upload)
        refuse_unread(seen.upload)
        with output.open("wb") as target:
            write_problem_file(session, context.files, target, upload=seen.upload, language=LANGUAGES[language])
        parked = find_file_count(session, seen.upload.id).parked
    click.echo(f"{parked} rows of upload {upload} were written to {output}.")


@click.command("parked")
@click.option("--partner", required=True, metavar="CODE")
@as_user
@as_json_option
@pass_context
def parked(context: Context, *, partner: str, login: str, as_json: bool) -> None:
    """Show what the partner's parked lines wait for."""
    with context.acting(login) as (session, by):
        partner_id = get_partner(session, partner).id
        authorize(by, Act.READ_SALES, partner_id=partner_id, store_id=by.store_id)
        found = find_parked(session, partner_id=partner_id, store_id=by.store_id)
        groups = [{**vars(one), "code": (one.cell or "").strip(), "partner_id": partner_id} for one in found]
        suggested = find_suggestions(session, groups)
    if as_json:
        print_json([{**vars(one), "suggestions": ranked} for one, ranked in zip(found, suggested, strict=True)])
        return
    print_table(
        ("Waits for", "Cell", "Name", "Lines", "Quantity", "Gross", "Perhaps", "Why"),
        [
            (
                one.reason,
                one.cell,
                one.name,
                one.lines,
                format_quantity(Decimal(one.quantity)),
                Rupiah(one.gross_rp),
                f"{ranked[0].label} ({ranked[0].code}), {ranked[0].score} of 100" if ranked else "",
                say_all(ranked[0].reasons) if ranked else "",
            )
            for one, ranked in zip(found, suggested, strict=True)
        ],
        right=("Lines", "Quantity", "Gross"),
    )


@click.command("place")
@click.option("--partner", required=True, metavar="CODE")
@as_user
@pass_context
def place(context: Context, *, partner: str, login: str) -> None:
    """Place parked lines whose store, product and agreement are known by now."""
    with working("Placing"), context.acting(login) as (session, by):
        partner_id = get_partner(session, partner).id
        authorize(by, Act.POST_SALES, partner_id=partner_id)
        placed = place_parked(session, by=by, partner_id=partner_id)
    click.echo(f"{placed} parked lines were placed.")


@click.command("means")
@click.option("--partner", required=True, metavar="CODE")
@click.option("--code", "cell", required=True, metavar="CELL", help="The code or store name as it stands in the files.")
@click.option("--product", metavar="NUMBER|CODE", help="The product: its barcode, or its code here.")
@click.option("--store", metavar="CODE", help="The store, where CELL is the name of one.")
@as_user
@as_json_option
@pass_context
def means(
    context: Context, *, partner: str, cell: str, product: str | None, store: str | None, login: str, as_json: bool
) -> None:
    """Say what a CELL of the partner's files means, and place the lines that wait for it."""
    if (product is None) == (store is None):
        raise BadInput(say("Say either which product or which store it means; nothing was changed."))
    with working("Placing"), context.acting(login) as (session, by):
        partner_id = get_partner(session, partner).id
        if store is not None:
            outlet = get_store(session, partner_id=partner_id, code=store)
            add_store_alias(session, by=by, store=outlet, alias=cell)
            meant = outlet.name
        else:
            goods = find_by_number(session, product or "") or get_product(session, product or "")
            add_product_alias(session, by=by, partner_id=partner_id, product=goods, alias=cell)
            meant = goods.name
        placed = place_parked(session, by=by, partner_id=partner_id)
        waiting = count_waiting(session, partner_id=partner_id, code=cell)
    if as_json:
        print_json({"code": cell, "means": meant, "placed": placed, "waiting": waiting})
        return
    click.echo(
        f"{cell} means {meant} from now on. {placed} parked lines were placed; {waiting} lines with it still wait."
    )


@click.command("forget")
@click.option("--partner", required=True, metavar="CODE")
@click.option("--code", "cell", required=True, metavar="CELL", help="The code or store name as it stands in the files.")
@click.option("--reason", required=True)
@click.option("--store-name", is_flag=True, help="CELL is the name of a store, not the code of a product.")
@as_user
@pass_context
def forget(context: Context, *, partner: str, cell: str, reason: str, store_name: bool, login: str) -> None:
    """Let a CELL that was said to mean something wrong mean nothing; list the files that were posted by it."""
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner)
        of = STORE if store_name else PRODUCT
        end = end_store_alias if store_name else end_product_alias
        end(session, by=by, partner_id=owner.id, alias=cell, reason=reason)
        meaning = get_meaning(session, of=of, partner=owner, alias=cell.strip())
        files = find_files_by_meaning(session, by=by, meaning=meaning, wish=Wish().for_export()).rows
    click.echo(f"{cell} names nothing any more. What was posted by it stays posted; reverse the files that are wrong:")
    print_table(
        ("Upload", "File", "Status", "Lines that waited", "All lines of it since"),
        [(row["id"], row["name"], row["status"], row["placed"], row["posted"]) for row in files],
        right=("Lines that waited", "All lines of it since"),
    )


@click.command("dismiss")
@click.argument("upload", type=int)
@click.argument("row", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def dismiss(context: Context, *, upload: int, row: int, reason: str, login: str) -> None:
    """Let a parked ROW of an UPLOAD count as ignored, for a reason."""
    with context.acting(login) as (session, by):
        dismiss_parked(session, by=by, upload_id=upload, row_no=row, note=reason)
    click.echo(f"Row {row} of upload {upload} counts as ignored.")
