"""What a file looks like that is no statement of a bank: only a table that may be one is asked about. Pure."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from consign.banking.columns import ROLE_OF, BankMapping, BankRole
from consign.banking.rules import NotAStatement
from consign.banking.table_cells import part_mark
from consign.sales.layout import WORDS, Role
from consign.sentence import Sentence, say
from consign.tabular.cells import shown
from consign.tabular.dates import find_any_day
from consign.tabular.headers import normalize

WANTED = say(
    "Hand in the bank statement (rekening koran) as the bank exports it: CSV or XLSX with its headings, MT940, CAMT.053 or OFX."
)
LOOKED_AT = 200
"""Rows that are looked at for days and amounts."""
SHOWN_HEADINGS = 6
LONGEST_HEADING = 40
ENOUGH = 3
"""A column holds days or amounts where at least one in so many of its cells that hold anything is one."""
_SALES_ROLES = (Role.BARCODE, Role.CODE, Role.NAME, Role.QUANTITY, Role.UNIT_PRICE, Role.STORE)
_SAID_ELSEWHERE = frozenset({"kode", "nama", "rate", *ROLE_OF})
"""Headings that stand over products and over much else."""
_SALES_WORDS = {word: role for role in _SALES_ROLES for word in WORDS[role] if word not in _SAID_ELSEWHERE}
_OF_BANKS = frozenset(
    {BankRole.DEBIT, BankRole.CREDIT, BankRole.BALANCE, BankRole.BALANCE_BEFORE, BankRole.MARK, BankRole.VALUE_DATE}
)
"""Columns that only a bank's table has."""
_DAY = re.compile(
    r"'?(\d{1,2}[/-]\d{1,2}|[34567]\d{4}|(19|20)\d{6}|\d{1,2}[ -]*[a-z]{3,10}|[a-z]{3,10}[ -]*\d{1,2})", re.IGNORECASE
)
_AMOUNT = re.compile(r"[-+(]?\s*(rp|idr)?[. ]*[-+]?\d[\d.,' ]*\)?-?", re.IGNORECASE)


def refuse_other_tables(headings: Sequence[str], rows: Sequence[Sequence[str]], mapping: BankMapping) -> None:
    """Refuse a table that is none of a bank, with what it looks like and what to hand in instead.

    *mapping* is what the headings say. A table whose headings nobody knows is refused only where no column can hold days,
    or none amounts.

    Raises:
        NotAStatement: it is a table of sales or products, running text, or has no days or no amounts.

    """
    known = mapping.places.keys()
    sold = [(heading, role) for heading in headings if (role := _SALES_WORDS.get(normalize(heading))) is not None]
    if len({role for _, role in sold}) > 1 and not known & _OF_BANKS:
        columns = [heading.strip()[:LONGEST_HEADING] for heading, _ in sold][:SHOWN_HEADINGS]
        raise NotAStatement(
            say(
                "The file looks like a sales file or a list of products, by its columns {columns}; nothing was posted. Sales"
                " files are handed in on the page of sales files, lists of products on that of products. {wanted}",
                columns=columns,
                wanted=WANTED,
            )
        )
    looked_at = rows[:LOOKED_AT]
    has_days = BankRole.DATE in known or any(_holds(column, _may_be_day) for column in _turn(looked_at))
    has_amounts = bool(known & {BankRole.AMOUNT, BankRole.DEBIT, BankRole.CREDIT}) or any(
        _holds(column, _may_be_amount) for column in _turn(looked_at)
    )
    if has_days and has_amounts:
        return
    raise NotAStatement(
        say("{looks}; nothing was posted. {wanted}", looks=_describe(headings, known, has_days=has_days), wanted=WANTED)
    )


def _describe(headings: Sequence[str], known: Collection[BankRole], *, has_days: bool) -> Sentence:
    names = [heading.strip()[:LONGEST_HEADING] for heading in headings if heading.strip()][:SHOWN_HEADINGS]
    if not known and any(len(heading.split()) > 3 or re.search(r"[.!?:;{}]\s*$", heading) for heading in headings):
        return say("The file looks like running text, not like a table")
    if has_days:
        return say("The file looks like a table with the columns {columns}, of which none holds amounts", columns=names)
    return say("The file looks like a table with the columns {columns}, of which none holds days", columns=names)


def _turn(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the cells of each column that hold anything."""
    for place in range(max((len(row) for row in rows), default=0)):
        yield [text for row in rows if place < len(row) and (text := shown(row[place]).strip())]


def _holds(cells: Sequence[str], may_be: Callable[[str], bool]) -> bool:
    count = sum(1 for cell in cells if may_be(cell))
    return count > 0 and count * ENOUGH >= len(cells)


def _may_be_day(text: str) -> bool:
    return find_any_day(text) is not None or _DAY.fullmatch(text) is not None


def _may_be_amount(text: str) -> bool:
    return find_any_day(text) is None and _AMOUNT.fullmatch(part_mark(text)[0]) is not None
