"""What pages say of numbers that are made of others: which they are, where they lead, and what lists come to."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from io import StringIO

from tests.web.browsing import Browser, Page

LIST = re.compile(r'<section class="list">(.*?)</section>', re.DOTALL)
TAG = re.compile(r'<(\w+)([^>]*?) data-sum="([^"]*)"[^>]*>(.*?)</\1>', re.DOTALL)
TOTAL = re.compile(r'data-total="(\w+)=([^"]*)"(?: data-of="([^"]*)")?')


@dataclass(frozen=True)
class SumShown:
    """A number that says what it is made of. *target* is blank where the list stands on the same page."""

    of: str
    amount: Decimal
    target: str
    text: str


@dataclass(frozen=True)
class TotalShown:
    """What a column of a list comes to, as the page says; *label* is what the column is called in files."""

    of: str
    amount: Decimal
    label: str


def find_sums(page: Page) -> Iterator[SumShown]:
    """Yield the numbers of a page that say what they are made of."""
    for _, before, mark, inside in TAG.findall(page.source):
        target = re.search(r'href="([^"]*)"', before)
        of, _, amount = unescape(mark).partition("=")
        text = unescape(re.sub(r"<[^>]+>", "", inside))
        yield SumShown(of, Decimal(amount), unescape(target[1]) if target else "", text)


def find_totals(page: Page, name: str = "") -> list[TotalShown]:
    """Return what lists of a page come to: the one called *name*, else the one that can be narrowed, else all of them."""
    source = page.source
    if name:
        begins = source.find(f'id="{name}"')
        source = source[begins : source.find("</table>", begins)] if begins >= 0 else ""
    elif found := LIST.search(source):
        source = found[1]
    return [TotalShown(of, Decimal(amount), unescape(label)) for of, amount, label in TOTAL.findall(source)]


def says_nothing(page: Page) -> bool:
    """Say whether the list of a page is empty."""
    found = LIST.search(page.source)
    return 'class="nothing"' in (found[1] if found else page.source)


def add_up_file(browser: Browser, path: str) -> tuple[int, dict[str, Decimal]] | None:
    """Return how many rows the file of a list has, and what each column of numbers comes to; blank where there is none."""
    join = "&" if "?" in path else "?"
    answer = browser.get(f"{path}{join}format=csv").answer
    if "text/csv" not in answer.headers["content-type"]:
        return None
    content = answer.content.decode("utf-8-sig")
    heads, *rows = csv.reader(StringIO(content), delimiter=_find_delimiter(content))
    sums: dict[str, Decimal] = {}
    for place, head in enumerate(heads):
        cells = [row[place] for row in rows if row[place]]
        if all(re.fullmatch(r"-?\d+([.,]\d+)?", cell) for cell in cells):
            sums[head] = sum((Decimal(cell.replace(",", ".")) for cell in cells), Decimal(0))
    return len(rows), sums


def _find_delimiter(content: str) -> str:
    return ";" if content.partition("\n")[0].count(";") else ","


class Follower:
    """Follows numbers of one person's pages; *pages* by address are open already, others are opened once."""

    def __init__(self, browser: Browser, *, pages: dict[str, Page]) -> None:
        self.browser = browser
        self.pages = pages
        self.followed: Counter[str] = Counter()
        self.wrong: list[str] = []

    def open(self, path: str) -> Page:
        if path not in self.pages:
            self.pages[path] = self.browser.get(path)
        return self.pages[path]

    def follow(self, path: str, one: SumShown) -> None:
        """Look whether the list of the parts comes to what the number says."""
        address, _, name = (one.target or path).partition("#")
        address = address or path
        page = self.open(address)
        totals = {total.amount for total in find_totals(page, name) if total.of == one.of}
        expected = {Decimal(0)} if not totals and says_nothing(page) else totals
        self.followed[one.of] += 1
        if page.status != 200 or expected != {one.amount}:
            said = ", ".join(map(str, totals)) or "nothing"
            self.wrong.append(f"{path}: {one.text!r} ({one.of}={one.amount}) leads to {address}: {said}")

    def look_at_file(self, path: str, page: Page) -> None:
        """Look whether the file of a list has all its rows, and comes to what its last row says."""
        if "format=csv" not in page.source:
            return
        found = add_up_file(self.browser, path)
        if found is None:
            self.wrong.append(f"{path} gives no file")
            return
        rows, sums = found
        for one in find_totals(page):
            if one.of == "all_rows" and rows != one.amount:
                self.wrong.append(f"{path} has {one.amount} rows, its file {rows}")
            elif one.label in sums and sums[one.label] != one.amount:
                self.wrong.append(f"{path}: {one.label} says {one.amount}, its file {sums[one.label]}")
