"""Lists of products that were handed in, as people look at them: only those within the reader's reach."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from consign.catalogue.import_rules import ImportUnknown
from consign.identity.rules import Act, Actor, get_reach
from consign.models.catalogue import ProductImport
from consign.models.identity import UserAccount
from consign.models.partners import Producer
from consign.sentence import say


def get_import(session: Session, *, by: Actor, import_id: int, lock: bool = False) -> ProductImport:
    """Return a list that was handed in; with *lock* nobody else takes it over until the transaction ends.

    Raises:
        ImportUnknown: there is none that *by* may see.

    """
    reach = get_reach(by, Act.MANAGE_PRODUCTS)
    query = select(ProductImport).where(ProductImport.id == import_id)
    if reach.producer_id is not None:
        query = query.where(ProductImport.producer_id == reach.producer_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise ImportUnknown(say("There is no such list of products; nothing was changed."))
    return found


def find_imports(session: Session, *, by: Actor, most: int) -> Sequence[RowMapping]:
    """Return the last *most* lists that *by* may see, the newest first.

    A row has id, file_name, state, counts, handed_in_at, handed_in_by (a name), and producer (a name, or blank).
    """
    reach = get_reach(by, Act.MANAGE_PRODUCTS)
    query = (
        select(
            ProductImport.id,
            ProductImport.file_name,
            ProductImport.state,
            ProductImport.counts,
            ProductImport.handed_in_at,
            UserAccount.name.label("handed_in_by"),
            Producer.name.label("producer"),
        )
        .join(UserAccount, UserAccount.id == ProductImport.handed_in_by)
        .outerjoin(Producer, Producer.id == ProductImport.producer_id)
    )
    if reach.producer_id is not None:
        query = query.where(ProductImport.producer_id == reach.producer_id)
    return session.execute(query.order_by(ProductImport.id.desc()).limit(most)).mappings().all()
