"""Labels for tests that look at every page: each producer's sheet is made, and two test scans wait."""

from datetime import date

from sqlalchemy import text

from consign.catalogue.label_facts import Look, Wanted
from consign.catalogue.labels import Sheet, make_labels, order_labels
from consign.catalogue.register import reserve_range
from consign.catalogue.stocks import begin_test, find_stock_called
from consign.identity.queries import get_actor
from tests.builders import ADMIN
from tests.conftest import REGION
from tests.web.town import FIRST, SECOND, Town

ON = date(2026, 11, 22)


def put_labels(town: Town) -> dict[str, str]:
    """Make a sheet for each producer; return the ids of the first one's, of a roll, of a range, and of the dinas's test scan."""
    found = {}
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        sheet = find_stock_called(session, by=admin, name="Tom & Jerry 121")
        roll = find_stock_called(session, by=admin, name="Termal 33x15 3 lajur")
        for place in (3, 2, 1):
            order = order_labels(
                session,
                by=admin,
                wanted=[Wanted(f"PRD-{place}", 2)],
                look=Look(),
                sheet=Sheet(sheet.id, 300),
                on=ON,
            )
            make_labels(session, town.files, order)
            found["order_id"] = str(order.id)
        reserve_range(
            session, by=admin, partner_id=town.id("partner", code="BM"), first="2900", last=None, note="Timbangan"
        )
        found["range_id"] = str(session.scalar(text("SELECT max(id) FROM reserved_range")))
        for login in (SECOND, FIRST):
            begin_test(session, by=get_actor(session, login), stock=roll, dpi=203)
        found |= {"stock_id": str(roll.id), "test_id": str(begin_test(session, by=admin, stock=roll, dpi=203).id)}
    return found
