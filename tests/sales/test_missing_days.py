"""The one definition of missing days: what SQL finds for many stores at once is what the plain rules say of each day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from consign import clock
from consign.period import Period
from consign.sales.board import find_board
from consign.sales.queries import count_missing_days, find_missing_days
from consign.sales.rules import DayState
from tests.builders import City

FIRST = date(2026, 3, 1)
SPAN = Period(FIRST, FIRST + timedelta(30))
OFFSETS = st.integers(-3, 33)
STORES = st.sampled_from([0, 1])


@dataclass
class Story:
    """What is said and reported about two stores; days count from the first of the span."""

    weeks: dict[tuple[int, int], int] = field(default_factory=dict)
    closures: list[tuple[int | None, int, int, int | None]] = field(default_factory=list)
    """Store, first and last day, and the last day it holds where it was ended."""
    covers: list[tuple[int, int, str, int]] = field(default_factory=list)
    """Store, day, kind, and lines, which a reversal takes back."""
    stated: list[tuple[int, int, int, bool]] = field(default_factory=list)
    parked: list[tuple[int, int, str]] = field(default_factory=list)
    opened: list[int] = field(default_factory=lambda: [-3, -3])
    closed: list[int | None] = field(default_factory=lambda: [None, None])

    def is_missing(self, store: int, day: int) -> bool:
        """Say by plain counting whether a day is missing."""
        on = FIRST + timedelta(day)
        last = self.closed[store]
        if day < self.opened[store] or (last is not None and day > last):
            return False
        weeks = {begin: bits for (one, begin), bits in self.weeks.items() if one == store and begin <= day}
        if weeks and not weeks[max(weeks)] >> on.weekday() & 1:
            return False
        for one, begin, end, ended in self.closures:
            if one in (None, store) and begin <= day <= (end if ended is None else ended):
                return False
        return not self.is_reported(store, day)

    def is_reported(self, store: int, day: int) -> bool:
        """Say by plain counting whether anything speaks for a day."""
        lines = dict.fromkeys(("receipts", "summary", "no_sales"), 0)
        for one, at, kind, count in self.covers:
            lines[kind] += (count or 1) if (one, at) == (store, day) else 0
        stated = any(one == store and begin <= day <= end and posted for one, begin, end, posted in self.stated)
        return stated or max(lines.values()) > 0 or (store, day, "open") in self.parked


spans = st.tuples(OFFSETS, OFFSETS).map(lambda pair: (min(pair), max(pair)))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story(
        weeks=draw(st.dictionaries(st.tuples(STORES, OFFSETS), st.integers(1, 127), max_size=4)),
        stated=[(*one, *span, posted) for one, span, posted in draw(
            st.lists(st.tuples(st.tuples(STORES), spans, st.booleans()), max_size=2))],
        parked=draw(st.lists(st.tuples(STORES, OFFSETS, st.sampled_from(["open", "dismissed"])), max_size=3)),
        opened=draw(st.lists(st.integers(-3, 10), min_size=2, max_size=2)),
        closed=draw(st.lists(st.none() | st.integers(10, 33), min_size=2, max_size=2)),
    )  # fmt: skip
    for store, (begin, end) in draw(st.lists(st.tuples(st.none() | STORES, spans), max_size=4)):
        ended = (
            draw(st.none() | st.integers(begin - 1, end - 1))
            if end > begin
            else draw(st.sampled_from([None, begin - 1]))
        )
        story.closures.append((store, begin, end, ended))
    for store, day, kind, reversed_ in draw(
        st.lists(
            st.tuples(STORES, OFFSETS, st.sampled_from(["receipts", "summary", "no_sales"]), st.booleans()), max_size=12
        )
    ):  # fmt: skip
        story.covers.append((store, day, kind, 0 if kind == "no_sales" else 3))
        if reversed_ and kind != "no_sales":
            story.covers.append((store, day, kind, -3))
    return story


def tell(city: City, story: Story) -> None:
    """Write the rows of a story, past all acts."""
    session, at, by = city.session, clock.now(), city.admin.user_id
    ids = [store.id for store in city.stores]

    def day(offset: int) -> date:
        return FIRST + timedelta(offset)

    for store, (opened, closed) in enumerate(zip(story.opened, story.closed, strict=True)):
        facts = {"id": ids[store], "opened": day(opened), "closed": None if closed is None else day(closed)}
        session.execute(text("UPDATE store SET opened_on = :opened, closed_on = :closed WHERE id = :id"), facts)
    for (store, begin), bits in story.weeks.items():
        facts = {"id": ids[store], "first": day(begin), "bits": bits, "by": by, "at": at}
        session.execute(text("INSERT INTO store_week VALUES (:id, :first, :bits, :by, :at)"), facts)
    for one, begin, end, ended in story.closures:
        facts = {"partner": city.partner.id, "id": None if one is None else ids[one], "first": day(begin), "last": day(end),
                 "by": by, "at": at}  # fmt: skip
        closure = session.scalar(
            text("""INSERT INTO store_closure (partner_id, store_id, from_on, until_on, reason, said_by, said_at)
                 VALUES (:partner, :id, :first, :last, 'x', :by, :at) RETURNING id"""), facts)  # fmt: skip
        if ended is not None:
            facts = {"id": closure, "last": day(ended), "by": by, "at": at}
            session.execute(text("INSERT INTO store_closure_end VALUES (:id, :last, :by, :at)"), facts)
    for number, (store, on, kind, lines) in enumerate(story.covers, start=1):
        facts = {"id": ids[store], "day": day(on), "partner": city.partner.id, "number": number, "kind": kind, "lines": lines,
                 "by": by, "at": at}  # fmt: skip
        session.execute(
            text("""INSERT INTO sales_posting (partner_id, number, kind, posted_rows, known_rows, quantity, sales_rp, fee_rp,
                 posted_by, posted_at) VALUES (:partner, :number, 'file', 0, 0, 0, 0, 0, :by, :at)"""), facts)  # fmt: skip
        session.execute(text("INSERT INTO sales_cover VALUES (:id, :day, :partner, :number, :kind, :lines)"), facts)
    for place, (store, begin, end, posted) in enumerate(story.stated):
        add_upload(
            city,
            f"s{place}",
            store_id=ids[store],
            first=day(begin),
            last=day(end),
            status="posted" if posted else "refused",
        )
    for place, (store, on, state) in enumerate(story.parked):
        upload_id = add_upload(city, f"p{place}", store_id=None, first=None, last=None, status="posted")
        facts = {
            "upload": upload_id,
            "partner": city.partner.id,
            "state": state,
            "code": f" T{store + 1} ",
            "day": day(on),
        }
        session.execute(
            text("""INSERT INTO sales_parked (upload_id, row_no, partner_id, state, reason, raw, readable, store_code, sold_on)
                 VALUES (:upload, 1, :partner, :state, 'product.unknown', 'x', true, :code, :day)"""), facts)  # fmt: skip
    session.expire_all()


def add_upload(
    city: City, sha256: str, *, store_id: int | None, first: date | None, last: date | None, status: str
) -> int:
    facts = {"partner": city.partner.id, "sha": sha256, "id": store_id, "first": first, "last": last, "status": status,
             "by": city.admin.user_id, "at": clock.now()}  # fmt: skip
    found = city.session.scalar(
        text("""INSERT INTO sales_upload (partner_id, sha256, name, size_bytes, stated_store_id, stated_from, stated_until,
             status, outcome, received_by, received_at)
             VALUES (:partner, :sha, 'x', 1, :id, :first, :last, :status, '{}', :by, :at) RETURNING id"""), facts)  # fmt: skip
    return int(found or 0)


@given(story=stories())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_the_rules_miss_the_same_days(city: City, story: Story):
    savepoint = city.session.begin_nested()
    try:
        tell(city, story)
        expected = {
            (f"T{store + 1}", FIRST + timedelta(day))
            for store in (0, 1)
            for day in range(31)
            if story.is_missing(store, day)
        }
        partner_id = city.partner.id
        found = find_missing_days(city.session, partner_id=partner_id, first=SPAN.first, last=SPAN.last)
        assert set(found) == expected
        assert len(found) == len(expected)
        counted = count_missing_days(city.session, [(partner_id, SPAN.first, SPAN.last)])
        assert counted.get(partner_id, 0) == len(expected)
        board = find_board(city.session, by=city.finance, partner_id=partner_id, span=SPAN, settled_until=None)
        shown = {(one.store.code, day) for one in board for day, state in one.days if state is DayState.MISSING}
        assert shown == expected
    finally:
        savepoint.rollback()
        city.session.expire_all()
