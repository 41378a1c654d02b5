"""Goods in the sample city: every shelf is as full as its sales need, and every page has something to show."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import text

from consign.checks import find_breaches
from consign.db import Database
from consign.files import Files
from consign.identity.queries import get_actor
from consign.listing import Wish
from consign.sample.load import load_city
from consign.sample.people import FINANCE, find_manager
from consign.sample.stock_steps import REFUSED
from consign.sample.stock_story import CONTESTED
from consign.stock.note_lists import find_notes_page

REGION = "64.71"
TODAY = date(2026, 11, 29)


def test_goods_stand_where_they_are_sold_and_something_waits_for_everybody(
    database: Database, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    load_city(database, files, region=REGION, watch=lambda *_: None)

    with database.transaction(REGION) as session:

        def ask(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in session.execute(text(query), {"today": TODAY})]

        # Each of the twelve stores was counted before its first sale; of what it sold, nothing stands outside the books.
        assert ask("SELECT count(DISTINCT store_id) FROM stock_level") == [(12,)]
        unkept = """SELECT 1 FROM stock_movement AS sold WHERE NOT EXISTS (SELECT FROM stock_level AS level
            WHERE level.store_id = sold.store_id AND level.product_id = sold.product_id AND sold.day >= level.begins_on)"""
        assert ask(unkept) == []
        # Few shelves are empty, and one store sold two packs more than anybody brought.
        ((pairs, empty),) = ask("SELECT count(*), count(*) FILTER (WHERE on_hand = 0) FROM stock_level")
        assert 12 < empty < pairs // 10
        assert ask(
            "SELECT store.code, on_hand FROM stock_level JOIN store ON store.id = store_id WHERE on_hand < 0"
        ) == [("P05", -2)]
        notes = find_notes_page(session, by=get_actor(session, FINANCE), wish=Wish().for_export()).rows
        assert Counter((row["kind"], row["state"]) for row in notes) == {
            # Three producers bring goods to each of twelve stores twice, and one more brings what ends soon.
            ("delivery", "confirmed"): 3 * 12 * 2 + 1, ("delivery", "sent"): 1, ("return", "sent"): 1,
            ("pull_back", "asked"): 1, ("transfer", "confirmed"): 1, ("write_off", "recorded"): 1,
            # One before the first sale of each store, one of all goods at the end, and one that goes on.
            ("count", "recorded"): 12 + 1, ("count", "open"): 1,
        }  # fmt: skip
        refused = ask("SELECT reason, quantity FROM stock_refusal")
        assert sorted(refused) == sorted((reason.value, quantity) for reason, quantity in REFUSED.values())
        standing = "FROM stock_batch_level JOIN stock_batch AS batch ON batch.id = batch_id WHERE quantity > 0"
        assert ask(f"SELECT code {standing} AND expires_on < :today") == [("LEWAT-01",)]
        assert ("DEKAT-01",) in ask(f"SELECT code {standing} AND expires_on BETWEEN :today AND :today + 7")
        # The count did not find 2 + 1 packs, 2 were written off, and the supermarket and the minimarket bear all of that.
        lost = "SELECT reason, quantity, store_bp FROM stock_loss ORDER BY id"
        assert ask(lost) == [("missing", 2, 10_000), ("missing", 1, 10_000), ("damaged", 2, 10_000)]
        assert ask("SELECT side, reason FROM stock_contest") == [("producer", CONTESTED)]
        # Goods with the sooner last day go first, so what was sold left no batch that should be gone.
        assert ask("SELECT 1 FROM stock_batch_level WHERE quantity < 0") == []
        assert list(find_breaches(session, files)) == []

        # Whoever can sign in for a store or a producer finds something that waits.
        waiting = {row["store_code"] for row in notes if row["state"] in {"sent", "asked"}}
        assert {store for store in ("ENG01", "P02") if find_manager(store)} <= waiting
