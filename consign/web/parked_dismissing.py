"""Dismissing many groups of waiting lines at once: which they are, what they come to, and what became of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Response

from consign.errors import BadInput
from consign.listing import Found, Row, Wish
from consign.money import Rupiah
from consign.sales.dismissing import Dismissed, SeenGroup, dismiss_groups
from consign.sales.suggestions import PRODUCT_UNKNOWN
from consign.sales.waiting_lists import Group, find_groups
from consign.sentence import Sentence, say
from consign.web.columns import Column
from consign.web.forms import Field, Form, new_form, read_form
from consign.web.parked import find_filters, suggest
from consign.web.parked_groups import group_address, key_of, read_keys, write_key
from consign.web.tables import read_wish
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

MOST_AT_ONCE = 500
"""As many codes as are held against the products that they may mean."""
SHOWN = 50
NOTE = (
    Field(
        "note", say("Reason"), kind="textarea",
        hint=say("One reason for all. It is kept, and shown with the rows."),
    ),
    Field(
        "always", say("Dismiss these codes in coming files too"), kind="checkbox", required=False,
        hint=say("As long as they mean no product here. Which codes these are can be seen, and ended, at any time."),
    ),
)  # fmt: skip
COLUMNS = (
    Column("code", say("Code"), link="{fix}"),
    Column("name", say("Called in the file")),
    Column("partner", say("Partner")),
    Column("lines", say("Lines"), kind="count", link="{rows}", sums="all_rows"),
    Column("gross_rp", say("Amount"), kind="money", link="{rows}", sums="gross_rp"),
)


@dataclass(frozen=True)
class Doubt:
    """A group whose lines may be goods on consignment: dismissed only where its box is ticked."""

    key: str
    row: Row
    is_ticked: bool


@dataclass(frozen=True)
class Chosen:
    """Groups as the page shows them: those that nothing here is like, and those to look at one by one."""

    foreign: Sequence[Row]
    doubts: Sequence[Doubt]
    left_out: int = 0
    """How many more the list has than are dismissed at once."""

    @property
    def lines(self) -> int:
        """Return how many lines wait in the groups that nothing here is like."""
        return sum(row["lines"] for row in self.foreign)

    @property
    def gross_rp(self) -> int:
        """Return what those lines come to."""
        return sum(row["gross_rp"] or 0 for row in self.foreign)


@router.get("/parked/dismissing")
def show_chosen(visit: Visiting) -> Response:
    """Show what the chosen groups come to, or all that the list shows, before they are dismissed."""
    if visit.asked.get("all") == "yes":
        found = _find(visit, read_wish(visit, find_filters(visit)))
        return _chosen_page(visit, _part(found))
    groups = read_keys(visit, visit.request.query_params.getlist("pick")[:MOST_AT_ONCE])
    if not groups:
        return visit.go("/parked", say("No code was chosen; nothing was changed."))
    found = _find(visit, Wish(), only=groups)
    return _chosen_page(visit, _part(found, ticked=[write_key(row) for row in found.rows]))


def _find(visit: Visit, wish: Wish, *, only: Sequence[Group] | None = None) -> Found:
    return find_groups(
        visit.db, by=visit.actor, wish=replace(wish, page=1, rows=MOST_AT_ONCE, sort="-lines"),
        suggest=lambda rows: suggest(visit, rows), only=only,
    )  # fmt: skip


def _part(found: Found, *, ticked: Iterable[str] = ()) -> Chosen:
    """Part codes that are like nothing here from lines that may be of goods on consignment."""
    chosen, foreign, doubts = set(ticked), [], []
    for row in sorted(found.rows, key=lambda one: -(one["gross_rp"] or 0)):
        if row["reason"] == PRODUCT_UNKNOWN and row["code"] and row["suggested"] is None:
            links = {name: group_address(f"/parked/{name}", row) for name in ("fix", "rows")}
            foreign.append({**row, **links})
        else:
            doubts.append(Doubt(write_key(row), row, write_key(row) in chosen))
    return Chosen(foreign, doubts, found.total - len(found.rows))


def _chosen_page(
    visit: Visit, chosen: Chosen, *, form: Form | None = None, done: Dismissed | None = None, status: int = 200
) -> Response:
    return visit.page(
        "parked_dismissing.html", status=status, chosen=chosen, shown=chosen.foreign[:SHOWN], columns=COLUMNS,
        form=form or new_form(NOTE), done=done, said_done=_tell(done) if done else None,
        foreign=_write_seen(chosen.foreign), doubtful=_write_seen([one.row for one in chosen.doubts]),
    )  # fmt: skip


def _write_seen(rows: Iterable[Row]) -> str:
    """Return how many lines of each group are shown, for the form to bring back."""
    seen: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        seen[row["partner_code"]][row["reason"]][row["code"] or ""] = row["lines"]
    return json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


def _read_seen(visit: Visit, name: str) -> dict[str, int]:
    """Return by a group's key how many lines of it were shown, as the field *name* brings it back.

    Raises:
        BadInput: it is nothing that a page of ours sent.

    """
    try:
        given = json.loads(visit.texts.get(name) or "{}")
        seen = {
            write_key({"partner_code": partner, "reason": reason, "code": code}): int(lines)
            for partner, reasons in given.items()
            for reason, codes in reasons.items()
            for code, lines in codes.items()
        }
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadInput(say("This is no choice of ours; nothing was changed.")) from error
    if len(seen) > MOST_AT_ONCE:
        raise BadInput(say("At most {most} codes are dismissed at once; nothing was changed.", most=MOST_AT_ONCE))
    return seen


@router.post("/parked/dismissing")
def dismiss_chosen(visit: Visiting) -> Response:
    """Dismiss all groups that were shown and chosen; those of which other lines wait by now are named and left."""
    foreign, doubtful, ticked = _read_seen(visit, "foreign"), _read_seen(visit, "doubtful"), visit.all_texts("also")
    seen = {**foreign, **{key: lines for key, lines in doubtful.items() if key in ticked}}
    groups = read_keys(visit, seen)
    form = read_form(NOTE, visit.texts)
    if not groups:
        form.blame(None, say("No code is chosen; nothing was changed. Tick those that are to be dismissed."))
    done = None
    if form.ok:
        with visit.attempt(form):
            shown = [SeenGroup(group, seen.get(key_of(group), 0)) for group in groups]
            done = dismiss_groups(
                visit.db, by=visit.actor, seen=shown, note=form["note"], in_coming_files=form["always"]
            )
    if done is None:
        found = _find(visit, Wish(), only=read_keys(visit, {**foreign, **doubtful}))
        return _chosen_page(visit, _part(found, ticked=ticked), form=form, status=422)
    if done.changed:
        found = _find(visit, Wish(), only=[one.group for one in done.changed])
        left = _part(found, ticked=[write_key(row) for row in found.rows])
        return _chosen_page(visit, left, form=form, done=done, status=409)
    return visit.go("/parked", _tell(done))


def _tell(done: Dismissed) -> Sentence:
    return say(
        "Dismissed codes: {groups}. Lines: {lines}. Amount: {amount}. They count as ignored.",
        groups=done.groups, lines=done.lines, amount=Rupiah(done.gross_rp),
    )  # fmt: skip
