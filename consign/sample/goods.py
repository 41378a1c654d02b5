"""Who makes what in the sample city, from the tables beside this module. All of it is invented."""

import csv
import io
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from consign.catalogue.numbers import compute_check_digit
from consign.catalogue.rules import Details


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


@dataclass(frozen=True, kw_only=True)
class Wares:
    """A product as its producer makes and prices it."""

    code: str
    producer: str
    name: str
    content: int
    unit: str
    price_rp: int
    goods_class: str | None
    """What sort of goods it is; blank where nobody has said it yet."""
    food_group: str | None
    details: Details


@dataclass(frozen=True, kw_only=True)
class Goods(Wares):
    """A product that is sold since the city began, as tills know it."""

    new_price_rp: int | None
    """The price from the second month on; blank where it stays."""
    gtin: str
    plu: str
    """The minimarket's own code; it begins with a zero that a spreadsheet would lose."""


@dataclass(frozen=True, kw_only=True)
class CityGoods(Wares):
    """A product that came later and has no number of its producer's: it gets one of the city register."""

    follows: str | None
    """The code of the product whose place it takes."""


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
            **_read_facts(row),
            new_price_rp=int(row["new_price_rp"]) if row["new_price_rp"] else None,
            gtin=make_gtin(place),
            plu=_plu(place),
        )
        for place, row in enumerate(_read_rows("goods.csv"), start=1)
    ]


def read_city_goods() -> list[CityGoods]:
    """Return the goods that have numbers of the city, in the order of their codes."""
    return [CityGoods(**_read_facts(row), follows=row["follows"] or None) for row in _read_rows("city_goods.csv")]


def _read_facts(row: dict[str, str]) -> dict[str, Any]:
    """Return what every product of the sample city has."""
    return {
        "code": row["code"],
        "producer": row["producer"],
        "name": row["name"],
        "content": int(row["content"]),
        "unit": row["unit"],
        "price_rp": int(row["price_rp"]),
        "goods_class": row["goods_class"] or None,
        "food_group": row["food_group"] or None,
        "details": Details(
            brand=row["brand"] or None,
            packaging=row["packaging"] or None,
            pieces=int(row["pieces"]),
            shelf_life_days=int(row["shelf_life_days"]) if row["shelf_life_days"] else None,
            ingredients=row["ingredients"] or None,
        ),
    }


def make_unregistered() -> Goods:
    """Return goods that tills sell though nobody registered them: their codes are unknown to the city."""
    place = 999
    return Goods(
        code="",
        producer="",
        name="Kerupuk Kulit Eceran",
        content=100,
        unit="g",
        price_rp=11_000,
        goods_class=None,
        food_group=None,
        details=Details(),
        new_price_rp=None,
        gtin=make_gtin(place),
        plu=_plu(place),
    )


def make_gtin(place: int) -> str:
    """Return the number of the goods in this place of the table; no producer in the world has it."""
    payload = f"8990000{place:05d}"
    return payload + compute_check_digit(payload)


def _plu(place: int) -> str:
    return f"0{71_000 + place}"


def _read_rows(name: str) -> list[dict[str, str]]:
    table = (files("consign.sample") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(table)))
