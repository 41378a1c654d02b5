"""Matching: free lines of the bank's statement beside what is open, with what each could be and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign.errors import BadInput
from consign.identity.rules import Act
from consign.listing import Found, Row, Wish
from consign.money import Rupiah
from consign.partners.lists import find_partners_seen
from consign.payments.accepting import accept, accept_split
from consign.payments.match_book import Book
from consign.payments.match_facts import FreeLine, Proposal, Rule
from consign.payments.match_lists import find_accounts, find_free_page, find_open_of
from consign.payments.match_rows import find_free
from consign.payments.matching import Look, get_proposal, look, post_certain
from consign.payments.other_lines import charge, refund
from consign.payments.statement_lines import get_bank_line
from consign.payouts.bank_lines import confirm_certain
from consign.sentence import Sentence, say
from consign.settlement.shares import Share
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_form, read_id, read_rupiah
from consign.web.matching_offers import Offer
from consign.web.payout_offers import offer_payouts
from consign.web.tables import Filter, Table, find_download, show_table
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
OFFERS_SHOWN = 2
"""How many proposals of a line stand on the page of all lines."""
OPEN_SHOWN = 15
SPLIT_STATEMENTS = 40
SPLIT_LINES = 8
HINTS = frozenset({Rule.REFERENCE_ONLY, Rule.NAME_ONLY})
REMARK = Field(
    "remark", say("Remark"), kind="textarea", required=False, hint=say("Why it is so. It stands with the match.")
)


FILTERS = (
    Filter("side", say("Side"), [Choice("in", say("money in")), Choice("out", say("money out"))]),
    Filter("from", say("From"), kind="day"),
    Filter("until", say("Until"), kind="day"),
)
COLUMNS = (
    Column("booked_on", say("Day"), kind="day"),
    Column("free_rp", say("Unallocated"), kind="money", total=True),
    Column("amount_rp", say("Amount of the line"), kind="money"),
    Column("description", say("What the bank wrote")),
    Column("counterparty", say("Sender or recipient")),
    Column("reference", say("Reference")),
)


@router.get("/matching")
def show_matching(visit: Visiting) -> Response:
    """Show the free lines of an account with their proposals, beside what is open."""
    accounts = find_accounts(visit.db, by=visit.actor)
    if not accounts:
        return visit.page("matching_none.html")
    account = next((one for one in accounts if one["code"] == visit.asked.get("account")), accounts[0])
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_PARTNERS)
    filters = (
        Filter("account", say("Bank account"), [Choice(one["code"], one["code"]) for one in accounts]),
        Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners]),
        *FILTERS,
    )

    def fetch(wish: Wish) -> Found:
        return find_free_page(visit.db, by=visit.actor, account_id=account["id"], wish=wish)

    download = find_download(
        visit, name="unallocated", columns=COLUMNS, fetch=fetch, filters=filters, default_sort="-booked_on"
    )
    if download is not None:
        return download
    table = show_table(
        visit, caption=say("Lines nobody has said what they are"), columns=COLUMNS, fetch=fetch, filters=filters,
        empty=say("Everything on this account is matched. New lines come with its next bank statement."), default_sort="-booked_on",
        search=say("Search: words of the bank, amount"),
    )  # fmt: skip
    line_ids = [row["id"] for row in table.found.rows]
    seen = look(visit.db, by=visit.actor, account_id=account["id"], line_ids=line_ids)
    offers = _group_offers(visit, account["id"], line_ids, seen)
    partner_id = next((one.id for one in partners if one.code == visit.asked.get("partner")), None)
    return visit.page(
        "matching.html",
        table=table,
        account=account,
        offers={line_id: found[:OFFERS_SHOWN] for line_id, found in offers.items()},
        many={line_id: len(found) for line_id, found in offers.items()},
        lines=_of_partner(table, offers, seen.book.known_as.get(partner_id) if partner_id else None),
        **_find_open(seen.book, partner_id),
        near_rp=seen.book.near_rp,
    )


def _of_partner(table: Table, offers: Mapping[int, Sequence[Offer]], partner: str | None) -> Sequence[Row]:
    """Return the rows that a partner may have paid, all where none is asked for."""
    if partner is None:
        return table.found.rows
    return [row for row in table.found.rows if any(one.who == partner for one in offers.get(row["id"], ()))]


def _find_open(book: Book, partner_id: int | None) -> dict[str, Any]:
    """Return what is open, of one partner where one is asked for; and how much all of it comes to.

    Small rests, which may be written off, come first, then what is due first.
    """
    items = [one for one in book.items.values() if partner_id is None or one.partner_id == partner_id]
    notices = [one for one in book.notice_targets.values() if partner_id is None or one.partner_id == partner_id]
    return {
        "items": sorted(items, key=lambda one: (one.open_rp > book.near_rp, one.due_on, one.id))[:OPEN_SHOWN],
        "items_count": len(items),
        "open_rp": sum(one.open_rp for one in items),
        "notices": notices[:OPEN_SHOWN],
        "known_as": book.known_as,
    }


def _group_offers(visit: Visit, account_id: int, line_ids: Sequence[int], seen: Look) -> dict[int, list[Offer]]:
    """Return what each line could be, the strongest first."""
    found = [_offer(one, seen.book) for one in seen.proposals]
    found += offer_payouts(visit, account_id, line_ids, seen.lines)
    grouped: dict[int, list[Offer]] = {}
    for offer in sorted(found, key=lambda one: (not one.certain, -one.score)):
        for line_id in offer.line_ids:
            grouped.setdefault(line_id, []).append(offer)
    return grouped


def _offer(one: Proposal, book: Book) -> Offer:
    line_id = one.taken[0][0]
    return Offer(
        line_ids=tuple(line for line, _ in one.taken),
        rule=one.rule,
        label=one.label,
        who=book.known_as.get(one.partner_id, "") if one.partner_id else "",
        why=one.why,
        score=one.score,
        certain=one.certain,
        amount_rp=sum(amount for _, amount in one.taken),
        path=f"/matching/{line_id}/accept",
        fields={"proposal": one.key},
        hint=one.rule in HINTS,
        reason_code=one.reason_code,
        difference_rp=one.difference_rp,
        statements=len(one.shares),
    )


@router.post("/matching/certain")
def do_post_certain(visit: Visiting) -> Response:
    """Post all that is certain on an account."""
    account = _find_account(visit, visit.texts.get("account", ""))
    matches = post_certain(visit.db, by=visit.actor, account_id=account["id"])
    matches += confirm_certain(visit.db, by=visit.actor, account_id=account["id"])
    told = (
        say("{count} payments and payouts were certain and are posted.", count=len(matches))
        if matches
        else say("Nothing was certain; nothing was posted.")
    )
    return visit.go(f"/matching?{urlencode({'account': account['code']})}", told)


def _find_account(visit: Visit, code: str) -> Row:
    found = next((one for one in find_accounts(visit.db, by=visit.actor) if one["code"] == code), None)
    if found is None:
        raise BadInput(say("The office has no such bank account; nothing was changed."))
    return found


@router.get("/matching/{line_id}")
def show_line(visit: Visiting, line_id: int) -> Response:
    """Show one line with all that it could be, and what a person may say of it without a proposal."""
    return _line_page(visit, line_id)


def _line_page(visit: Visit, line_id: int, *, split: Form | None = None, status: int = 200) -> Response:
    line = get_bank_line(visit.db, line_id)
    seen = look(visit.db, by=visit.actor, account_id=line.account_id, line_ids=[line_id])
    free = {one.id: one for one in seen.lines}
    own = free.get(line_id)
    offers = _group_offers(visit, line.account_id, [line_id], seen).get(line_id, [])
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_PARTNERS)
    partner_id = _choose_partner(visit, {one.code: one.id for one in partners}, seen.proposals)
    may = own is not None and visit.may("POST /matching/{line_id}/split")
    fields = _split_fields(visit, own, free, partner_id) if may and own is not None and own.free_rp > 0 else None
    return visit.page(
        "matching_line.html",
        status=status,
        line=line,
        free_rp=own.free_rp if own else 0,
        offers=offers if own else [],
        may=may,
        partners=[Choice(one.code, one.name) for one in partners],
        partner=next((one.code for one in partners if one.id == partner_id), ""),
        split=_fill_split(split, fields, own) if fields and own else None,
        opposite=[one for one in free.values() if own is not None and one.free_rp == -own.free_rp],
        near_rp=seen.book.near_rp,
    )


def _choose_partner(visit: Visit, partners: Mapping[str, int], proposals: Sequence[Proposal]) -> int | None:
    """Return whose statements the split form shows: as asked, else whom the best proposal names."""
    asked = visit.texts.get("partner") or visit.asked.get("partner") or ""
    if asked in partners:
        return partners[asked]
    return next((one.partner_id for one in proposals if one.partner_id is not None), None)


def _split_fields(
    visit: Visit, own: FreeLine, free: Mapping[int, FreeLine], partner_id: int | None
) -> tuple[Field, ...]:
    """Return a field for what is taken of the line and of some others, and one for each open statement of the partner."""
    others = [one for one in free.values() if one.id != own.id and one.free_rp > 0]
    near = sorted(others, key=lambda one: abs((one.booked_on - own.booked_on).days))[:SPLIT_LINES]
    lines = [
        _amount_field(
            f"line-{one.id}",
            say(
                "{day}, {free} free: {words}", day=one.booked_on, free=_rupiah(one.free_rp), words=one.description[:60]
            ),
        )
        for one in (own, *near)
    ]
    rows = find_open_of(visit.db, by=visit.actor, partner_id=partner_id, most=SPLIT_STATEMENTS) if partner_id else ()
    statements = [
        _amount_field(
            f"pay-{row['id']}",
            say("{number}, {producer}: {open} open, due {day}", number=row["number"], producer=row["producer"], open=_rupiah(row["open_rp"]), day=row["due_on"]),
        )
        for row in rows
    ]  # fmt: skip
    return (*lines, *statements, REMARK, Field("partner", say("Partner"), kind="hidden", required=False))


def _amount_field(name: str, label: Sentence) -> Field:
    return Field(name, label, read=read_rupiah, inputmode="numeric", required=False, longest=20)


def _fill_split(sent: Form | None, fields: Sequence[Field], own: FreeLine) -> Form:
    """Return the form as it was sent, its fields called as on the page; else with all that is free of the line."""
    if sent is None:
        return new_form(fields, **{f"line-{own.id}": f"{own.free_rp:,}".replace(",", ".")})
    return replace(sent, fields=fields)


def _rupiah(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")


@router.post("/matching/{line_id}/accept")
def do_accept(visit: Visiting, line_id: int) -> Response:
    """Accept a proposal as it stands now."""
    proposal = get_proposal(visit.db, by=visit.actor, line_id=line_id, key=visit.texts.get("proposal", ""))
    match = accept(visit.db, proposal, by=visit.actor)
    return _go_on(visit, match.account_id, _tell_rest(visit, [line for line, _ in proposal.taken]))


@router.post("/matching/{line_id}/split")
def do_split(visit: Visiting, line_id: int) -> Response:
    """Post what a person typed: so much of these lines, and so much for each statement."""
    line = get_bank_line(visit.db, line_id)
    names = [name for name in visit.texts if name.startswith(("line-", "pay-"))]
    form = read_form((*(_amount_field(name, say("Amount")) for name in names), REMARK), visit.texts)
    taken = _read_amounts(form, names, "line-")
    shares = [Share(key, amount) for key, amount in _read_amounts(form, names, "pay-").items()]
    if form.ok:
        with visit.attempt(form):
            accept_split(visit.db, by=visit.actor, taken=taken, shares=shares, remark=form["remark"] or "")
    if not form.ok:
        return _line_page(visit, line_id, split=form, status=422)
    return _go_on(visit, line.account_id, _tell_rest(visit, list(taken)))


def _tell_rest(visit: Visit, line_ids: Sequence[int]) -> Sentence:
    """Say what is left of the lines that were matched, where anything is."""
    rest_rp = sum(abs(free_rp) for free_rp in find_free(visit.db, line_ids).values())
    if rest_rp == 0:
        return say("Matched. Nothing is left of it.")
    return say("Matched. {rest} is left of it and stays unallocated.", rest=Rupiah(rest_rp))


def _read_amounts(form: Form, names: Sequence[str], prefix: str) -> dict[int, int]:
    """Return the amounts that were typed, by the id in the field's name; blank ones and nothing are left out."""
    amounts = {}
    for name in names:
        if name.startswith(prefix) and form.values.get(name):
            try:
                amounts[read_id(name.removeprefix(prefix))] = form[name]
            except BadInput as problem:
                form.blame(None, problem.sentence)
    return amounts


@router.post("/matching/{line_id}/charge")
def do_charge(visit: Visiting, line_id: int) -> Response:
    """Say that a line is what the bank took for itself, or gave."""
    match = charge(visit.db, by=visit.actor, line_id=line_id)
    return _go_on(visit, match.account_id, say("Noted as the bank's charge or interest. The office bears it."))


@router.post("/matching/{line_id}/refund")
def do_refund(visit: Visiting, line_id: int) -> Response:
    """Say that a line was sent back by another one, or sends another one back."""
    other = read_id(visit.texts.get("other", ""))
    match = refund(visit.db, by=visit.actor, line_ids=[line_id, other])
    return _go_on(visit, match.account_id, say("Noted as money that was sent back."))


def _go_on(visit: Visit, account_id: int, told: Sentence) -> Response:
    codes = {one["id"]: one["code"] for one in find_accounts(visit.db, by=visit.actor)}
    return visit.go(f"/matching?{urlencode({'account': codes[account_id]})}", told)
