"""Which product a code on a pack means: a number under a barcode, a partner's own code, or the product's."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.models.catalogue import Barcode, Product, ProductAlias
from consign.sentence import say
from consign.stock.count_rules import CodeUnknown
from consign.stock.scanning import spell_number


def get_coded(session: Session, code: str, *, partner_id: int) -> Product:
    """Return the product that *code* means in stores of a partner.

    A number under a barcode goes before the partner's own code, and that before our product code. A number also finds
    its product for ever after it was replaced, and without its leading zeros where only one product has it then.

    Raises:
        CodeUnknown: there is none.

    """
    product = _find_numbered(session, code) or _find_called(session, code, partner_id=partner_id)
    if product is None:
        query = select(Product).where(func.upper(Product.code) == code.upper())
        product = session.scalars(query.order_by(Product.code != code)).first() if code else None
    if product is None:
        raise CodeUnknown(
            say(
                "No product has the code “{code}”; nothing was counted. Scan it again, or enter the product's code.",
                code=code[:_LONGEST_SHOWN],
            )
        )
    return product


_LONGEST_SHOWN = 80


def _find_numbered(session: Session, code: str) -> Product | None:
    spelled = spell_number(code)
    if not spelled:
        return None
    products = select(Barcode.product_id).where(Barcode.number == func.any(spelled))
    found = session.scalars(select(Product).where(Product.id.in_(products)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _find_called(session: Session, code: str, *, partner_id: int) -> Product | None:
    query = (
        select(Product)
        .join(ProductAlias, ProductAlias.product_id == Product.id)
        .where(ProductAlias.partner_id == partner_id, ProductAlias.alias == code, ProductAlias.ended_at.is_(None))
    )
    return session.scalar(query)
