"""Payments on the command line: announcing them, what producers say, and the lists of both."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.models.banking import BankAccount
from consign.models.settlement import Statement
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_producer
from consign.partners.rules import Route
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.expected import spread_payment
from consign.payments.notice_file import read_notice_file
from consign.payments.notice_lists import find_notice_page, get_notice_view
from consign.payments.notice_rules import Answer, NoticeLineUnknown, NoticeState
from consign.payments.notices import note_payment, withdraw_notice
from consign.payments.proof_files import take_proof
from consign.sentence import say
from consign.settlement.shares import Share
from consign.web.forms import read_rupiah

SAID = {"received": Answer.RECEIVED, "not-received": Answer.NOT_RECEIVED}


@click.group()
def payment() -> None:
    """Announce payments, answer whether they came, and list both."""


@payment.command("note")
@click.argument("partner")
@click.argument("lines", nargs=-1, metavar="[STATEMENT=AMOUNT]...")
@click.option("--route", type=click.Choice([one.value for one in Route]), default="direct", show_default=True,
              help="How the money went.")  # fmt: skip
@click.option("--on", "paid_on", type=DAY, required=True, help="Day of the payment.")
@click.option("--amount", help="One amount for all open statements of the route, shared out the first due first.")
@click.option("--list", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV or XLSX with the columns “Nomor nota” and “Jumlah dibayar”.")  # fmt: skip
@click.option("--proof", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The transfer slip, a PDF or picture.")  # fmt: skip
@click.option("--account", help="Code of the office's account that it went into.")
@click.option("--reference", default="", help="What stands on the transfer.")
@click.option("--remark", default="", help="Anything else.")
@as_user
@pass_context
def note(
    context: Context, *, partner: str, lines: tuple[str, ...], route: str, paid_on: datetime, amount: str | None,
    file: Path | None, proof: Path | None, account: str | None, reference: str, remark: str, login: str,
) -> None:  # fmt: skip
    """Announce that PARTNER paid statements: each with its amount, or --amount, or --list."""
    if sum([bool(lines), amount is not None, file is not None]) != 1:
        raise BadInput(say("Say it in one way: statements with amounts, or --amount, or --list. Nothing was noted."))
    with ExitStack() as stack:
        session, by = stack.enter_context(context.acting(login))
        partner_id = get_partner(session, partner).id
        shares = _find_shares(session, by, partner_id=partner_id, route=route, lines=lines, amount=amount, file=file)
        taken = None
        if proof is not None:
            taken = take_proof(stack.enter_context(proof.open("rb")), name=proof.name, files=context.files)
        noted = note_payment(
            session, by=by, partner_id=partner_id, route=route, paid_on=paid_on.date(), lines=shares,
            reference=reference, bank_account_id=_find_account(session, account), proof=taken, remark=remark,
        )  # fmt: skip
        told = f"{noted.number}: {Rupiah(noted.amount_rp)} is announced."
    click.echo(told)


def _find_account(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = session.scalar(select(BankAccount.id).where(BankAccount.code == code))
    if found is None:
        raise BadInput(say("The office has no account “{code}”; nothing was noted.", code=code))
    return found


def _find_shares(
    session: Session, by: Actor, *, partner_id: int, route: str, lines: Sequence[str], amount: str | None,
    file: Path | None,
) -> list[Share]:  # fmt: skip
    if amount is not None:
        return spread_payment(session, by=by, partner_id=partner_id, route=route, amount_rp=read_rupiah(amount))
    if file is not None:
        with file.open("rb") as source:
            return read_notice_file(session, by=by, partner_id=partner_id, route=route, source=source)
    return [_read_line(session, line, partner_id=partner_id) for line in lines]


def _read_line(session: Session, line: str, *, partner_id: int) -> Share:
    number, _, amount = line.partition("=")
    query = select(Statement.id).where(Statement.number == number, Statement.partner_id == partner_id)
    statement_id = session.scalar(query)
    if statement_id is None:
        raise NoticeLineUnknown(
            say("The partner has no statement “{number}”; nothing was noted. Check the number.", number=number)
        )
    return Share(statement_id, read_rupiah(amount))


@payment.command("list")
@click.option("--partner", help="Code of the partner that paid.")
@click.option("--state", type=click.Choice([one.value for one in NoticeState]), help="Only those that stand so.")
@click.option("--route", type=click.Choice([one.value for one in Route]), help="Only those of this route.")
@as_json_option
@as_user
@pass_context
def list_payments(
    context: Context, *, partner: str | None, state: str | None, route: str | None, as_json: bool, login: str
) -> None:
    """List announced payments, the newest first."""
    filters = {"partner": partner or "", "state": state or "", "route": route or ""}
    with context.acting(login) as (session, by):
        rows = find_notice_page(session, by=by, wish=Wish(filters=filters).for_export()).rows
    if as_json:
        names = (
            "number",
            "partner_code",
            "route",
            "paid_on",
            "amount_rp",
            "received_rp",
            "statements",
            "proof",
            "state",
        )
        print_json([{name: row[name] for name in names} for row in rows])
        return
    print_table(
        ["Notice", "Partner", "Route", "Paid on", "Amount", "Came", "State"],
        [
            (row["number"], row["partner"], row["route"], row["paid_on"], Rupiah(row["amount_rp"]),
             Rupiah(row["received_rp"]), row["state"])
            for row in rows
        ],
        right=("Amount", "Came"),
    )  # fmt: skip


@payment.command("show")
@click.argument("number")
@as_json_option
@as_user
@pass_context
def show(context: Context, *, number: str, as_json: bool, login: str) -> None:
    """Show the notice NUMBER with its statements and what producers say."""
    with context.acting(login) as (session, by):
        view = get_notice_view(session, by=by, number=number)
        rows = [
            (line["number"], part.producer_code, line["amount_rp"], part.answer.value if part.answer else None)
            for part in view.parts
            for line in part.lines
        ]
        head = {"number": number, "state": view.state.value, "amount_rp": view.row["amount_rp"]}
    if as_json:
        names = ("statement", "producer", "amount_rp", "answer")
        print_json({**head, "lines": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    click.echo(f"{number}: {Rupiah(head['amount_rp'])}, {head['state']}")
    print_table(
        ["Statement", "Producer", "Amount", "Answer"],
        [(statement, producer, Rupiah(amount), answer) for statement, producer, amount, answer in rows],
        right=("Amount",),
    )


@payment.command("answer")
@click.argument("number")
@click.argument("answer", type=click.Choice(list(SAID)))
@click.option("--producer", help="Code of the producer; without it the user's own.")
@click.option("--remark", default="", help="Anything else.")
@as_user
@pass_context
def answer(context: Context, *, number: str, answer: str, producer: str | None, remark: str, login: str) -> None:
    """Say as a producer whether the money of the notice NUMBER came. The last answer counts."""
    with context.acting(login) as (session, by):
        producer_id = get_producer(session, producer).id if producer else by.producer_id
        if producer_id is None:
            raise BadInput(say("Whose answer is it? Name the producer with --producer CODE. Nothing was changed."))
        notice_id = get_notice_view(session, by=by, number=number).notice.id
        answer_payment(session, by=by, notice_id=notice_id, producer_id=producer_id, answer=SAID[answer], remark=remark)
    click.echo(f"{number}: {answer} is kept.")


@payment.command("take")
@click.argument("number")
@click.option("--producer", required=True, help="Code of the producer who is silent.")
@click.option("--remark", default="", help="Anything else.")
@as_user
@pass_context
def take(context: Context, *, number: str, producer: str, remark: str, login: str) -> None:
    """Take the money of the notice NUMBER as received, after a producer's silence."""
    with context.acting(login) as (session, by):
        take_as_received(
            session, by=by, notice_id=get_notice_view(session, by=by, number=number).notice.id,
            producer_id=get_producer(session, producer).id, remark=remark,
        )  # fmt: skip
    click.echo(f"{number}: taken as received by {producer}.")


@payment.command("withdraw")
@click.argument("number")
@click.option("--reason", required=True, help="Why it was wrong.")
@as_user
@pass_context
def withdraw(context: Context, *, number: str, reason: str, login: str) -> None:
    """Take the notice NUMBER back, before its money came."""
    with context.acting(login) as (session, by):
        notice_id = get_notice_view(session, by=by, number=number).notice.id
        withdraw_notice(session, by=by, notice_id=notice_id, reason=reason)
    click.echo(f"{number} is withdrawn.")
