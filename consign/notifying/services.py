"""The services that carry notices to people, by Apprise: the office names each by an address with a place for the person."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from consign.errors import BadInput
from consign.identity.channels import Channel, Target
from consign.sentence import say

if TYPE_CHECKING:
    from apprise import AppriseAsset

PLACE = "{address}"
LONGEST_ERROR = 300
SHORTEST_SECRET = 4
SAMPLE_ADDRESSES = {Channel.EMAIL: "a@example.org", Channel.WHATSAPP: "+628123456789", Channel.TELEGRAM: "123456789"}
"""With these it is seen whether a service's address can be understood at all."""


class ServiceUnusable(BadInput):
    """The address of a service is none that Apprise knows, or has no place for the person; nothing was sent."""

    code = "notices.service_unusable"


@dataclass(frozen=True)
class Services:
    """What the office has set up: the address of a service for each channel, and of its own pages. None of it is printed."""

    addresses: Mapping[Channel, str] = field(default_factory=dict, repr=False)
    pages_url: str = ""

    @property
    def offered(self) -> frozenset[str]:
        """Return the channels by which people can be reached."""
        return frozenset(channel.value for channel in self.addresses)


def make_services(addresses: Mapping[Channel, str | None], *, pages_url: str | None) -> Services:
    """Return the services with the *addresses* that are given, once each is seen to be understood.

    Raises:
        ServiceUnusable: one is not, or the address of the pages is missing where there is any service.

    """
    given = {channel: address for channel, address in addresses.items() if address}
    for channel, address in given.items():
        if PLACE not in address or not _is_understood(address, SAMPLE_ADDRESSES[channel]):
            raise ServiceUnusable(
                say("CONSIGN_NOTICE_{channel} is no address of a service with {{address}} in it; nothing was sent.",
                    channel=channel.value.upper())
            )  # fmt: skip
    if given and not (pages_url or "").startswith(("https://", "http://")):
        raise ServiceUnusable(
            say("CONSIGN_PAGES_URL must say where the pages are, such as https://titipjual.example; nothing was sent.")
        )
    return Services(given, (pages_url or "").rstrip("/"))


def send(services: Services, target: Target, *, title: str, body: str) -> str:
    """Hand a message to its service; return what went wrong, without secrets and addresses, or nothing.

    It waits for the service's answer, some seconds at most.
    """
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  # importing it takes a third of a second

    address = services.addresses[target.channel]
    carrier = Apprise(asset=_make_asset())
    carrier.add(_fill(address, target.address))
    result = carrier.notify(title=title, body=body, body_format=NotifyFormat.TEXT)
    if result:
        return ""
    said = [entry.message for entry in result.logs()]
    return _mask(said[-1] if said else "not accepted", address, target.address)[:LONGEST_ERROR]


def _is_understood(address: str, person: str) -> bool:
    from apprise import Apprise  # noqa: PLC0415  # see `send`

    return bool(Apprise(asset=_make_asset()).add(_fill(address, person)))


def _fill(address: str, person: str) -> str:
    return address.replace(PLACE, quote(person, safe=""))


@cache
def _make_asset() -> "AppriseAsset":
    """Return how Apprise is to work: it writes no files, and says nothing by itself, for its words may hold secrets."""
    from apprise import AppriseAsset  # noqa: PLC0415  # see `send`

    for name in ("apprise", "urllib3"):  # the latter, which only Apprise uses, names addresses that hold keys
        quiet = logging.getLogger(name)
        quiet.propagate = False
        quiet.addHandler(logging.NullHandler())
    return AppriseAsset(app_id="consign", storage_mode="memory", async_mode=False)


def _mask(said: str, address: str, person: str) -> str:
    """Return what a service *said* without the person's address and any part of its own that may be a secret."""
    parts = {unquote(part) for part in re.split(r"[:/@?&=]+", address)} | {person, quote(person, safe="")}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            said = said.replace(part, "…")
    return said
