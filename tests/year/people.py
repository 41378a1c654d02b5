"""The city of a year: partners with stores, producers with goods, and what they agree. Invented; imports nothing of consign."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

BEGIN = date(2025, 1, 1)
COOPERATIVES = ("KOP-01", "KOP-02")
CASH_RP = 1_000_000
"""What stands in each of the office's bank accounts before the year."""
CITY_BANKS = {
    "BCA": ("014", "0640012345", "bca"),
    "BRI": ("002", "0111222333", "bri"),
    "MDR": ("008", "1490012345678", "kopra"),
}
"""The office's accounts: the bank's code, the number, and in which layout its statements come."""


@dataclass(frozen=True)
class Terms:
    """What is agreed; rates in basis points. *fee_on* is gross, net or agreed, *discount_by* store or producer."""

    fee_bp: int
    fee_on: str
    discount_by: str
    fee_tax_bp: int
    pph23_bp: int
    term_days: int
    loss_bp: int | None
    route: str
    minimum_rp: int


@dataclass(frozen=True)
class Version:
    """Terms from a day on."""

    first: date
    terms: Terms


@dataclass(frozen=True)
class Partner:
    """A partner; *layouts* names for each store the layout of its files, *habit* how it pays, *bank* into which account."""

    code: str
    name: str
    kind: str
    cycle: str
    layouts: tuple[str, ...]
    by_store: bool
    habit: str
    bank: str
    terms: Terms
    stores: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """Goods of a producer with their prices from days on; *plu* is what tills with own codes call them."""

    code: str
    producer: str
    name: str
    gtin: str
    plu: str
    prices: tuple[tuple[date, int], ...]

    def price_on(self, day: date) -> int:
        """Return the agreed consumer price of a day."""
        return next(price for first, price in reversed(self.prices) if first <= day)


@dataclass(frozen=True)
class Producer:
    """A producer; *cooperative* is who receives its money, *permit_until* when its food permit ends."""

    code: str
    name: str
    place: int
    is_food: bool
    cooperative: str | None
    permit_until: date

    @property
    def is_firm(self) -> bool:
        """Whether it is no natural person, and so withholds a tax on the fee."""
        return self.place % 7 == 2


@dataclass(frozen=True)
class City:
    """Everybody, and who sells where. Agreements are by partner and producer, the oldest version first."""

    seed: int
    last: date
    receipts: int
    partners: tuple[Partner, ...]
    producers: Mapping[str, Producer]
    products: Mapping[str, Product]
    agreements: Mapping[tuple[str, str], tuple[Version, ...]]
    shelves: Mapping[str, tuple[str, ...]]
    """What each partner's stores sell, by partner."""
    brought: Mapping[str, tuple[str, ...]]
    """Which producers' goods are kept in stock, by store."""
    partner_of: Mapping[str, Partner]

    def terms_on(self, partner: str, producer: str, day: date) -> Version:
        """Return the version of an agreement that is in force on a day."""
        return next(one for one in reversed(self.agreements[partner, producer]) if one.first <= day)


_MARKET = Terms(300, "gross", "store", 0, 0, 15, 10_000, "collecting", 20_000)
PARTNERS = (
    Partner("ENG", "Enggang Swalayan", "supermarket", "month", ("comma",), False, "together", "BCA", _MARKET),
    Partner("PES", "Pesut Mart", "minimarket", "half_month", ("semicolon", "tab"), True, "direct", "BCA",
            replace(_MARKET, fee_bp=250, fee_on="agreed", term_days=7, route="direct", minimum_rp=0)),
    Partner("TEL", "Hotel Teluk Senja", "hotel", "month", ("workbook",), False, "late", "BRI",
            replace(_MARKET, fee_on="net", discount_by="producer", term_days=30, loss_bp=5_000)),
    Partner("KAP", "Kapuas Grosir", "supermarket", "week", ("old_workbook",), False, "parts", "BRI",
            replace(_MARKET, fee_bp=275, term_days=7)),
    Partner("MAH", "Mahakam Niaga", "minimarket", "two_weeks", ("moka",), False, "short", "MDR",
            replace(_MARKET, fee_bp=350, term_days=10, loss_bp=7_500)),
    Partner("DAY", "Dayung Plaza", "supermarket", "month", ("pipe", "edi"), False, "single", "MDR",
            replace(_MARKET, fee_bp=425, term_days=14)),
)  # fmt: skip


