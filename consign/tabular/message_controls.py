"""What every envelope of messages is held against: its own counts, its references, its kind."""

import re
from collections.abc import Iterable
from decimal import Decimal

from consign.sentence import say
from consign.tabular.refusals import ControlCountDiffers, FileDamaged, FileIsTest, FileNotATable, MessageDoubled

BLANKS = " \t\r\n"
"""What may stand between segments, though no standard has it there."""


def refuse_other_count(control: str, *, stated: str, counted: int) -> None:
    """Hold a count that a message states against what the file holds.

    Raises:
        ControlCountDiffers: they differ.

    """
    bare = stated.strip()
    if not re.fullmatch(r"\d{1,18}", bare, re.ASCII) or int(bare) != counted:
        refuse_control(control, stated=stated, found=str(counted))


def refuse_other_total(control: str, *, stated: Decimal | None, sums: Iterable[Decimal]) -> None:
    """Hold a total that a message states against the *sums* it may mean, in the order of likelihood.

    Raises:
        ControlCountDiffers: it is none of them.

    """
    found = list(sums)
    if stated is None or stated not in found:
        refuse_control(control, stated="?" if stated is None else str(stated), found=str(found[0]) if found else "0")


def refuse_other_reference(control: str, *, stated: str, expected: str) -> None:
    """Hold the reference at the end of an envelope against the one at its beginning.

    Raises:
        ControlCountDiffers: they differ.

    """
    if stated.strip() != expected.strip():
        refuse_control(control, stated=stated, found=expected)


def refuse_control(control: str, *, stated: str, found: str) -> None:
    """Refuse a file whose own count or reference differs from what it holds.

    Raises:
        ControlCountDiffers: always.

    """
    raise ControlCountDiffers(
        say(
            "{control} says {stated}, but the file has {found}: something is missing, doubled or changed, and nothing"
            " of the file was used. Ask the sender to send it again.",
            control=control,
            stated=stated or "-",
            found=found or "-",
        )
    )


def refuse_other_kind(kind: str, *, needed: str, reference: str) -> None:
    """Refuse a message of another *kind* than what is *needed*.

    Raises:
        FileNotATable: it is one.

    """
    if kind != needed:
        raise FileNotATable(
            say(
                "Message '{reference}' is of the kind {kind}, which reports no sales; nothing of the file was used."
                " What is needed is a sales report, {needed}.",
                reference=reference,
                kind=kind or "?",
                needed=needed,
            )
        )


def refuse_doubled(content: object, *, seen: set[object], reference: str) -> None:
    """Refuse a message whose *content* was *seen* in the file before, and note it otherwise.

    Raises:
        MessageDoubled: it was.

    """
    if content in seen:
        raise MessageDoubled(
            say(
                "Message '{reference}' stands in the file twice; nothing of it was used. Ask the sender to send it again.",
                reference=reference,
            )
        )
    seen.add(content)


def refuse_test(mark: str, *, reference: str) -> None:
    """Refuse what the sender marked as a test; *mark* is blank, or nought, where it is none.

    Raises:
        FileIsTest: it is one.

    """
    if mark.strip() not in ("", "0"):
        raise FileIsTest(
            say("The interchange '{reference}' is marked as a test; nothing of it was used.", reference=reference)
        )


def cut_off(number: int) -> FileDamaged:
    """Return the refusal of a file that ends inside the segment at *number*."""
    return FileDamaged(
        say(
            "The message is cut off in segment {number}; nothing of the file was used. Ask the sender to send it again.",
            number=number,
        )
    )


def out_of_place(number: int, tag: str) -> FileDamaged:
    """Return the refusal of a file whose segment at *number* belongs to no envelope, or opens one inside another."""
    return FileDamaged(
        say(
            "Segment {number} ({tag}) stands where it cannot; nothing of the file was used."
            " Ask the sender to send it again.",
            number=number,
            tag=tag,
        )
    )


def no_interchange(number: int, *, opening: str) -> FileDamaged:
    """Return the refusal of a file in which no interchange begins behind the segment at *number*."""
    return FileDamaged(
        say(
            "Behind segment {number} no interchange begins ({opening}); nothing of the file was used."
            " Ask the sender to send it again.",
            number=number,
            opening=opening,
        )
    )


def skip_blanks(text: str, place: int) -> int:
    """Return the place of the first sign from *place* on that is not blank."""
    while place < len(text) and text[place] in BLANKS:
        place += 1
    return place
