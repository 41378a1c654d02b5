"""The form for a note about goods: where to, on which day, and line by line what and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from consign.errors import BadInput, ConsignError
from consign.identity.remarks import LONGEST_REMARK
from consign.sales.typed_sheet import parse_quantity, write_quantity
from consign.sentence import Sentence, say, say_all
from consign.stock.offered import Goods, get_goods
from consign.stock.rules import (
    LONGEST_BATCH,
    RETURN_REASONS,
    WRITE_OFF_REASONS,
    NewLine,
    NoteKind,
    Reason,
    refuse_quantity,
)
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form, read_id
from consign.web.goods_place import Place
from consign.web.language import quantity, rupiah
from consign.web.words import word

FIRST_ROWS, MORE_ROWS, MOST_ROWS = 3, 3, 60
MOST_CHOSEN = 150
"""Goods that a selection lists; of more, one is typed, scanned or picked from suggestions."""
MOST_SUGGESTED = 1_000
PARTS = ("item", "quantity", "expires", "batch", "reason")
"""What the fields of a line are called, each with the line's number behind it."""
LABELS: Mapping[str, Sentence] = {
    "item": say("Goods"),
    "quantity": say("Quantity"),
    "expires": say("Best before"),
    "batch": say("Batch"),
    "reason": say("Reason"),
}
ASKED = ("item", "quantity", "batch", "expires")
"""A line in which none of these is filled in is no line; a reason alone says nothing."""
REASONS: Mapping[NoteKind, Sequence[Reason]] = {
    NoteKind.RETURN: RETURN_REASONS,
    NoteKind.PULL_BACK: RETURN_REASONS,
    NoteKind.WRITE_OFF: WRITE_OFF_REASONS,
}
DAYS: Mapping[NoteKind, tuple[Sentence, Sentence]] = {
    NoteKind.DELIVERY: (say("Day of delivery"), say("On which the goods reach the store.")),
    NoteKind.RETURN: (say("Date"), say("On which they left the shelf.")),
    NoteKind.PULL_BACK: (say("Off the shelf by"), say("The last day on which the store may still sell them.")),
    NoteKind.TRANSFER: (say("Date"), say("On which they left this store.")),
    NoteKind.WRITE_OFF: (say("Date"), say("On which it happened or was noticed.")),
}


@dataclass(frozen=True)
class NoteForm:
    """The form with how many lines it has room for."""

    form: Form
    rows: int
    place: Place

    @property
    def is_typed(self) -> bool:
        """Say whether goods are typed, since they are too many for a selection."""
        return len(self.place.goods) > MOST_CHOSEN

    @property
    def suggested(self) -> list[Choice]:
        """Return what is suggested while goods are typed."""
        return choices_for(self.place)[:MOST_SUGGESTED] if self.is_typed else []

    @property
    def parts(self) -> list[str]:
        """Return what the fields of each line are called."""
        return [part for part in PARTS if part not in _left_out(self.place.kind)]

    @property
    def keeps(self) -> dict[str, int]:
        """Return by key for how many days goods keep, for those who know what they bring was made on the day."""
        return {one.key: one.keeps_days for one in self.place.goods if one.keeps_days} if _is_made(self.place) else {}


def read_amount(text: str) -> Decimal:
    """Read how much of something there is.

    Raises:
        BadInput: it is no quantity, or one that cannot be.

    """
    amount = parse_quantity(text)
    refuse_quantity(amount)
    return amount


def choices_for(place: Place) -> list[Choice]:
    """Return the goods to choose from, each called so that it is not mistaken."""
    names_producer = place.producer is None
    return [Choice(one.key, _call(one, names_producer=names_producer)) for one in place.goods]


def _call(one: Goods, *, names_producer: bool) -> Sentence:
    parts: list[str] = [f"{one.name} {one.content}"]
    if names_producer:
        parts.append(one.producer)
    if one.batch:
        parts.append(one.batch)
    if one.expires_on:
        parts.append(say("until {day}", day=one.expires_on))
    if one.on_hand is not None:
        parts.append(say("here: {quantity}", quantity=quantity(one.on_hand)))
    elif one.price_rp is not None:
        parts.append(rupiah(one.price_rp))
    if one.on_hand is None and one.blocked:
        parts.append(say("papers do not allow it"))
    return say_all(parts, between=" · ")


