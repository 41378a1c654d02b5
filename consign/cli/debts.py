"""What stood before these books, disputes, corrections and late payments on the command line."""

from datetime import datetime
from pathlib import Path

import click

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.listing import MOST_EXPORTED_ROWS, Wish
from consign.money import Rupiah, format_rate
from consign.partners.queries import get_office_day, get_partner, get_producer, get_store
from consign.sentence import say
from consign.settlement.carrying_over import (
    confirm_carry_over,
    make_carry_template,
    prepare_carry_over,
    withdraw_carry_over,
)
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.dispute_lists import find_adjustment_page, find_dispute_page
from consign.settlement.dispute_rules import DisputedLine
from consign.settlement.disputing import answer_dispute, find_disputable_lines, raise_dispute
from consign.settlement.late import find_ageing, list_ageing
from consign.settlement.late_rules import Bucket, Step
from consign.settlement.queries import get_statement
from consign.settlement.reminding import send_reminder
from consign.web.signed_amounts import read_signed_rupiah

BUCKETS = dict(zip(Bucket, ("Not due", "1-7", "8-15", "16-30", "31-60", ">60"), strict=True))
"""What each is called in a table: days late."""


@click.group("carry-over")
def carry_over() -> None:
    """Carry over what stood open before these books: one person prepares it, another confirms it."""


@carry_over.command("template")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.xlsx.")
@as_user
@pass_context
def template(context: Context, *, output: Path, login: str) -> None:
    """Write the sheet to fill in."""
    with context.acting(login) as (session, by):
        content = make_carry_template(session, by=by)
    output.write_bytes(content)
    click.echo(f"The sheet was written to {output}.")


@carry_over.command("prepare")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", "partner_code", metavar="CODE", required=True, help="Whose statements they are.")
@click.option("--first", "first_on", type=DAY, required=True, help="First day in these books.")
@as_user
@pass_context
def prepare(context: Context, *, file: Path, partner_code: str, first_on: datetime, login: str) -> None:
    """Hand in the sheet FILE; nothing is posted before another person confirms it."""
    with context.acting(login) as (session, by), file.open("rb") as source:
        kept = prepare_carry_over(
            session, by=by, partner_id=get_partner(session, partner_code).id, first_on=first_on.date(), source=source,
            name=file.name, files=context.files,
        )  # fmt: skip
        number = kept.id
    click.echo(f"Kept as {number}. Another person confirms it: consign carry-over confirm {number}")


@carry_over.command("confirm")
@click.argument("number", type=int)
@as_user
@pass_context
def confirm(context: Context, *, number: int, login: str) -> None:
    """Confirm and post what another person handed in as NUMBER."""
    with context.acting(login) as (session, by):
        statements = confirm_carry_over(session, by=by, carry_over_id=number)
        total, rests = sum(one.due_rp for one in statements), sum(one.carry_rp for one in statements)
    below = f", rests below zero {Rupiah(rests)}" if rests else ""
    click.echo(f"{number} is confirmed: {len(statements)} statements, {Rupiah(total)}{below}.")


@carry_over.command("withdraw")
@click.argument("number", type=int)
@as_user
@pass_context
def withdraw(context: Context, *, number: int, login: str) -> None:
    """Withdraw what was handed in as NUMBER and not confirmed."""
    with context.acting(login) as (session, by):
        withdraw_carry_over(session, by=by, carry_over_id=number)
    click.echo(f"{number} is withdrawn; it may be handed in anew.")


@click.group()
def dispute() -> None:
    """Dispute statements as a party, and answer disputes for the office."""


@dispute.command("raise")
@click.argument("number")
@click.option("--store", "store_code", metavar="CODE", help="Store of the doubted line; else the whole statement.")
@click.option("--product", "product_code", metavar="CODE", help="Product of the doubted line; else all of the store.")
@click.option("--expected", default="", help="What would be right, in your own words.")
@click.option("--reason", required=True, help="Why; the other side and the office read it.")
@as_user
@pass_context
def raise_(
    context: Context, *, number: str, store_code: str | None, product_code: str | None, expected: str, reason: str, login: str
) -> None:  # fmt: skip
    """Dispute the statement NUMBER, or one of its lines, within the days the region allows."""
    if product_code and not store_code:
        raise BadInput(say("Name the store of the product, too; nothing was changed."))
    with context.acting(login) as (session, by):
        line = None
        if store_code:
            found = get_statement(session, by=by, number=number)
            store = get_store(session, partner_id=found["Statement"].partner_id, code=store_code)
            known = {one.product_code: one.product_id for one in find_disputable_lines(session, found)}
            line = DisputedLine(store.id, known.get(product_code, 0) if product_code else None)
        raised = raise_dispute(session, by=by, number=number, line=line, expected=expected, reason=reason)
        dispute_id = raised.id
    click.echo(f"Dispute {dispute_id} is kept; the office answers it.")


@dispute.command("answer")
@click.argument("number", type=int)
@click.option("--uphold/--reject", required=True, help="Whether it is right.")
@click.option("--answer", "said", required=True, help="Why; both sides read it.")
@click.option(
    "--correct", metavar="AMOUNT", help="Propose a correction: 15.000 for the producer, -15.000 for the partner."
)
@as_user
@pass_context
def answer(context: Context, *, number: int, uphold: bool, said: str, correct: str | None, login: str) -> None:
    """Answer the dispute NUMBER for the office."""
    amount_rp = read_signed_rupiah(correct) if correct else None
    with context.acting(login) as (session, by):
        answer_dispute(session, by=by, dispute_id=number, uphold=uphold, answer=said, adjustment_rp=amount_rp)
    click.echo(f"Dispute {number} is {'upheld' if uphold else 'rejected'}; both sides are told.")


