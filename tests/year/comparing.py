"""What consign's books say beside what they must come to: every difference is told."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from beancount import loader
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from tests.ledger.beancounting import add_up, export
from tests.year.acting import REGION, Acting, find_statements
from tests.year.books import FIGURES, Books

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
        found = find_statements(session, acting.ids, since=max(seen, default=0))
        for key, figures in found.items():
            expected = books.statements.get(key)
            if expected is None:
                yield f"statement {key}: not in the books"
                continue
            for name in (*FIGURES, "net"):
                if figures[name] != expected.figures[name]:
                    yield f"statement {key}: {name} is {figures[name]}, not {expected.figures[name]}"
            if figures["route"] != expected.route:
                yield f"statement {key}: route {figures['route']}, not {expected.route}"
        seen.update(int(figures["id"]) for figures in found.values())
        if len(seen) != len(books.statements):
            yield f"{len(seen)} statements, not {len(books.statements)}"
        balances = _find_balances(acting, session)
        for name in sorted({*balances, *books.accounts}):
            if balances.get(name, 0) != books.accounts.get(name, 0):
                yield f"account {name}: {balances.get(name, 0)}, not {books.accounts.get(name, 0)}"
        days = {
            (row.code, row.sold_on): [row.lines, row.quantity, row.sales_rp, row.fee_rp]
            for row in session.execute(_DAYS)
        }
        for day in sorted({*days, *books.days}):
            if days.get(day) != books.days.get(day):
                yield f"sales of {day}: {days.get(day)}, not {books.days.get(day)}"
        standing = {(row.store, row.product): row.on_hand for row in session.execute(_STANDING)}
        wanted = books.goods.find_standing()
        for place in sorted({*standing, *wanted}):
            if standing.get(place) != wanted.get(place):
                yield f"goods {place}: {standing.get(place)}, not {wanted.get(place)}"


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
