"""Lists from other offices as people look at them."""

from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.orm import Session

from consign.documents.rules import ListMissing
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.documents import ReferenceEntry, ReferenceList
from consign.models.identity import UserAccount
from consign.sentence import say


def find_reference_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the lists; filters `kind` and `withdrawn` (`yes` or `no`).

    A row has id, kind, issuer, as_of, file_name, sha256, row_count, imported_by (a name), imported_at and withdrawn_at.
    """
    query = _select_lists(by)
    if wish.filters.get("kind"):
        query = query.where(ReferenceList.kind == wish.filters["kind"])
    match wish.filters.get("withdrawn"):
        case "yes":
            query = query.where(ReferenceList.withdrawn_at.is_not(None))
        case "no":
            query = query.where(ReferenceList.withdrawn_at.is_(None))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="-imported_at",
        searched=[ReferenceList.issuer, ReferenceList.file_name],
        tie=ReferenceList.id,
    )


def get_reference_list(session: Session, *, by: Actor, list_id: int | str) -> RowMapping:
    """Return the list whose id stands in an address, as a row of `find_reference_page`.

    Raises:
        ListMissing: there is no such list.

    """
    query = _select_lists(by).where(ReferenceList.id == parse_id(str(list_id)))
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise ListMissing(say("There is no such list."))
    return row


def find_reference_entries(session: Session, *, by: Actor, list_id: int, wish: Wish) -> Found:
    """Return a page of the rows of a list: row, number, name."""
    get_reach(by, Act.READ_REFERENCES)
    columns: list[Value] = [ReferenceEntry.row, ReferenceEntry.number, ReferenceEntry.name]
    query = select(*columns).where(ReferenceEntry.list_id == list_id)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="row",
        searched=[ReferenceEntry.number, ReferenceEntry.name],
        tie=ReferenceEntry.row,
    )


def _select_lists(by: Actor) -> Select[Any]:
    get_reach(by, Act.READ_REFERENCES)
    columns: list[Value] = [
        ReferenceList.id,
        ReferenceList.kind,
        ReferenceList.issuer,
        ReferenceList.as_of,
        ReferenceList.file_name,
        ReferenceList.sha256,
        ReferenceList.row_count,
        UserAccount.name.label("imported_by"),
        ReferenceList.imported_at,
        ReferenceList.withdrawn_at,
    ]
    return select(*columns).join(UserAccount, UserAccount.id == ReferenceList.imported_by)
