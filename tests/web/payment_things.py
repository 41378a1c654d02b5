"""Payments for tests that look at every page: each partner announced one of each producer, with and without a proof."""

import io

from consign import clock
from consign.identity.queries import get_actor
from consign.models.partners import Partner
from consign.partners.queries import get_partner
from consign.payments.expected import find_expected
from consign.payments.notices import note_payment
from consign.payments.proof_files import ProofFile
from consign.settlement.shares import Share
from tests.conftest import REGION
from tests.web.town import BERUANG, KANCIL, Town

SLIP = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
"""A picture of one dot."""
ANNOUNCED_RP = 10


def put_payments(town: Town) -> dict[str, str]:
    """Let each partner announce Rp10 of every open statement; return the notice of Beruang's first producer's."""
    if not town.ask("SELECT 1 FROM payment_notice"):
        sha256, _ = town.files.keep(io.BytesIO(SLIP))
        for login, code in ((KANCIL, "KM"), (BERUANG, "BM")):
            with town.database.transaction(REGION) as session:
                by, partner = get_actor(session, login), get_partner(session, code)
                assert isinstance(partner, Partner)
                for group in find_expected(session, by=by, partner_id=partner.id):
                    for one in group.statements:
                        note_payment(
                            session, by=by, partner_id=partner.id, route=one.payable.route,
                            paid_on=clock.today("Asia/Jakarta"), reference="TRF 1",
                            lines=[Share(one.payable.id, ANNOUNCED_RP)], proof=ProofFile(sha256, "bukti.png"),
                        )  # fmt: skip
    query = """SELECT notice.number FROM payment_notice AS notice JOIN payment_notice_line ON notice_id = notice.id
        JOIN statement ON statement.id = statement_id JOIN producer ON producer.id = producer_id
        WHERE producer.code = 'P1' ORDER BY notice.id"""
    return {"payment_number": str(town.ask(query)[0][0])}
