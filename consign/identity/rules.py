"""Roles, acts, and the one table that says which role may do which act. What it does not name is denied."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from consign.errors import NotAllowed

FIRST_HASH = bytes(32)
"""What the first event of a chain is chained to."""


class Role(StrEnum):
    """What a person is here for."""

    PRODUCER = "producer"
    STORE_MANAGER = "store_manager"
    PARTNER_FINANCE = "partner_finance"
    VERIFIER = "verifier"
    DINAS_FINANCE = "dinas_finance"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Act(StrEnum):
    """What can be done."""

    MANAGE_USERS = "manage users"
    MANAGE_PARTNERS = "manage partners and stores"
    MANAGE_PRODUCERS = "manage producers"
    MANAGE_PRODUCTS = "manage products and prices"
    MANAGE_CODES = "say which product a code means"
    MANAGE_AGREEMENTS = "manage agreements"
    POST_SALES = "post sales"
    READ_SALES = "read sales"
    REVERSE_SALES = "reverse sales"
    CLOSE_PERIOD = "close a period"
    READ_STATEMENTS = "read statements"


_DINAS_READERS = frozenset({Role.DINAS_FINANCE, Role.HEAD, Role.AUDITOR, Role.ADMIN, Role.VERIFIER})

PERMITTED: dict[Act, frozenset[Role]] = {
    Act.MANAGE_USERS: frozenset({Role.ADMIN}),
    Act.MANAGE_PARTNERS: frozenset({Role.ADMIN}),
    Act.MANAGE_PRODUCERS: frozenset({Role.ADMIN, Role.VERIFIER}),
    Act.MANAGE_PRODUCTS: frozenset({Role.ADMIN, Role.VERIFIER, Role.PRODUCER}),
    Act.MANAGE_CODES: frozenset({Role.ADMIN, Role.VERIFIER, Role.DINAS_FINANCE}),  # a code decides whose money it is
    Act.MANAGE_AGREEMENTS: frozenset({Role.ADMIN, Role.DINAS_FINANCE}),
    Act.POST_SALES: frozenset({Role.STORE_MANAGER, Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.READ_SALES: _DINAS_READERS | {Role.STORE_MANAGER, Role.PARTNER_FINANCE},
    Act.REVERSE_SALES: frozenset({Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.CLOSE_PERIOD: frozenset({Role.DINAS_FINANCE}),
    Act.READ_STATEMENTS: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.PRODUCER},
}


@dataclass(frozen=True)
class Actor:
    """The person acting, with the one thing their role is held for, if it is held for one."""

    user_id: int
    login: str
    role: Role
    partner_id: int | None = None
    store_id: int | None = None
    producer_id: int | None = None


def authorize(
    actor: Actor,
    act: Act,
    *,
    partner_id: int | None = None,
    store_id: int | None = None,
    producer_id: int | None = None,
) -> None:
    """Let *actor* do *act* on what the ids name, or refuse.

    A role held for a partner, a store or a producer reaches only acts that name that very one.

    Raises:
        NotAllowed: the role does not cover the act, or its scope does not cover the thing.

    """
    scopes = ((actor.partner_id, partner_id), (actor.store_id, store_id), (actor.producer_id, producer_id))
    inside = all(held is None or held == named for held, named in scopes)
    if actor.role not in PERMITTED[act] or not inside:
        raise NotAllowed(f"{actor.login} ({actor.role}) may not {act} here; nothing was changed.")


def compute_event_hash(
    previous: bytes,
    *,
    seq: int,
    at: datetime,
    user_id: int | None,
    act: str,
    subject: str,
    detail: dict[str, Any],
) -> bytes:
    """Return the SHA-256 that chains one audit event to the *previous* one.

    *detail* holds text, whole numbers, booleans, blanks and lists or maps of them.
    """
    facts = [seq, at.isoformat(timespec="microseconds"), user_id, act, subject, detail]
    canonical = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()
