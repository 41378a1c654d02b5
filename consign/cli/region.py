"""Regions and their tables: acts of the operator, who holds the machine; and what an admin sets for a region."""

import click

from consign import regions
from consign.cli.context import Context, as_json_option, pass_context
from consign.cli.output import print_json, print_table, working
from consign.cli.region_terms import change_settings, show_settings


@click.group()
def db() -> None:
    """Keep the tables up to date."""


@db.command("upgrade")
@click.option("--all", "all_regions", is_flag=True, help="Upgrade every region of this installation.")
@pass_context
def upgrade(context: Context, *, all_regions: bool) -> None:
    """Bring the tables of a region, or of all, up to date."""
    codes = [region.code for region in regions.find_regions(context.database)] if all_regions else [context.region]
    with working("Upgrading", total=len(codes)) as progress:
        for code in codes:
            regions.upgrade_region(context.database, code)
            progress.advance(progress.task_ids[0])
    click.echo(f"{len(codes)} region{'s' if len(codes) != 1 else ''} up to date.")


@click.group()
def region() -> None:
    """Add and list regions (kabupaten and kota); show and change what holds in one."""


@region.command("add")
@click.argument("code")
@click.argument("name")
@pass_context
def add(context: Context, *, code: str, name: str) -> None:
    """Give the region CODE (such as 64.71) its own tables."""
    added = regions.add_region(context.database, code=code, name=name)
    click.echo(f"Region {code} {name} {'was added' if added else 'stands already and is up to date'}.")


@region.command("list")
@as_json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List the regions of this installation."""
    found = regions.find_regions(context.database)
    if as_json:
        print_json([{"code": one.code, "name": one.name} for one in found])
    else:
        print_table(("Code", "Name"), [(one.code, one.name) for one in found])


for command in (show_settings, change_settings):
    region.add_command(command)
