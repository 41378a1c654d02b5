"""Sales files: look at them, post them, and solve what waits."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.cli.sales_ways import template, watch
from consign.errors import BadInput, ConsignError, NeedsDecision
from consign.identity.rules import Act, authorize
from consign.jobs import Handover, post_sales_file
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_store
from consign.sales import actions
from consign.sales.inspecting import inspect_file
from consign.sales.layout import KindEffect, Layout, Role
from consign.sales.mapping import Answers
from consign.sales.queries import find_parked, find_uploads
from consign.sales.rules import Overlap
from consign.sentence import say
from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle
from reports.statement import format_quantity

NEEDS_DECISION = 3
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
            help="What a kind of row is: sale, return, ignore.",
        ),
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
    first: datetime | None,
    last: datetime | None,
    as_json: bool,
) -> int:
    """Identify, map and read FILE without a database. Ends with 3 where a person must decide."""
    with working(f"Reading {file.name}"):
        found = inspect_file(
            file,
            layout=read_layout(profile),
            answers=read_answers(columns, number_style, date_order, kinds, accept=True),
            store_stated=store is not None,
            first=first.date() if first else (last.date() if last else None),
            last=last.date() if last else None,
        )
    if as_json:
        print_json(found)
    else:
        facts = {
            name: value
            for name, value in vars(found).items()
            if name not in {"problem_rows", "ignored_rows", "questions"}
        }
        print_table(("What", "Found"), [(name, _in_words(value)) for name, value in facts.items()])
        print_table(
            ("Row", "Column", "Cell", "Problem"),
            [(row["row"], row["column"], row["cell"], row["code"]) for row in found.problem_rows],
        ) if found.problem_rows else None
        for question in found.questions:
            click.echo(f"{question.about}: {question.why} ({', '.join(question.choices)})")
    return NEEDS_DECISION if found.questions else 0


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
    first: datetime | None,
    last: datetime | None,
    accept_mapping: bool,
    on_overlap: str,
    dry_run: bool,
    login: str,
    as_json: bool,
) -> int:
    """Post sales files: every row is posted, known, ignored or parked.

    One file that is refused or needs a decision does not keep the others back; the status is the worst one's.
    """
    decisions = actions.Decisions(
        layout=read_layout(profile),
        answers=read_answers(columns, number_style, date_order, kinds, accept=accept_mapping),
        overlap=Overlap(on_overlap),
    )
    results: list[dict[str, Any]] = []
    status = 0
    with working("Posting", total=len(paths)) as progress:
        for path in paths:
            handover = Handover(path, partner, store, first.date() if first else None, last.date() if last else None)
            try:
                outcome = post_sales_file(
                    context.database, context.files, region=context.region, login=login, handover=handover,
                    decisions=decisions, dry_run=dry_run,
                )  # fmt: skip
                results.append({"file": path.name, **vars(outcome)})
            except NeedsDecision as needed:
                status = max(status, NEEDS_DECISION)
                results.append({"file": path.name, "questions": needed.questions})
            except ConsignError as error:
                if len(paths) == 1:
                    raise
                status = max(status, 2)
                results.append({"file": path.name, "refused": {"code": error.code, "reason": str(error)}})
            progress.advance(progress.task_ids[0])
    show_outcomes(results, as_json=as_json, dry_run=dry_run)
    return status


def show_outcomes(results: list[dict[str, Any]], *, as_json: bool, dry_run: bool) -> None:
    """Print what each file did, with sums below."""
    if as_json:
        print_json(results[0] if len(results) == 1 else results)
        return
    counts = ("rows_read", "posted", "known", "ignored", "parked")
    done = [one for one in results if "rows_read" in one]
    rows = [
        (one["file"], *(one[name] for name in counts), Rupiah(one["sales_rp"]), Rupiah(one["fee_rp"])) for one in done
    ]
    if len(done) > 1:
        sums = tuple(sum(one[name] for one in done) for name in counts)
        money = tuple(Rupiah(sum(one[name] for one in done)) for name in ("sales_rp", "fee_rp"))
        rows.append(("Together", *sums, *money))
    titles = ("File", "Rows", "Posted", "Known", "Ignored", "Parked", "Sales", "Fee")
    print_table(titles, rows, right=titles[1:])
    for one in results:
        if one.get("price_differs"):
            click.echo(f"{one['file']}: {one['price_differs']} posted lines have another price than was agreed.")
        for question in one.get("questions", ()):
            choices = f" ({', '.join(question.choices)})" if question.choices else ""
            click.echo(f"{one['file']}: nothing was posted. {question.about}: {question.why}{choices}", err=True)
        if "refused" in one:
            click.echo(f"{one['file']}: {one['refused']['reason']} [{one['refused']['code']}]", err=True)
    if dry_run:
        click.echo("A rehearsal: nothing was kept.")


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
    if as_json:
        print_json(found)
        return
    print_table(
        ("Waits for", "Cell", "Name", "Lines", "Quantity", "Gross", "Perhaps"),
        [
            (
                one.reason,
                one.cell,
                one.name,
                one.lines,
                format_quantity(Decimal(one.quantity)),
                Rupiah(one.gross_rp),
                one.suggestion,
            )
            for one in found
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
        placed = actions.place_parked(session, by=by, partner_id=partner_id)
    click.echo(f"{placed} parked lines were placed.")


@sales.command("dismiss")
@click.argument("upload", type=int)
@click.argument("row", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def dismiss(context: Context, *, upload: int, row: int, reason: str, login: str) -> None:
    """Let a parked ROW of an UPLOAD count as ignored, for a reason."""
    with context.acting(login) as (session, by):
        actions.dismiss_parked(session, by=by, upload_id=upload, row_no=row, note=reason)
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
        actions.confirm_no_sales(session, by=by, store=outlet, day=day.date())
    click.echo(f"{store} sold nothing on {day:%d/%m/%Y}.")


@sales.command("cancel")
@click.argument("upload", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def cancel(context: Context, *, upload: int, reason: str, login: str) -> None:
    """Give up an UPLOAD that was not posted; its file may be handed in again."""
    with context.acting(login) as (session, by):
        actions.cancel_upload(session, by=by, upload_id=upload, reason=reason)
    click.echo(f"Upload {upload} was given up; nothing of it is posted.")


@sales.command("reverse")
@click.argument("upload", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def reverse(context: Context, *, upload: int, reason: str, login: str) -> None:
    """Take everything that an UPLOAD alone reported out of the books."""
    with working("Reversing"), context.acting(login) as (session, by):
        lines = actions.reverse_upload(session, by=by, upload_id=upload, reason=reason)
    click.echo(f"{lines} lines of upload {upload} were reversed.")


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


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {item}" for key, item in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "")
