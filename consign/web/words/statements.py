"""Words about closings, statements, disputes, corrections and late payments."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "period_state": {
        "running": say("still running"),
        "incomplete": say("something is missing"),
        "ready": say("ready to be closed"),
    },
    "closes_by": {
        "one": say("by one person"),
        "two": say("prepared by one, countersigned by another"),
    },
    "closing_figure": {
        "statements": say("Statements"),
        "line_count": say("Sale lines"),
        "sales_rp": say("Sales"),
        "returns_rp": say("Returns"),
        "late_rp": say("Of earlier periods"),
        "fee_rp": say("Fee"),
        "fee_tax_rp": say("PPN on the fee"),
        "pph23_rp": say("PPh 23"),
        "losses_rp": say("Goods lost, borne by the stores"),
        "adjustments_rp": say("Corrections"),
        "net_rp": say("Net"),
        "due_rp": say("Due"),
    },
    "due_state": {
        "late": say("late"),
        "due": say("not due yet"),
        "settled": say("paid"),
        "carried": say("carried on"),
    },
    "adjustment_state": {
        "waiting": say("waits for a decision"),
        "approved": say("approved"),
        "taken": say("in a statement"),
        "refused": say("refused"),
    },
    "carried_kind": {
        "statement": say("unpaid statement"),
        "received": say("money received, not paid out"),
        "rest": say("rest below zero"),
    },
    "carry_outcome": {
        "waiting": say("waits for another person"),
        "confirmed": say("confirmed"),
        "withdrawn": say("withdrawn"),
    },
    "dispute_outcome": {
        "waiting": say("waits for an answer"),
        "upheld": say("upheld"),
        "rejected": say("rejected"),
        "withdrawn": say("withdrawn"),
    },
    "dispute_side": {
        "producer": say("the producer"),
        "partner": say("the partner"),
    },
    "late_bucket": {
        "not_due": say("not due yet"),
        "days_1_7": say("1 to 7 days"),
        "days_8_15": say("8 to 15 days"),
        "days_16_30": say("16 to 30 days"),
        "days_31_60": say("31 to 60 days"),
        "days_over_60": say("more than 60 days"),
    },
    "reminder_step": {
        "friendly": say("friendly reminder"),
        "first": say("first reminder"),
        "second": say("second reminder"),
        "letter": say("letter of the head"),
    },
    "audit_act": {
        "adjustment decided": say("correction decided"),
        "adjustment proposed": say("correction proposed"),
        "carry-over confirmed": say("opening balances confirmed"),
        "carry-over prepared": say("opening balances handed in"),
        "carry-over withdrawn": say("opening balances withdrawn"),
        "closing prepared": say("closing prepared"),
        "closing withdrawn": say("prepared closing withdrawn"),
        "dispute answered": say("dispute answered"),
        "dispute withdrawn": say("dispute withdrawn"),
        "partner reminded": say("partner reminded of what it owes"),
        "period closed": say("period closed"),
        "statement disputed": say("statement disputed"),
    },
}
"""The words by group and code."""
