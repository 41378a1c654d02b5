"""Lists of products for tests that look at every page: each producer has handed in one that would change its product."""

import io
from datetime import date

from consign.catalogue.importing import try_import
from consign.identity.queries import get_actor
from tests.builders import ADMIN
from tests.conftest import REGION
from tests.web.town import Town

ON = date(2026, 11, 22)


def put_lists(town: Town) -> dict[str, str]:
    """Hand in a list for each producer; return the id of the first one's, which has a problem besides."""
    found = {}
    with town.database.transaction(REGION) as session:
        for place in (3, 2, 1):
            code = f"PRD-{place}"
            content = f"Kode produk,Merek,Harga\n{code},Merek Rahasia {place},\nSALAH-{place},,mahal\n"
            tried = try_import(
                session, by=get_actor(session, ADMIN), source=io.BytesIO(content.encode()), name=f"produk-{place}.csv",
                producer_id=town.id("producer", code=f"P{place}"), files=town.files, on=ON,
            )  # fmt: skip
            found["import_id"] = str(tried.handed_in.id)
    return found
