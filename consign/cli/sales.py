"""Sales files: look at them, post them, and solve what waits."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from consign.cli.chasing import missing, remind
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.cli.sales_options import FILE, read_answers, read_layout, reading_options
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
from consign.cli.sales_waiting import dismiss, forget, means, parked, place, problems
from consign.cli.sales_ways import template, watch
from consign.errors import ConsignError, NeedsDecision
from consign.identity.rules import Act, authorize
from consign.jobs.posting import Handover, post_sales_archive, post_sales_file
from consign.listing import Wish
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_store
from consign.sales.ending import cancel_upload, reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.finding_lists import find_finding_page
from consign.sales.inspecting import inspect_archive, inspect_file
from consign.sales.lists import get_upload_seen
from consign.sales.no_sales import confirm_no_sales
from consign.sales.queries import find_uploads
from consign.sales.rules import Overlap
from consign.tabular.archive import is_archive


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


sales.add_command(problems)
sales.add_command(parked)
sales.add_command(place)
sales.add_command(means)
sales.add_command(forget)
sales.add_command(dismiss)
sales.add_command(missing)
sales.add_command(remind)
sales.add_command(template)
sales.add_command(watch)
