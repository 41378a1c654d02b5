"""Users, producers, partners and stores."""

from datetime import datetime

import click
from sqlalchemy.orm import Session

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.cli.partner_taxes import partner_taxes
from consign.cli.store_days import closed, closed_end, closures, week
from consign.errors import BadInput
from consign.identity import administering
from consign.identity.actions import add_user
from consign.identity.links import INVITATION_LASTS
from consign.identity.queries import find_users, get_account, get_actor
from consign.identity.rules import Act, Actor, Role, authorize
from consign.partners import actions
from consign.partners.cooperatives import get_cooperative
from consign.partners.queries import get_partner, get_producer, get_store
from consign.period import Cycle
from consign.sales.placing import place_parked
from consign.sentence import say

base_url_option = click.option(
    "--base-url",
    metavar="URL",
    default="",
    help="Where the pages are served, such as https://titip.example.id; else CONSIGN_PAGES_URL.",
)
operator_option = click.option(
    "--operator", is_flag=True, help="Act as the operator of this machine; for accounts of admins only."
)
acting_option = click.option(
    "--as", "acting", metavar="USER", envvar="CONSIGN_AS", help="Login of the admin who acts; also CONSIGN_AS."
)
must_act = click.option(
    "--as",
    "acting",
    metavar="USER",
    required=True,
    envvar="CONSIGN_AS",
    help="Login of the admin who acts; also CONSIGN_AS.",
)


