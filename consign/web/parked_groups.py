"""Which waiting lines an address or a form names, and the address that names them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from consign.partners.rules import UnknownCode
from consign.sales.waiting_lists import Group, get_group
from consign.sentence import say
from consign.web.visit import Visit
from consign.web.words import WORDS


def read_asked(visit: Visit, name: str) -> str:
    """Return what the address says under *name*, without the zeros that no database takes; blank where nothing."""
    return visit.asked.get(name, "").replace("\x00", "")


def group_address(path: str, group: Mapping[Any, Any], **more: object) -> str:
    """Return the address at *path* of a group of lines; *more* is asked besides."""
    asked = {"partner": group["partner_code"], "reason": group["reason"], "code": group["code"] or "", **more}
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value != ''})}"


def address_of(group: Group) -> str:
    """Return the address of the page of *group*."""
    row = {"partner_code": group.partner.code, "reason": group.reason, "code": group.code}
    if group.upload_id is None:
        return group_address("/parked/fix", row)
    return group_address("/parked/fix", row, upload=group.upload_id, row=group.row_no)


def read_group(visit: Visit, given: Mapping[str, str]) -> Group:
    """Return the group that an address or a form names.

    Raises:
        UnknownCode: there is none that this person may see.

    """
    if given.get("reason") not in WORDS["problem"]:
        raise UnknownCode(say("Lines do not wait for this."))
    names = ("partner", "reason", "code", "upload", "row")
    return get_group(visit.db, by=visit.actor, **{name: given.get(name, "") for name in names})
