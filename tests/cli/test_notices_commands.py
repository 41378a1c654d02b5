"""Notices on the command line: sent by a service on this machine, listed, tried again."""

import pytest
from sqlalchemy import text

from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.outbox import Message, record_notices
from tests.builders import ADMIN
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.notifying.receivers import HERE, receiving_calls


def test_notices_are_sent_listed_and_tried_again(
    terminal: Terminal, database: Database, monkeypatch: pytest.MonkeyPatch
):
    with database.transaction(REGION) as session:
        add_user(
            session, by=get_actor(session, ADMIN), login="siti@umkm.test", name="Ibu Siti", role=Role.PRODUCER,
            producer_id=1,
        )  # fmt: skip
        record_notices(session, [Message("settlement.statement", "producer:1", {})])
    with receiving_calls() as received:
        monkeypatch.setenv("CONSIGN_NOTICE_EMAIL", f"json://{HERE}:{received.port}/{{address}}")
        monkeypatch.setenv("CONSIGN_PAGES_URL", "https://titipjual.test")
        received.statuses[:] = [500]
        assert terminal.run("notices", "send").out == "0 messages were sent.\n"
        [listed] = terminal.json("notices", "list", "--as", ADMIN)
        assert (listed["name"], listed["state"], listed["attempts"]) == ("Ibu Siti", "waiting", "1")
        with database.transaction(REGION) as session:
            session.execute(text("UPDATE notice_delivery SET state = 'failed', next_at = NULL"))
        assert "Ibu Siti" in terminal.run("notices", "list", "--state", "failed", "--as", ADMIN).out
        number = listed["id"]
        assert terminal.run("notices", "retry", number, "--as", ADMIN).status == 0
        assert terminal.run("notices", "send").out == "1 messages were sent.\n"
        assert len(received.calls) == 2


def test_nobody_but_an_admin_sees_them(terminal: Terminal):
    assert terminal.run("notices", "list").status == 2


def test_nothing_is_sent_where_nothing_is_set_up(terminal: Terminal):
    ended = terminal.run("notices", "send")
    assert ended.status == 2
    assert "CONSIGN_NOTICE_EMAIL" in ended.err
