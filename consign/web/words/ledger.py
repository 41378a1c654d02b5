"""Words about the accounts of the ledger."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "account_kind": {
        "partner_owes": say("the partner owes"),
        "producer_is_owed": say("the producer is owed"),
        "producer_payable": say("payable to the producer"),
        "bank": say("bank account"),
        "unallocated": say("unallocated money"),
        "in_transit": say("payouts under way"),
        "bank_charges": say("bank charges"),
        "written_off": say("rests written off"),
        "opening": say("before these books"),
    },
    # What the accounts of each kind count together.
    "ledger_account": {
        "partner_owes": say("Partners owe"),
        "producer_is_owed": say("Producers are owed by partners"),
        "producer_payable": say("Payable to producers"),
        "bank": say("In bank accounts"),
        "unallocated": say("Unallocated money"),
        "in_transit": say("Payouts under way"),
        "bank_charges": say("Bank charges"),
        "written_off": say("Written off"),
        "opening": say("Before these books"),
    },
    "transfer_kind": {
        "sales": say("sales"),
        "fee": say("fee"),
        "fee_tax": say("PPN on the fee"),
        "pph23": say("PPh 23"),
        "losses": say("goods lost"),
        "adjustment": say("correction"),
        "opening": say("opening balance"),
        "bank_line": say("line of the bank"),
        "payment": say("payment"),
        "payable": say("became payable"),
        "direct": say("paid without the office"),
        "write_off": say("rest written off"),
        "payout": say("payout"),
        "payout_line": say("payout found at the bank"),
        "bank_charge": say("bank charge"),
        "own_transfer": say("own transfer"),
        "reversal": say("reversal"),
    },
    "allocation_source": {
        "collecting": say("over the office's account"),
        "direct": say("straight to the producer"),
        "written_off_producer": say("written off, borne by the producer"),
        "written_off_office": say("written off, borne by the office"),
    },
}
"""The words by group and code."""
