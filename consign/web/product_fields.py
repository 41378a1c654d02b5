"""The fields of forms about products: what everybody is asked, what may be told besides, and why goods become others."""

from collections.abc import Mapping
from typing import Any, Final

from consign.catalogue.changes import Facts, Reason
from consign.catalogue.rules import (
    LONGEST_INGREDIENTS,
    LONGEST_SHELF_LIFE_DAYS,
    MOST_PIECES,
    NET_UNITS,
    PACKAGINGS,
    Details,
)
from consign.errors import BadInput
from consign.identity.spelling import clean_text, tidy_name
from consign.sentence import Sentence, say
from consign.web.forms import Choice, Field, Form, choices_of, read_day, read_rupiah, read_whole
from consign.web.lookup import read_new_code
from consign.web.words import word


def read_price(text: str) -> int:
    """Read a price in whole rupiah.

    Raises:
        BadInput: it is none, or not above zero.

    """
    return _refuse_zero(read_rupiah(text), text)


def read_content(text: str) -> int:
    """Read how much a pack holds, a whole number.

    Raises:
        BadInput: it is none, or not above zero.

    """
    return _refuse_zero(read_whole(text), text)


def read_pieces(text: str) -> int:
    """Read how many pieces a pack holds.

    Raises:
        BadInput: it is no number from 1 to 10,000.

    """
    return _refuse_more(read_content(text), MOST_PIECES)


def read_shelf_life(text: str) -> int:
    """Read how many days goods keep.

    Raises:
        BadInput: it is no number of days from 1 to ten years.

    """
    return _refuse_more(read_content(text), LONGEST_SHELF_LIFE_DAYS)


def _refuse_zero(number: int, text: str) -> int:
    if number == 0:
        raise BadInput(say("“{text}” is not above zero.", text=text))
    return number


def _refuse_more(number: int, most: int) -> int:
    if number > most:
        raise BadInput(say("This is more than {most}.", most=most))
    return number


CODE = Field(
    "code",
    say("Code"),
    read=read_new_code,
    required=False,
    longest=20,
    hint=say("Blank: the next free one. It is no barcode, and never changes."),
)
NAME = Field("name", say("Name"), read=tidy_name, longest=120, hint=say("With flavour and size, as on the label."))
CONTENT = Field("net_content", say("Content of one pack"), read=read_content, kind="number", longest=7)
UNIT = Field("net_unit", say("Unit"), kind="select", choices=choices_of("net_unit", NET_UNITS, word))
FIRST_PRICE = Field(
    "price",
    say("Consumer price in rupiah"),
    read=read_price,
    required=False,
    inputmode="numeric",
    longest=20,
    hint=say("What a customer pays, such as 15.000. It can be set later."),
)
MORE = (
    Field("brand", say("Brand"), read=tidy_name, required=False, longest=60),
    Field(
        "packaging",
        say("Packed in"),
        kind="select",
        required=False,
        choices=choices_of("packaging", PACKAGINGS, word),
    ),
    Field(
        "pieces",
        say("Pieces in one pack"),
        read=read_pieces,
        kind="number",
        required=False,
        longest=5,
        hint=say("Blank: one. A box of six sachets holds 6; its content is that of all six."),
    ),
    Field(
        "shelf_life_days",
        say("Keeps for how many days"),
        read=read_shelf_life,
        kind="number",
        required=False,
        longest=4,
        hint=say("From the day it is made. Labels can then print until when it is good."),
    ),
    Field(
        "ingredients",
        say("Ingredients"),
        read=clean_text,
        kind="textarea",
        required=False,
        longest=LONGEST_INGREDIENTS,
        hint=say("As on the label, the most of it first. Everybody who scans the barcode can read them."),
    ),
    Field(
        "sold_from",
        say("Offered from"),
        read=read_day,
        kind="date",
        required=False,
    ),
    Field(
        "sold_until",
        say("Offered until"),
        read=read_day,
        kind="date",
        required=False,
        hint=say("The last day. Goods that stand on the shelf then are still settled."),
    ),
)
"""What may be told besides; on a phone it is folded away."""
FACTS: Final = (NAME, CONTENT, UNIT, *MORE)
SAME_GOODS = Field(
    "same_goods",
    say("The goods are the same: only their name or ingredients are written differently"),
    kind="checkbox",
    required=False,
    hint=say(
        "Tick it for a typing mistake or a better wording. Another flavour, recipe or size is another product, since its"
        " barcode means the goods of before for ever."
    ),
)
REASON_HINTS: Final[Mapping[Reason, Sentence]] = {
    Reason.NET_CONTENT: say("Such as 250 g in place of 200 g, however small the difference."),
    Reason.PIECES: say("Such as twelve sachets in a box in place of ten."),
    Reason.PACKAGING: say("Such as a jar in place of a pouch."),
    Reason.BRAND: say("The name under which customers look for it."),
    Reason.VARIETY: say("Such as balado in place of original."),
    Reason.INGREDIENTS: say("The label must say something else about what is in it or what it does."),
    Reason.SIZE: say("Such as a pouch of 22 cm in place of 18 cm, or a heavier jar."),
    Reason.MARK: say("Customers choose by it, and stores must tell packs with it from packs without."),
    Reason.PROMOTION: say("Such as a holiday hamper, or two for the price of one tied together."),
    Reason.PRICE_MARK: say("Only where the price is printed on the package itself, not on a label of the store."),
}


def make_reason_field() -> Field:
    """Return the field that asks why goods are others, each reason with an example."""
    choices = [Choice(one.value, word("number_reason", one), hint) for one, hint in REASON_HINTS.items()]
    return Field("reason", say("What is different?"), kind="radio", choices=choices)


def show_facts(facts: Facts) -> dict[str, Any]:
    """Return what is known of a product, by field; a pack of one piece says nothing of pieces."""
    details = facts.details
    return {
        "name": facts.name,
        "net_content": facts.net_content,
        "net_unit": facts.net_unit,
        "brand": details.brand,
        "packaging": details.packaging,
        "pieces": details.pieces if details.pieces > 1 else None,
        "shelf_life_days": details.shelf_life_days,
        "ingredients": details.ingredients,
        "sold_from": details.sold_from,
        "sold_until": details.sold_until,
    }


def read_facts(form: Form) -> Facts:
    """Return what was typed about a product; the form has no problems."""
    return Facts(form["name"], form["net_content"], form["net_unit"], read_details(form))


def read_details(form: Form) -> Details:
    """Return what was told besides; the form has no problems."""
    return Details(
        brand=form["brand"],
        packaging=form["packaging"],
        pieces=form["pieces"] or 1,
        shelf_life_days=form["shelf_life_days"],
        ingredients=form["ingredients"] or None,
        sold_from=form["sold_from"],
        sold_until=form["sold_until"],
    )


def is_more_open(form: Form) -> bool:
    """Say whether something stands in the fields that are folded away, or is wrong with one."""
    return any(form.texts.get(one.name) or one.name in form.problems for one in MORE)
