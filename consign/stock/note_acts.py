"""Who may confirm, give up and take back a note: the receiver, the sender, and those who take movements back."""

from collections.abc import Callable, Mapping

from consign.errors import NotAllowed
from consign.identity.rules import PERMITTED, Act, Actor, authorize
from consign.models.stock import StockNote
from consign.stock.rules import NoteKind, NoteState

WAITING = frozenset({NoteState.ASKED, NoteState.SENT, NoteState.OPEN})
"""States in which a note may be given up."""
STANDING = frozenset({NoteState.CONFIRMED, NoteState.RECORDED})
"""States in which it may be taken back."""


def authorize_confirming(by: Actor, note: StockNote) -> None:
    """Let *by* confirm a note as its receiver, or refuse: the producer of a return, else the store where goods come to.

    Raises:
        NotAllowed: it is for others to do.

    """
    if note.kind == NoteKind.RETURN:
        authorize(by, Act.TAKE_GOODS_BACK, producer_id=note.producer_id)
    else:
        store_id = note.store_id if note.to_store_id is None else note.to_store_id
        authorize(by, Act.MOVE_STOCK, partner_id=note.partner_id, store_id=store_id)


def authorize_cancelling(by: Actor, note: StockNote) -> None:
    """Let *by* give a note up, or refuse: whoever may send it, and those who take back movements of every partner.

    Who receives goods may refuse all of them, but does not give up what another sent.

    Raises:
        NotAllowed: it is for others to do.

    """
    if by.role in PERMITTED[Act.REVERSE_STOCK] and by.partner_id is None:
        return
    if note.kind == NoteKind.DELIVERY:
        authorize(by, Act.SEND_DELIVERIES, producer_id=note.producer_id)
    elif note.kind == NoteKind.PULL_BACK:
        authorize(by, Act.ASK_GOODS_BACK, producer_id=note.producer_id)
    else:
        authorize(by, Act.MOVE_STOCK, partner_id=note.partner_id, store_id=note.store_id)


def authorize_reversing(by: Actor, note: StockNote) -> None:
    """Let *by* take back what a note moved, or refuse.

    Raises:
        NotAllowed: it is for others to do.

    """
    authorize(by, Act.REVERSE_STOCK, partner_id=note.partner_id, store_id=note.store_id)


def find_open_acts(by: Actor, note: StockNote) -> frozenset[str]:
    """Return which of `confirm`, `cancel` and `reverse` a note waits for that *by* may do."""
    return frozenset(
        act
        for act, (states, authorizing) in _ACTS.items()
        if note.state in states and _is_allowed(authorizing, by, note)
    )


_ACTS: Mapping[str, tuple[frozenset[NoteState], Callable[[Actor, StockNote], None]]] = {
    "confirm": (frozenset({NoteState.SENT}), authorize_confirming),
    "cancel": (WAITING, authorize_cancelling),
    "reverse": (STANDING, authorize_reversing),
}


def _is_allowed(authorizing: Callable[[Actor, StockNote], None], by: Actor, note: StockNote) -> bool:
    try:
        authorizing(by, note)
    except NotAllowed:
        return False
    return True