def make_note_form(place: Place, texts: Mapping[str, str]) -> NoteForm:
    """Return the form with *texts* in it, which nobody has sent yet."""
    rows = max(FIRST_ROWS, _count_rows(texts))
    first = {"day": "" if place.kind is NoteKind.PULL_BACK else place.on.isoformat()}
    if len(place.stores) == 1:
        first["where"] = str(place.stores[0][0].id)
    return NoteForm(new_form(_make_fields(place, rows), **{**first, **texts}), rows, place)


def add_rows(place: Place, texts: Mapping[str, str]) -> NoteForm:
    """Return the form with all that was typed, and with room for more lines."""
    typed = _close_up(texts)
    rows = min(MOST_ROWS, max(FIRST_ROWS, _read_rows(texts)) + MORE_ROWS)
    suggest_expiries(place, typed, rows)
    return NoteForm(new_form(_make_fields(place, rows), **typed), rows, place)


def suggest_expiries(place: Place, texts: dict[str, str], rows: int) -> list[int]:
    """Fill in until when goods of the day keep, where it is blank and known; return in which lines."""
    suggested = []
    if not _is_made(place):
        return []
    try:
        day = read_day(texts.get("day", "").strip())
    except BadInput:
        day = place.on
    for row in range(1, rows + 1):
        item = texts.get(f"item_{row}", "").strip()
        if not item or texts.get(f"expires_{row}", "").strip():
            continue
        try:
            keeps = get_goods(place.goods, item).keeps_days
        except ConsignError:
            continue
        if keeps:
            texts[f"expires_{row}"] = (day + timedelta(keeps)).isoformat()
            suggested.append(row)
    return suggested


def read_note(place: Place, texts: Mapping[str, str]) -> tuple[NoteForm, list[NewLine]]:
    """Read what was sent: the form with all that is wrong with it, and the lines where nothing is."""
    typed = _close_up(texts)
    filled = _count_rows(typed)
    rows = min(MOST_ROWS, max(filled, _read_rows(texts), FIRST_ROWS))
    suggested = suggest_expiries(place, typed, filled)
    form = read_form(_make_fields(place, rows), typed)
    read = NoteForm(form, rows, place)
    lines = [line for row in range(1, filled + 1) if (line := _read_line(read, row)) is not None]
    for row in suggested:
        form.problems.setdefault(
            f"expires_{row}",
            say("It was blank. Made on the day of delivery, it keeps until the day that is filled in now; is that so?"),
        )
    if not filled:
        form.blame("item_1", say("Name at least one product."))
    return read, lines


def _read_line(read: NoteForm, row: int) -> NewLine | None:
    """Return a line; blank where something is wrong with it, which is noted then."""
    form, place = read.form, read.place
    item, amount = form.values[f"item_{row}"], form.values[f"quantity_{row}"]
    goods = None
    if item is None:
        form.problems.setdefault(f"item_{row}", say("Say which product it is, or empty the whole line."))
    else:
        try:
            goods = get_goods(place.goods, item)
        except ConsignError as problem:
            form.problems.setdefault(f"item_{row}", problem.sentence)
    if amount is None:
        form.problems.setdefault(f"quantity_{row}", say("Say how many."))
    reason = form.values.get(f"reason_{row}")
    if place.kind in REASONS and reason is None:
        form.problems.setdefault(f"reason_{row}", say("Say why."))
    if goods is None or amount is None:
        return None
    if place.kind is NoteKind.DELIVERY:
        return NewLine(goods.product_id, amount, form[f"batch_{row}"] or "", form[f"expires_{row}"])
    return NewLine(goods.product_id, amount, goods.batch, goods.expires_on, Reason(reason) if reason else None)


def fill_lines(place: Place, lines: Sequence[NewLine], *, again: bool) -> dict[str, str]:
    """Return the texts of a form with *lines* in it; with *again* without batches and days, which are others now.

    What is not among the goods to choose from is left out.
    """
    texts: dict[str, str] = {}
    row = 0
    for line in lines[:MOST_ROWS]:
        goods = _find_same(place.goods, line, again=again)
        if goods is None:
            continue
        row += 1
        stands = goods.on_hand if place.kind is NoteKind.RETURN else None
        amount = min(line.quantity, stands) if stands and stands > 0 else line.quantity
        texts |= {f"item_{row}": goods.key, f"quantity_{row}": write_quantity(amount)}
        if line.reason in REASONS.get(place.kind, ()):
            texts[f"reason_{row}"] = str(line.reason)
    suggest_expiries(place, texts, row)
    return texts


