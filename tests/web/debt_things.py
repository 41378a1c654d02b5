"""Debts for tests that look at every page: opening balances of a third partner, a dispute of each producer, a correction."""

import io
from datetime import timedelta

from consign import clock
from consign.identity.queries import get_actor
from consign.partners.actions import add_partner
from consign.period import Cycle
from consign.settlement.carrying_over import prepare_carry_over
from consign.settlement.correcting import propose_adjustment
from consign.settlement.disputing import raise_dispute
from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.settlement.carrying import HEAD
from tests.web.town import FIRST, KANCIL, SECOND, Town

RAISED = ((FIRST, "P1"), (SECOND, "P2"), (KANCIL, "P3"))
"""Who disputes the statement of which producer."""


def put_debts(town: Town) -> dict[str, str]:
    """Hand in opening balances, dispute the first statement of each producer, and propose a correction; return their ids."""
    if not town.ask("SELECT count(*) FROM carry_over")[0][0]:
        with town.database.transaction(REGION) as session:
            admin, finance = get_actor(session, ADMIN), get_actor(session, FINANCE)
            today = clock.today("Asia/Makassar")
            partner = add_partner(
                session, by=admin, code="GM", name="Gajah Mart", kind="supermarket", cycle=Cycle.MONTH
            )
            due = today + timedelta(3)
            rows = f"{HEAD}\nnota,P1,LAMA-1,,{today - timedelta(40)},{due},90000\nuang diterima,P2,,,,,5000\n"
            prepare_carry_over(
                session, by=finance, partner_id=partner.id, first_on=today, source=io.BytesIO(rows.encode()),
                name="saldo.csv", files=town.files,
            )  # fmt: skip
            for login, code in RAISED:
                number = _find_statement(town, code)
                raise_dispute(
                    session,
                    by=get_actor(session, login),
                    number=number,
                    line=None,
                    expected="",
                    reason=f"Keberatan {code}",
                )
            propose_adjustment(
                session, by=finance, partner_id=town.id("partner", code="BM"),
                producer_id=town.id("producer", code="P1"), amount_rp=-1_500, reason="Harga salah",
            )  # fmt: skip
    query = """SELECT min(dispute.id) FROM dispute JOIN statement ON statement.id = statement_id
      JOIN producer ON producer.id = producer_id WHERE producer.code = 'P1'"""
    return {
        "carry_over_id": str(town.ask("SELECT min(id) FROM carry_over")[0][0]),
        "adjustment_id": str(town.ask("SELECT min(id) FROM adjustment")[0][0]),
        "dispute_id": str(town.ask(query)[0][0]),
    }


def _find_statement(town: Town, code: str) -> str:
    query = "SELECT min(number) FROM statement JOIN producer ON producer.id = producer_id WHERE code = :code"
    return str(town.ask(query, code=code)[0][0])
