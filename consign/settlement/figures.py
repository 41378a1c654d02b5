"""Everything statements say, put together for many at once and added up again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer
from consign.models.settlement import Closing, Statement
from consign.partners.queries import get_region_terms
from consign.sentence import say
from consign.settlement.adjustments import find_taken_lines
from consign.settlement.contents import Content, find_contents
from consign.settlement.cuts import find_cut
from consign.settlement.losses import find_loss_lines
from consign.settlement.rules import StatementBroken
from reports.statement import (
    PayInto,
    StatementDoesNotAddUp,
    StatementFigures,
    refuse_wrong_sums,
)

_PREPARED = aliased(UserAccount, name="prepared")
SEAL_SIGNS = 16
SAME_NAMED = (
    "sales_rp", "fee_rp", "fee_tax_rp", "pph23_rp", "losses_rp", "adjustments_rp", "net_rp", "carried_rp", "due_rp", "carry_rp",
    "late_rp",
)  # fmt: skip
"""Sums that a statement, or what one would come to, and its figures call the same."""


@dataclass(frozen=True)
class Parties:
    """Who a statement is between, and who wrote it."""

    partner: str
    partner_code: str
    producer: str
    producer_code: str
    office: str
    made_on: date
    closed_by: str
    prepared_by: str


def make_figures(sums: object, content: Content, **facts: Any) -> StatementFigures:  # its fields
    """Return the figures of *sums*, a statement or what one would come to, with what it lists and further *facts*.

    Raises:
        StatementBroken: a sum differs from its parts.

    """
    figures = StatementFigures(
        lines=content.lines,
        late=content.late,
        stock=content.stock,
        **{name: getattr(sums, name) for name in SAME_NAMED},
        **facts,
    )
    try:
        refuse_wrong_sums(figures)
    except StatementDoesNotAddUp as error:
        raise StatementBroken(
            say(
                "Statement {number} is not the sum of its sales and losses and is not shown; nothing was changed. Tell the dinas.",
                number=figures.number,
            )
        ) from error
    return figures


def compute_figures_of(session: Session, closing: Closing, statements: Sequence[Statement]) -> list[StatementFigures]:
    """Return what the *statements* of one *closing* say, in their order; the caller has asked whether they may be seen.

    Raises:
        StatementBroken: one is not the sum of its parts.

    """
    ids = [one.id for one in statements]
    producer_ids = {one.producer_id for one in statements}
    if closing.carries_over:
        contents: Mapping[int, Content] = dict.fromkeys(producer_ids, Content())
    else:
        contents = find_contents(session, find_cut(session, closing), producer_ids=producer_ids)
    losses, adjustments = find_loss_lines(session, ids), find_taken_lines(session, ids)
    parties = _find_parties(session, closing, producer_ids)
    return [
        make_figures(
            one,
            contents[one.producer_id],
            number=one.number,
            first=one.from_on,
            last=one.until_on,
            due_on=one.due_on,
            losses=losses.get(one.id, ()),
            adjustments=adjustments.get(one.id, ()),
            opening_rp=one.opening_rp,
            earlier_number=one.earlier_number,
            route=one.route,
            seal=f"{one.audit_seq}:{one.audit_hash[:SEAL_SIGNS]}",
            is_draft=False,
            pay_into=(),
            **vars(parties[one.producer_id]),
        )
        for one in statements
    ]


def name_accounts(figures: StatementFigures, accounts: Sequence[PayInto]) -> StatementFigures:
    """Return *figures* with the office's *accounts*, where the partner has to pay into one of them."""
    if figures.route != "collecting" or figures.is_draft or not figures.due_rp:
        return figures
    return replace(figures, pay_into=tuple(accounts))


def find_closing_figures(session: Session, *, by: Actor, closing_id: int) -> list[StatementFigures]:
    """Return what all statements of a closing say that *by* may see, by number.

    Raises:
        StatementBroken: one is not the sum of its parts.

    """
    reach = get_reach(by, Act.READ_STATEMENTS)
    query = select(Statement).where(Statement.closing_id == closing_id)
    if reach.partner_id is not None:
        query = query.where(Statement.partner_id == reach.partner_id)
    if reach.producer_id is not None:
        query = query.where(Statement.producer_id == reach.producer_id)
    statements = session.scalars(query.order_by(Statement.number)).all()
    return compute_figures_of(session, session.get_one(Closing, closing_id), statements) if statements else []


def _find_parties(session: Session, closing: Closing, producer_ids: Iterable[int]) -> Mapping[int, Parties]:
    terms = get_region_terms(session)
    query = (
        select(
            Producer.id, Producer.code, Producer.name, Partner.code.label("partner_code"), Partner.name.label("partner"),
            UserAccount.name.label("closed_by"), _PREPARED.name.label("prepared_by"),
        )
        .select_from(Closing)
        .join(Partner, Partner.id == Closing.partner_id)
        .join(UserAccount, UserAccount.id == Closing.closed_by)
        .outerjoin(_PREPARED, _PREPARED.id == Closing.prepared_by)
        .join(Producer, Producer.id.in_(set(producer_ids)))
        .where(Closing.id == closing.id)
    )  # fmt: skip
    return {
        row.id: Parties(
            partner=row.partner,
            partner_code=row.partner_code,
            producer=row.name,
            producer_code=row.code,
            office=terms.office_name,
            made_on=closing.closed_at.astimezone(ZoneInfo(terms.zone)).date(),
            closed_by=row.closed_by,
            prepared_by=row.prepared_by or "",
        )
        for row in session.execute(query)
    }
