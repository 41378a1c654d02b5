"""What a new city still needs until its first statement."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Row

_FOUND = """
    SELECT (SELECT office_name <> 'Dinas' FROM region_terms) AS office,
      EXISTS (SELECT FROM user_account WHERE active AND role = 'dinas_finance')
        AND EXISTS (SELECT FROM user_account WHERE active AND role = 'verifier') AS people,
      EXISTS (SELECT FROM partner) AS partner, EXISTS (SELECT FROM store) AS store,
      EXISTS (SELECT FROM producer) AS producer, EXISTS (SELECT FROM product_price) AS product,
      EXISTS (SELECT FROM document WHERE state = 'approved') AS papers, EXISTS (SELECT FROM agreement) AS agreement,
      EXISTS (SELECT FROM user_account WHERE active AND role IN ('store_manager', 'partner_finance')) AS hander_in,
      EXISTS (SELECT FROM bank_account) AS bank, EXISTS (SELECT FROM sales_posting) AS sales,
      EXISTS (SELECT FROM closing) AS closing"""


def find_first_steps(session: Session, *, by: Actor) -> Row:
    """Return for each first thing a city needs whether it is there, from the office's name to the first closing.

    Raises:
        NotAllowed: the role does not read partners.

    """
    get_reach(by, Act.READ_PARTNERS)
    return session.execute(text(_FOUND)).mappings().one()
