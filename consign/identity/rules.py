"""Roles, acts, and the one table that says which role may do which act. What it does not name is denied."""

from dataclasses import dataclass
from enum import StrEnum

from consign.errors import NotAllowed
from consign.sentence import Code, say


class Role(StrEnum):
    """What a person is here for."""

    PRODUCER = "producer"
    COOPERATIVE = "cooperative"
    STORE_MANAGER = "store_manager"
    PARTNER_FINANCE = "partner_finance"
    FIELD_OFFICER = "field_officer"
    VERIFIER = "verifier"
    DINAS_FINANCE = "dinas_finance"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Act(StrEnum):
    """What can be done."""

    MANAGE_USERS = "manage users"
    READ_USERS = "read users"
    READ_AUDIT = "read the audit trail"
    MANAGE_REGION = "manage the region's settings"
    MANAGE_PARTNERS = "manage partners and stores"
    READ_PARTNERS = "read partners and stores"
    SET_STORE_WEEK = "say on which weekdays stores sell"
    SAY_STORE_CLOSED = "say on which days stores are closed"
    REGISTER_PRODUCERS = "register producers"
    MANAGE_PRODUCERS = "manage producers"
    READ_PRODUCERS = "read producers"
    ACT_FOR_PRODUCERS = "act for producers"
    MANAGE_PRODUCTS = "manage products and prices"
    READ_PRODUCTS = "read products"
    MANAGE_CODES = "say which product a code means"
    ISSUE_NUMBERS = "get numbers of the city register"
    MANAGE_NUMBERS = "take numbers out of use"
    MANAGE_NUMBERS_TERMS = "say how the city register works"
    READ_NUMBERS = "read the city register"
    MANAGE_LISTINGS = "say which stores list a product"
    PRINT_LABELS = "print labels"
    READ_LABELS = "read labels and label papers"
    MANAGE_LABEL_STOCK = "manage label papers"
    MANAGE_AGREEMENTS = "manage agreements"
    READ_AGREEMENTS = "read agreements"
    POST_SALES = "post sales"
    READ_SALES = "read sales"
    REVERSE_SALES = "reverse sales"
    CHASE_SALES = "remind stores of missing sales"
    READ_OWN_SALES = "read the sales of one's own products"
    READ_STOCK = "read what stands in stores"
    SEND_DELIVERIES = "send goods to stores"
    CARRY_OVER_STOCK = "carry over deliveries that stores accepted"
    MOVE_STOCK = "take in and give out a store's goods"
    REVERSE_STOCK = "take movements of goods back"
    ASK_GOODS_BACK = "have goods taken off the shelf"
    TAKE_GOODS_BACK = "take goods back from stores"
    CONTEST_LOSSES = "contest losses of goods"
    DECIDE_LOSSES = "decide who bears a loss of goods"
    CLOSE_PERIOD = "close a period"
    READ_CLOSINGS = "read closings"
    READ_STATEMENTS = "read statements"
    PREPARE_CLOSING = "prepare a closing"
    READ_OWED = "read what is owed"
    DISPUTE_STATEMENTS = "dispute lines of statements"
    ANSWER_DISPUTES = "answer disputes"
    PROPOSE_ADJUSTMENTS = "propose corrections"
    DECIDE_ADJUSTMENTS = "decide corrections"
    CARRY_OVER_DEBTS = "carry over what stood before"
    CONFIRM_DEBTS = "confirm what stood before"
    MANAGE_COOPERATIVES = "manage cooperatives"
    READ_COOPERATIVES = "read cooperatives"
    NOTE_PAYMENTS = "note payments"
    READ_PAYMENTS = "read payments"
    ANSWER_PAYMENTS = "say whether money came"
    TAKE_AS_RECEIVED = "take a payment as received"
    MANAGE_BANK_ACCOUNTS = "manage the office's bank accounts"
    POST_BANK = "post bank statements"
    READ_BANK = "read bank statements"
    MATCH_BANK = "match bank statements"
    PROPOSE_WRITE_OFFS = "propose to write off a rest"
    DECIDE_WRITE_OFFS = "decide about writing off a rest"
    STATE_PAYEE_ACCOUNTS = "state where to be paid"
    CONFIRM_PAYEE_ACCOUNTS = "confirm where somebody is paid"
    READ_PAYEE_ACCOUNTS = "read where somebody is paid"
    PLAN_PAYOUTS = "plan payouts"
    APPROVE_PAYOUTS = "approve payouts"
    SEND_PAYOUTS = "hand payouts to the bank"
    READ_PAYOUTS = "read payouts"
    CHASE_PAYMENTS = "remind partners of late payments"
    READ_LATE = "read who pays late"
    EXPORT_JOURNAL = "export the ledger"
    SUBMIT_PAPERS = "hand in papers"
    READ_PAPERS = "read papers"
    READ_OWN_PAPERS = "see what one's own products need"
    SEE_PERSONAL_NUMBERS = "see personal numbers in full"
    REVIEW_PAPERS = "review papers"
    READ_WAIVERS = "read waivers"
    GRANT_WAIVERS = "do without a paper for a while"
    READ_REFERENCES = "read the lists of other offices"
    MANAGE_REFERENCES = "load lists of other offices"


