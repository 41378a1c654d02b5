"""What a partner is for taxes, on the command line."""

from datetime import datetime

import click

from consign.cli.context import DAY, Context, as_user, pass_context
from consign.partners.queries import get_partner
from consign.partners.tax_rules import PartnerTaxes
from consign.partners.taxes import change_partner_taxes


@click.command("taxes")
@click.argument("code")
@click.option(
    "--form",
    type=click.Choice(("firm", "person")),
    help="A firm (badan) or a natural person; without it nobody has said.",
)
@click.option("--npwp", help="Its tax number, 15 or 16 digits.")
@click.option("--pkp-since", type=DAY, help="It is taxable for PPN (PKP), since this day.")
@click.option("--no-pkp", is_flag=True, help="It is no PKP; without this and --pkp-since nobody has said.")
@as_user
@pass_context
def partner_taxes(
    context: Context,
    *,
    code: str,
    form: str | None,
    npwp: str | None,
    pkp_since: datetime | None,
    no_pkp: bool,
    login: str,
) -> None:
    """Say of the partner CODE all that is known for taxes; what is left out counts as not said."""
    if no_pkp and pkp_since:
        raise click.UsageError("Say --pkp-since or --no-pkp, not both; nothing was changed.")
    taxes = PartnerTaxes(
        is_entity=None if form is None else form == "firm",
        npwp=npwp,
        is_pkp=True if pkp_since else False if no_pkp else None,
        pkp_since=pkp_since.date() if pkp_since else None,
    )
    with context.acting(login) as (session, by):
        change_partner_taxes(session, by=by, partner=get_partner(session, code), taxes=taxes)
    click.echo(f"What partner {code} is for taxes was kept.")
