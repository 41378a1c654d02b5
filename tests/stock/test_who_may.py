"""Who may do what with a note: each person tries each act, and those who may are written down here."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from consign.errors import NotAllowed
from consign.identity.rules import Actor
from consign.models.stock import StockNote
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.delivering import send_delivery
from consign.stock.note_lists import find_note_view
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.transferring import send_transfer
from tests.stock.goods import TODAY, Market

Act = Callable[[Market, Actor], object]


def send(market: Market, by: Actor) -> StockNote:
    return send_delivery(
        market.session, by=by, producer_id=market.city.producers[0].id, store_id=market.city.stores[0].id, day=TODAY,
        lines=[market.line(5)],
    )  # fmt: skip


def give_back(market: Market, by: Actor) -> StockNote:
    return send_return(
        market.session, by=by, producer_id=market.city.producers[0].id, store_id=market.city.stores[0].id, day=TODAY,
        lines=[market.back(1)],
    )  # fmt: skip


def ask(market: Market, by: Actor) -> StockNote:
    return ask_pull_back(
        market.session, by=by, producer_id=market.city.producers[0].id, store_id=market.city.stores[0].id,
        day=TODAY + timedelta(1), lines=[market.back(1)],
    )  # fmt: skip


def move(market: Market, by: Actor) -> StockNote:
    return send_transfer(
        market.session, by=by, store_id=market.city.stores[0].id, to_store_id=market.city.stores[1].id, day=TODAY,
        lines=[market.line(1)],
    )  # fmt: skip


MAKING: dict[str, tuple[Callable[[Market, Actor], StockNote], str]] = {
    "delivery": (send, "producer"),
    "return": (give_back, "store"),
    "pull-back": (ask, "producer"),
    "transfer": (move, "store"),
}
"""How a note of each kind is made, and by whom."""


def make(market: Market, kind: str) -> StockNote:
    making, who = MAKING[kind]
    return making(market, market.people[who])


def confirm(kind: str) -> Act:
    return lambda market, by: confirm_note(market.session, by=by, note_id=make(market, kind).id, on=TODAY)


def cancel(kind: str) -> Act:
    return lambda market, by: cancel_note(market.session, by=by, note_id=make(market, kind).id, reason="uji")


def reverse(kind: str, receiver: str) -> Act:
    def act(market: Market, by: Actor) -> StockNote:
        note = make(market, kind)
        confirm_note(market.session, by=market.people[receiver], note_id=note.id, on=TODAY)
        return reverse_note(market.session, by=by, note_id=note.id, reason="uji")

    return act


ACTS: dict[str, tuple[Act, set[str]]] = {
    "send a delivery": (send, {"producer", "admin"}),
    "confirm a delivery": (confirm("delivery"), {"store", "partner", "finance"}),
    # Who receives goods may refuse all of them, and does not give up what another sent.
    "cancel a delivery": (cancel("delivery"), {"producer", "finance", "admin"}),
    "reverse a delivery": (reverse("delivery", "store"), {"partner", "finance"}),
    "send a return": (give_back, {"store", "partner", "finance"}),
    "confirm a return": (confirm("return"), {"producer", "admin"}),
    "cancel a return": (cancel("return"), {"store", "partner", "finance"}),
    "reverse a return": (reverse("return", "producer"), {"partner", "finance"}),
    "ask for goods": (ask, {"producer", "verifier", "finance", "admin"}),
    "cancel a pull-back": (cancel("pull-back"), {"producer", "verifier", "finance", "admin"}),
    "send a transfer": (move, {"store", "partner", "finance"}),
    "confirm a transfer": (confirm("transfer"), {"other store", "partner", "finance"}),
    "cancel a transfer": (cancel("transfer"), {"store", "partner", "finance"}),
    "reverse a transfer": (reverse("transfer", "other store"), {"partner", "finance"}),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_by_those_who_may_and_refused_to_all_others(market: Market, name: str):
    act, expected = ACTS[name]
    able = set()
    for who, by in market.people.items():
        try:
            with market.session.begin_nested():
                act(market, by)
        except NotAllowed:
            continue
        able.add(who)
    assert able == expected
    assert market.breaches() == []


OFFERED = {
    "delivery": {
        "producer": {"cancel"}, "store": {"confirm"}, "partner": {"confirm"}, "finance": {"confirm", "cancel"},
        "admin": {"cancel"}, "verifier": set(), "head": set(), "auditor": set(),
    },
    "return": {
        "producer": {"confirm"}, "store": {"cancel"}, "partner": {"cancel"}, "finance": {"cancel"}, "admin": {"confirm"},
        "verifier": set(), "head": set(), "auditor": set(),
    },
    "pull-back": {
        "producer": {"cancel"}, "store": set(), "partner": set(), "finance": {"cancel"}, "admin": {"cancel"},
        "verifier": {"cancel"}, "head": set(), "auditor": set(),
    },
    "transfer": {
        "producer": set(), "store": {"cancel"}, "other store": {"confirm"}, "partner": {"confirm", "cancel"},
        "finance": {"confirm", "cancel"}, "admin": set(), "verifier": set(), "head": set(), "auditor": set(),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", OFFERED)
def test_a_page_offers_what_its_reader_may_do(market: Market, kind: str):
    note = make(market, kind)
    offered = {
        who: find_note_view(market.session, by=market.people[who], number=note.number).acts for who in OFFERED[kind]
    }
    assert offered == OFFERED[kind]


def test_what_was_confirmed_may_be_taken_back_and_nothing_else(market: Market):
    note = market.deliver(market.line(5))
    offered = {
        who: set(find_note_view(market.session, by=market.people[who], number=note.number).acts)
        for who in ("producer", "store", "partner", "finance", "admin")
    }
    assert offered == {
        "producer": set(), "store": set(), "partner": {"reverse"}, "finance": {"reverse"}, "admin": set(),
    }  # fmt: skip
