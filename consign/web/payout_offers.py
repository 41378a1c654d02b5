"""What lines of a bank account that went out could be: payouts that were handed to the bank."""

from collections.abc import Collection, Sequence

from consign.payments.match_facts import FreeLine
from consign.payouts.bank_lines import propose_for_lines
from consign.sentence import say
from consign.web.matching_offers import Offer
from consign.web.visit import Visit


def offer_payouts(visit: Visit, account_id: int, line_ids: Collection[int], lines: Sequence[FreeLine]) -> list[Offer]:
    """Return which of the lines are which payouts, each with the form of its batch that says so.

    Of the free *lines*, which were read before, only those of *line_ids* are looked at.
    """
    wanted = set(line_ids)
    return [
        Offer(
            line_ids=one.line_ids,
            rule="payout",
            label=one.references[0] if len(one.references) == 1 else one.batch,
            who="",
            why=one.why or (say("Amount and reference are those of the payout."),),
            score=100 if one.certain else 60,
            certain=one.certain,
            amount_rp=one.amount_rp,
            path=f"/payouts/{one.batch}/found",
            fields={
                "lines": ",".join(str(line) for line in one.line_ids),
                "payouts": ",".join(str(payout) for payout in one.payout_ids),
            },
        )
        for one in propose_for_lines(visit.db, [one for one in lines if one.id in wanted], account_id=account_id)
    ]
