"""Notes on pages: only those within the reader's reach, found by all that is asked for, however many there are."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from consign.errors import NotAllowed
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.stock.note_lists import find_note_view, find_notes_page
from consign.stock.notes import get_note
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NoteUnknown, Refusal
from consign.stock.transferring import send_transfer
from tests.builders import KERIPIK
from tests.stock.goods import TODAY, Market


@pytest.fixture
def busy(market: Market) -> Market:
    """Write a confirmed delivery, one on its way to the other store, a pull-back, its answer, and a transfer of both goods."""
    session, city = market.session, market.city
    first, second = (store.id for store in city.stores)
    market.confirm(market.send(market.line(10), day=TODAY - timedelta(2)), (1, Refusal.SHORT, 1))  # SJ 1
    market.send(market.line(4, product=1, batch="S1"), store=1, producer=1)  # SJ 2
    asked = ask_pull_back(
        session,
        by=market.owners[0],
        producer_id=city.producers[0].id,
        store_id=first,
        day=TODAY,
        lines=[market.back(2)],
    )  # TB 1
    send_return(
        session, by=market.managers[0], producer_id=city.producers[0].id, store_id=first, day=TODAY,
        lines=[market.back(2)], answers_id=asked.id, remark="Dibawa Pak Budi",
    )  # RT 1  # fmt: skip
    send_transfer(
        session, by=market.managers[0], store_id=first, to_store_id=second, day=TODAY - timedelta(1),
        lines=[market.line(3), market.line(1, product=1)],
    )  # PG 1  # fmt: skip
    return market


def numbers(market: Market, who: str | Actor, search: str = "", sort: str = "number", **filters: str) -> list[str]:
    by = market.people[who] if isinstance(who, str) else who
    found = find_notes_page(market.session, by=by, wish=Wish(search=search, sort=sort, filters=filters))
    assert found.total == len(found.rows)
    return [row["number"].replace("-2026-00000", " ") for row in found.rows]


ALL = ["PG 1", "RT 1", "SJ 1", "SJ 2", "TB 1"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("producer", ["PG 1", "RT 1", "SJ 1", "TB 1"]),
        ("other producer", ["PG 1", "SJ 2"]),
        ("store", ["PG 1", "RT 1", "SJ 1", "TB 1"]),
        ("other store", ["PG 1", "SJ 2"]),
        *((who, ALL) for who in ("partner", "verifier", "finance", "head", "auditor", "admin")),
    ],
)
def test_people_see_the_notes_within_their_reach(busy: Market, who: str, seen: list[str]):
    assert numbers(busy, who) == seen
    for one in ALL:
        number = one.replace(" ", "-2026-00000")
        if one in seen:
            assert get_note(busy.session, number.lower(), by=busy.people[who]).number == number
        else:
            with pytest.raises(NoteUnknown):
                find_note_view(busy.session, by=busy.people[who], number=number)


def test_a_field_officer_sees_none_but_those_of_the_producer_acted_for(busy: Market):
    with pytest.raises(NotAllowed):
        numbers(busy, "officer")
    with pytest.raises(NotAllowed):
        find_note_view(busy.session, by=busy.people["officer"], number="SJ-2026-000001")


@pytest.mark.parametrize(
    ("filters", "seen"),
    [
        ({"kind": "delivery"}, ["SJ 1", "SJ 2"]),
        ({"state": "sent"}, ["PG 1", "RT 1", "SJ 2"]),
        ({"waiting": "yes"}, ["PG 1", "RT 1", "SJ 2"]),
        ({"state": "answered"}, ["TB 1"]),
        ({"store": "T2"}, ["PG 1", "SJ 2"]),
        ({"producer": "P2"}, ["SJ 2"]),
        ({"partner": "BM"}, ALL),
        ({"partner": "XX"}, []),
        ({"from": "2026-11-21", "until": "2026-11-21"}, ["PG 1"]),
        ({"until": "2026-11-20", "kind": "delivery"}, ["SJ 1"]),
    ],
)
def test_notes_are_found_by_what_is_asked_for(busy: Market, filters: dict[str, str], seen: list[str]):
    assert numbers(busy, "auditor", **filters) == seen


@pytest.mark.parametrize(("search", "seen"), [("budi", ["RT 1"]), ("tb-2026", ["TB 1"]), ("p2", ["SJ 2"]), ("%", [])])
def test_notes_are_searched_by_number_place_producer_and_remark(busy: Market, search: str, seen: list[str]):
    assert numbers(busy, "auditor", search) == seen


def test_the_latest_day_comes_first(busy: Market):
    assert numbers(busy, "auditor", sort="") == ["RT 1", "TB 1", "SJ 2", "PG 1", "SJ 1"]


def test_a_row_says_how_much_and_what_it_is_worth_of_the_readers_goods(busy: Market):
    def row(who: str, number: str) -> tuple[object, ...]:
        found = find_notes_page(busy.session, by=busy.people[who], wish=Wish(search=number))
        (one,) = found.rows
        return one["lines"], one["quantity"], one["amount_rp"], one["store"], one["to_store"], one["producer"]

    # 3 x Rp15.000 and 1 x Rp22.500.
    assert row("auditor", "PG-2026-000001") == (2, 4, 67_500, "Gerai T1", "Gerai T2", None)
    assert row("producer", "PG-2026-000001") == (1, 3, 45_000, "Gerai T1", "Gerai T2", None)
    assert row("other producer", "PG-2026-000001") == (1, 1, 22_500, "Gerai T1", "Gerai T2", None)
    assert row("store", "SJ-2026-000001") == (1, 10, 150_000, "Gerai T1", None, "Dapur 1")


def test_one_note_has_all_that_a_paper_says(busy: Market):
    view = find_note_view(busy.session, by=busy.people["store"], number="sj-2026-000001")
    assert (view.note.number, view.partner.name, view.store.name, view.to_store) == (
        "SJ-2026-000001", "Beruang Mart", "Gerai T1", None,
    )  # fmt: skip
    assert view.producer is not None
    assert (view.producer.name, view.made_by, view.confirmed_by, view.ended_by) == ("Dapur 1", "Dapur1", "Gerai1", None)
    (line,) = view.lines
    assert (line.product, line.net_content, line.net_unit, line.number) == (
        "Keripik Singkong",
        200,
        "g",
        KERIPIK,
    )
    assert (line.batch, str(line.expires_on), line.reason, line.price_rp) == ("A1", "2027-03-31", None, 15_000)
    # 10 x Rp15.000 sent, 9 x Rp15.000 taken.
    assert (line.sent, line.accepted, line.amount_rp, line.accepted_rp) == (10, 9, 150_000, 135_000)
    (moved,) = view.movements
    assert (moved["kind"], moved["quantity"], moved["day"], moved["batch"], moved["store"]) == (
        "received", 9, TODAY, "A1", "Gerai T1",
    )  # fmt: skip


def test_until_it_was_told_nothing_is_accepted_or_refused(busy: Market):
    view = find_note_view(busy.session, by=busy.people["admin"], number="SJ-2026-000002")
    assert (view.lines[0].accepted, view.lines[0].accepted_rp, view.confirmed_by) == (None, None, None)
    assert (view.totals.accepted, view.totals.refused, view.totals.accepted_rp) == (None, None, None)


def count_queries(market: Market, act: object) -> int:
    asked: list[str] = []
    connection = market.session.connection()

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    act()  # type: ignore[operator]
    event.remove(connection, "before_cursor_execute", count)
    return len(asked)


def test_a_page_of_many_notes_asks_as_little_as_one_of_few(busy: Market):
    wish = Wish()
    few = count_queries(busy, lambda: find_notes_page(busy.session, by=busy.people["admin"], wish=wish))
    for _ in range(30):
        busy.send(busy.line(1))
    many = count_queries(busy, lambda: find_notes_page(busy.session, by=busy.people["admin"], wish=wish))
    assert few == many == 2


def test_a_note_of_many_lines_asks_as_little_as_one_of_few(busy: Market):
    few, many = busy.send(busy.line(1)), busy.send(*(busy.line(1, batch=f"B{place}") for place in range(200)))

    def look(number: str) -> int:
        busy.session.expire_all()
        return count_queries(busy, lambda: find_note_view(busy.session, by=busy.people["admin"], number=number))

    assert look(few.number) == look(many.number) <= 20
    assert busy.session.scalar(text("SELECT count(*) FROM stock_note_line")) > 200
