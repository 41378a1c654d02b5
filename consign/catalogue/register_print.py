"""The city register on paper, for the partners' teams that look after master data."""

from datetime import date

from sqlalchemy.orm import Session

from consign.catalogue.register_lists import find_number_page
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.partners.queries import get_region_terms
from consign.sentence import say
from reports.number_register import RegisterFigures, RegisterRow, write_register

MOST_PRINTED = 5_000
SCOPE = "Nomor di bawah kode batang produk, menurut keadaan pada tanggal cetak."
KINDS = {"gtin": "GTIN", "city": "nomor kota"}
STATES = {"in_use": "berlaku", "ahead": "akan berlaku", "replaced": "diganti", "retired": "tidak dipakai"}


class RegisterTooLong(BadInput):
    """The register has more rows than are printed; nothing was written."""

    code = "catalogue.register_too_long"


def print_register(session: Session, *, by: Actor, region: str, on: date) -> bytes:
    """Return the numbers that *by* may see as a PDF in Indonesian, by number.

    Raises:
        RegisterTooLong: there are more than 5,000; a list can be downloaded instead.

    """
    found = find_number_page(session, by=by, on=on, wish=Wish(sort="number", rows=MOST_PRINTED))
    if found.total > MOST_PRINTED:
        raise RegisterTooLong(
            say(
                "The register has {count} numbers, more than the {most} that are printed. Download the list instead.",
                count=found.total,
                most=MOST_PRINTED,
            )
        )
    rows = tuple(
        RegisterRow(
            number=row["number"],
            product=row["product"],
            brand=row["brand"] or "",
            content=row["content"],
            producer=row["producer"],
            kind=KINDS[row["kind"]],
            from_on=row["from_on"],
            until_on=row["until_on"],
            state=STATES[row["state"]],
            reason=row["reason"] or "",
        )
        for row in found.rows
    )
    office = get_region_terms(session).office_name
    return write_register(RegisterFigures(office, region, on, SCOPE, rows))
