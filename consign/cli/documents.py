"""Papers on the command line: reading a file, the queue, and deciding."""

import tempfile
from pathlib import Path

import click
from sqlalchemy.orm import Session

from compliance.facts import Kind
from compliance.reading import PaperRefused, Reading, read_paper
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.cli.speaking import language_option
from consign.documents.queue import find_queue_page
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, DocumentRefused
from consign.documents.wording import sentence_of
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.models.documents import Document
from consign.partners.queries import get_office_day
from consign.web.language import Language

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WAITING_AT_MOST = 1_000
"""Papers of the queue that are listed, those that wait longest first."""
QUEUE = ("id", "kind", "state", "number", "producer_code", "producer", "verdict", "submitted_at", "claimed_by_name")
"""What is told of each paper in the queue."""


@click.group()
def documents() -> None:
    """Read papers, list those that wait for the dinas, and decide about them."""


@documents.command("read")
@click.argument("file", type=FILE)
@click.option("--kind", type=click.Choice([one.value for one in Kind]), help="What kind of paper it is, if known.")
@language_option
@as_json_option
def read(*, file: Path, kind: str | None, language: Language, as_json: bool) -> None:
    """Say what stands on the paper in FILE, without a database; the file stays as it is."""
    with tempfile.TemporaryDirectory(prefix="consign-") as scratch:
        try:
            found = read_paper(file, kind=Kind(kind) if kind else None, scratch=Path(scratch))
        except PaperRefused as refusal:
            raise DocumentRefused(sentence_of(refusal)) from refusal
    if as_json:
        print_json(_describe(found))
        return
    guess = language.word(found.kind_guess, "paper_kind") or "?"
    click.echo(f"{guess}, {found.media_type}, {len(found.pages)} page(s)")
    print_table(
        ("what", "value", "sure", "of 1000", "page", "from", "as it stands there"),
        [
            (one.field, one.value, "yes" if one.sure else "no", one.confidence, one.page + 1, one.source, one.text)
            for one in found.values
        ],
        right=("of 1000", "page"),
    )


def _describe(found: Reading) -> dict[str, object]:
    """Return what a program is told; pages are counted from 0, places are in per mille of the page."""
    return {
        "media_type": found.media_type,
        "kind": found.kind_guess,
        "pages": len(found.pages),
        "ocr": found.ocr,
        "codes": found.codes,
        "values": found.values,
    }


@documents.command("queue")
@as_user
@as_json_option
@pass_context
def queue(context: Context, *, login: str, as_json: bool) -> None:
    """List the papers that wait for a decision, the one that waits longest first."""
    with context.acting(login) as (session, by):
        found = find_queue_page(session, by=by, wish=Wish(rows=WAITING_AT_MOST))
    rows = [{name: row[name] for name in QUEUE} for row in found.rows]
    if as_json:
        print_json({"waiting": found.total, "papers": rows})
    else:
        print_table(QUEUE, [tuple(row.values()) for row in rows], right=("id",))


@documents.command("approve")
@click.argument("document_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--consulted", metavar="SOURCE", required=True, help="Where you looked it up, such as oss.go.id.")
@click.option("--reason", help="Why, where the check found something wrong with it.")
@as_user
@as_json_option
@pass_context
def approve(
    context: Context, *, document_id: int, consulted: str, reason: str | None, login: str, as_json: bool
) -> None:
    """Approve the paper ID; what it replaces is in force no longer."""
    with context.acting(login) as (session, by):
        _decide(session, by=by, document_id=document_id, decision=Decision.APPROVE, reason=reason, consulted=consulted)
        _tell(session, document_id, as_json=as_json)


@documents.command("return")
@click.argument("document_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="What is wrong with it; the producer is told.")
@click.option("--reject", is_flag=True, help="Reject it for good; else the producer is to correct it.")
@as_user
@as_json_option
@pass_context
def return_(context: Context, *, document_id: int, reason: str, reject: bool, login: str, as_json: bool) -> None:
    """Send the paper ID back to its producer; an earlier one stays in force."""
    decision = Decision.REJECT if reject else Decision.NEEDS_CORRECTION
    with context.acting(login) as (session, by):
        _decide(session, by=by, document_id=document_id, decision=decision, reason=reason, consulted=None)
        _tell(session, document_id, as_json=as_json)


def _decide(
    session: Session, *, by: Actor, document_id: int, decision: Decision, reason: str | None, consulted: str | None
) -> None:
    """Take the paper out of the queue and decide about it at once."""
    claim_document(session, by=by, document_id=document_id)
    decide_document(
        session,
        by=by,
        document_id=document_id,
        decision=decision,
        reason=reason,
        consulted=consulted,
        on=get_office_day(session),
    )


def _tell(session: Session, document_id: int, *, as_json: bool) -> None:
    document = session.get_one(Document, document_id)
    if as_json:
        print_json({"id": document.id, "kind": document.kind, "state": document.state, "verdict": document.verdict})
    else:
        click.echo(f"Paper {document.id} ({document.kind}) is now: {document.state}.")