def _find_same(goods: Sequence[Goods], line: NewLine, *, again: bool) -> Goods | None:
    of_product = [one for one in goods if one.product_id == line.product_id]
    wanted = (line.batch, line.expires_on)
    same = [one for one in of_product if not again and (one.batch, one.expires_on) == wanted]
    return next(iter(same or of_product), None)


def _is_made(place: Place) -> bool:
    """Say whether the goods are new, so that their last day follows from how long they keep."""
    return place.kind is NoteKind.DELIVERY


def _left_out(kind: NoteKind) -> frozenset[str]:
    if kind is NoteKind.DELIVERY:
        return frozenset({"reason"})
    return frozenset({"batch", "expires"} if kind in REASONS else {"batch", "expires", "reason"})


def _make_fields(place: Place, rows: int) -> list[Field]:
    label, hint = DAYS[place.kind]
    fields = [Field("day", label, read=read_day, kind="date", hint=hint)]
    if place.stores or place.kind in {NoteKind.DELIVERY, NoteKind.TRANSFER}:
        several = len({partner.id for _, partner in place.stores}) > 1
        choices = [
            Choice(str(store.id), f"{store.name} ({partner.name})" if several else store.name)
            for store, partner in place.stores
        ]
        asked = say("Store") if place.kind is NoteKind.DELIVERY else say("To which store")
        fields.insert(0, Field("where", asked, read=read_id, kind="select", choices=choices))
    chosen = choices_for(place) if len(place.goods) <= MOST_CHOSEN else []
    reasons = choices_of("stock_reason", REASONS.get(place.kind, ()), word)
    for row in range(1, rows + 1):
        fields += _make_line(place, row, chosen, reasons)
    remark = say("Such as who brings the goods, or how many boxes.")
    return [
        *fields,
        Field("remark", say("Remark"), kind="textarea", required=False, longest=LONGEST_REMARK, hint=remark),
    ]


def _make_line(place: Place, row: int, chosen: Sequence[Choice], reasons: Sequence[Choice]) -> list[Field]:
    left_out = _left_out(place.kind)
    made = (
        Field(
            f"item_{row}", say("Goods {row}", row=row), kind="select" if chosen or not place.goods else "text",
            choices=chosen, required=False, longest=80, scan=not chosen,
        ),
        Field(
            f"quantity_{row}", say("Quantity {row}", row=row), read=read_amount, required=False, longest=20,
            inputmode="decimal",
        ),
        Field(f"batch_{row}", say("Batch {row}", row=row), required=False, longest=LONGEST_BATCH),
        Field(f"expires_{row}", say("Best before {row}", row=row), read=read_day, kind="date", required=False),
        Field(f"reason_{row}", say("Reason {row}", row=row), kind="select", choices=reasons, required=False),
    )  # fmt: skip
    return [one for one in made if one.name.partition("_")[0] not in left_out]


def _read_rows(texts: Mapping[str, str]) -> int:
    """Return how many lines the form had that was sent."""
    told = texts.get("rows", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else FIRST_ROWS


def _count_rows(texts: Mapping[str, str]) -> int:
    """Return the number of the last line in which something is filled in."""
    return max((row for row in range(1, MOST_ROWS + 1) if _is_filled(texts, row)), default=0)


def _is_filled(texts: Mapping[str, str], row: int) -> bool:
    return any(texts.get(f"{part}_{row}", "").strip() for part in ASKED)


def _close_up(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts with the lines that are filled in one after the other: so they are numbered as on the note."""
    numbered = {f"{part}_{row}" for part in PARTS for row in range(1, MOST_ROWS + 1)}
    closed = {name: text for name, text in texts.items() if name not in numbered}
    filled = [row for row in range(1, MOST_ROWS + 1) if _is_filled(texts, row)]
    for place, row in enumerate(filled, 1):
        closed |= {f"{part}_{place}": texts[f"{part}_{row}"] for part in PARTS if f"{part}_{row}" in texts}
    return closed
