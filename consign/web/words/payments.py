"""Words about announced payments and their proofs."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "notice_state": {
        "announced": say("announced"),
        "partly": say("came in part"),
        "contradicted": say("did not come, a producer says"),
        "received": say("came"),
        "withdrawn": say("withdrawn"),
    },
    "payment_answer": {
        "received": say("received"),
        "not_received": say("not received"),
        "taken_as_received": say("taken as received"),
    },
    "proof_state": {
        "missing": say("missing"),
        "stated": say("stated"),
        "proven": say("proven"),
        "contradicted": say("contradicted"),
    },
    "proof_overall": {
        "open": say("not paid"),
        "partly": say("paid in part"),
        "announced": say("announced"),
        "paid": say("paid"),
        "confirmed": say("paid and confirmed"),
        "contradicted": say("contradicted"),
    },
    "audit_act": {
        "payment answered": say("said whether a payment came"),
        "payment noted": say("payment announced"),
        "payment notice withdrawn": say("payment notice withdrawn"),
        "payment taken as received": say("payment taken as received"),
    },
}
"""The words by group and code."""