@dispute.command("list")
@click.option("--waiting", is_flag=True, help="Only those that wait for an answer.")
@as_user
@as_json_option
@pass_context
def list_disputes(context: Context, *, waiting: bool, login: str, as_json: bool) -> None:
    """List the disputes that the user may see."""
    wish = Wish(rows=MOST_EXPORTED_ROWS, filters={"outcome": "waiting"} if waiting else {})
    with context.acting(login) as (session, by):
        rows = [dict(row) for row in find_dispute_page(session, by=by, wish=wish).rows]
    if as_json:
        print_json(rows)
        return
    heads = {"id": "Dispute", "number": "Statement", "partner": "Partner", "producer": "Producer", "store": "Store",
             "product": "Product", "side": "By", "outcome": "State", "reason": "Why"}  # fmt: skip
    print_table(tuple(heads.values()), [[row[name] for name in heads] for row in rows])


@click.group()
def adjustment() -> None:
    """Propose corrections, and decide about those that another person proposed."""


@adjustment.command("propose")
@click.option("--partner", "partner_code", metavar="CODE", required=True, help="Who owes more or less.")
@click.option("--producer", "producer_code", metavar="CODE", required=True, help="To whom.")
@click.option("--amount", required=True, help="15.000 in the producer's favour, -15.000 in the partner's.")
@click.option("--reason", required=True, help="Why.")
@as_user
@pass_context
def propose(
    context: Context, *, partner_code: str, producer_code: str, amount: str, reason: str, login: str
) -> None:  # fmt: skip
    """Propose a correction; once another person approved it, the next statement takes it."""
    with context.acting(login) as (session, by):
        proposed = propose_adjustment(
            session, by=by, partner_id=get_partner(session, partner_code).id,
            producer_id=get_producer(session, producer_code).id, amount_rp=read_signed_rupiah(amount), reason=reason,
        )  # fmt: skip
        number = proposed.id
    click.echo(f"Correction {number} is proposed; another person decides: consign adjustment decide {number}")


@adjustment.command("decide")
@click.argument("number", type=int)
@click.option("--approve/--refuse", required=True, help="Who proposed it may only refuse it, to take it back.")
@click.option("--remark", default="", help="What is to be said about it.")
@as_user
@pass_context
def decide(context: Context, *, number: int, approve: bool, remark: str, login: str) -> None:
    """Decide about the correction NUMBER."""
    with context.acting(login) as (session, by):
        found = decide_adjustment(session, by=by, adjustment_id=number, approve=approve, remark=remark)
        outcome = found.outcome
    click.echo(f"Correction {number} is {outcome}.")


@adjustment.command("list")
@click.option("--waiting", is_flag=True, help="Only those that wait for a decision.")
@as_user
@as_json_option
@pass_context
def list_adjustments(context: Context, *, waiting: bool, login: str, as_json: bool) -> None:
    """List the corrections."""
    wish = Wish(rows=MOST_EXPORTED_ROWS, filters={"state": "waiting"} if waiting else {})
    with context.acting(login) as (session, by):
        rows = [dict(row) for row in find_adjustment_page(session, by=by, wish=wish).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Correction", "Partner", "Producer", "Amount", "State", "Statement", "Why"),
        [(row["id"], row["partner"], row["producer"], Rupiah(row["amount_rp"]), row["state"], row["number"], row["reason"])
         for row in rows],
        right=("Amount",),
    )  # fmt: skip


@click.group()
def late() -> None:
    """Show who pays late, and remind partners step by step."""


@late.command("list")
@click.option("--by-law", is_flag=True, help="Count from the day of the law instead of the agreed one.")
@as_user
@as_json_option
@pass_context
def list_late(context: Context, *, by_law: bool, login: str, as_json: bool) -> None:
    """Show what each partner owes, by how many days it is late."""
    with context.acting(login) as (session, by):
        on = get_office_day(session)
        rows = [dict(row) for row in list_ageing(find_ageing(session, by=by, on=on), by_law=by_law)]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Partner", "Name", *BUCKETS.values(), "Late", "Owed", "Days to pay", "On time", "Reminded"),
        [
            (row["partner_code"], row["partner"], *(Rupiah(row[bucket.value]) for bucket in Bucket), Rupiah(row["late_rp"]),
             Rupiah(row["owed_rp"]), row["average_days"],
             None if row["on_time_bp"] is None else format_rate(row["on_time_bp"]), row["step"])
            for row in rows
        ],
        right=(*BUCKETS.values(), "Late", "Owed", "Days to pay", "On time"),
    )  # fmt: skip


@late.command("remind")
@click.argument("partner_code", metavar="PARTNER")
@click.option("--step", type=click.Choice([one.value for one in Step]), required=True, help="The step that is next.")
@as_user
@pass_context
def remind(context: Context, *, partner_code: str, step: str, login: str) -> None:
    """Send PARTNER the next reminder of what is due; each step comes only some days after the one before."""
    with context.acting(login) as (session, by):
        sent = send_reminder(session, by=by, partner_id=get_partner(session, partner_code).id, step=Step(step))
        amount = Rupiah(sent.amount_rp)
    click.echo(f"{partner_code} is reminded ({step}) of {amount}.")
