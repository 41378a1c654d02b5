"""Notices leave by real services on this machine: in order, each once, tried again later, given up in the end."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import text

from consign import clock
from consign.db import Database
from consign.identity.accounts import request_reset
from consign.identity.actions import add_user
from consign.identity.channels import Channel, choose_channel
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.jobs.notices import send_notices
from consign.models.identity import UserAccount
from consign.notifying.lists import DeliveryUnknown, list_deliveries, retry_delivery
from consign.notifying.rules import LOST, LOST_AFTER, MOST_ATTEMPTS, RETRY_AFTER
from consign.notifying.services import Services, ServiceUnusable, make_services
from consign.outbox import Message, record_notices
from tests.builders import ADMIN, build_city
from tests.conftest import REGION
from tests.notifying.receivers import HERE, Received, receiving_calls, receiving_mail

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
PAGES = "https://titipjual.test"
OWNER, KEY = "ani@dapur.test", "rahasia-sekali"
FACTS = {"partner": "Beruang Mart", "due_rp": 987_654}


class Hands:
    """The clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def go(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    held = Hands()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture
def town(database: Database, hands: Hands) -> Database:  # noqa: ARG001  # the clock stands before anything happens
    """Build a city whose first producer has an owner with an e-mail address, and that nobody was told of anything."""
    with database.transaction(REGION) as session:
        city = build_city(session)
        add_user(session, by=city.admin, login=OWNER, name="Ani", role=Role.PRODUCER, producer_id=city.producers[0].id)
        session.execute(text("UPDATE notice SET sent_at = now()"))
    return database


@pytest.fixture
def received() -> Iterator[Received]:
    with receiving_calls() as calls:
        yield calls


@pytest.fixture
def mails() -> Iterator[Received]:
    with receiving_mail() as taken:
        yield taken


def by_call(received: Received, channel: Channel = Channel.EMAIL) -> Services:
    return make_services({channel: f"json://office:{KEY}@{HERE}:{received.port}/to/{{address}}"}, pages_url=PAGES)


def by_mail(received: Received) -> Services:
    address = f"mailto://{HERE}:{received.port}/?smtp={HERE}&from=office@dinas.test&to={{address}}"
    return make_services({Channel.EMAIL: address}, pages_url=PAGES)


def tell(database: Database, *kinds: str) -> None:
    with database.transaction(REGION) as session:
        owner = session.scalar(text("SELECT producer_id FROM user_account WHERE login = :login"), {"login": OWNER})
        record_notices(session, [Message(kind, f"producer:{owner}", FACTS) for kind in kinds])


def look(database: Database) -> list[tuple[str, int, str]]:
    with database.transaction(REGION) as session:
        rows = session.execute(text("SELECT state, attempts, last_error FROM notice_delivery ORDER BY id"))
        return [(row.state, row.attempts, row.last_error) for row in rows]


def choose(database: Database, channel: str, address: str = "") -> None:
    with database.transaction(REGION) as session:
        choose_channel(session, by=get_actor(session, OWNER), channel=channel, address=address, offered=set(Channel))


def test_a_notice_says_what_happened_and_leads_to_the_pages_without_amounts_or_names(
    town: Database, received: Received
):
    tell(town, "settlement.statement")
    assert send_notices(town, by_call(received)) == 1
    [(path, call)] = received.calls
    assert path == "/to/ani@dapur.test"
    assert call["title"]
    said = call["title"] + call["message"]
    assert f"{PAGES}/" in said
    assert "Beruang" not in said
    assert "987" not in said
    assert look(town) == [("sent", 1, "")]


def test_an_email_arrives_at_a_mail_server(town: Database, mails: Received):
    tell(town, "stock.runs_out")
    assert send_notices(town, by_mail(mails)) == 1
    assert mails.mailed_to == [[OWNER]]
    [mail] = mails.mails
    assert mail["Subject"]
    assert PAGES in str([part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()])


def test_notices_leave_in_their_order_and_never_twice(town: Database, received: Received):
    kinds = ("settlement.statement", "stock.runs_out", "payouts.sent")
    tell(town, *kinds)
    services = by_call(received)
    assert [send_notices(town, services) for _ in range(3)] == [3, 0, 0]
    assert len({call["title"] for _, call in received.calls}) == 3
    with ThreadPoolExecutor(4) as pool:
        tell(town, *kinds)
        assert sum(pool.map(lambda _: send_notices(town, services), range(8))) == 3
    titles = [call["title"] for _, call in received.calls]
    assert titles[3:] == titles[:3]


def test_what_was_refused_is_tried_again_later_and_holds_back_what_comes_after(
    town: Database, hands: Hands, received: Received
):
    tell(town, "settlement.statement", "stock.runs_out")
    received.statuses[:] = [500]
    services = by_call(received)
    assert send_notices(town, services) == 0
    [first, second] = look(town)
    assert first[:2] == ("waiting", 1)
    assert "500" in first[2]
    assert second == ("waiting", 0, "")
    assert send_notices(town, services) == 0  # not yet
    hands.go(RETRY_AFTER[0])
    assert send_notices(town, services) == 2
    assert [state for state, _, _ in look(town)] == ["sent", "sent"]
    assert len(received.calls) == 3


def test_after_too_many_tries_it_is_given_up_until_an_admin_asks(town: Database, hands: Hands, received: Received):
    tell(town, "settlement.statement")
    received.statuses[:] = [503] * MOST_ATTEMPTS
    services = by_call(received)
    for wait in (*RETRY_AFTER, timedelta(days=1)):
        assert send_notices(town, services) == 0
        hands.go(wait)
    assert [one[:2] for one in look(town)] == [("failed", MOST_ATTEMPTS)]
    assert send_notices(town, services) == 0
    assert len(received.calls) == MOST_ATTEMPTS
    with town.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        [row] = list_deliveries(session, by=admin, state="failed")
        assert (row["name"], row["kind"], row["attempts"]) == ("Ani", "settlement.statement", MOST_ATTEMPTS)
        retry_delivery(session, by=admin, delivery_id=row["id"])
        with pytest.raises(DeliveryUnknown):
            retry_delivery(session, by=admin, delivery_id=row["id"])
    assert send_notices(town, services) == 1


def test_without_a_service_nothing_happens_and_old_news_are_not_sent_later(
    town: Database, hands: Hands, received: Received
):
    tell(town, "settlement.statement")
    assert send_notices(town, Services()) == 0
    assert look(town) == []
    hands.go(timedelta(days=3))
    tell(town, "stock.runs_out")
    assert send_notices(town, by_call(received)) == 1


def test_people_are_told_as_they_chose(town: Database, received: Received):
    services = make_services(
        {
            Channel.EMAIL: f"json://{HERE}:{received.port}/mail/{{address}}",
            Channel.WHATSAPP: f"json://{HERE}:{received.port}/wa/{{address}}",
            Channel.TELEGRAM: f"json://{HERE}:{received.port}/tg/{{address}}",
        },
        pages_url=PAGES,
    )
    for channel, address in (
        ("whatsapp", "0812-345 678"),
        ("telegram", "77123"),
        ("none", ""),
        ("email", "b@dapur.test"),
    ):
        choose(town, channel, address)
        tell(town, "settlement.statement")
        send_notices(town, services)
    assert [path for path, _ in received.calls] == ["/wa/+62812345678", "/tg/77123", "/mail/b@dapur.test"]


def test_who_chose_the_pages_alone_meanwhile_is_not_told(town: Database, hands: Hands, received: Received):
    tell(town, "settlement.statement")
    received.statuses[:] = [500]
    services = by_call(received)
    send_notices(town, services)
    choose(town, "none")
    hands.go(RETRY_AFTER[0])
    assert send_notices(town, services) == 0
    assert [state for state, _, _ in look(town)] == ["dropped"]


def test_invented_people_are_never_written_to(town: Database, received: Received):
    with town.transaction(REGION) as session:
        record_notices(session, [Message("settlement.prepared", "role:dinas_finance", FACTS)])
    assert send_notices(town, by_call(received)) == 0
    assert received.calls == []


def test_a_link_goes_to_the_login_whatever_was_chosen_and_is_kept_no_longer(town: Database, received: Received):
    choose(town, "email", "other@dapur.test")
    with town.transaction(REGION) as session:
        request_reset(session, login=OWNER)
    assert send_notices(town, by_call(received)) == 1
    [(path, call)] = received.calls
    assert path == "/to/ani@dapur.test"
    assert f"{PAGES}/link/" in call["message"]
    with town.transaction(REGION) as session:
        assert session.scalar(text("SELECT count(*) FROM notice WHERE jsonb_exists(facts, 'token')")) == 0


def test_a_link_that_was_used_is_not_sent(town: Database, received: Received):
    with town.transaction(REGION) as session:
        request_reset(session, login=OWNER)
        session.execute(text("UPDATE notice SET facts = facts - 'token'"))
    assert send_notices(town, by_call(received)) == 0
    assert [state for state, _, _ in look(town)] == ["dropped"]


def test_what_was_cut_off_is_not_sent_again_by_itself(town: Database, hands: Hands, received: Received):
    tell(town, "settlement.statement")
    received.statuses[:] = [500]
    services = by_call(received)
    send_notices(town, services)
    with town.transaction(REGION) as session:
        session.execute(
            text("UPDATE notice_delivery SET state = 'sending', next_at = NULL, taken_at = :at"), {"at": NOON}
        )
    hands.go(LOST_AFTER + timedelta(seconds=1))
    assert send_notices(town, services) == 0
    assert look(town) == [("failed", 1, LOST)]


@contextmanager
def everything_logged() -> Iterator[StringIO]:
    """Write down what an installation would log at its most talkative; pytest's own way also listens where nobody does."""
    written, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_a_service_that_is_away_is_left_alone_after_three_tries_in_a_round(town: Database):
    with town.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        producer = session.scalar(text("SELECT min(id) FROM producer"))
        for place in range(5):
            add_user(
                session, by=admin, login=f"o{place}@dapur.test", name="O", role=Role.PRODUCER, producer_id=producer
            )
    tell(town, "settlement.statement")
    away = make_services({Channel.EMAIL: f"json://office:{KEY}@{HERE}:9/{{address}}"}, pages_url=PAGES)
    with everything_logged() as logged:
        assert send_notices(town, away) == 0
    assert [attempts for _, attempts, _ in look(town)] == [1, 1, 1, 0, 0, 0]
    said = logged.getvalue()
    assert "the service for email" in said
    assert KEY not in said
    assert "dapur.test" not in said
    assert all(KEY not in error and "dapur" not in error and error for _, tried, error in look(town) if tried)


@pytest.mark.parametrize(
    ("address", "pages"),
    [("nonsense{address}", PAGES), (f"json://{HERE}/to", PAGES), (f"json://{HERE}/{{address}}", None)],
)
def test_services_that_cannot_be_used_are_refused_without_their_secrets(address: str, pages: str | None):
    with pytest.raises(ServiceUnusable) as refused:
        make_services({Channel.EMAIL: address}, pages_url=pages)
    assert "json" not in str(refused.value)
    assert KEY not in repr(Services({Channel.EMAIL: f"json://x:{KEY}@h/{{address}}"}, PAGES))


def test_who_shuts_the_account_gets_nothing(town: Database, received: Received):
    with town.transaction(REGION) as session:
        session.query(UserAccount).filter_by(login=OWNER).update({"active": False})
    tell(town, "settlement.statement")
    assert send_notices(town, by_call(received)) == 0
