"""Lines as somebody enters them, looked at before anything is written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.catalogue.rules import is_by_weight
from consign.errors import BadInput
from consign.models.catalogue import Product
from consign.sentence import say
from consign.stock.rules import NewLine, Reason, refuse_lines, refuse_reasons, shorten


def look_at_lines(
    session: Session, lines: Sequence[NewLine], *, producer_id: int | None, reasons: Collection[Reason]
) -> Mapping[int, Product]:
    """Return the products that *lines* name; all of *producer_id* where that is given.

    *reasons* are those of which each line needs one; none where lines have none.

    Raises:
        BadInput: a line cannot be; nothing was recorded.

    """
    refuse_lines(lines)
    refuse_reasons(lines, allowed=reasons)
    products = find_products(session, [line.product_id for line in lines])
    for line_no, line in enumerate(lines, 1):
        product = products.get(line.product_id)
        if product is None:
            raise BadInput(say("Line {line} names no product that there is; nothing was recorded.", line=line_no))
        if producer_id is not None and product.producer_id != producer_id:
            raise BadInput(
                say(
                    "Line {line}: {product} is not of this producer; nothing was recorded."
                    " Write a note of its own for each producer.",
                    line=line_no, product=product.name,
                )
            )  # fmt: skip
    refuse_fractions(products, [(line_no, line.product_id, line.quantity) for line_no, line in enumerate(lines, 1)])
    return products


def refuse_fractions(products: Mapping[int, Product], quantities: Iterable[tuple[int, int, Decimal]]) -> None:
    """Refuse part of a piece of goods that are not sold by weight; *quantities* are number, product and quantity of lines.

    Raises:
        BadInput: there is one; nothing was recorded.

    """
    for line_no, product_id, quantity in quantities:
        product = products[product_id]
        if quantity % 1 and not is_by_weight(product.net_content, product.net_unit):
            raise BadInput(
                say(
                    "Line {line}: {product} is counted by the piece, so {quantity} cannot be; nothing was recorded."
                    " Enter a whole number.",
                    line=line_no, product=product.name, quantity=shorten(quantity),
                )
            )  # fmt: skip


def find_products(session: Session, product_ids: Collection[int]) -> Mapping[int, Product]:
    """Return products by their ids; what there is not is left out."""
    query = select(Product).where(Product.id.in_(sorted(set(product_ids))))
    return {one.id: one for one in session.scalars(query)}
