"""What a notice says outside the pages: what happened and where to look, never amounts, numbers or names of others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from consign.sentence import Sentence, say

LINKS = {"identity.invitation", "identity.reset"}
"""Notices that carry a link with which a password is chosen, and go to nobody but the owner of the login."""
NEWS = say("There is news for you.")
HAPPENED: Mapping[str, Sentence] = {
    "identity.invitation": say("You are invited. Choose a password."),
    "identity.reset": say("Somebody asked for a new password for you. If it was not you, do nothing."),
    "sales.parked": say("Sold lines wait for an answer."),
    "sales.missing": say("Sales of some days have not been handed in."),
    "settlement.prepared": say("A closing waits to be countersigned."),
    "settlement.closed": say("A period was closed; its statements are there."),
    "settlement.statement": say("A new statement is there."),
    "settlement.disputed": say("A statement is disputed."),
    "settlement.dispute_answered": say("A dispute was answered."),
    "settlement.dispute_withdrawn": say("A dispute was withdrawn."),
    "settlement.adjustment_waits": say("A correction waits for a decision."),
    "settlement.adjustment_decided": say("A correction was decided."),
    "settlement.carry_over_waits": say("What stood open before these books waits to be confirmed."),
    "settlement.carried_over": say("What stood open before these books was carried over."),
    "settlement.payment_reminder": say("Statements are past due; please look at them."),
    "settlement.late_letter": say("A letter about late payment waits to be signed."),
    "settlement.reminders_due": say("Partners are to be reminded of late payments."),
    "partners.producer_registered": say("A producer has registered and waits to be confirmed."),
    "partners.producer_confirmed": say("Your registration was confirmed."),
    "payments.noted": say("A payment was announced."),
    "payments.withdrawn": say("An announced payment was withdrawn."),
    "payments.asked_again": say("Please say whether a payment arrived."),
    "payments.received": say("A payment was confirmed."),
    "payments.not_received": say("A payment was said not to have arrived."),
    "payments.taken_as_received": say("A payment was taken as received, for nobody said otherwise."),
    "payments.contradicted": say("A payment that was taken as received did not arrive."),
    "payments.matched": say("A payment for your goods arrived."),
    "payments.undone": say("A payment was found to be for something else and was taken back."),
    "payouts.account_waits": say("A bank account waits to be confirmed."),
    "payouts.account_stated": say("A bank account was stated for you. If it was not you, tell the dinas."),
    "payouts.account_confirmed": say("Your bank account was confirmed."),
    "payouts.account_refused": say("Your bank account was refused."),
    "payouts.planned": say("A payout waits to be approved."),
    "payouts.approved": say("A payout was approved and can be sent."),
    "payouts.sent": say("A payout is on its way to you."),
    "payouts.returned": say("The bank returned a payout."),
    "payouts.not_received": say("A payout was said not to have arrived."),
    "documents.decided": say("One of your papers was decided."),
    "documents.ends": say("One of your papers ends soon."),
    "documents.standing_changed": say("Whether your products may be delivered has changed."),
    "documents.waiver_granted": say("You may deliver for some time without a paper."),
    "documents.waiver_ended": say("You may no longer deliver without a paper."),
    "documents.change_reported": say("A change of a paper was reported."),
    "stock.delivery_sent": say("Goods are on their way to your store."),
    "stock.delivery_confirmed": say("A delivery was confirmed."),
    "stock.return_sent": say("Goods are given back."),
    "stock.transfer_sent": say("Goods are on their way between stores."),
    "stock.pull_back_asked": say("Goods are asked back."),
    "stock.note_cancelled": say("A note about goods was cancelled."),
    "stock.note_reversed": say("A note about goods was reversed."),
    "stock.loss_contested": say("A loss of goods is contested."),
    "stock.loss_decided": say("It was decided who bears a loss of goods."),
    "stock.expiring": say("Goods near their end stand in stores."),
    "stock.runs_out": say("Goods are about to run out."),
}
"""What each kind of notice says; a kind that is not here says that there is news."""
CHOICE = say("How you are told is your choice, under My account.")


@dataclass(frozen=True)
class Text:
    """A message in its reader's language."""

    title: str
    body: str


def write_text(
    kind: str, facts: Mapping[str, Any], *, pages_url: str, speak: Callable[[str], str], office: str
) -> Text | None:
    """Return what a notice of *kind* says, in the language of *speak*; blank where its link is of no use any more."""
    if kind in LINKS and not facts.get("token"):
        return None
    link = f"{pages_url}/link/{facts['token']}" if kind in LINKS else f"{pages_url}/"
    happened = speak(HAPPENED.get(kind, NEWS))
    said = [happened, speak(say("Look here: {link}", link=link)), *([] if kind in LINKS else [speak(CHOICE)]), office]
    return Text(title=happened, body="\n\n".join(line for line in said if line))
