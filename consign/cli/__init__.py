"""The terminal edge.

It ends with 0, 1 (a check failed), 2 (bad input, nothing changed) or 3 (a person must decide).
"""

import importlib
import sys
from typing import ClassVar, NoReturn

import click

from consign.errors import ConsignError, NeedsDecision

CHECK_FAILED, BAD_INPUT, NEEDS_DECISION = 1, 2, 3


class LazyGroup(click.Group):
    """A group that loads a command's module only when it is called, so that help comes at once."""

    COMMANDS: ClassVar[dict[str, tuple[str, str]]] = {
        "serve": ("serve", "Serve the region's pages."),
        "worker": ("worker", "Read and post handed-in sales files, without pages."),
        "demo": ("demo", "Load an invented city with two months of sales."),
        "db": ("region", "Keep the tables up to date."),
        "region": ("region", "Add and list regions (kabupaten and kota), and set what holds there."),
        "user": ("people", "Add and list users."),
        "partner": ("people", "Add retail partners, and how often they are settled."),
        "store": ("people", "Add stores, the names files use for them, and the days they sell."),
        "producer": ("people", "Add producers."),
        "agreement": ("agreements", "Add, continue, end and list agreements of partners and producers."),
        "cooperative": ("cooperatives", "Add cooperatives and their members; sign for them."),
        "product": ("products", "Add products, prices, barcodes and tills' codes."),
        "products": ("product_lists", "Hand in lists of products, and write lists to fill in."),
        "barcode": ("barcodes", "Draw barcodes; give numbers of the city register."),
        "labels": ("labels", "Make labels with barcodes, as a PDF."),
        "numbers": ("numbers", "Check numbers of papers and products."),
        "documents": ("documents", "Read papers, list those that wait, decide about them."),
        "sales": ("sales", "Look at sales files, post them, solve what waits."),
        "delivery": ("deliveries", "Send goods to stores; confirm, take back, show and list notes about goods."),
        "goods": ("goods", "Give goods back, ask for them back, move them between stores, write them off."),
        "stock": ("stock", "Show what stands in stores, count it, hand in lists of movements."),
        "loss": ("losses", "Contest losses of goods; decide who bears them."),
        "settlement": ("settlement", "Close a partner's period, alone or by two people."),
        "bank": ("bank", "Keep the office's bank accounts; post bank statements, list their lines."),
        "statement": ("settlement", "Print a statement, or write it to a file."),
        "owed": ("settlement", "Show what each partner owes, by the ledger."),
        "match": ("matching", "Say what lines of the bank's statement are; write off small rests."),
        "payment": ("payments", "Announce payments, say whether they came, list them."),
        "payout": ("payouts", "Pay producers in batches: plan, approve, write the bank's file, find at the bank."),
        "payee": ("payees", "Say where producers and cooperatives are paid to, and confirm it."),
        "carry-over": ("debts", "Carry over what stood open before these books, by two people."),
        "dispute": ("debts", "Dispute statements, and answer disputes."),
        "adjustment": ("debts", "Propose corrections, and decide about them."),
        "late": ("debts", "Show who pays late, and remind partners step by step."),
        "notices": ("notices", "See notices that leave the pages, and try again what failed."),
        "export": ("export", "Write the ledger for an independent check."),
        "backup": ("backup", "Write the whole installation into one file."),
        "restore": ("backup", "Bring back a backup into an empty installation."),
        "check": ("check", "Check every invariant of the region."),
    }
    """Each command with its module and what it does."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return all commands, in the order a newcomer meets them."""
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Load the command's module and return the command."""
        if cmd_name not in self.COMMANDS:
            return None
        module, _ = self.COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"consign.cli.{module}"), cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """Write what each command does without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in self.COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--region", metavar="CODE", help="Region to work in, such as 64.71; else CONSIGN_REGION.")
@click.version_option(package_name="consign")
@click.pass_context
def cli(ctx: click.Context, *, region: str | None) -> None:
    """Consignment (titip jual) between small producers, stores and the city office, settled to the rupiah."""
    from consign.cli.context import Context  # noqa: PLC0415  # help does without settings and database

    ctx.obj = ctx.with_resource(Context.opened(region))


def main() -> None:
    """Run the command line and end with its status."""
    try:
        sys.exit(cli.main(prog_name="consign", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except click.Abort:
        sys.exit(BAD_INPUT)
    except ConsignError as error:
        _end_with(error)


def _end_with(error: ConsignError) -> NoReturn:
    """Say what happened, and end with the status that tells it."""
    from consign.cli.output import explain, explain_questions  # noqa: PLC0415  # help needs no tables

    if isinstance(error, NeedsDecision):
        explain_questions(error)
        sys.exit(NEEDS_DECISION)
    explain(error)
    sys.exit(BAD_INPUT)
