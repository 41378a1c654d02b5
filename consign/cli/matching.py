"""Matching a bank's statement on the command line: what lines pay, posting it, undoing it, writing off small rests."""

from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from consign.banking.queries import get_bank_account
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.money import Rupiah
from consign.payments.accepting import accept, accept_split, undo_match
from consign.payments.match_facts import Proposal
from consign.payments.match_lists import get_open_statement
from consign.payments.matching import get_proposal, post_certain, propose
from consign.payments.other_lines import charge, own_transfer, refund
from consign.payments.writing_off import BEARERS, WRITTEN_OFF_FOR, decide_write_off, propose_write_off
from consign.sentence import say
from consign.settlement.shares import Share


@click.group()
def match() -> None:
    """Say what lines of the bank's statement are; write off small rests."""


@match.command("propose")
@click.option("--account", metavar="CODE", required=True, help="Account of the office.")
@click.option("--line", "lines", metavar="ID", type=int, multiple=True, help="Only this line; may be repeated.")
@as_user
@as_json_option
@pass_context
def propose_matches(context: Context, *, account: str, lines: Sequence[int], login: str, as_json: bool) -> None:
    """Show what the free lines of an account could be, each line's proposals ranked, with why. Nothing is posted."""
    with working("Matching"), context.acting(login) as (session, by):
        found = propose(session, by=by, account_id=get_bank_account(session, account).id, line_ids=lines or None)
    if as_json:
        print_json([_as_plain(one) for one in found])
        return
    print_table(
        ("Lines", "Proposal", "Rule", "Score", "For", "Amount", "Why"),
        [
            (
                ", ".join(str(line) for line, _ in one.taken),
                one.key,
                one.rule,
                "certain" if one.certain else one.score,
                one.label or f"{len(one.shares)} statements",
                Rupiah(sum(amount for _, amount in one.taken)),
                " ".join(one.why),
            )
            for one in found
        ],
        right=("Score", "Amount"),
    )


def _as_plain(one: Proposal) -> dict[str, object]:
    """Return a proposal as what JSON can hold."""
    return {
        "proposal": one.key, "kind": one.kind, "rule": one.rule, "score": one.score, "certain": one.certain,
        "why": [str(why) for why in one.why], "lines": {str(line): amount for line, amount in one.taken},
        "statements": {str(share.statement_id): share.amount_rp for share in one.shares}, "label": one.label,
        "difference_rp": one.difference_rp, "reason_code": one.reason_code,
    }  # fmt: skip


@match.command("certain")
@click.option("--account", metavar="CODE", required=True, help="Account of the office.")
@as_user
@pass_context
def certain(context: Context, *, account: str, login: str) -> None:
    """Post all payments whose number and amount tie while nothing else does. Doing it again posts nothing more."""
    with working("Matching"), context.acting(login) as (session, by):
        count = len(post_certain(session, by=by, account_id=get_bank_account(session, account).id))
    click.echo(f"{count} payments were certain and are posted.")


@match.command("accept")
@click.argument("line", type=int)
@click.option("--proposal", "key", metavar="KEY", required=True, help="Which one, as `consign match propose` shows it.")
@as_user
@pass_context
def accept_one(context: Context, *, line: int, key: str, login: str) -> None:
    """Post what is proposed for the line with the id LINE."""
    with context.acting(login) as (session, by):
        made = accept(session, get_proposal(session, by=by, line_id=line, key=key), by=by)
        number = made.id
    click.echo(f"Match {number} is posted.")


@match.command("split")
@click.option(
    "--line", "lines", metavar="ID=AMOUNT", multiple=True, required=True, help="So much of this line; may be repeated."
)
@click.option(
    "--pay",
    "payments",
    metavar="NUMBER=AMOUNT",
    multiple=True,
    required=True,
    help="So much for this statement; may be repeated.",
)
@click.option("--remark", default="", help="Why it is so.")
@as_user
@pass_context
def split(context: Context, *, lines: Sequence[str], payments: Sequence[str], remark: str, login: str) -> None:
    """Post what lines pay as you say it: together they give what the statements get."""
    with context.acting(login) as (session, by):
        taken = {_read_id(name): amount for name, amount in map(_read_pair, lines)}
        shares = [_read_share(session, given, by=by) for given in payments]
        number = accept_split(session, by=by, taken=taken, shares=shares, remark=remark).id
    click.echo(f"Match {number} is posted.")


