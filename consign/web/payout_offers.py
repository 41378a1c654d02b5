"""What lines of a bank account that went out could be: payouts that were handed to the bank."""

from collections.abc import Sequence

from sqlalchemy import select

from consign.models.payouts import Payout, PayoutBatch
from consign.payouts.bank_lines import propose_payouts
from consign.sentence import say
from consign.web.matching_offers import Offer
from consign.web.visit import Visit


def offer_payouts(visit: Visit, account_id: int, line_ids: Sequence[int]) -> list[Offer]:
    """Return which of the lines are which payouts, each with the form of its batch that says so."""
    found = propose_payouts(visit.db, account_id=account_id, line_ids=line_ids)
    if not found:
        return []
    wanted = {payout for one in found for payout in one.payout_ids}
    query = select(Payout.id, Payout.reference, PayoutBatch.number).join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
    known = {row.id: row for row in visit.db.execute(query.where(Payout.id.in_(sorted(wanted))))}
    return [
        Offer(
            line_ids=one.line_ids,
            rule="payout",
            label=known[one.payout_ids[0]].reference if len(one.payout_ids) == 1 else known[one.payout_ids[0]].number,
            who="",
            why=one.why or (say("Amount and reference are those of the payout."),),
            score=100 if one.certain else 60,
            certain=one.certain,
            amount_rp=one.amount_rp,
            path=f"/payouts/{known[one.payout_ids[0]].number}/found",
            fields={
                "lines": ",".join(str(line) for line in one.line_ids),
                "payouts": ",".join(str(payout) for payout in one.payout_ids),
            },
        )
        for one in found
    ]