@click.group()
def user() -> None:
    """Add and list users, and help them to sign in."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--partner", metavar="CODE", help="For store managers and partner finance.")
@click.option("--store", metavar="CODE", help="For store managers.")
@click.option("--producer", metavar="CODE", help="For producers.")
@click.option("--cooperative", metavar="CODE", help="For people of a cooperative, who act for its members.")
@click.option(
    "--as",
    "acting",
    metavar="USER",
    envvar="CONSIGN_AS",
    help="Login of the admin who acts; also CONSIGN_AS. The first admin needs nobody.",
)
@click.option("--link", is_flag=True, help="Print a link for the user to choose a password; the first admin gets one.")
@base_url_option
@pass_context
def user_add(
    context: Context,
    *,
    login: str,
    name: str,
    role: str,
    partner: str | None,
    store: str | None,
    producer: str | None,
    cooperative: str | None,
    acting: str | None,
    link: bool,
    base_url: str,
) -> None:
    """Add the user LOGIN (e-mail address or phone number)."""
    with context.transaction() as session:
        partner_id = get_partner(session, partner).id if partner else None
        by = get_actor(session, acting) if acting else None
        added = add_user(
            session,
            by=by,
            login=login,
            name=name,
            role=Role(role),
            partner_id=partner_id,
            store_id=get_store(session, partner_id=partner_id, code=store).id if store and partner_id else None,
            producer_id=get_producer(session, producer).id if producer else None,
            cooperative_id=get_cooperative(session, cooperative).id if cooperative else None,
        )
        invited = link or by is None
        token = administering.invite_user(session, by=by, user_id=added.id) if invited else None
        login = added.login
    click.echo(f"{login} was added as {role}.")
    if token:
        _print_link(token, login=login, base_url=base_url or context.settings.pages_url or "")


def _print_link(token: str, *, login: str, base_url: str) -> None:
    days = INVITATION_LASTS.days
    click.echo(f"{login} chooses a password here, once and within {days} days: {base_url.rstrip('/')}/link/{token}")
    if not base_url:
        click.echo("Write the address of your pages before it; CONSIGN_PAGES_URL or --base-url does so from now on.")


def _find_admin(session: Session, acting: str | None, *, operator: bool) -> Actor | None:
    """Return the admin who acts; blank for the operator.

    Raises:
        BadInput: neither is named.

    """
    if operator:
        return None
    if not acting:
        raise BadInput(say("Who acts? Name an admin with --as USER or CONSIGN_AS; nothing was changed."))
    return get_actor(session, acting)


@user.command("invite")
@click.argument("login")
@acting_option
@operator_option
@base_url_option
@pass_context
def user_invite(context: Context, *, login: str, acting: str | None, operator: bool, base_url: str) -> None:
    """Make a new link for the user LOGIN to choose a password; older links stop working."""
    with context.transaction() as session:
        by = _find_admin(session, acting, operator=operator)
        invited = get_account(session, login)
        token = administering.invite_user(session, by=by, user_id=invited.id)
    _print_link(token, login=invited.login, base_url=base_url or context.settings.pages_url or "")


@user.command("drop-second-factor")
@click.argument("login")
@acting_option
@operator_option
@pass_context
def user_drop_second_factor(context: Context, *, login: str, acting: str | None, operator: bool) -> None:
    """Take away the second factor of the user LOGIN, whose phone is lost; all its sessions end."""
    with context.transaction() as session:
        by = _find_admin(session, acting, operator=operator)
        helped = get_account(session, login)
        administering.drop_second_factor(session, by=by, user_id=helped.id)
    click.echo(f"{helped.login} signs in without a second factor now, and may have to set up a new one.")


@user.command("disable")
@click.argument("login")
@must_act
@pass_context
def user_disable(context: Context, *, login: str, acting: str) -> None:
    """Shut the account LOGIN; its sessions end and its links stop working."""
    _set_active(context, login, acting=acting, active=False)
    click.echo(f"{login} is shut out.")


@user.command("enable")
@click.argument("login")
@must_act
@pass_context
def user_enable(context: Context, *, login: str, acting: str) -> None:
    """Let the user LOGIN in again."""
    _set_active(context, login, acting=acting, active=True)
    click.echo(f"{login} may sign in again.")


def _set_active(context: Context, login: str, *, acting: str, active: bool) -> None:
    with context.acting(acting) as (session, by):
        administering.set_active(session, by=by, user_id=get_account(session, login).id, active=active)


@user.command("list")
@as_user
@as_json_option
@pass_context
def user_list(context: Context, *, login: str, as_json: bool) -> None:
    """List all users."""
    with context.acting(login) as (session, by):
        authorize(by, Act.READ_USERS)
        found = [(one.login, one.name, one.role, "yes" if one.active else "no") for one in find_users(session)]
    if as_json:
        print_json([dict(zip(("login", "name", "role", "active"), one, strict=True)) for one in found])
    else:
        print_table(("Login", "Name", "Role", "Active"), found)


@click.group()
def producer() -> None:
    """Add producers."""


@producer.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--nib", help="Business identification number, 13 digits.")
@click.option("--firm", is_flag=True, help="It is a firm (badan), not a natural person.")
@as_user
@pass_context
def producer_add(context: Context, *, code: str, name: str, nib: str | None, firm: bool, login: str) -> None:
    """Add the producer NAME."""
    with context.acting(login) as (session, by):
        actions.add_producer(session, by=by, code=code, name=name, nib=nib, is_entity=firm)
    click.echo(f"Producer {code} was added.")


@click.group()
def partner() -> None:
    """Add retail partners; change how often they are settled, and what they are for taxes."""


@partner.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice(actions.PARTNER_KINDS), required=True)
@click.option(
    "--cycle",
    type=click.Choice([cycle.value for cycle in Cycle]),
    default=Cycle.MONTH.value,
    show_default=True,
)
@as_user
@pass_context
def partner_add(context: Context, *, code: str, name: str, kind: str, cycle: str, login: str) -> None:
    """Add the partner NAME."""
    with context.acting(login) as (session, by):
        actions.add_partner(session, by=by, code=code, name=name, kind=kind, cycle=Cycle(cycle))
    click.echo(f"Partner {code} was added.")


@partner.command("cycle")
@click.argument("code")
@click.argument("cycle", type=click.Choice([cycle.value for cycle in Cycle]))
@as_user
@pass_context
def partner_cycle(context: Context, *, code: str, cycle: str, login: str) -> None:
    """Settle the partner CODE every CYCLE from now on. What is closed stays closed."""
    with context.acting(login) as (session, by):
        changed = get_partner(session, code)
        before = changed.cycle
        actions.change_partner_cycle(session, by=by, partner=changed, cycle=Cycle(cycle))
    if before == cycle:
        click.echo(f"Partner {code} is settled every {cycle} already; nothing was changed.")
    else:
        click.echo(f"Partner {code} was settled every {before} and is settled every {cycle} from now on.")


partner.add_command(partner_taxes)


@click.group()
def store() -> None:
    """Add stores and the names files use for them; say on which days they sell."""


@store.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option(
    "--zone", default="Asia/Makassar", show_default=True, help="Asia/Jakarta, Asia/Makassar or Asia/Jayapura."
)
@click.option("--opened-on", type=DAY, required=True, help="First day on which it sells consigned goods.")
@as_user
@pass_context
def store_add(
    context: Context, *, code: str, name: str, partner_code: str, zone: str, opened_on: datetime, login: str
) -> None:
    """Add the store NAME of a partner."""
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        actions.add_store(
            session, by=by, partner_id=owner.id, code=code, name=name, zone=zone, opened_on=opened_on.date()
        )
        placed = place_parked(session, by=by, partner_id=owner.id)
    click.echo(f"Store {code} of {partner_code} was added; {placed} parked lines were placed.")


@store.command("alias")
@click.argument("code")
@click.argument("alias")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@as_user
@pass_context
def store_alias(context: Context, *, code: str, alias: str, partner_code: str, login: str) -> None:
    """Let the partner's files call the store CODE also ALIAS."""
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        actions.add_store_alias(session, by=by, store=get_store(session, partner_id=owner.id, code=code), alias=alias)
        placed = place_parked(session, by=by, partner_id=owner.id)
    click.echo(f"{alias!r} now means store {code} of {partner_code}; {placed} parked lines were placed.")


for command in (week, closed, closed_end, closures):
    store.add_command(command)
