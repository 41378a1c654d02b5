"""The terminal edge.

It ends with 0, 1 (a check failed), 2 (bad input, nothing changed) or 3 (a person must decide).
"""

import importlib
import sys
from typing import ClassVar

import click

from consign.cli.context import Context
from consign.cli.output import explain, explain_questions
from consign.errors import ConsignError, NeedsDecision

CHECK_FAILED, BAD_INPUT, NEEDS_DECISION = 1, 2, 3


class LazyGroup(click.Group):
    """A group that loads a command's module only when it is called, so that help comes at once."""

    MODULES: ClassVar[dict[str, str]] = {
        "serve": "consign.cli.serve",
        "demo": "consign.cli.demo",
        "db": "consign.cli.region",
        "region": "consign.cli.region",
        "user": "consign.cli.people",
        "partner": "consign.cli.people",
        "store": "consign.cli.people",
        "producer": "consign.cli.people",
        "agreement": "consign.cli.people",
        "product": "consign.cli.products",
        "numbers": "consign.cli.numbers",
        "sales": "consign.cli.sales",
        "settlement": "consign.cli.settlement",
        "statement": "consign.cli.settlement",
        "owed": "consign.cli.settlement",
        "check": "consign.cli.check",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return all commands, in the order a newcomer meets them."""
        return list(self.MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Load the command's module and return the command."""
        if cmd_name not in self.MODULES:
            return None
        command = getattr(importlib.import_module(self.MODULES[cmd_name]), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--region", metavar="CODE", help="Region to work in, such as 64.71; else CONSIGN_REGION.")
@click.version_option(package_name="consign")
@click.pass_context
def cli(ctx: click.Context, *, region: str | None) -> None:
    """Consignment (titip jual) between small producers, stores and the city office, settled to the rupiah."""
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
    except NeedsDecision as needed:
        explain_questions(needed)
        sys.exit(NEEDS_DECISION)
    except ConsignError as error:
        explain(error)
        sys.exit(BAD_INPUT)
