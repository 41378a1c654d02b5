"""What people said of the columns of a bank's files, kept for the next file of the account with the same headings."""

from sqlalchemy.orm import Session

from consign import clock
from consign.banking.columns import BankMapping
from consign.identity.rules import Actor
from consign.models.banking import BankProfile


def find_kept_mapping(session: Session, *, account_id: int, headings_hash: str) -> BankMapping | None:
    """Return what was said of files of the account with these headings; blank where nobody was asked."""
    profile = session.get(BankProfile, (account_id, headings_hash))
    return BankMapping.from_json(profile.mapping) if profile else None


def keep_mapping(session: Session, *, by: Actor, account_id: int, headings_hash: str, mapping: BankMapping) -> None:
    """Keep what a person said of files of the account with these headings, in place of what was said before."""
    profile = session.get(BankProfile, (account_id, headings_hash))
    if profile is None:
        profile = BankProfile(account_id=account_id, headers=headings_hash)
        session.add(profile)
    profile.mapping, profile.said_by, profile.said_at = mapping.to_json(), by.user_id, clock.now()
    session.flush()
