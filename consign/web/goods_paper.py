"""The paper of a note, as PDF to go with the goods, and its lines as a list."""

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.register import get_register_terms
from consign.catalogue.rules import is_by_weight
from consign.partners.queries import get_region_terms
from consign.sentence import Sentence, say
from consign.stock.note_lists import NoteLineSeen, NoteView, find_note_view
from consign.stock.rules import NoteKind, NoteState
from consign.web.tables import FORMATS
from consign.web.visit import PageRoute, Visit, Visiting
from reports.stock_note import (
    Mark,
    NoteFacts,
    NoteLine,
    NoteTotals,
    NoteWords,
    Party,
    Receiving,
    Refusal,
    Signature,
    Tone,
    write_note,
    write_note_csv,
    write_note_xlsx,
)

router = APIRouter(route_class=PageRoute)
TITLES: Mapping[str, Sentence] = {
    NoteKind.DELIVERY: say("Delivery note"),
    NoteKind.RETURN: say("Return note"),
    NoteKind.PULL_BACK: say("Pull-back"),
    NoteKind.TRANSFER: say("Transfer between stores"),
    NoteKind.WRITE_OFF: say("Write-off record"),
    NoteKind.COUNT: say("Count sheet"),
}
TONES = {
    NoteState.CANCELLED: Tone.VOID,
    NoteState.REVERSED: Tone.VOID,
    NoteState.SENT: Tone.OPEN,
    NoteState.ASKED: Tone.OPEN,
}
RECEIVED = (NoteKind.DELIVERY, NoteKind.RETURN, NoteKind.TRANSFER)
"""Kinds that somebody receives; the paper has room for what was accepted."""


@router.get("/goods/{note_number}/paper")
def send_paper(visit: Visiting, note_number: str) -> Response:
    """Send the paper of a note as PDF."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    pdf = write_note(make_facts(visit, view), make_words(visit))
    headers = {"Content-Disposition": f'inline; filename="{view.note.number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/goods/{note_number}/lines.csv")
def send_lines_csv(visit: Visiting, note_number: str) -> Response:
    """Send the lines of a note as CSV."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    return _send(view, "csv", write_note_csv(make_facts(visit, view), make_words(visit)).encode("utf-8-sig"))


@router.get("/goods/{note_number}/lines.xlsx")
def send_lines_xlsx(visit: Visiting, note_number: str) -> Response:
    """Send the lines of a note as a workbook."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    return _send(view, "xlsx", write_note_xlsx(make_facts(visit, view), make_words(visit)))


def _send(view: NoteView, kind: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{view.note.number}.{kind}"'}
    return Response(content, media_type=FORMATS[kind], headers=headers)


def make_facts(visit: Visit, view: NoteView) -> NoteFacts:
    """Return what the paper of a note says, in the reader's language."""
    note, totals = view.note, view.totals
    told = note.confirmed_on is not None and note.kind in RECEIVED
    address = get_register_terms(visit.db).public_address.rstrip("/")
    return NoteFacts(
        title=visit.say(TITLES[note.kind]),
        number=note.number,
        office=get_region_terms(visit.db).office_name,
        mark=_make_mark(visit, view),
        parties=_find_parties(visit, view),
        partner=view.partner.name,
        day=note.day,
        made_on=note.made_at.astimezone(ZoneInfo(view.store.zone)).date(),
        confirmed_on=note.confirmed_on,
        printed_on=clock.today(visit.zone),
        carrier="",
        answers=view.answers or "",
        remark=note.remark,
        address=f"{address}/goods/{note.number}" if address else None,
        receiving=_find_receiving(view),
        lines=tuple(_make_line(visit, one, told=told) for one in view.lines),
        totals=NoteTotals(
            totals.lines,
            totals.quantity,
            totals.amount_rp,
            totals.accepted if told else None,
            totals.refused if told else None,
            totals.accepted_rp if told else None,
        ),
        signatures=_find_signatures(visit, view),
    )


def _find_receiving(view: NoteView) -> Receiving:
    note = view.note
    if note.kind not in RECEIVED:
        return Receiving.NONE
    if note.confirmed_on is not None:
        return Receiving.TOLD
    return Receiving.OPEN if note.state == NoteState.SENT else Receiving.NONE


def _make_mark(visit: Visit, view: NoteView) -> Mark:
    state = view.note.state
    said: Mapping[str, Sentence] = {
        NoteState.SENT: say("not received yet"),
        NoteState.CONFIRMED: say("received in part") if view.totals.refused else say("received"),
        NoteState.RECORDED: say("recorded"),
        NoteState.CANCELLED: say("cancelled"),
        NoteState.REVERSED: say("reversed"),
    }
    words = visit.say(said[state]) if state in said else visit.language.word(state, "note_state")
    return Mark(words, TONES.get(NoteState(state), Tone.DONE))


