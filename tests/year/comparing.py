"""What consign's books say beside what they must come to: every difference is told."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from beancount import loader
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from tests.ledger.beancounting import add_up, export
from tests.year.acting import REGION, Acting, find_statements
from tests.year.books import Books

_DAYS = text("""
    SELECT store.code, sold_on, count(*) AS lines, sum(quantity) AS quantity, sum(sales_rp)::bigint AS sales_rp,
      sum(fee_rp)::bigint AS fee_rp
    FROM sale JOIN store ON store.id = sale.store_id GROUP BY 1, 2""")
_STANDING = text("""
    SELECT store.code AS store, product.code AS product, on_hand FROM stock_level
    JOIN store ON store.id = store_id JOIN product ON product.id = product_id""")


def find_differences(acting: Acting, books: Books, *, seen: set[int]) -> Iterator[str]:
    """Yield what differs: new statements, all balances, all days, all goods. *seen* holds the statements compared before."""
    with acting.timing("comparing"), acting.database.transaction(REGION) as session:
        yield from _compare_statements(acting, books, session, seen=seen)
        yield from _compare("account", _find_balances(acting, session), books.accounts, blank=0)
        days = {
            (row.code, row.sold_on): [row.lines, row.quantity, row.sales_rp, row.fee_rp]
            for row in session.execute(_DAYS)
        }
        yield from _compare("sales of", days, books.days)
        standing = {(row.store, row.product): row.on_hand for row in session.execute(_STANDING)}
        yield from _compare("goods", standing, books.goods.find_standing())


def _compare(what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any], *, blank: object = None) -> Iterator[str]:
    """Yield where two sets of figures differ; *blank* stands for one that is missing."""
    for name in sorted({*found, *wanted}):
        if found.get(name, blank) != wanted.get(name, blank):
            yield f"{what} {name}: {found.get(name, blank)}, not {wanted.get(name, blank)}"


def _compare_statements(acting: Acting, books: Books, session: Session, *, seen: set[int]) -> Iterator[str]:
    for key, figures in find_statements(session, acting.ids, since=max(seen, default=0)).items():
        seen.add(int(figures.pop("id")))
        expected = books.statements.get(key)
        if expected is None:
            yield f"statement {key}: not in the books"
        else:
            yield from _compare(f"statement {key}", figures, {**expected.figures, "route": expected.route})
    if len(seen) != len(books.statements):
        yield f"{len(seen)} statements, not {len(books.statements)}"


def _find_balances(acting: Acting, session: Session) -> dict[tuple[str, ...], int]:
    partners = {number: code for code, number in acting.ids.partners.items()}
    producers = {number: code for code, number in acting.ids.producers.items()}
    banks = {number: code for code, number in acting.ids.banks.items()}
    found: dict[tuple[str, ...], int] = {}
    for kind in AccountKind:
        for one in find_balances(session, kind=kind):
            name = one.account
            owner = (
                (partners[name.partner_id], producers[name.producer_id or 0])
                if name.partner_id is not None
                else ((banks[name.bank_account_id],) if name.bank_account_id is not None else ())
            )
            found[kind.value, *owner] = one.amount.amount
    return found


def find_breaches(acting: Acting) -> Iterator[str]:
    """Yield every breach of consign's own checks, and what Beancount finds in the exported ledger."""
    with acting.database.transaction(REGION) as session:
        for check in CHECKS:
            with acting.timing("checks"):
                yield from (f"breach {one}" for one in check(session))
        with acting.timing("bean-check"), tempfile.TemporaryDirectory(prefix="consign-year-") as folder:
            path = Path(folder) / "ledger.beancount"
            stored = export(session, path)
            _, errors, _ = loader.load_file(str(path))
            yield from (f"beancount: {one}" for one in errors)
            if not errors and add_up(path) != stored:
                yield "beancount comes to other balances"
