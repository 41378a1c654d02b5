"""What is odd about the lines of a posting. They are posted all the same; a person is told.

Most files have nothing odd, so what can be seen from a posting's sums is asked there first, and the lines themselves are
only read for what may be found.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import text

from consign.db import insert_rows
from consign.sales.odd_days import find_days, find_unagreed
from consign.sales.odd_goods import find_not_eligible, find_not_listed, find_oversold, find_retired
from consign.sales.odd_lines import find_fractions, find_prices, find_unpaired, find_unusual
from consign.sales.posted_lines import Finding, PostedLines

FINDERS: tuple[Callable[[PostedLines], Iterator[Finding]], ...] = (
    find_prices,
    find_not_eligible,
    find_not_listed,
    find_retired,
    find_days,
    find_fractions,
    find_unusual,
    find_unpaired,
    find_oversold,
    find_unagreed,
)
"""Each looks for one kind of thing. What other slices know of a posting's lines is asked for by one more of these."""


def keep_findings(posted: PostedLines) -> int:
    """Look for what is odd in a posting that was just recorded, keep it, and return how many findings there are.

    The server has no figures about lines of this very transaction, and would step through them one by one.
    """
    session = posted.session
    session.execute(text("SET LOCAL enable_nestloop = off"))
    found = [one for find in FINDERS for one in find(posted)]
    session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
    rows = [
        {
            "upload_id": posted.upload_id,
            "partner_id": posted.partner_id,
            "posting_no": posted.number,
            "code": one.code,
            "product_id": one.product_id,
            "store_id": one.store_id,
            "lines": one.lines,
            "quantity": str(one.quantity),
            "amount_rp": one.amount_rp,
            "first_row": one.first_row,
            "detail": one.detail,
        }
        for one in found
    ]
    insert_rows(session, "sales_finding", rows)
    return len(rows)