def make_city(*, seed: int, producers: int, products: int, stores: int, months: int, receipts: int) -> City:
    """Return a city of this size; *products* and *stores* are those of one producer and partner, *receipts* a store's each day."""
    draw = random.Random(f"{seed}:people")  # noqa: S311  # invented data
    last = _add_months(BEGIN, months) - timedelta(1)
    people = {one.code: one for one in _make_producers(producers, draw=draw)}
    goods = {one.code: one for one in _make_products(list(people.values()), each=products, last=last, draw=draw)}
    partners = tuple(
        replace(one, stores=tuple(f"{one.code}{place:02d}" for place in range(1, stores + 1))) for one in PARTNERS
    )
    agreements = _agree(partners, people, last=last, draw=draw)
    shelves = {
        one.code: tuple(code for code, product in goods.items() if (one.code, product.producer) in agreements)
        for one in partners
    }
    brought = {
        store: tuple(draw.sample(_sellers(one.code, agreements), min(4, len(_sellers(one.code, agreements)))))
        for one in partners
        for store in one.stores
    }
    partner_of = {store: one for one in partners for store in one.stores}
    return City(seed, last, receipts, partners, people, goods, agreements, shelves, brought, partner_of)


def _sellers(partner: str, agreements: Mapping[tuple[str, str], Sequence[Version]]) -> list[str]:
    return [producer for code, producer in agreements if code == partner]


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def _make_producers(count: int, *, draw: random.Random) -> list[Producer]:
    return [
        Producer(
            f"UMKM-{place:03d}", f"Dapur Contoh {place}", place, place % 3 == 0,
            COOPERATIVES[place % 2] if place % 9 == 1 else None,
            BEGIN + timedelta(draw.randint(20, 300) if place % 6 == 0 else 900),
        )
        for place in range(1, count + 1)
    ]  # fmt: skip


def _make_products(people: Sequence[Producer], *, each: int, last: date, draw: random.Random) -> list[Product]:
    products: list[Product] = []
    for owner in people:
        for _ in range(each):
            place = len(products) + 1
            price = draw.randint(9, 90) * 500 + draw.choice((0, 0, 75))
            prices = [(BEGIN - timedelta(400), price)]
            if place % 5 == 0:
                prices.append((BEGIN + timedelta(draw.randint(10, max((last - BEGIN).days, 11))), price + 500))
            products.append(
                Product(f"BRG-{place:04d}", owner.code, f"Barang Contoh {place}", make_gtin(place), f"P{place:05d}", tuple(prices))
            )  # fmt: skip
    return products


def make_gtin(place: int) -> str:
    """Return an invented GTIN-13 with its check digit."""
    digits = f"899{place:09d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _agree(
    partners: Sequence[Partner], people: Mapping[str, Producer], *, last: date, draw: random.Random
) -> dict[tuple[str, str], tuple[Version, ...]]:
    """Let each producer agree with half of the partners; some change their terms once, some their fee twice."""
    agreements = {}
    for owner in people.values():
        for partner in draw.sample(partners, max(len(partners) // 2, 1)):
            terms = replace(partner.terms, fee_bp=partner.terms.fee_bp + draw.choice((0, 0, 25, 50)))
            if owner.is_firm:
                terms = replace(terms, fee_tax_bp=1_100, pph23_bp=200)
            if owner.place % 11 == 3:
                terms = replace(terms, fee_on="net", discount_by="producer")
            if owner.cooperative and partner.code == "MAH":
                terms = replace(terms, route="cooperative", minimum_rp=0)
            versions = [Version(BEGIN - timedelta(30), terms)]
            for _ in range(owner.place % 4 // 2 + (owner.place % 10 == 4)):
                first = versions[-1].first + timedelta(draw.randint(45, 150))
                if first <= last:
                    versions.append(Version(first, replace(terms, fee_bp=draw.randint(200, 500))))
            agreements[partner.code, owner.code] = tuple(versions)
    return agreements
