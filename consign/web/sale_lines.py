"""The sale lines that a statement, or a draft of one, is made of, narrowed to any part of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from consign.listing import Found
from consign.models.settlement import Closing
from consign.money import Rupiah, format_rate
from consign.sales.rows import tell_row_place
from consign.sentence import say
from consign.settlement.cuts import Cut
from consign.settlement.lists import find_line_page
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.statement_columns import LINE_COLUMNS
from consign.web.tables import Filter, list_page, read_wish
from consign.web.visit import Visit
from consign.web.words import word
from reports.statement import StatementLine

SOLD = {"sale": say("Sold"), "return": say("Given back"), "reversal": say("Reversed")}
"""What the lines of each kind come to is called, in the order of the sums."""
YES_NO = (Choice("yes", say("yes")), Choice("no", say("no")))


def narrow_lines(path: str, **asked: object) -> str:
    """Return the address of the sale lines at *path*, which may ask for something already, narrowed to what is *asked*."""
    if not asked:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(asked)}"


def show_sale_lines(
    visit: Visit,
    template: str,
    *,
    name: str,
    cut: Closing | Cut,
    producer_id: int,
    lines: Sequence[StatementLine],
    kept: Sequence[Filter] = (),
    **facts: Any,  # whatever the template shows
) -> Response:
    """Answer with the sale lines of a producer inside *cut*, or with a file named *name*.

    *lines* are the same summed, as a statement prints them; *kept* filters say what the address names besides.
    """
    filters = [*_find_filters(lines), *kept]
    wish = read_wish(visit, filters)
    idle = _find_idle(lines)
    source = "/uploads/{upload_id}" if visit.may("GET /uploads/{upload_id}") else None
    return list_page(
        visit,
        template,
        name=name,
        caption=say("Sale lines"),
        columns=(
            *(column for column in LINE_COLUMNS if column.key not in idle),
            Column("upload", say("File"), link=source),
            Column("row_no", say("Row in the file"), kind="row", sort=False, link="{source}" if source else None),
        ),
        fetch=lambda wish: _tell_places(find_line_page(visit.db, cut=cut, producer_id=producer_id, wish=wish)),
        empty=say("Nothing was sold in this period."),
        default_sort="sold_on",
        filters=filters,
        search=say("Search: receipt, store, product or file"),
        part=None if wish.search else _sum_part(lines, wish.filters),
        **facts,
    )


def _tell_places(found: Found) -> Found:
    rows = [
        {
            **row,
            "row_no": tell_row_place(row["row_no"], row["parts"]),
            "source": f"/uploads/{row['upload_id']}/lines?row={row['row_no']}" if row["upload_id"] else "",
        }
        for row in found.rows
    ]
    return found.with_rows(rows)


def _find_idle(lines: Sequence[StatementLine]) -> set[str]:
    """Return the columns that would say the same on every line: kinds where all are sales, late days where none is."""
    idle = set() if any(line.kind != "sale" for line in lines) else {"kind", "fee_rate_from"}
    return idle if any(line.late for line in lines) else idle | {"late"}


def _find_filters(lines: Sequence[StatementLine]) -> list[Filter]:
    """Return what the lines can be narrowed by: only what the statement holds, and where there is a choice."""
    stores = sorted({(line.store, line.store_name) for line in lines})
    products = sorted({(line.product, line.product_code) for line in lines})
    kinds = [kind for kind in SOLD if any(line.kind == kind for line in lines)]
    rates = sorted({line.fee_rate_bp for line in lines})
    prices = sorted({line.unit_price_rp for line in lines})
    late = YES_NO if len({line.late for line in lines}) > 1 else ()
    filters = (
        Filter("store", say("Store"), [Choice(code, name) for code, name in stores]),
        Filter("product", say("Product"), [Choice(code, f"{name} ({code})") for name, code in products]),
        Filter("kind", say("Kind"), [Choice(kind, word("line_kind", kind)) for kind in kinds]),
        Filter("late", say("Of an earlier period"), late),
        Filter("rate", say("Fee rate"), [Choice(str(rate_bp), format_rate(rate_bp)) for rate_bp in rates]),
        Filter("price", say("Price"), [Choice(str(price), str(Rupiah(price))) for price in prices]),
    )
    return [one for one in filters if len(one.choices) > 1]


def _sum_part(lines: Sequence[StatementLine], asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the part of a statement that is asked for comes to."""

    def fits(line: StatementLine) -> bool:
        facts = {
            "store": line.store,
            "product": line.product_code,
            "kind": line.kind,
            "late": "yes" if line.late else "no",
            "rate": str(line.fee_rate_bp),
            "price": str(line.unit_price_rp),
        }
        return all(not wanted or facts.get(name, wanted) == wanted for name, wanted in asked.items())

    part = [line for line in lines if fits(line)]
    return {
        "quantity": sum(line.quantity for line in part),
        "sales_rp": sum(line.sales_rp for line in part),
        "fee_rp": sum(line.fee_rp for line in part),
    }
