"""Ways in for stores whose till exports nothing, and for folders into which tills write."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import click

from consign import clock
from consign.cli.context import DAY, Context, as_user, pass_context
from consign.cli.output import as_plain
from consign.cli.speaking import language_option
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_store
from consign.sales.template import choose_span, write_template
from consign.watching.folder import plain_name
from consign.watching.outcomes import ASKING, DONE, LATER, REFUSED, Taken
from consign.watching.watcher import Watcher
from consign.web.language import LANGUAGES, Language

NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
STATUS = {DONE: 0, LATER: 1, REFUSED: 2, ASKING: 3}
"""With what a single look ends, by the worst that a file came to; a file that nobody could read is the least of them."""


@click.command("template")
@click.option("--partner", required=True, metavar="CODE")
@click.option("--store", required=True, metavar="CODE")
@click.option("--from", "first", type=DAY, help="First day; else the last seven days.")
@click.option("--until", "last", type=DAY, help="Last day; at most 31 days.")
@click.option("-o", "--output", type=NEW_FILE, required=True, help="Workbook to write (XLSX).")
@language_option
@as_user
@pass_context
def template(
    context: Context,
    *,
    partner: str,
    store: str,
    first: datetime | None,
    last: datetime | None,
    output: Path,
    language: Language,
    login: str,
) -> None:
    """Write a workbook with a store's products and a column for each day, to fill in and hand in."""
    with context.acting(login) as (session, by):
        outlet = get_store(session, partner_id=get_partner(session, partner).id, code=store)
        span = choose_span(
            first.date() if first else None, last.date() if last else None, today=clock.today(outlet.zone)
        )
        content = write_template(session, by=by, store=outlet, span=span, tell=language.say, language=language.code)
    output.write_bytes(content)
    click.echo(f"{output} was written.")


@click.command("watch")
@click.argument("folder", type=FOLDER)
@click.option("--once", is_flag=True, help="Take what lies there and end; the status is that of the worst file.")
@click.option(
    "--interval", "interval_s", type=click.FloatRange(0.1, 3600), default=5, show_default=True,
    help="Seconds between two looks; a file is taken once two found it alike.",
)  # fmt: skip
@as_user
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each file.")
@pass_context
def watch(context: Context, *, folder: Path, once: bool, interval_s: Any, login: str, as_json: bool) -> int:  # noqa: ANN401  # click's number
    """Post the sales files that appear in FOLDER/PARTNER/ or FOLDER/PARTNER/STORE/, and move each to done, refused or asking.

    It may be killed at any moment, and several may watch the same folder: no file is lost, and nothing is counted twice.
    """
    tell: dict[str, Callable[[str], str]] = {code: language.say for code, language in LANGUAGES.items()}
    watcher = Watcher(
        context.database, context.files, region=context.region, login=login, folder=folder.resolve(), tell=tell
    )
    status = 0
    with _until_stopped() as stop:
        for number in count(1):
            for taken in watcher.look(stopping=stop.is_set):
                _tell(taken, as_json=as_json)
                status = max(status, STATUS[taken.state])
            if (once and number > 1) or stop.wait(interval_s):
                break
    return status if once else 0


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Give an event that is set once the process is asked to end; what is under way then is finished."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(taken: Taken, *, as_json: bool) -> None:
    """Print one line about a file."""
    if as_json:
        facts = {name: value for name, value in vars(taken).items() if value not in (None, ())}
        facts |= {name: plain_name(str(facts[name])) for name in ("file", "moved_to", "reason") if name in facts}
        click.echo(json.dumps(as_plain(facts), ensure_ascii=False))
        return
    where = "/".join(filter(None, (taken.partner, taken.store, taken.file.name)))
    click.echo(plain_name(f"{where}: {_describe(taken)}"))


def _describe(taken: Taken) -> str:
    if taken.outcome is not None:
        one = taken.outcome
        counts = (
            f"{one.rows_read} rows, {one.posted} posted, {one.known} known, {one.ignored} ignored, {one.parked} parked"
        )
        stays = "" if taken.moved_to else "; it was changed meanwhile and stays"
        return f"upload {one.upload_id}, {counts}, sales {Rupiah(one.sales_rp)}{stays}"
    if taken.questions:
        return f"upload {taken.upload_id} waits for a person: {'; '.join(str(one.why) for one in taken.questions)}"
    return f"{taken.state}: {taken.reason}" + (f" [{taken.code}]" if taken.code else "")
