"""The way around: which pages stand in whose menu."""

from dataclasses import dataclass

from consign.identity.rules import Role
from consign.sentence import Sentence, say
from consign.web.access import ACCESS, may_open


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    path: str
    label: Sentence


ENTRIES = (
    Entry("/", say("Home")),
    Entry("/my-papers", say("My papers")),
    Entry("/review", say("Review")),
    Entry("/papers", say("Papers")),
    Entry("/expiry", say("Ends of papers")),
    Entry("/goods", say("Goods")),
    Entry("/stock", say("Stock")),
    Entry("/counts", say("Counts")),
    Entry("/expiring", say("Near the end")),
    Entry("/suggestions", say("What to deliver")),
    Entry("/losses", say("Losses of goods")),
    Entry("/continuity", say("Continuity")),
    Entry("/uploads", say("Sales files")),
    Entry("/parked", say("Waiting lines")),
    Entry("/board", say("Store days")),
    Entry("/closings", say("Closing")),
    Entry("/my-sales", say("My sales")),
    Entry("/statements", say("Statements")),
    Entry("/drafts", say("Drafts of statements")),
    Entry("/owed", say("What is owed")),
    Entry("/bank", say("Bank accounts")),
    Entry("/matching", say("Matching")),
    Entry("/my-money", say("My money")),
    Entry("/payments", say("Payments")),
    Entry("/proofs", say("Proofs")),
    Entry("/payouts", say("Payouts")),
    Entry("/payees", say("Bank accounts")),
    Entry("/late", say("Late payments")),
    Entry("/disputes", say("Disputes")),
    Entry("/adjustments", say("Corrections")),
    Entry("/carry-over", say("Opening balances")),
    Entry("/journal", say("Ledger")),
    Entry("/products", say("Products")),
    Entry("/numbers", say("Numbers")),
    Entry("/labels", say("Labels")),
    Entry("/producers", say("Producers")),
    Entry("/partners", say("Partners")),
    Entry("/agreements", say("Agreements")),
    Entry("/cooperatives", say("Cooperatives")),
    Entry("/waivers", say("Waivers")),
    Entry("/references", say("Lists of other offices")),
    Entry("/users", say("Users")),
    Entry("/audit", say("Audit trail")),
    Entry("/settings", say("Settings")),
)


def find_navigation(role: Role | None) -> list[Entry]:
    """Return the entries that *role* may open; none for nobody."""
    if role is None:
        return []
    return [entry for entry in ENTRIES if may_open(role, ACCESS[f"GET {entry.path}"])]
