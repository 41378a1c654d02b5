"""Where what a closing would take, and what is missing for it, stands one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from consign.money import Rupiah
from consign.period import Period
from consign.sales.rules import DayState
from consign.sentence import Sentence, say
from consign.settlement.losses import WaitingLosses
from consign.stock.loss_rules import LossState
from consign.web.board_links import days_address
from consign.web.visit import Visit


def find_places(partner_code: str, period: Period) -> dict[str, str]:
    """Return where what is missing of a partner's period stands, and where it is put right."""
    partner = {"partner": partner_code}
    return {
        "days": days_address(partner_code, period, state=DayState.MISSING),
        "parked": f"/parked/rows?{urlencode({**partner, 'sold_until': period.last.isoformat()})}",
        "uploads": f"/uploads?{urlencode({**partner, 'open': 'yes'})}",
    }


def find_draft_path(partner_code: str, until: date) -> str:
    """Return where the statements that a closing until a day would write stand."""
    return f"/drafts?{urlencode({'partner': partner_code, 'until': until.isoformat()})}"


def find_losses_path(partner_code: str, state: LossState, until: date) -> str:
    """Return where a partner's losses until a day stand that have come so far."""
    return f"/losses?{urlencode({'partner': partner_code, 'state': state.value, 'until': until.isoformat()})}"


@dataclass(frozen=True)
class WaitingTold:
    """Losses that a closing leaves for a later one: how many, in words, and where they stand."""

    count: int
    told: Sentence
    path: str
    """Blank for those who may not see losses."""


def tell_waiting(
    visit: Visit, waiting: Iterable[WaitingLosses], *, partner_code: str, until: date
) -> list[WaitingTold]:
    """Return what losses of a partner until a day wait, and for what."""
    may = visit.may("GET /losses")
    return [
        WaitingTold(one.count, _tell(one), find_losses_path(partner_code, one.state, until) if may else "")
        for one in waiting
    ]


def _tell(losses: WaitingLosses) -> Sentence:
    facts = {"count": losses.count, "value": Rupiah(losses.value_rp)}
    return {
        LossState.OPEN: say("Losses that may still be contested: {count}, worth {value}.", **facts),
        LossState.CONTESTED: say("Losses that were contested and wait for the dinas: {count}, worth {value}.", **facts),
        LossState.UNDECIDED: say("Losses for which no share is agreed or decided: {count}, worth {value}.", **facts),
    }[losses.state]
