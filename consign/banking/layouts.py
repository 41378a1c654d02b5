"""Layouts that are known by all of their headings: what they are called, and how they write days.

Which column holds what is told by the headings' words alone, so that a layout that gains a column is read all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize


@dataclass(frozen=True)
class KnownLayout:
    """A layout by the headings that it has in any case, and in which order its days stand."""

    name: str
    headings: frozenset[str]
    order: DateOrder | None
    """Blank where a day shows it."""


def _layout(name: str, headings: str, order: DateOrder | None) -> KnownLayout:
    return KnownLayout(name, frozenset(headings.split("|")), order)


_BRI = "norek|tgl tran|desk tran|saldo awal mutasi|mutasi debet|mutasi kredit|saldo akhir mutasi"
KNOWN: tuple[KnownLayout, ...] = (
    _layout("bca_klikbca", "tanggal transaksi|keterangan|cabang|jumlah|saldo", DateOrder.DAY_FIRST),
    _layout("mandiri_kopra", "accountno|ccy|postdate|remarks|additionaldesc|credit amount|debit amount|close balance", None),
    _layout("mandiri_mcm", "account no|date|val date|transaction code|description|reference no|debit|credit", DateOrder.DAY_FIRST),
    _layout("mandiri_livin", "tanggal|keterangan|nominal|saldo", DateOrder.DAY_FIRST),
    _layout("bri_cms", _BRI, DateOrder.DAY_FIRST),
    _layout("bri_short", "tgl tran|desk tran|mutasi debet|mutasi kredit|saldo akhir mutasi", DateOrder.DAY_FIRST),
    _layout("bri_internet", "tanggal transaksi|uraian transaksi|teller|debet|kredit|saldo", DateOrder.DAY_FIRST),
    _layout("bni_direct", "post date|branch|journal no|description|debit|credit|balance", DateOrder.DAY_FIRST),
    _layout("bni_direct_xls", "posting date|amount|db cr|balance", DateOrder.DAY_FIRST),
    _layout("cimb_octo", "tanggal|deskripsi|debit|kredit|saldo", DateOrder.DAY_FIRST),
    _layout("permata", "posting date|eff date|transaction desc|debit|credit|balance", DateOrder.DAY_FIRST),
    _layout("ocbc_velocity", "transaction date|value date|reference no|cheque no|description|debit|credit|balance", DateOrder.DAY_FIRST),
)  # fmt: skip
"""From the most particular to the least where one is part of another; none of them writes the month first."""
OTHER = "table"
"""What a table with any other headings is called."""
LAYOUTS: Mapping[str, KnownLayout] = {layout.name: layout for layout in KNOWN}


def find_known(headings: Sequence[str]) -> KnownLayout | None:
    """Return the known layout that has these headings, whatever it has besides; the one with most of them of several."""
    words = {normalize(heading) for heading in headings}
    fitting = [layout for layout in KNOWN if layout.headings <= words]
    return max(fitting, key=lambda layout: len(layout.headings), default=None)
