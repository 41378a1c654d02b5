"""The way around: which pages stand in whose menu."""

from dataclasses import dataclass, replace

from consign.identity.rules import Role
from consign.sentence import Sentence, say
from consign.web.access import ACCESS, may_open


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    path: str
    label: Sentence


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under a heading; those without one come first."""

    heading: Sentence | None
    entries: tuple[Entry, ...]


GROUPS = (
    Group(None, (Entry("/", say("Home")),)),
    Group(
        say("Papers and permits"),
        (
            Entry("/my-papers", say("My papers")),
            Entry("/review", say("Review")),
            Entry("/papers", say("Papers")),
            Entry("/expiry", say("Ends of papers")),
            Entry("/waivers", say("Waivers")),
            Entry("/references", say("Lists of other offices")),
        ),
    ),
    Group(
        say("Products and goods"),
        (
            Entry("/products", say("Products")),
            Entry("/numbers", say("Numbers")),
            Entry("/labels", say("Labels")),
            Entry("/goods", say("Goods")),
            Entry("/stock", say("Stock")),
            Entry("/counts", say("Counts")),
            Entry("/expiring", say("Near the end")),
            Entry("/suggestions", say("What to deliver")),
            Entry("/losses", say("Losses of goods")),
            Entry("/continuity", say("Continuity")),
        ),
    ),
    Group(
        say("Sales"),
        (
            Entry("/my-sales", say("My sales")),
            Entry("/sales", say("Sales of stores")),
            Entry("/uploads", say("Sales files")),
            Entry("/parked", say("Waiting lines")),
            Entry("/board", say("Store days")),
        ),
    ),
    Group(
        say("Settlement"),
        (
            Entry("/closings", say("Closing")),
            Entry("/statements", say("Statements")),
            Entry("/drafts", say("Drafts of statements")),
            Entry("/disputes", say("Disputes")),
            Entry("/adjustments", say("Corrections")),
            Entry("/carry-over", say("Opening balances")),
            Entry("/owed", say("What is owed")),
            Entry("/late", say("Late payments")),
        ),
    ),
    Group(
        say("Money"),
        (
            Entry("/my-money", say("My money")),
            Entry("/payments", say("Payments")),
            Entry("/bank", say("The office's bank accounts")),
            Entry("/matching", say("Matching")),
            Entry("/proofs", say("Proofs")),
            Entry("/payouts", say("Payouts")),
            Entry("/payees", say("Where people are paid")),
            Entry("/journal", say("Ledger")),
        ),
    ),
    Group(
        say("Who takes part"),
        (
            Entry("/producers", say("Producers")),
            Entry("/partners", say("Partners")),
            Entry("/agreements", say("Agreements")),
            Entry("/cooperatives", say("Cooperatives")),
        ),
    ),
    Group(
        say("Office"),
        (
            Entry("/users", say("Users")),
            Entry("/audit", say("Audit trail")),
            Entry("/settings", say("Settings")),
        ),
    ),
)


def find_navigation(role: Role | None) -> list[Group]:
    """Return the groups with the entries that *role* may open, those without any left out; none for nobody."""
    if role is None:
        return []
    groups = [
        replace(group, entries=tuple(one for one in group.entries if may_open(role, ACCESS[f"GET {one.path}"])))
        for group in GROUPS
    ]
    return [group for group in groups if group.entries]
