"""The sample city, to look around in."""

import click

from consign.cli.context import Context, pass_context
from consign.cli.output import print_table, working
from consign.db import region_name
from consign.money import Rupiah
from consign.regions import add_region
from consign.sample.load import REGION, REGION_NAME, load_city
from consign.sample.people import FINANCE, PASSWORD
from consign.sample.welcoming import list_people
from consign.settlement.queries import find_owed

ADDRESS = "http://127.0.0.1:8000"
"""Where `consign serve` answers unless it is told otherwise."""


@click.command()
@pass_context
def demo(context: Context) -> None:
    """Load an invented city with two months of sales, one of them closed.

    Loading it again changes nothing; a load that was interrupted goes on where it ended.
    """
    region = context.settings.region or REGION
    name = REGION_NAME if region_name(region) == region_name(REGION) else "Kota Contoh"
    with working("Loading the sample city") as progress:

        def watch(place: int, total: int, what: str) -> None:
            progress.update(progress.task_ids[0], completed=place, total=total, description=what)

        add_region(context.database, code=region, name=name)
        changed = load_city(context.database, context.files, region=region, watch=watch)
    with context.database.transaction(region) as session:
        owed, people = find_owed(session), list_people(session)
    click.echo("The sample city was loaded." if changed else "The sample city is complete; nothing was changed.")
    click.echo()
    print_table(("User", "Name", "Role", "Of"), people)
    click.echo()
    print_table(
        ("Partner", "Name", "Owes", "Producers", "Closed until"),
        [(one.partner_code, one.partner_name, Rupiah(one.owed_rp), one.producers, one.closed_until) for one in owed],
        right=("Owes", "Producers"),
    )
    click.echo()
    click.echo(f"Look around with: consign --region {region} owed --as {FINANCE}")
    click.echo(
        f"Or start `consign --region {region} serve`, open {ADDRESS} and sign in: all have the password {PASSWORD}"
    )
