"""Addresses of the form for a note about goods, with what it is to be about filled in."""

from decimal import Decimal
from urllib.parse import urlencode

from consign.identity.rules import PERMITTED, Act
from consign.web.visit import Visit

NEW = "/goods/new"


def link_delivery(visit: Visit, *, store_id: int, product_code: str, quantity: Decimal) -> str:
    """Return where a delivery is sent; blank for whoever sends none."""
    return _link(visit, Act.SEND_DELIVERIES, kind="delivery", store=store_id, product=product_code, quantity=quantity)


def link_pull_back(visit: Visit, *, store_id: int, producer_code: str, product_code: str, quantity: Decimal) -> str:
    """Return where goods are asked back; blank for whoever asks for none."""
    return _link(
        visit, Act.ASK_GOODS_BACK, kind="pull_back", store=store_id, producer=producer_code, product=product_code,
        quantity=quantity,
    )  # fmt: skip


def link_return(visit: Visit, *, store_id: int, producer_code: str, product_code: str, quantity: Decimal) -> str:
    """Return where goods are given back; blank for whoever gives none."""
    return _link(
        visit, Act.MOVE_STOCK, kind="return", store=store_id, producer=producer_code, product=product_code,
        quantity=quantity,
    )  # fmt: skip


def link_answer(visit: Visit, *, number: str) -> str:
    """Return where a pull-back is answered by giving the goods back; for others, where it stands."""
    answered = _link(visit, Act.MOVE_STOCK, answers=number)
    return answered or f"/goods/{number}"


def _link(visit: Visit, act: Act, **asked: object) -> str:
    if visit.actor.role not in PERMITTED[act]:
        return ""
    texts = {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else str(value) for name, value in asked.items()
    }
    return f"{NEW}?{urlencode(texts)}"