def _read_pair(text: str) -> tuple[str, int]:
    name, _, amount = text.rpartition("=")
    digits = amount.replace(".", "")
    if not name or not (digits.isascii() and digits.isdigit()):
        raise BadInput(say("“{text}” is not written like NAME=AMOUNT; nothing was posted.", text=text))
    return name, int(digits)


def _read_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadInput(say("“{text}” is not written like NAME=AMOUNT; nothing was posted.", text=text))
    return int(text)


def _read_share(session: Session, text: str, *, by: Actor) -> Share:
    number, amount = _read_pair(text)
    return Share(get_open_statement(session, by=by, number=number)["id"], amount)


@match.command("charge")
@click.argument("line", type=int)
@as_user
@pass_context
def charge_line(context: Context, *, line: int, login: str) -> None:
    """Say that the line with the id LINE is the bank's charge, or interest it gave."""
    with context.acting(login) as (session, by):
        number = charge(session, by=by, line_id=line).id
    click.echo(f"Match {number} is posted.")


@match.command("refund")
@click.argument("lines", type=int, nargs=-1, required=True)
@as_user
@pass_context
def refund_lines(context: Context, *, lines: Sequence[int], login: str) -> None:
    """Say that money which came in by one of LINES was sent back by the others: together they come to nothing."""
    with context.acting(login) as (session, by):
        number = refund(session, by=by, line_ids=lines).id
    click.echo(f"Match {number} is posted.")


@match.command("own")
@click.argument("lines", type=int, nargs=2)
@as_user
@pass_context
def own(context: Context, *, lines: tuple[int, int], login: str) -> None:
    """Say that the two LINES are a transfer between accounts of the office."""
    with context.acting(login) as (session, by):
        number = own_transfer(session, by=by, line_ids=lines).id
    click.echo(f"Match {number} is posted.")


@match.command("undo")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is not right.")
@as_user
@pass_context
def undo(context: Context, *, number: int, reason: str, login: str) -> None:
    """Take the match NUMBER back; its lines are free again."""
    with context.acting(login) as (session, by):
        undo_match(session, by=by, match_id=number, reason=reason)
    click.echo(f"Match {number} is undone; its lines are free again.")


@match.command("write-off")
@click.argument("number")
@click.option("--amount", metavar="RUPIAH", type=int, required=True, help="How much of it.")
@click.option(
    "--why", type=click.Choice([one.value for one in WRITTEN_OFF_FOR]), required=True, help="Why it is missing."
)
@click.option("--borne-by", type=click.Choice(BEARERS), required=True, help="Who bears it.")
@click.option("--remark", default="", help="What else is to be said.")
@as_user
@pass_context
def write_off(context: Context, *, number: str, amount: int, why: str, borne_by: str, remark: str, login: str) -> None:
    """Propose to write off a small rest of the statement NUMBER; another person decides."""
    with context.acting(login) as (session, by):
        statement_id = get_open_statement(session, by=by, number=number)["id"]
        row_id = propose_write_off(
            session,
            by=by,
            statement_id=statement_id,
            amount_rp=amount,
            reason_code=why,
            borne_by=borne_by,
            remark=remark,
        ).id
    click.echo(f"Write-off {row_id} is proposed; another person decides.")


@match.command("decide")
@click.argument("number", type=int)
@click.option("--approve/--refuse", required=True, help="Write it off, or do not.")
@click.option("--reason", default="", help="Why; needed where it is refused.")
@as_user
@pass_context
def decide(context: Context, *, number: int, approve: bool, reason: str, login: str) -> None:
    """Decide about the write-off NUMBER that another person proposed."""
    with context.acting(login) as (session, by):
        outcome = decide_write_off(session, by=by, write_off_id=number, approve=approve, reason=reason).outcome
    click.echo(f"Write-off {number} is {outcome}.")
