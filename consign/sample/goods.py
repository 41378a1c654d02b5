"""Who makes what in the sample city, from the two tables beside this module. All of it is invented."""

import csv
import io
from dataclasses import dataclass
from importlib.resources import files

from consign.catalogue.rules import compute_check_digit


@dataclass(frozen=True)
class SampleProducer:
    """A producer, and the fee it agreed with each partner by the partner's code."""

    code: str
    name: str
    nib: str | None
    owner_name: str | None
    phone: str | None
    """A number of no network, so that no notice ever reaches anybody."""
    fees_bp: dict[str, int]


@dataclass(frozen=True)
class Goods:
    """A product as its producer prices it and as tills know it."""

    code: str
    producer: str
    name: str
    content: int
    unit: str
    price_rp: int
    new_price_rp: int | None
    """The price from the second month on; blank where it stays."""
    gtin: str
    plu: str
    """The minimarket's own code; it begins with a zero that a spreadsheet would lose."""
    goods_class: str | None = None
    """What sort of goods it is; blank where nobody has said it yet."""
    food_group: str | None = None


def read_producers() -> list[SampleProducer]:
    """Return all producers in the order of their codes."""
    return [
        SampleProducer(
            code=row["code"],
            name=row["name"],
            nib=row["nib"] or None,
            owner_name=row["owner_name"] or None,
            phone=row["phone"] or None,
            fees_bp={
                column.removesuffix("_bp"): int(cell) for column, cell in row.items() if column.endswith("_bp") and cell
            },
        )
        for row in _read_rows("producers.csv")
    ]


def read_goods() -> list[Goods]:
    """Return all goods in the order of their codes."""
    return [
        Goods(
            code=row["code"],
            producer=row["producer"],
            name=row["name"],
            content=int(row["content"]),
            unit=row["unit"],
            price_rp=int(row["price_rp"]),
            new_price_rp=int(row["new_price_rp"]) if row["new_price_rp"] else None,
            gtin=_gtin(place),
            plu=_plu(place),
            goods_class=row["goods_class"] or None,
            food_group=row["food_group"] or None,
        )
        for place, row in enumerate(_read_rows("goods.csv"), start=1)
    ]


def make_unregistered() -> Goods:
    """Return goods that tills sell though nobody registered them: their codes are unknown to the city."""
    place = 999
    return Goods("", "", "Kerupuk Kulit Eceran", 100, "g", 11_000, None, _gtin(place), _plu(place))


def _gtin(place: int) -> str:
    payload = f"8990000{place:05d}"
    return payload + compute_check_digit(payload)


def _plu(place: int) -> str:
    return f"0{71_000 + place}"


def _read_rows(name: str) -> list[dict[str, str]]:
    table = (files("consign.sample") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(table)))