def _find_parties(visit: Visit, view: NoteView) -> tuple[Party, ...]:
    store = (view.store.name, (view.partner.name, view.store.code))
    maker = (view.producer.name, (view.producer.owner_name or "",)) if view.producer else ("", ("",))
    sender, receiver = visit.say(say("Sender")), visit.say(say("Receiver"))
    match view.note.kind:
        case NoteKind.DELIVERY:
            return Party(sender, *maker), Party(receiver, *store)
        case NoteKind.RETURN:
            return Party(sender, *store), Party(receiver, *maker)
        case NoteKind.TRANSFER if view.to_store is not None:
            to_store = (view.to_store.name, (view.partner.name, view.to_store.code))
            return Party(sender, *store), Party(receiver, *to_store)
        case NoteKind.PULL_BACK:
            return Party(visit.say(say("Producer")), *maker), Party(visit.say(say("Store")), *store)
        case _:
            return (Party(visit.say(say("Store")), *store),)


def _find_signatures(visit: Visit, view: NoteView) -> tuple[Signature, ...]:
    note = view.note
    if note.kind not in RECEIVED:
        return Signature(visit.say(say("Store")), view.made_by), Signature(visit.say(say("Witness")))
    return (
        Signature(visit.say(say("Sender")), view.made_by),
        Signature(visit.say(say("Carrier"))),
        Signature(visit.say(say("Receiver")), view.confirmed_by or "", note.confirmed_on),
    )


def _make_line(visit: Visit, line: NoteLineSeen, *, told: bool) -> NoteLine:
    def name(code: str | None, group: str) -> str:
        return visit.language.word(code, group)

    return NoteLine(
        product=line.product,
        content=f"{line.net_content} {line.net_unit}",
        number=line.number or "",
        batch=line.batch,
        expires_on=line.expires_on,
        quantity=_tidy(line.sent),
        unit=visit.language.word(_find_unit(line), "net_unit"),
        price_rp=line.price_rp,
        amount_rp=line.amount_rp,
        reason=name(line.reason, "stock_reason"),
        accepted=_tidy(line.accepted) if told and line.accepted is not None else None,
        refusals=tuple(Refusal(_tidy(one.quantity), name(one.reason, "refusal")) for one in line.refused)
        if told
        else (),
    )


def _tidy(amount: Decimal) -> Decimal:
    """Return a quantity without idle zeros, which a spreadsheet might take for thousands."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _find_unit(line: NoteLineSeen) -> str:
    """Return in what a line is counted: packs, or the kilograms or litres of what is sold by weight or measure."""
    if not is_by_weight(line.net_content, line.net_unit):
        return "pcs"
    return "kg" if line.net_unit in {"g", "kg"} else "l"


def make_words(visit: Visit) -> NoteWords:
    """Return the words of the paper in the reader's language."""
    words: Mapping[str, Sentence] = {
        "number": say("Number"),
        "partner": say("Partner"),
        "remark": say("Remark"),
        "printed": say("printed"),
        "continued": say("Continued"),
        "name": say("Name"),
        "date": say("Date"),
        "left_out": say("Signs that the typeface of this paper lacks are not printed."),
        "day": say("Date"),
        "made_on": say("Made on"),
        "confirmed_on": say("Received on"),
        "carrier": say("Brought by"),
        "answers": say("Answers"),
        "line": say("No."),
        "product": say("Product"),
        "content": say("Net content"),
        "barcode": say("Barcode"),
        "batch": say("Batch"),
        "expires": say("Expiry"),
        "quantity": say("Quantity"),
        "unit": say("Unit"),
        "price": say("Price"),
        "amount": say("Amount"),
        "reason": say("Reason"),
        "accepted": say("Accepted"),
        "refused": say("Refused"),
        "refusal_reason": say("Why refused"),
        "accepted_amount": say("Value of the goods accepted"),
        "unpriced": say("Lines without a price are not in the amount."),
        "by_hand": say("The receiver writes what was accepted and what was refused, with the reason; then all sign."),
        "empty": say("No goods."),
    }
    holes = {
        "page": say("Page {page} of {pages}", page="{page}", pages="{pages}"),
        "bars": say("Barcode {text}", text="{text}"),
        "qr": say("QR code {text}", text="{text}"),
        "total": say("Total (lines: {count})", count="{count}"),
    }
    told = {name: visit.say(sentence) for name, sentence in {**words, **holes}.items()}
    return NoteWords(language=visit.language.code, write_day=visit.language.day, **told)
