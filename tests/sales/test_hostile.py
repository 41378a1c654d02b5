"""Sequences that once lost, doubled or blocked sales: each stays here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text

from consign.catalogue.actions import add_product_alias
from consign.db import finish
from consign.errors import BadInput, NeedsDecision, NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role as Post
from consign.models.sales import Sale, SalesParked
from consign.sales.checks import CHECKS
from consign.sales.ending import reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.handing_in import receive_file
from consign.sales.layout import Layout, Receipts, Role
from consign.sales.mapping import Answers, Stated
from consign.sales.no_sales import confirm_no_sales
from consign.sales.placing import place_parked
from consign.sales.rules import Overlap
from consign.settlement.actions import close_period
from consign.settlement.rules import DayNotClosable
from consign.tabular.numbers import NumberStyle
from tests.builders import ACCEPT, KERIPIK, SAMBAL, City, write_csv

RECEIPTS = "Tanggal,Kode Toko,No Struk,Kode Barang,Jumlah,Total"
SUMMARY = "Tanggal,Kode Toko,Kode Barang,Jumlah,Total"
SPAN = "Barcode,Jumlah,Total"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files, each under a name of its own."""
    names = iter(range(99))
    return lambda header, *rows: write_csv(tmp_path, *rows, header=header, name=f"{next(names)}.csv")


def test_a_parked_line_that_meets_a_summary_waits_and_blocks_nobody(city: City, write: Write) -> None:
    city.post(write(RECEIPTS, "2026-10-05,T1,S1,XX,1,15000"))
    city.post(write(SUMMARY, "2026-10-05,T1,PLU1,1,15000"))
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="XX")
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 0
    assert city.session.scalars(select(SalesParked.reason)).all() == ["overlap.differs"]


def test_a_summary_of_several_days_covers_all_of_them(city: City, write: Write) -> None:
    half = Stated(city.stores[0].id, date(2026, 10, 1), date(2026, 10, 15))
    city.post(write(SPAN, f"{KERIPIK},10,150000"), stated=half)
    whole = Stated(city.stores[0].id, date(2026, 10, 1), date(2026, 10, 31))
    with pytest.raises(NeedsDecision):
        city.post(write(SPAN, f"{KERIPIK},30,450000"), stated=whole)
    with pytest.raises(NeedsDecision):
        city.post(write(RECEIPTS, "2026-10-07,T1,S1,PLU1,1,15000"))
    city.post(write(RECEIPTS, "2026-10-20,T1,S1,PLU1,1,15000"))
    with pytest.raises(NeedsDecision):
        city.post(
            write(SPAN, f"{KERIPIK},3,45000"), stated=Stated(city.stores[0].id, date(2026, 10, 16), date(2026, 10, 31))
        )


FOR_EVER = Decisions(
    layout=Layout(
        columns={
            Role.DATE: "Tanggal",
            Role.STORE: "Kode Toko",
            Role.RECEIPT: "No Struk",
            Role.CODE: "Kode Barang",
            Role.QUANTITY: "Jumlah",
            Role.GROSS: "Total",
        },
        receipts=Receipts.FOR_EVER,
    )
)


def test_a_receipt_of_another_day_cannot_be_replaced_by_adding_it(city: City, write: Write) -> None:
    city.post(write(RECEIPTS, "2026-10-05,T1,S1,PLU1,1,15000"), decisions=FOR_EVER)
    with pytest.raises(NeedsDecision, match="cannot be replaced"):
        city.post(
            write(RECEIPTS, "2026-10-06,T1,S1,PLU1,1,15000"), decisions=replace(FOR_EVER, overlap=Overlap.REPLACE)
        )


def test_a_parked_receipt_of_another_day_waits_where_numbers_never_begin_again(city: City, write: Write) -> None:
    city.post(write(RECEIPTS, "2026-10-05,T1,S1,PLU1,1,15000"), decisions=FOR_EVER)
    city.post(write(RECEIPTS, "2026-10-06,T1,S1,XX,1,15000"), decisions=FOR_EVER)
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="XX")
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 0
    assert len(city.session.scalars(select(Sale.row_no)).all()) == 1


def test_two_tills_with_the_same_receipt_number_are_two_sales(city: City, write: Write) -> None:
    header = "Tanggal,Kode Toko,Kassa,No Struk,Barcode,Jumlah,Harga,Total"
    for till in (1, 2):
        assert city.post(write(header, f"2026-10-05,T1,{till},0001,{KERIPIK},1,15000,15000")).posted == 1


def test_a_fully_discounted_line_keeps_its_gross(city: City, write: Write) -> None:
    header = "Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Diskon,Net"
    city.post(write(header, f"2026-10-05,T1,S1,{KERIPIK},1,15000,0"))
    # The store bears the discount, so the producer is owed the price before it.
    assert city.session.execute(select(Sale.gross_rp, Sale.discount_rp, Sale.sales_rp)).one() == (
        15_000,
        15_000,
        15_000,
    )


