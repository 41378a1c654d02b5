"""Which files a partner hands in for a period, and who hands them in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from consign.period import Period
from consign.sales.layout import Layout
from consign.sample import sales_files
from consign.sample.goods import Goods, make_unregistered, read_goods, read_producers
from consign.sample.months import Months
from consign.sample.people import find_manager, get_partner_finance
from consign.sample.selling import SellingStore, Sold
from consign.sample.stores import HOTEL, MINIMARKET, SUPERMARKET, SamplePartner

BRANCH_BEFORE_ITS_TIME = "ENG05"
"""A store that head office reports before anybody registered it: its lines wait."""
GOODS_WITHOUT_AGREEMENT = "BPN-060"
"""Goods that the hotel sells though it agreed nothing with their producer: their lines wait."""
CP1252_STORES = ("P01", "P03", "P05")
"""Stores whose tills write the encoding of old Windows machines; others write UTF-8 with a mark before it."""
MISSPELT_STORE = "P04"
"""A store in which somebody mistyped a price in the last file."""
DAYS_BEHIND = {MINIMARKET.code: 3}
"""How many days a partner's tills go on with an old price."""


@dataclass(frozen=True)
class SalesFile:
    """A file as it is handed in by the user *login*; *store* is blank where the file or the login says it."""

    name: str
    partner: str
    store: str | None
    login: str
    layout: Layout | None
    """How the file is read, as the partner's finance says; others rely on what it said for its first file."""
    content: bytes


def make_files(partner: SamplePartner, period: Period, months: Months) -> list[SalesFile]:
    """Return the partner's sales files of *period*, byte for byte the same whenever they are made."""
    return _MAKERS[partner.code](period, months)


def _open_stores(partner: SamplePartner, period: Period, months: Months) -> dict[str, SellingStore]:
    """Return the partner's stores by code, with what its producers agreed to sell there on the shelf."""
    selling = {producer.code for producer in read_producers() if partner.code in producer.fees_bp}
    goods = [one for one in read_goods() if one.producer in selling]
    new_prices_from = months.second.first + timedelta(DAYS_BEHIND.get(partner.code, 0))
    return {
        store.code: SellingStore(goods, code=store.code, period=period, new_prices_from=new_prices_from)
        for store in partner.stores
    }


def _make_head_office_files(period: Period, months: Months) -> list[SalesFile]:
    stores = _open_stores(SUPERMARKET, period, months)
    sold: list[tuple[str, Sold]] = []
    for one in SUPERMARKET.stores:
        lines = stores[one.code].sell(receipts_a_day=one.receipts_a_day)
        sold += [(one.code, line) for line in lines]
    sold += [("ENG02", line) for line in stores["ENG02"].sell_stray(make_unregistered(), receipts=2)]
    if period != months.first:
        sold += [("ENG03", line) for line in stores["ENG03"].sell_late(receipts=3)]
        sold += [(BRANCH_BEFORE_ITS_TIME, line) for line in stores["ENG04"].sell_stray(read_goods()[0], receipts=3)]
    return [
        SalesFile(
            name=f"enggang-{period.first:%Y-%m}.csv",
            partner=SUPERMARKET.code,
            store=None,
            login=get_partner_finance(SUPERMARKET.code),
            layout=sales_files.HEAD_OFFICE_LAYOUT,
            content=sales_files.write_head_office_file(sold),
        )
    ]


def _make_till_files(period: Period, months: Months) -> list[SalesFile]:
    stores = _open_stores(MINIMARKET, period, months)
    files = []
    for one in MINIMARKET.stores:
        store = stores[one.code]
        sold = store.sell(receipts_a_day=one.receipts_a_day)
        if one.code == "P02" and period.first != months.began_on:
            sold = store.sell_late(receipts=2) + sold
        if one.code == "P03":
            sold += store.sell_stray(make_unregistered(), receipts=2)
        manager = find_manager(one.code)
        content = sales_files.write_till_file(
            sold,
            store=one.name,
            period=period,
            encoding="cp1252" if one.code in CP1252_STORES else "utf-8-sig",
            misspelt=one.code == MISSPELT_STORE and period.last == months.second.last,
        )
        files.append(
            SalesFile(
                name=f"penjualan_{one.code}_{period.first:%Y%m%d}_{period.last:%Y%m%d}.csv",
                partner=MINIMARKET.code,
                store=None if manager else one.code,
                login=manager or get_partner_finance(MINIMARKET.code),
                layout=None if manager else sales_files.TILL_LAYOUT,
                content=content,
            )
        )
    return files


def _make_summary_files(period: Period, months: Months) -> list[SalesFile]:
    stores = _open_stores(HOTEL, period, months)
    sold: list[tuple[str, Sold]] = []
    for one in HOTEL.stores:
        lines = stores[one.code].sell(receipts_a_day=one.receipts_a_day)
        sold += [(one.alias or one.code, line) for line in lines]
    lobby, shop = HOTEL.stores[0], stores[HOTEL.stores[0].code]
    for goods in (make_unregistered(), _without_agreement()):
        sold += [(lobby.alias or lobby.code, line) for line in shop.sell_stray(goods, receipts=1)]
    return [
        SalesFile(
            name=f"teluk-senja-{period.first:%Y-%m}.xlsx",
            partner=HOTEL.code,
            store=None,
            login=get_partner_finance(HOTEL.code),
            layout=sales_files.SUMMARY_LAYOUT,
            content=sales_files.write_summary_file(sold, partner=HOTEL.name, period=period),
        )
    ]


def _without_agreement() -> Goods:
    return next(one for one in read_goods() if one.code == GOODS_WITHOUT_AGREEMENT)


_MAKERS: dict[str, Callable[[Period, Months], list[SalesFile]]] = {
    SUPERMARKET.code: _make_head_office_files,
    MINIMARKET.code: _make_till_files,
    HOTEL.code: _make_summary_files,
}
