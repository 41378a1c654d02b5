"""What a person can do about a row that waits, and about a finding of a posting."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say, say_all

_IN_THE_FILE = {
    "row.width": say(
        "Make sure the row has one cell for each column, with quotes around text that holds the separator."
    ),
    "cell.blank": say("Fill in the cell."),
    "cell.error_value": say("Mend the formula, or type its value in."),
    "code.scientific": say("Format the column as text and type the whole code."),
    "number.scientific": say("Format the column as a number with all its digits."),
    "number.other_style": say("Write the number as the other rows do."),
    "number.invalid": say("Write nothing but a number into the cell."),
    "number.too_large": say("Check whether digits were doubled, or two numbers stand in one cell."),
    "quantity.too_fine": say("Write the quantity with at most three decimals."),
    "quantity.zero": say("Write the quantity that was sold."),
    "amount.not_whole": say("Write amounts in whole rupiah; where the file counts in thousands, say so in its layout."),
    "amount.does_not_tie": say("Check price, quantity and amount against the receipt."),
    "net.does_not_tie": say("Check gross, discount and net against the receipt."),
    "discount.too_large": say("Check the discount against the receipt."),
    "sign.conflict": say("Give quantity and amount the same sign: both with a minus for a return."),
    "date.invalid": say("Write a day that is in the calendar, in the same order as the other rows."),
    "date.in_future": say("Check the day, and whether day and month are swapped."),
    "currency.other": say("Hand in the amounts in rupiah."),
    "time.invalid": say("Write the time as hours and minutes, such as 14:05."),
    "returned.too_many": say("Check both quantities against the receipt."),
    "returned.not_whole": say("Write the goods that came back as a row of their own, with a minus."),
    "returned.by_order": say(
        "Take what came back out of the row, or write it as a row of its own with a minus, as the order shows it."
    ),
    "cell.too_long": say("Check whether the right column was chosen; at most 100 characters can be read."),
    "row.suspicious": say(
        "Compare the row with the receipt: whether each cell is in its column, and no separator or quote too many is in it."
    ),
}
_AGAIN = say(
    "Hand in the corrected file again: rows that are posted already are not counted twice. Then dismiss this row."
)
REMEDY: Final[Mapping[str, Sentence]] = {
    **{code: say_all((first, _AGAIN)) for code, first in _IN_THE_FILE.items()},
    "store.unknown": say("The dinas says which store it is, or adds it. The row is then posted by itself."),
    "store.other_than_stated": say(
        "Hand the file in again for the store that the row names, or for no store in particular. Then dismiss this row."
    ),
    "product.unknown": say("The dinas says which product it is, or adds it. The row is then posted by itself."),
    "price.missing": say("The dinas sets the product's price for this day. The row is then posted by itself."),
    "agreement.missing": say(
        "The dinas adds an agreement of partner and producer for this day. The row is then posted by itself."
    ),
    "overlap.differs": say(
        "Compare it with what is posted. If that is right, dismiss this row; if not, reverse that upload and hand in a"
        " corrected file."
    ),
}
"""What to do about a row that waits, by the reason."""

FINDING_REMEDY: Final[Mapping[str, Sentence]] = {
    "price.far_off": say(
        "Perhaps the file counts in thousands, or it is the price of a whole box. If so, reverse the file."
    ),
    "price.differs": say("Ask the store which price is right, and mend the till or the product's price."),
    "product.not_eligible": say(
        "Goods on the shelf are settled. Nothing more may be delivered until the papers are in."
    ),
    "product.not_listed": say("Note that the store offers it, or ask the store which product it was."),
    "product.retired": say("Ask the store to take the rest off the shelf, or move the last day."),
    "agreement.missing": say("The lines wait. Add an agreement for these days, or have the days mended in the file."),
    "day.before_opening": say("Check the day in the file, or the store's first day."),
    "day.after_closing": say("Check the day in the file, or the store's last day."),
    "day.old": say("Check whether the days are right. They are posted for the days they name."),
    "day.settled": say("The closed statements stay. These lines stand in the next one as late."),
    "quantity.fraction": say("It is sold by the piece: check quantity and unit in the file."),
    "quantity.unusual": say("Check the quantity against the receipt: perhaps a code or a price stands in its column."),
    "return.without_sale": say(
        "It took the fee rate of its own day. Check whether its sale is in another file that is missing."
    ),
    "stock.oversold": say(
        "Have the delivery confirmed or entered, see which product the code means, or have the shelf counted. The lines"
        " are posted all the same."
    ),
}
"""What to do about a finding of a posting."""