def test_a_return_that_was_reversed_and_posted_again_is_no_breach(city: City, write: Write) -> None:
    header = "Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Harga,Total"
    city.post(write(header, f"2026-10-05,T1,S1,{SAMBAL},3,22500,67500"))
    path = write(header, f"2026-10-06,T1,S1,{SAMBAL},-1,22500,-22500")
    reverse_upload(city.session, by=city.finance, upload_id=city.post(path).upload_id, reason="uji")
    city.post(path)
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_a_store_manager_does_not_change_how_other_stores_are_read(city: City, write: Write) -> None:
    store = city.stores[0]
    add_user(
        city.session, by=city.admin, login="t1@bm.example", name="T1", role=Post.STORE_MANAGER, partner_id=city.partner.id,
        store_id=store.id,
    )  # fmt: skip
    scaled = Decisions(layout=replace(FOR_EVER.layout or Layout({}), scale=1000))
    with pytest.raises(NotAllowed):
        city.post(
            write(RECEIPTS, "2026-10-05,T1,S1,PLU1,1,15"), decisions=scaled, stated=Stated(store.id),
            by=get_actor(city.session, "t1@bm.example"),
        )  # fmt: skip


def test_a_store_manager_says_what_the_profile_leaves_open(city: City, write: Write) -> None:
    """The first file shows by its million how it writes numbers, so nobody is asked; the next one does not."""
    store = city.stores[0]
    add_user(
        city.session, by=city.admin, login="t1@bm.example", name="T1", role=Post.STORE_MANAGER, partner_id=city.partner.id,
        store_id=store.id,
    )  # fmt: skip
    manager = get_actor(city.session, "t1@bm.example")
    header = "Tanggal;No Struk;Barcode;Jumlah;Total"
    first = Decisions(answers=Answers(accept_suggestion=True))
    city.post(
        write(header, f"2026-10-05;S1;{KERIPIK};100;1.500.000"), decisions=first, stated=Stated(store.id), by=manager
    )
    small = write(header, f"2026-10-06;S2;{KERIPIK};1;15.000")
    with pytest.raises(NeedsDecision, match=r"15\.000"):
        city.post(small, stated=Stated(store.id), by=manager)
    said = Decisions(answers=Answers(number_style=NumberStyle.INDONESIAN))
    assert city.post(small, decisions=said, stated=Stated(store.id), by=manager).posted == 1
    # From now on it stands in the profile: nobody is asked again, and a store manager does not change it.
    assert city.post(write(header, f"2026-10-07;S3;{KERIPIK};1;15.000"), stated=Stated(store.id)).posted == 1
    other = Decisions(answers=Answers(number_style=NumberStyle.ENGLISH))
    with pytest.raises(NotAllowed):
        city.post(
            write(header, f"2026-10-08;S4;{KERIPIK};1;15.000"), decisions=other, stated=Stated(store.id), by=manager
        )


def test_a_confirmed_style_is_held_against_every_file(city: City, write: Write) -> None:
    header = "Tanggal;Kode Toko;No Struk;Barcode;Jumlah;Total"
    first = Decisions(answers=Answers(accept_suggestion=True, number_style="id"))  # type: ignore[arg-type]
    city.post(write(header, f"2026-10-05;T1;S1;{KERIPIK};1;15.000"), decisions=first)
    other = write(header, f"2026-10-05;T1;S2;{KERIPIK};1;15,000", f"2026-10-05;T1;S3;{KERIPIK};100;1,500,000.00")
    with pytest.raises(NeedsDecision, match="Which is right here"):
        city.post(other)


def test_a_product_called_total_is_a_product(city: City, write: Write) -> None:
    outcome = city.post(
        write(
            "Nama Produk,Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Total",
            f"Total Care,2026-10-05,T1,S1,{KERIPIK},satu,15000",
        )
    )
    assert (outcome.parked, outcome.ignored) == (1, 0)


def test_a_partner_without_stores_is_not_closed(city: City) -> None:
    city.session.execute(text("SELECT set_config('role', 'none', true)"))
    city.session.execute(text("DELETE FROM store"))
    with pytest.raises(DayNotClosable):
        close_period(
            city.session, by=city.finance, partner_id=city.partner.id, until=date(2026, 9, 30), incomplete_reason="x"
        )


def test_a_day_whose_sales_were_reversed_can_be_confirmed_as_empty(city: City, write: Write) -> None:
    outcome = city.post(write(RECEIPTS, "2026-10-05,T1,S1,PLU1,1,15000"))
    reverse_upload(city.session, by=city.finance, upload_id=outcome.upload_id, reason="uji")
    confirm_no_sales(city.session, by=city.finance, store=city.stores[0], day=date(2026, 10, 5))


def test_a_store_of_another_partner_is_refused(city: City) -> None:
    with pytest.raises(BadInput, match="another partner"):
        receive_file(
            city.session, by=city.finance, partner_id=city.partner.id + 1, sha256="0", name="x", size_bytes=1,
            stated=Stated(city.stores[0].id),
        )  # fmt: skip


def test_a_cell_of_blanks_does_not_hold_the_reader_up(city: City, write: Write) -> None:
    cell = "(" + " " * 50_000 + "x"
    outcome = city.post(write(RECEIPTS, f"2026-10-05,T1,S1,PLU1,1,{cell}"), decisions=ACCEPT)
    assert outcome.parked == 1
