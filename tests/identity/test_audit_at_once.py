"""Many transactions at the same moment still make one chain."""

from concurrent.futures import ThreadPoolExecutor

from consign.db import Database
from consign.identity.actions import record_event
from consign.identity.checks import check_audit_chain
from consign.identity.queries import find_chain_head
from tests.conftest import REGION


def test_events_recorded_at_once_make_one_chain_without_gaps(database: Database):
    def act(number: int) -> None:
        with database.transaction(REGION) as session:
            for step in range(2):
                record_event(session, by=None, act="tried", subject=f"trial:{number}", step=step)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(act, range(60)))
    with database.transaction(REGION) as session:
        assert find_chain_head(session)[0] == 120
        assert list(check_audit_chain(session)) == []
