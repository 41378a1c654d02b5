"""Days on which stores sell, missing days and reminders on the command line."""

from datetime import timedelta

from consign import clock
from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.queries import get_partner
from tests.builders import ADMIN
from tests.cli.terminal import Terminal
from tests.conftest import REGION

TODAY = clock.today("Asia/Makassar")
YESTERDAY = TODAY - timedelta(1)


def test_a_week_and_closed_days_take_days_out_of_what_is_missing(terminal: Terminal):
    before = terminal.run("sales", "missing", "--partner", "BM", "--json")
    assert before.status == 0
    assert [line.strip() for line in before.out.splitlines() if "missing" in line] == ['"missing": 60,'] * 2
    first = TODAY - timedelta(59)
    # Eight weeks and four days: of the 59 days from then until yesterday eight or nine are Sundays.
    days = [first + timedelta(place) for place in range(59)]
    sundays = sum(day.weekday() == 6 for day in days)
    ended = terminal.run("store", "week", "T1", "--partner", "BM", "--days", "mon-sat", "--from", first)
    assert ended.out == f"Store T1 of BM sells on mon-sat from {first} on.\n"
    ended = terminal.run(
        "store", "closed", "T2", "--partner", "BM", "--from", TODAY - timedelta(10), "--until", YESTERDAY, "--reason",
        "renovasi",
    )  # fmt: skip
    assert ended.out == f"Store T2 of BM is closed from {TODAY - timedelta(10)} to {YESTERDAY} (closure 1).\n"
    counts = terminal.run("sales", "missing", "--partner", "BM").out.splitlines()[1:]
    assert [line.split()[:2] for line in counts] == [["T1", str(60 - sundays)], ["T2", "50"]]


def test_closed_days_are_listed_ended_and_taken_back(terminal: Terminal):
    until = TODAY + timedelta(9)
    days = ("--from", TODAY, "--until", until, "--reason", "Lebaran")
    assert "Every store of BM is closed" in terminal.run("store", "closed", "--partner", "BM", *days).out
    assert "Store T1 of BM" in terminal.run("store", "closed", "T1", "--partner", "BM", *days).out
    ended = terminal.run("store", "closed-end", 1, "--last", TODAY + timedelta(2))
    assert ended.out == f"Closure 1 ends on {TODAY + timedelta(2)}.\n"
    assert terminal.run("store", "closed-end", 2).out == "Closure 2 was taken back.\n"
    found = terminal.run("store", "closures", "--partner", "BM")
    assert [line.split()[:2] for line in found.out.splitlines()[1:]] == [["2", "Gerai"], ["1", "all"]]
    assert found.out.count("Bagus Prakoso") == 4
    assert terminal.run("store", "closed-end", 2).status == 2
    assert terminal.run("store", "closures", "--partner", "BM", "--json").status == 0


def test_stores_are_reminded_once_a_day(terminal: Terminal):
    assert terminal.run("sales", "remind", "--partner", "BM", "--store", "T1").out == "T1 was reminded (step 1).\n"
    again = terminal.run("sales", "remind", "--partner", "BM", "--store", "T1")
    assert (again.status, again.err.endswith("[sales.reminded_today]\n")) == (2, True)
    told = terminal.run("sales", "remind", "--partner", "BM").out
    assert told == "1 stores were reminded; 1 had been reminded today.\n"


def test_nobody_sees_or_reminds_another_partner_s_stores(terminal: Terminal, database: Database):
    with database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        partner = get_partner(session, "BM")
        store = {"partner_id": partner.id, "store_id": None}
        add_user(session, by=admin, login="kantor@bm.example", name="Kantor", role=Role.PARTNER_FINANCE, **store)
    terminal.run("partner", "add", "KM", "Kancil", "--kind", "hotel", "--as", ADMIN)
    for words in (("sales", "missing"), ("sales", "remind"), ("store", "closures")):
        assert terminal.run(*words, "--partner", "KM", "--as", "kantor@bm.example").status == 2
        assert terminal.run(*words, "--partner", "BM", "--as", "kantor@bm.example").status == 0
