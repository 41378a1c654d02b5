"""On which days stores sell: weeks, closed days, and their ends."""

from datetime import datetime

import click

from consign import clock
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.identity.rules import Act, authorize
from consign.partners.queries import get_partner, get_store
from consign.partners.selling_day_lists import find_closures, find_store_names
from consign.partners.selling_days import parse_weekdays
from consign.partners.setting_days import close_days, end_closure, get_closure, set_week
from consign.settlement.queries import hold_closed_until

partner_option = click.option("--partner", "partner_code", metavar="CODE", required=True)


@click.command("week")
@click.argument("code")
@partner_option
@click.option("--days", required=True, help="Weekdays on which it sells, such as mon-sat.")
@click.option("--from", "first", type=DAY, required=True, help="First day of this week.")
@as_user
@pass_context
def week(context: Context, *, code: str, partner_code: str, days: str, first: datetime, login: str) -> None:
    """Say on which weekdays the store CODE sells and reports from a day on."""
    weekdays = parse_weekdays(days)
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        set_week(
            session,
            by=by,
            store=get_store(session, partner_id=owner.id, code=code),
            weekdays=weekdays,
            first=first.date(),
            closed_until=hold_closed_until(session, owner.id),
        )
    click.echo(f"Store {code} of {partner_code} sells on {days} from {first.date()} on.")


@click.command("closed")
@click.argument("code", required=False)
@partner_option
@click.option("--from", "first", type=DAY, required=True, help="First closed day.")
@click.option("--until", "last", type=DAY, required=True, help="Last closed day.")
@click.option("--reason", required=True, help="Why, such as renovation.")
@as_user
@pass_context
def closed(
    context: Context, *, code: str | None, partner_code: str, first: datetime, last: datetime, reason: str, login: str
) -> None:
    """Say that the store CODE, or without it every store of the partner, is closed on some days."""
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        closure = close_days(
            session,
            by=by,
            partner_id=owner.id,
            store=get_store(session, partner_id=owner.id, code=code) if code else None,
            first=first.date(),
            last=last.date(),
            reason=reason,
            closed_until=hold_closed_until(session, owner.id),
        )
        number = closure.id
    whom = f"Store {code}" if code else "Every store"
    click.echo(f"{whom} of {partner_code} is closed from {first.date()} to {last.date()} (closure {number}).")


@click.command("closed-end")
@click.argument("number", type=int)
@click.option("--last", type=DAY, help="Last closed day; without it the closure is taken back.")
@as_user
@pass_context
def closed_end(context: Context, *, number: int, last: datetime | None, login: str) -> None:
    """Let the closure NUMBER end earlier than was said."""
    with context.acting(login) as (session, by):
        closure = get_closure(session, by=by, closure_id=number)
        end_closure(
            session,
            by=by,
            closure=closure,
            last=last.date() if last else None,
            closed_until=hold_closed_until(session, closure.partner_id),
        )
    click.echo(f"Closure {number} ends on {last.date()}." if last else f"Closure {number} was taken back.")


@click.command("closures")
@partner_option
@click.option("--from", "first", type=DAY, help="Leave out what was over before this day; else before today.")
@as_user
@as_json_option
@pass_context
def closures(context: Context, *, partner_code: str, first: datetime | None, login: str, as_json: bool) -> None:
    """List the closed days of a partner's stores, and who said so."""
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        authorize(by, Act.READ_PARTNERS, partner_id=owner.id, store_id=by.store_id)
        names = find_store_names(session, partner_id=owner.id)
        since = first.date() if first else clock.today("Asia/Jakarta")
        found = find_closures(session, partner_id=owner.id, store_id=by.store_id, first=since)
        rows = [
            {
                "closure": one.id,
                "store": names[one.store_id] if one.store_id else None,
                "from": one.from_on,
                "until": one.until_on,
                "reason": one.reason,
                "by": one.by,
                "ended_by": one.ended_by,
            }
            for one in found
        ]
    if as_json:
        print_json(rows)
    else:
        titles = ("Closure", "Store", "From", "Until", "Why", "By whom", "Ended by")
        print_table(titles, [list({**row, "store": row["store"] or "all"}.values()) for row in rows])
