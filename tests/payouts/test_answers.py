"""What producers say to payouts."""

import pytest
from sqlalchemy import select

from consign.errors import BadInput, NotAllowed
from consign.models.outbox import Notice
from consign.models.payouts import PayoutAnswer
from consign.payouts.answers import answer_payout
from consign.payouts.bank_lines import confirm_payouts
from consign.payouts.rules import PayoutState, PayoutUnknown
from tests.payouts.paying import Paying


def test_the_last_word_counts_and_money_that_did_not_come_is_told(paying: Paying):
    first, second = (one.id for one in paying.city.producers)
    paying.account(0)
    paying.pay((0, 10_000))
    (payout,) = paying.payouts(paying.send())

    def say(answer: str, *, by=paying.owners[0], producer_id: int = first) -> None:
        answer_payout(paying.session, by=by, payout_id=payout.id, producer_id=producer_id, answer=answer)

    with pytest.raises(PayoutState):
        say("received")
    (line,) = paying.book((-10_000, "C"))
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[line.id], payout_ids=[payout.id])
    say("not_received")
    say("received")
    said = paying.session.scalars(select(PayoutAnswer.answer).order_by(PayoutAnswer.id)).all()
    assert said == ["not_received", "received"]
    told = paying.session.scalars(select(Notice.recipient).where(Notice.kind == "payouts.not_received")).all()
    assert told == ["role:dinas_finance"]
    with pytest.raises(PayoutUnknown):
        say("received", by=paying.owners[1], producer_id=second)
    with pytest.raises(NotAllowed):
        say("received", by=paying.owners[1])
    with pytest.raises(BadInput):
        say("taken_as_received")