_DINAS_READERS = frozenset({Role.DINAS_FINANCE, Role.HEAD, Role.AUDITOR, Role.ADMIN, Role.VERIFIER})
_OVERSEERS = frozenset({Role.HEAD, Role.AUDITOR, Role.ADMIN})

PERMITTED: dict[Act, frozenset[Role]] = {
    Act.MANAGE_USERS: frozenset({Role.ADMIN}),
    Act.READ_USERS: _OVERSEERS,
    Act.READ_AUDIT: _OVERSEERS,
    Act.MANAGE_REGION: frozenset({Role.ADMIN}),
    Act.MANAGE_PARTNERS: frozenset({Role.ADMIN}),
    Act.READ_PARTNERS: _DINAS_READERS | {Role.STORE_MANAGER, Role.PARTNER_FINANCE},
    # As they may say that nothing was sold; who said it stands on the board.
    Act.SET_STORE_WEEK: frozenset({Role.ADMIN, Role.DINAS_FINANCE, Role.PARTNER_FINANCE}),
    Act.SAY_STORE_CLOSED: frozenset({Role.ADMIN, Role.DINAS_FINANCE, Role.PARTNER_FINANCE, Role.STORE_MANAGER}),
    Act.REGISTER_PRODUCERS: frozenset({Role.ADMIN, Role.VERIFIER, Role.FIELD_OFFICER}),
    Act.MANAGE_PRODUCERS: frozenset({Role.ADMIN, Role.VERIFIER}),
    Act.READ_PRODUCERS: _DINAS_READERS | {Role.FIELD_OFFICER, Role.COOPERATIVE},
    # An officer for those who have no account, a cooperative for those who have mandated it.
    Act.ACT_FOR_PRODUCERS: frozenset({Role.FIELD_OFFICER, Role.COOPERATIVE}),
    Act.MANAGE_PRODUCTS: frozenset({Role.ADMIN, Role.VERIFIER, Role.PRODUCER}),
    Act.READ_PRODUCTS: _DINAS_READERS | {Role.FIELD_OFFICER, Role.PRODUCER},
    Act.MANAGE_CODES: frozenset({Role.ADMIN, Role.VERIFIER, Role.DINAS_FINANCE}),  # a code decides whose money it is
    Act.ISSUE_NUMBERS: frozenset(
        {Role.ADMIN, Role.VERIFIER, Role.PRODUCER}
    ),  # the register picks them, so nobody gains
    Act.MANAGE_NUMBERS: frozenset({Role.ADMIN, Role.VERIFIER}),
    Act.MANAGE_NUMBERS_TERMS: frozenset({Role.ADMIN}),
    Act.READ_NUMBERS: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.STORE_MANAGER},
    Act.MANAGE_LISTINGS: frozenset({Role.ADMIN, Role.VERIFIER}),
    Act.PRINT_LABELS: frozenset({Role.ADMIN, Role.VERIFIER, Role.PRODUCER}),
    Act.READ_LABELS: frozenset({Role.ADMIN, Role.VERIFIER, Role.PRODUCER, Role.HEAD, Role.AUDITOR}),
    Act.MANAGE_LABEL_STOCK: frozenset({Role.ADMIN}),
    Act.MANAGE_AGREEMENTS: frozenset({Role.ADMIN, Role.DINAS_FINANCE}),
    Act.READ_AGREEMENTS: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.PRODUCER, Role.COOPERATIVE},
    Act.POST_SALES: frozenset({Role.STORE_MANAGER, Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.READ_SALES: _DINAS_READERS | {Role.STORE_MANAGER, Role.PARTNER_FINANCE},
    Act.REVERSE_SALES: frozenset({Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.CHASE_SALES: frozenset({Role.ADMIN, Role.DINAS_FINANCE, Role.PARTNER_FINANCE}),
    Act.READ_OWN_SALES: frozenset({Role.PRODUCER}),
    Act.READ_STOCK: _DINAS_READERS | {Role.STORE_MANAGER, Role.PARTNER_FINANCE, Role.PRODUCER},
    Act.SEND_DELIVERIES: frozenset({Role.PRODUCER, Role.ADMIN}),
    Act.CARRY_OVER_STOCK: frozenset({Role.DINAS_FINANCE}),  # of both sides at once, so never a producer or a store
    Act.MOVE_STOCK: frozenset({Role.STORE_MANAGER, Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.REVERSE_STOCK: frozenset({Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.ASK_GOODS_BACK: frozenset({Role.PRODUCER, Role.ADMIN, Role.VERIFIER, Role.DINAS_FINANCE}),
    Act.TAKE_GOODS_BACK: frozenset({Role.PRODUCER, Role.ADMIN}),
    Act.CONTEST_LOSSES: frozenset({Role.PRODUCER, Role.STORE_MANAGER, Role.PARTNER_FINANCE}),
    Act.DECIDE_LOSSES: frozenset({Role.DINAS_FINANCE}),
    Act.CLOSE_PERIOD: frozenset({Role.DINAS_FINANCE}),
    Act.READ_CLOSINGS: _DINAS_READERS,
    Act.READ_STATEMENTS: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.PRODUCER},
    Act.PREPARE_CLOSING: frozenset({Role.DINAS_FINANCE}),
    Act.DISPUTE_STATEMENTS: frozenset({Role.PRODUCER, Role.PARTNER_FINANCE}),
    Act.ANSWER_DISPUTES: frozenset({Role.DINAS_FINANCE}),
    Act.PROPOSE_ADJUSTMENTS: frozenset({Role.DINAS_FINANCE}),
    Act.DECIDE_ADJUSTMENTS: frozenset(
        {Role.DINAS_FINANCE, Role.HEAD}
    ),  # two people: the head where finance is one alone
    Act.CARRY_OVER_DEBTS: frozenset({Role.DINAS_FINANCE, Role.ADMIN}),
    Act.CONFIRM_DEBTS: frozenset({Role.DINAS_FINANCE, Role.HEAD}),
    Act.MANAGE_COOPERATIVES: frozenset({Role.ADMIN}),
    Act.READ_COOPERATIVES: _DINAS_READERS | {Role.COOPERATIVE},
    Act.NOTE_PAYMENTS: frozenset({Role.PARTNER_FINANCE, Role.DINAS_FINANCE}),
    Act.READ_PAYMENTS: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.PRODUCER},
    Act.ANSWER_PAYMENTS: frozenset({Role.PRODUCER}),
    Act.TAKE_AS_RECEIVED: frozenset({Role.DINAS_FINANCE}),
    Act.MANAGE_BANK_ACCOUNTS: frozenset({Role.ADMIN}),
    Act.POST_BANK: frozenset({Role.DINAS_FINANCE}),
    Act.READ_BANK: frozenset({Role.DINAS_FINANCE, Role.HEAD, Role.AUDITOR, Role.ADMIN}),
    Act.MATCH_BANK: frozenset({Role.DINAS_FINANCE}),
    Act.PROPOSE_WRITE_OFFS: frozenset({Role.DINAS_FINANCE}),
    Act.DECIDE_WRITE_OFFS: frozenset({Role.DINAS_FINANCE, Role.HEAD}),
    Act.STATE_PAYEE_ACCOUNTS: frozenset({Role.PRODUCER, Role.ADMIN, Role.DINAS_FINANCE}),
    Act.CONFIRM_PAYEE_ACCOUNTS: frozenset({Role.DINAS_FINANCE, Role.VERIFIER}),
    Act.READ_PAYEE_ACCOUNTS: frozenset(
        {Role.DINAS_FINANCE, Role.VERIFIER, Role.AUDITOR, Role.ADMIN, Role.HEAD, Role.PRODUCER}
    ),
    Act.PLAN_PAYOUTS: frozenset({Role.DINAS_FINANCE}),
    Act.APPROVE_PAYOUTS: frozenset({Role.DINAS_FINANCE, Role.HEAD}),
    Act.SEND_PAYOUTS: frozenset({Role.DINAS_FINANCE}),
    Act.READ_PAYOUTS: frozenset({Role.DINAS_FINANCE, Role.HEAD, Role.AUDITOR, Role.ADMIN, Role.PRODUCER}),
    Act.CHASE_PAYMENTS: frozenset({Role.DINAS_FINANCE}),
    Act.READ_LATE: _DINAS_READERS,
    Act.EXPORT_JOURNAL: frozenset({Role.DINAS_FINANCE, Role.AUDITOR, Role.ADMIN}),
    Act.READ_OWED: _DINAS_READERS | {Role.PARTNER_FINANCE, Role.PRODUCER},
    Act.SUBMIT_PAPERS: frozenset({Role.ADMIN, Role.VERIFIER, Role.PRODUCER}),
    Act.READ_PAPERS: _OVERSEERS | {Role.VERIFIER, Role.PRODUCER},
    Act.READ_OWN_PAPERS: frozenset({Role.PRODUCER}),
    Act.SEE_PERSONAL_NUMBERS: frozenset({Role.VERIFIER, Role.PRODUCER}),  # others see them masked
    Act.REVIEW_PAPERS: frozenset({Role.VERIFIER}),
    Act.READ_WAIVERS: _OVERSEERS | {Role.VERIFIER},
    Act.GRANT_WAIVERS: frozenset({Role.HEAD}),  # the one thing a head changes
    Act.READ_REFERENCES: _OVERSEERS | {Role.VERIFIER},
    Act.MANAGE_REFERENCES: frozenset({Role.ADMIN, Role.VERIFIER}),
}
MUST_USE_SECOND_FACTOR = frozenset({Role.DINAS_FINANCE, Role.ADMIN})


@dataclass(frozen=True)
class Actor:
    """The person acting, with the one thing their role is held for, if it is held for one."""

    user_id: int
    login: str
    role: Role
    partner_id: int | None = None
    store_id: int | None = None
    producer_id: int | None = None
    on_behalf: bool = False
    """Whether another acts with the rights of the producer *producer_id*; the login is the other's."""
    cooperative_id: int | None = None


@dataclass(frozen=True)
class Reach:
    """How far an actor may see: only this partner, store, producer and cooperative; what is blank is not limited."""

    partner_id: int | None
    store_id: int | None
    producer_id: int | None
    cooperative_id: int | None = None


def get_reach(actor: Actor, act: Act) -> Reach:
    """Return what a reading by *actor* is limited to.

    Raises:
        NotAllowed: the role does not cover the act at all.

    """
    if actor.role not in PERMITTED[act]:
        raise _refusal(actor, act)
    return Reach(actor.partner_id, actor.store_id, actor.producer_id, actor.cooperative_id)


def authorize(
    actor: Actor,
    act: Act,
    *,
    partner_id: int | None = None,
    store_id: int | None = None,
    producer_id: int | None = None,
    cooperative_id: int | None = None,
) -> None:
    """Let *actor* do *act* on what the ids name, or refuse.

    A role held for a partner, a store, a producer or a cooperative reaches only acts that name that very one.

    Raises:
        NotAllowed: the role does not cover the act, or its scope does not cover the thing.

    """
    scopes = (
        (actor.partner_id, partner_id),
        (actor.store_id, store_id),
        (actor.producer_id, producer_id),
        (actor.cooperative_id, cooperative_id),
    )
    inside = all(held is None or held == named for held, named in scopes)
    if actor.role not in PERMITTED[act] or not inside:
        raise _refusal(actor, act)


def _refusal(actor: Actor, act: Act) -> NotAllowed:
    return NotAllowed(
        say(
            "{login} ({role}) may not {act} here; nothing was changed.",
            login=actor.login,
            role=Code("role", actor.role),
            act=Code("act", act),
        )
    )
