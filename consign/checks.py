"""Everything that must always hold, gathered from the slices."""

from collections.abc import Iterator

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from consign.banking.checks import CHECKS as BANKING
from consign.breach import Breach
from consign.catalogue.checks import CHECKS as CATALOGUE
from consign.documents.checks import CHECKS as DOCUMENTS
from consign.files import FileMissing, Files
from consign.identity.checks import CHECKS as IDENTITY
from consign.ledger.checks import CHECKS as LEDGER
from consign.models.banking import BankFile, BankUpload
from consign.models.catalogue import LabelOrder, Product, ProductImport
from consign.models.documents import Document, DocumentPage, ReferenceList
from consign.models.payments import PaymentNotice
from consign.models.sales import SalesUpload
from consign.models.settlement import CarryOver
from consign.partners.checks import CHECKS as PARTNERS
from consign.payments.checks import CHECKS as PAYMENTS
from consign.payments.notice_checks import CHECKS as NOTICES
from consign.payouts.checks import CHECKS as PAYOUTS
from consign.sales.checks import CHECKS as SALES
from consign.settlement.allocation_checks import CHECKS as ALLOCATIONS
from consign.settlement.carry_checks import CHECKS as CARRIED_OVER
from consign.settlement.checks import CHECKS as SETTLEMENT
from consign.settlement.transfer_checks import CHECKS as TRANSFERS
from consign.stock.checks import CHECKS as STOCK

CHECKS = (
    *LEDGER, *SALES, *STOCK, *SETTLEMENT, *CARRIED_OVER, *ALLOCATIONS, *TRANSFERS, *BANKING, *PAYMENTS, *NOTICES, *PAYOUTS,
    *CATALOGUE, *DOCUMENTS, *PARTNERS, *IDENTITY,
)  # fmt: skip

NAMING = (
    SalesUpload.sha256, Document.sha256, DocumentPage.sha256, ReferenceList.sha256,
    Product.photo_sha256, Product.thumb_sha256, ProductImport.sha256, ProductImport.rows_sha256,
    LabelOrder.sha256, LabelOrder.preview_sha256, BankFile.sha256, BankUpload.sha256, PaymentNotice.sha256, CarryOver.sha256,
)  # fmt: skip
"""Columns that name a file."""


def find_breaches(session: Session, files: Files) -> Iterator[Breach]:
    """Yield every breach of every invariant, in one consistent reading of the region."""
    for check in CHECKS:
        yield from check(session)
    yield from check_files(session, files)


def check_files(session: Session, files: Files) -> Iterator[Breach]:
    """Find files that a row names but that are not stored, or whose bytes are not those that were handed in."""
    named = union(*(select(column.label("sha256")) for column in NAMING)).subquery()
    query = select(named.c.sha256).where(named.c.sha256.is_not(None)).order_by(named.c.sha256)
    for sha256 in session.scalars(query):
        try:
            stored = files.compute_hash(sha256)
        except FileMissing:
            yield Breach("files.missing", f"file {sha256}", "is not in the object store")
            continue
        if stored != sha256:
            yield Breach("files.changed", f"file {sha256}", f"has bytes of hash {stored}")
