"""To whom a producer's money is paid on a day: to itself, or to the cooperative that it has mandated."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.models.payouts import Payout
from consign.payouts.rules import PayeeChanged
from consign.sentence import say

RECEIVERS = """
    LEFT JOIN LATERAL (
      SELECT cooperative.* FROM cooperative_member AS member JOIN cooperative ON cooperative.id = member.cooperative_id
      WHERE member.producer_id = pair.producer_id AND member.days @> CAST(:on AS date)) AS receives ON true
    LEFT JOIN LATERAL (
      SELECT cooperative.* FROM agreement JOIN cooperative ON cooperative.id = agreement.cooperative_id
      WHERE (agreement.partner_id, agreement.producer_id) = (pair.partner_id, pair.producer_id)
        AND agreement.route = 'cooperative' AND agreement.days @> CAST(:on AS date)
      ORDER BY agreement.id LIMIT 1) AS signs ON true"""
"""Joins to a `pair` of partner and producer who is paid on the day `:on`, as a part of a query. Who has given a cooperative its
mandate is paid through it; so is who has it as the receiver in an agreement. Where both are blank the producer is paid itself."""

_OTHERS = text(f"""
    SELECT DISTINCT producer.name FROM payout JOIN payout_part AS pair ON pair.payout_id = payout.id
    JOIN producer ON producer.id = pair.producer_id {RECEIVERS}
    WHERE payout.id = ANY(:payouts) AND payout.cooperative_id IS DISTINCT FROM COALESCE(receives.id, signs.id)
    ORDER BY producer.name""")  # noqa: S608  # constants


def refuse_other_payees(session: Session, payouts: Sequence[Payout], *, on: date) -> None:
    """Refuse payouts of money that goes to somebody else on the day *on*: a mandate began or ended since they were planned.

    Raises:
        PayeeChanged: accordingly, naming whose money it is.

    """
    names = list(session.scalars(_OTHERS, {"payouts": [one.id for one in payouts], "on": on}))
    if names:
        raise PayeeChanged(
            say(
                "A cooperative's mandate began or ended, so that this money goes to somebody else now: {names}. Take those"
                " payouts out, or plan anew. Nothing was changed.",
                names=names,
            )
        )
