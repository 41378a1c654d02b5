"""Which waiting lines an address or a form names, and the address that names them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from consign.errors import BadInput
from consign.identity.rules import Act
from consign.partners.lists import find_partners_seen
from consign.partners.rules import UnknownCode
from consign.sales.waiting_lists import Group, get_group
from consign.sentence import say
from consign.web.visit import Visit
from consign.web.words import WORDS


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


def write_key(row: Mapping[Any, Any]) -> str:
    """Return what a box holds that stands for a group of lines, as `read_keys` reads it."""
    return json.dumps([row["partner_code"], row["reason"], row["code"] or ""], ensure_ascii=False)


def key_of(group: Group) -> str:
    """Return what a box holds that stands for *group*."""
    return write_key({"partner_code": group.partner.code, "reason": group.reason, "code": group.code})


def read_keys(visit: Visit, texts: Iterable[str]) -> list[Group]:
    """Return the groups that boxes of a list stand for, each once.

    Raises:
        BadInput: a box holds none.
        UnknownCode: there is none that this person may see.

    """
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    by_code = {one.code: one for one in partners}
    groups = {}
    for text in dict.fromkeys(texts):
        try:
            partner, reason, code = (str(part).replace("\x00", "") for part in json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadInput(say("This is no choice of ours; nothing was changed.")) from error
        if reason not in WORDS["problem"]:
            raise UnknownCode(say("Lines do not wait for this."))
        if partner not in by_code:
            raise UnknownCode(say("There is no partner '{code}'.", code=partner))
        groups[partner, reason, code] = Group(by_code[partner], reason, code or None)
    return list(groups.values())


def read_group(visit: Visit, given: Mapping[str, str]) -> Group:
    """Return the group that an address or a form names.

    Raises:
        UnknownCode: there is none that this person may see.

    """
    if given.get("reason") not in WORDS["problem"]:
        raise UnknownCode(say("Lines do not wait for this."))
    names = ("partner", "reason", "code", "upload", "row")
    return get_group(visit.db, by=visit.actor, **{name: given.get(name, "") for name in names})
