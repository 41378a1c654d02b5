"""Words about payouts and where they go."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "payout_batch": {
        "planned": say("waits for approval"),
        "approved": say("approved"),
        "sent": say("handed to the bank"),
        "cancelled": say("cancelled"),
    },
    "payout": {
        "planned": say("planned"),
        "sent": say("on its way"),
        "paid": say("paid out"),
        "returned": say("came back"),
        "cancelled": say("taken out"),
    },
    "payout_answer": {
        "received": say("money came"),
        "not_received": say("money did not come"),
    },
    "payee_account": {
        "waiting": say("waits to be confirmed"),
        "confirmed": say("confirmed"),
        "refused": say("refused"),
        "ended": say("replaced by another"),
    },
    "left_out": {
        "below_minimum": say("below the minimum"),
        "no_account": say("no confirmed account"),
        "account_waits": say("account changed lately"),
        "planned": say("planned already"),
        "not_in_bank": say("not enough in the bank"),
        "partner_has_not_paid": say("not paid by a partner yet"),
    },
    "layout_kind": {
        "csv": say("CSV, with separators"),
        "xlsx": say("workbook (XLSX)"),
        "txt": say("text"),
    },
    "audit_act": {
        "match of payouts undone": say("finding of payouts taken back"),
        "payee account confirmed": say("bank account confirmed"),
        "payee account refused": say("bank account refused"),
        "payee account stated": say("bank account stated"),
        "payout answered": say("payout answered by its producer"),
        "payout layout written": say("layout of a file of payouts written down"),
        "payout returned": say("payout came back"),
        "return of a payout undone": say("return of a payout taken back"),
        "payout taken out": say("payout taken out of its batch"),
        "payouts approved": say("payouts approved"),
        "payouts cancelled": say("batch of payouts cancelled"),
        "payouts exported": say("file of payouts made"),
        "payouts found on the bank's statement": say("payouts found on the bank's statement"),
        "payouts planned": say("payouts planned"),
        "payouts sent": say("payouts handed to the bank"),
    },
}
"""The words by group and code."""
