"""What every command needs: the settings, the database and the files, opened when first asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import click
from sqlalchemy.orm import Session

from consign.db import Database
from consign.errors import BadInput
from consign.files import Files
from consign.identity.channels import Channel
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.notifying.services import Services, make_services
from consign.sentence import say
from consign.settings import Settings


def open_services(settings: Settings) -> Services:
    """Return the services that carry notices; importing Apprise waits until one is set up.

    Raises:
        ServiceUnusable: one that is set up cannot be understood.

    """
    set_up = {
        Channel.EMAIL: settings.notice_email,
        Channel.WHATSAPP: settings.notice_whatsapp,
        Channel.TELEGRAM: settings.notice_telegram,
    }
    given = {channel: secret.get_secret_value() if secret else None for channel, secret in set_up.items()}
    return make_services(given, pages_url=settings.pages_url)


class Context:
    """The installation as one command sees it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    @contextmanager
    def opened(cls, region: str | None) -> Iterator["Context"]:
        """Read the settings; close at the end what was opened."""
        settings = Settings()
        context = cls(settings.model_copy(update={"region": region}) if region else settings)
        try:
            yield context
        finally:
            if "database" in vars(context):
                context.database.close()

    @cached_property
    def database(self) -> Database:
        """Open the database; starts the embedded one where none is named."""
        return Database.open(url=self.settings.database_url, data_dir=self.settings.data_dir)

    @cached_property
    def files(self) -> Files:
        """Open the object store."""
        return Files.open(url=self.settings.files_url, folder=self.settings.data_dir / "files")

    @cached_property
    def services(self) -> Services:
        """Return the services that carry notices.

        Raises:
            ServiceUnusable: one that is set up cannot be understood.

        """
        return open_services(self.settings)

    @property
    def region(self) -> str:
        """Return the region's code.

        Raises:
            BadInput: none is named.

        """
        if not self.settings.region:
            raise BadInput(say("Which region? Name it with --region CODE or CONSIGN_REGION."))
        return self.settings.region

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Run one transaction in the region."""
        with self.database.transaction(self.region) as session:
            yield session

    @contextmanager
    def acting(self, login: str) -> Iterator[tuple[Session, Actor]]:
        """Run one transaction in the region as the user *login*."""
        with self.transaction() as session:
            yield session, get_actor(session, login)


pass_context = click.make_pass_decorator(Context)


def as_user(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that says who acts."""
    return click.option(
        "--as",
        "login",
        metavar="USER",
        required=True,
        envvar="CONSIGN_AS",
        help="Login of the user who acts; also CONSIGN_AS.",
    )(command)


def as_json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for machine-readable output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


DAY = click.DateTime(formats=["%Y-%m-%d"])
"""A day on the command line, written 2026-10-31."""
