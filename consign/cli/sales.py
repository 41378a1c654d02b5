"""Sales files: look at them, post them, and solve what waits."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import click

from consign.catalogue.actions import add_product_alias, end_product_alias
from consign.catalogue.queries import find_by_number, get_product
from consign.cli.chasing import missing, remind
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.cli.sales_output import (
    BAD_INPUT,
    NEEDS_DECISION,
    find_status,
    show_inspection,
    show_members,
    show_outcomes,
    tell_answer,
    tell_progress,
    tell_refusal,
)
from consign.cli.sales_ways import template, watch
from consign.errors import BadInput, ConsignError, NeedsDecision
from consign.identity.rules import Act, authorize
from consign.jobs.posting import Handover, post_sales_archive, post_sales_file
from consign.listing import Wish
from consign.money import Rupiah
from consign.partners.actions import add_store_alias, end_store_alias
from consign.partners.queries import get_partner, get_store
from consign.sales.alias_lists import PRODUCT, STORE, find_files_by_meaning, get_meaning
from consign.sales.ending import cancel_upload, reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.finding_lists import find_finding_page
from consign.sales.inspecting import inspect_archive, inspect_file
from consign.sales.layout import KindEffect, Layout, Role
from consign.sales.lists import get_upload_seen
from consign.sales.mapping import Answers
from consign.sales.no_sales import confirm_no_sales
from consign.sales.placing import dismiss_parked, place_parked
from consign.sales.problem_rows import refuse_unread
from consign.sales.queries import count_waiting, find_file_count, find_parked, find_uploads
from consign.sales.rules import Overlap
from consign.sales.suggestions import find_suggestions
from consign.sentence import say, say_all
from consign.tabular.archive import is_archive
from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle
from consign.web.language import LANGUAGES
from consign.web.problem_file import write_problem_file
from reports.statement import format_quantity

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a file is read."""
    options = (
        click.option("--profile", type=FILE, help="JSON file with the layout: columns, scale, receipts, kinds."),
        click.option(
            "--map",
            "columns",
            multiple=True,
            metavar="ROLE=HEADER",
            help="Which column holds a role; repeatable.",
        ),
        click.option("--number-style", type=click.Choice(["id", "en"]), help="id: 1.234.567,00   en: 1,234,567.00"),
        click.option(
            "--date-order",
            type=click.Choice(["dmy", "mdy"]),
            help="Whether the day or the month stands first.",
        ),
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            metavar="WORD=EFFECT",
            help="What a kind of row is: sale, return, ignore, given_back.",
        ),
        click.option(
            "--day-begins",
            "day_begins_at",
            type=click.IntRange(0, 23),
            metavar="HOUR",
            help="Hour at which the business day begins; earlier sales belong to the day before.",
        ),
        click.option("--dollar-is-rupiah", is_flag=True, help="Amounts with a dollar sign count rupiah."),
        click.option("--from", "first", type=DAY, help="First day the file speaks about, if it has no dates."),
        click.option("--until", "last", type=DAY, help="Last day the file speaks about, if it has no dates."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def sales() -> None:
    """Look at sales files, post them, and solve what waits."""


@sales.command("inspect")
@click.argument("file", type=FILE)
@click.option("--store", help="Store the file is from, if it does not say.")
@reading_options
@as_json_option
def inspect(
    *,
    file: Path,
    store: str | None,
    profile: Path | None,
    columns: tuple[str, ...],
    number_style: str | None,
    date_order: str | None,
    kinds: tuple[str, ...],
    day_begins_at: int | None,
    dollar_is_rupiah: bool,
    first: datetime | None,
    last: datetime | None,
    as_json: bool,
) -> int:
    """Identify, map and read FILE, or each file in an archive, without a database.

    Ends with 3 where a person must decide.
    """
    look = partial(
        inspect_file,
        layout=read_layout(profile),
        answers=replace(
            read_answers(columns, number_style, date_order, kinds, accept=True),
            day_begins_at=day_begins_at,
            dollar_is_rupiah=dollar_is_rupiah or None,
        ),
        store_stated=store is not None,
        first=first.date() if first else (last.date() if last else None),
        last=last.date() if last else None,
    )
    if is_archive(file):
        with working(f"Reading {file.name}"):
            members = list(inspect_archive(file, look))
        return show_members(members, as_json=as_json)
    with working(f"Reading {file.name}"):
        found = look(file)
    return show_inspection(found, as_json=as_json)


@sales.command("post")
@click.argument("paths", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option("--partner", required=True, metavar="CODE")
@click.option("--store", metavar="CODE", help="Store the files are from, if they do not say.")
@reading_options
@click.option(
    "--accept-mapping",
    is_flag=True,
    help="Take the suggested columns of a new layout and keep them as its profile.",
)
@click.option("--on-overlap", type=click.Choice([one.value for one in Overlap]), default="ask", show_default=True)
@click.option("--dry-run", is_flag=True, help="Do everything, show the outcome, keep nothing.")
@as_user
@as_json_option
@pass_context
def post(
    context: Context,
    *,
    paths: tuple[Path, ...],
    partner: str,
    store: str | None,
    profile: Path | None,
    columns: tuple[str, ...],
    number_style: str | None,
    date_order: str | None,
    kinds: tuple[str, ...],
    day_begins_at: int | None,
    dollar_is_rupiah: bool,
    first: datetime | None,
    last: datetime | None,
    accept_mapping: bool,
    on_overlap: str,
    dry_run: bool,
    login: str,
    as_json: bool,
) -> int:
    """Post sales files, and those inside archives: every row is posted, known, ignored or parked.

    One file that is refused or needs a decision does not keep the others back; the status is the worst one's.
    """
    decisions = Decisions(
        layout=read_layout(profile),
        answers=replace(
            read_answers(columns, number_style, date_order, kinds, accept=accept_mapping),
            day_begins_at=day_begins_at,
            dollar_is_rupiah=dollar_is_rupiah or None,
        ),
        overlap=Overlap(on_overlap),
    )
    results: list[dict[str, Any]] = []
    status, has_archive = 0, False
    with working("Posting") as progress:
        for path in paths:
            hand_over = partial(
                post_sales_archive if is_archive(path) else post_sales_file,
                context.database, context.files, region=context.region, login=login, decisions=decisions,
                dry_run=dry_run, tell=partial(tell_progress, progress, path.name),
            )  # fmt: skip
            handover = Handover(path, partner, store, first.date() if first else None, last.date() if last else None)
            try:
                outcome = hand_over(handover=handover)
                if isinstance(outcome, list):
                    has_archive = True
                    results += [tell_answer(path.name, one) for one in outcome]
                    status = max([status, *(find_status(one) for one in outcome)])
                else:
                    results.append({"file": path.name, **vars(outcome)})
            except NeedsDecision as needed:
                status = max(status, NEEDS_DECISION)
                results.append({"file": path.name, "questions": needed.questions})
            except ConsignError as error:
                if len(paths) == 1:
                    raise
                status = max(status, BAD_INPUT)
                results.append({"file": path.name, "refused": tell_refusal(error)})
    if as_json:
        print_json(results if has_archive or len(results) > 1 else results[0])
    else:
        show_outcomes(results, dry_run=dry_run)
    return status


@sales.command("findings")
@click.argument("upload", type=int)
@as_user
@as_json_option
@pass_context
def findings(context: Context, *, upload: int, login: str, as_json: bool) -> None:
    """Show what is odd about the lines of an UPLOAD; they are posted all the same."""
    with context.acting(login) as (session, by):
        seen = get_upload_seen(session, by=by, upload_id=str(upload))
        rows = find_finding_page(session, upload_id=seen.upload.id, wish=Wish().for_export()).rows
    if as_json:
        print_json([{name: row[name] for name in row if name != "detail"} for row in rows])
        return
    print_table(
        ("Found", "Product", "Store", "Lines", "Amount", "Row", "In detail"),
        [
            (
                row["code"],
                row["product"],
                row["store"],
                row["lines"],
                Rupiah(row["amount_rp"]),
                row["first_row"],
                row["said"],
            )
            for row in rows
        ],
        right=("Lines", "Amount", "Row"),
    )


@sales.command("uploads")
@click.option("--partner", metavar="CODE")
@as_user
@as_json_option
@pass_context
def uploads(context: Context, *, partner: str | None, login: str, as_json: bool) -> None:
    """List the last uploads."""
    with context.acting(login) as (session, by):
        partner_id = get_partner(session, partner).id if partner else None
        authorize(by, Act.READ_SALES, partner_id=partner_id, store_id=by.store_id)
        found = [
            {
                "upload": one.id,
                "file": one.name,
                "status": one.status,
                "rows": one.rows_read,
                "received_at": f"{one.received_at:%Y-%m-%d %H:%M} UTC",
            }
            for one in find_uploads(session, partner_id=partner_id)
        ]
    if as_json:
        print_json(found)
    else:
        print_table(("Upload", "File", "Status", "Rows", "Received"), [tuple(one.values()) for one in found])


@sales.command("problems")
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


@sales.command("parked")
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


@sales.command("place")
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


@sales.command("means")
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


@sales.command("forget")
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


@sales.command("dismiss")
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


@sales.command("none")
@click.option("--partner", required=True, metavar="CODE")
@click.option("--store", required=True, metavar="CODE")
@click.option("--day", type=DAY, required=True)
@as_user
@pass_context
def none(context: Context, *, partner: str, store: str, day: datetime, login: str) -> None:
    """Say that a store sold nothing on a day."""
    with context.acting(login) as (session, by):
        outlet = get_store(session, partner_id=get_partner(session, partner).id, code=store)
        confirm_no_sales(session, by=by, store=outlet, day=day.date())
    click.echo(f"{store} sold nothing on {day:%d/%m/%Y}.")


@sales.command("cancel")
@click.argument("upload", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def cancel(context: Context, *, upload: int, reason: str, login: str) -> None:
    """Give up an UPLOAD that was not posted; its file may be handed in again."""
    with context.acting(login) as (session, by):
        cancel_upload(session, by=by, upload_id=upload, reason=reason)
    click.echo(f"Upload {upload} was given up; nothing of it is posted.")


@sales.command("reverse")
@click.argument("upload", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def reverse(context: Context, *, upload: int, reason: str, login: str) -> None:
    """Take everything that an UPLOAD alone reported out of the books."""
    with working("Reversing"), context.acting(login) as (session, by):
        lines = reverse_upload(session, by=by, upload_id=upload, reason=reason)
    click.echo(f"{lines} lines of upload {upload} were reversed.")


sales.add_command(missing)
sales.add_command(remind)
sales.add_command(template)
sales.add_command(watch)


def read_layout(profile: Path | None) -> Layout | None:
    """Read the layout in a JSON file.

    Raises:
        BadInput: the file holds no layout.

    """
    if profile is None:
        return None
    try:
        given = json.loads(profile.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(
            say("{file} holds no JSON ({error}); nothing was read.", file=profile.name, error=error)
        ) from error
    if not isinstance(given, dict):
        raise BadInput(say("{file} holds no layout; nothing was read.", file=profile.name))
    return Layout.from_json(given)


def read_answers(
    columns: tuple[str, ...],
    number_style: str | None,
    date_order: str | None,
    kinds: tuple[str, ...],
    *,
    accept: bool,
) -> Answers:
    """Gather what the options say about the layout.

    Raises:
        BadInput: an option is not NAME=VALUE, or names no role or effect.

    """
    try:
        return Answers(
            columns={Role(role): header for role, header in (_split(one) for one in columns)},
            number_style=NumberStyle(number_style) if number_style else None,
            date_order=DateOrder(date_order) if date_order else None,
            kinds={normalize(word): KindEffect(effect) for word, effect in (_split(one) for one in kinds)},
            accept_suggestion=accept,
        )
    except ValueError as error:
        raise BadInput(say("{error}; nothing was read.", error=error)) from error


def _split(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise BadInput(say("'{given}' is not NAME=VALUE; nothing was read.", given=given))
    return name, value
