"""A printed statement adds up again by itself, or nothing is printed."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from reports.statement import (
    PayInto,
    StatementDoesNotAddUp,
    StatementFigures,
    format_percent,
    format_quantity,
    format_rupiah,
    write_csv,
    write_text,
)
from tests.reports.figures import LATE, LINES, LOSS, NOTHING_SOLD, STOCK, figures, full, lossy

WRITERS = [write_csv, write_text]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_each_account_that_may_be_paid_into_stands_in_the_head():
    accounts = (PayInto("Bank Central Asia (BCA)", "0550001234", "Dinas"), PayInto("Bank Kaltimtara", "77", "=Kas"))
    rows = read(write_csv(figures(route="collecting", pay_into=accounts)))
    assert rows[6:10] == [
        ["Pembayaran", "melalui rekening penampungan dinas"],
        ["Rekening tujuan", "Bank Central Asia (BCA) 0550001234 a.n. Dinas"],
        ["Rekening tujuan", "Bank Kaltimtara 77 a.n. =Kas"],
        ["Berita transfer", "NP-2026-000001"],
    ]


def test_the_csv_says_every_line_and_every_sum():
    rows = read(write_csv(figures()))
    assert rows[:12] == [
        ["Nota", "NP-2026-000001"],
        ["Mitra", "Beruang Mart (BM)"],
        ["Produsen", "Dapur Ani (P1)"],
        ["Periode", "01/10/2026 - 31/10/2026"],
        ["Tanggal", "31/10/2026"],
        ["Jatuh tempo", "15/11/2026"],
        ["Pembayaran", "langsung dari mitra ke produsen"],
        ["Berita transfer", "NP-2026-000001"],
        ["Ditutup", "Bagus Prakoso"],
        ["Diterbitkan", "Dinas Koperasi Balikpapan"],
        ["Segel", "12:0123456789abcdef"],
        [],
    ]
    assert rows[12][:10] == [
        "Gerai", "Nama gerai", "Kode produk", "Produk", "Jenis", "Periode lalu", "Jumlah", "Penjualan (Rp)", "Komisi (bp)",
        "Komisi (Rp)",
    ]  # fmt: skip
    assert rows[13:17] == [
        ["T1", "Gerai T1", "PRD-1", "Keripik", "terjual", "", "3", "45000", "250", "1125", "15000", "45000", "0", ""],
        ["T1", "Gerai T1", "PRD-1", "Keripik", "retur", "", "-1", "-15000", "250", "-375", "15000", "-15000", "0", ""],
        [
            "T1",
            "Gerai T1",
            "PRD-2",
            "Sambal",
            "terjual",
            "ya",
            "0.375",
            "22500",
            "250",
            "563",
            "60000",
            "22500",
            "0",
            "",
        ],
        [],
    ]
    assert rows[18:20] == [
        ["T1", "Gerai T1", "PRD-2", "Sambal", "terjual", "2026-09-28", "0.375", "22500", "S-77", "563", "susulan.csv"],
        [],
    ]
    assert [(row[0], row[-1]) for row in rows[20:]] == [
        ("Penjualan kotor menurut kasir", "52500"),
        ("Diskon ditanggung produsen", "0"),
        ("Selisih ke harga sepakat", "0"),
        ("Penjualan dikurangi retur", "52500"),
        ("Komisi gerai", "-1313"),
        ("PPN atas komisi", "-144"),
        ("PPh 23 dipotong produsen", "26"),
        ("Barang hilang/rusak, ditanggung gerai", "0"),
        ("Koreksi", "0"),
        ("Saldo awal sebelum pembukuan", "0"),
        ("Bersih periode ini", "51069"),
        ("Sisa minus periode lalu", "-1069"),
        ("Harus dibayar mitra", "50000"),
        ("Sisa minus dibawa ke periode berikut", "0"),
        ("Terbilang", "lima puluh ribu rupiah"),
    ]


def test_stock_and_corrections_are_listed():
    rows = read(write_csv(full()))
    assert ["PRD-1", "Keripik", "10", "20", "2", "4", "1", "0", "23", "0"] in rows
    assert ["2026-10-12", "Sanggahan nota September diterima", "-2000"] in rows
    assert ["Disiapkan", "Rini Wulandari"] in rows
    lines = write_text(full()).splitlines()
    assert "Keripik        10        20        2      4       1     0     23" in lines
    assert "12/10/2026  Sanggahan nota September diterima  -Rp2.000" in lines
    assert "Koreksi                                           -Rp2.000" in lines


@pytest.mark.parametrize(
    "changed",
    [
        {"stock": (replace(STOCK, closing=Decimal(24)),)},
        {"stock": (replace(STOCK, opening=Decimal(11)),)},
        {"stock": (replace(STOCK, sold=Decimal(3), closing=Decimal(22)),)},  # the sale lines say two
        {"adjustments": ()},
        {"adjustments_rp": -2_001, "net_rp": 58_817, "due_rp": 57_748},
        {"late": ()},
        {"late": (replace(LATE, fee_rp=562),)},
        {"late": (replace(LATE, quantity=Decimal("0.374")),)},
        {"late_rp": 22_499},
        {"opening_rp": 1},
    ],
)
@pytest.mark.parametrize("write", WRITERS)
def test_a_part_that_does_not_tie_is_refused(write: object, changed: dict[str, object]):
    with pytest.raises(StatementDoesNotAddUp, match="NP-2026-000001"):
        write(full(**changed))  # type: ignore[operator]  # one of the writers


def test_a_discount_is_told_with_who_bears_it():
    # Rp5.000 off: the producer who bears it is owed 40.000 of 45.000, else the price before it.
    borne = replace(LINES[0], discount_rp=5_000, discount_by="producer", sales_rp=40_000)
    facts = {"late": (), "late_rp": 0, "fee_rp": 1_125, "fee_tax_rp": 0, "pph23_rp": 0, "carried_rp": 0}
    own = figures(lines=(borne,), sales_rp=40_000, net_rp=38_875, due_rp=38_875, **facts)
    assert "Diskon ditanggung produsen                        -Rp5.000" in write_text(own)
    shops = replace(borne, discount_by="store", sales_rp=45_000)
    text = write_text(figures(lines=(shops,), sales_rp=45_000, net_rp=43_875, due_rp=43_875, **facts))
    assert "Diskon ditanggung produsen" not in text
    assert "Diskon Rp5.000 ditanggung gerai: produsen menerima harga sebelum diskon." in text


def test_a_draft_says_that_it_is_one():
    text = write_text(figures(number="", seal="", is_draft=True))
    assert text.startswith("DRAF: belum ditutup")
    assert "Berita transfer" not in text


def test_the_text_says_the_same_to_people():
    lines = write_text(figures()).splitlines()
    assert lines[:2] == ["Nota            NP-2026-000001", "Mitra           Beruang Mart (BM)"]
    assert "T1     Keripik  terjual                      3  Rp15.000   Rp45.000    2,5%    Rp1.125" in lines
    assert "T1     Sambal   terjual (periode lalu)   0,375  Rp60.000   Rp22.500    2,5%      Rp563" in lines
    assert "28/09/2026    T1     Sambal  terjual  S-77 susulan.csv   0,375   Rp22.500      Rp563" in lines
    assert "Komisi gerai                                      -Rp1.313" in lines
    assert "Harus dibayar mitra                               Rp50.000" in lines


def test_a_statement_without_sales_says_so():
    empty = figures(**NOTHING_SOLD)
    assert "Tidak ada penjualan." in write_text(empty)
    assert ["Harus dibayar mitra", "", "", "", "", "", "", "0"] in read(write_csv(empty))


def test_a_rest_below_zero_is_carried_on():
    # Only the return: -15.000 sold and 375 fee given back leave -14.625 for the next period.
    negative = figures(
        lines=LINES[1:2],
        late=(),
        late_rp=0,
        sales_rp=-15_000,
        fee_rp=-375,
        fee_tax_rp=0,
        pph23_rp=0,
        net_rp=-14_625,
        carried_rp=0,
        due_rp=0,
        carry_rp=-14_625,
    )
    assert "Sisa minus dibawa ke periode berikut             -Rp14.625" in write_text(negative)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "name", ["sales_rp", "fee_rp", "fee_tax_rp", "pph23_rp", "losses_rp", "net_rp", "carried_rp", "due_rp", "carry_rp"]
)
@pytest.mark.parametrize("by", [1, -1])
def test_one_rupiah_off_in_any_figure_is_refused(write: object, name: str, by: int):
    wrong = figures(**{name: getattr(figures(), name) + by})
    with pytest.raises(StatementDoesNotAddUp, match="NP-2026-000001"):
        write(wrong)  # type: ignore[operator]  # one of the writers


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", ["sales_rp", "fee_rp"])
def test_one_rupiah_off_in_any_line_is_refused(write: object, name: str):
    for place, line in enumerate(LINES):
        other = replace(line, **{name: getattr(line, name) + 1})
        wrong = figures(lines=(*LINES[:place], other, *LINES[place + 1 :]))
        with pytest.raises(StatementDoesNotAddUp):
            write(wrong)  # type: ignore[operator]  # one of the writers


@pytest.mark.parametrize("write", WRITERS)
def test_a_line_left_out_or_doubled_is_refused(write: object):
    for lines in (LINES[1:], (*LINES, LINES[0])):
        with pytest.raises(StatementDoesNotAddUp):
            write(figures(lines=lines))  # type: ignore[operator]  # one of the writers


def test_goods_lost_are_named_and_added():
    rows = read(write_csv(lossy()))
    place = rows.index(
        ["Gerai", "Nama gerai", "Kode produk", "Produk", "Alasan", "Tanggal", "Jumlah", "Nilai (Rp)",
         "Ditanggung gerai (bp)", "Ditanggung gerai (Rp)", "Dokumen"]
    )  # fmt: skip
    assert rows[place + 1] == [
        "T1", "Gerai T1", "PRD-1", "Keripik", "hilang", "2026-10-20", "2", "29250", "3333", "9749", "SO-2026-000001",
    ]  # fmt: skip
    assert ["Barang hilang/rusak, ditanggung gerai", "", "", "", "", "", "", "9749"] in rows
    text = write_text(lossy())
    assert "T1     Keripik  hilang, SO-2026-000001         2  Rp29.250  33,33%   Rp9.749" in text.splitlines()
    assert "Barang hilang/rusak, ditanggung gerai              Rp9.749" in text.splitlines()
    assert "Harus dibayar mitra                               Rp59.749" in text.splitlines()


@pytest.mark.parametrize("write", WRITERS)
def test_a_loss_that_is_not_its_share_or_not_in_the_sum_is_refused(write: object):
    for losses in (
        (replace(LOSS, store_rp=9_748),),
        (replace(LOSS, share_bp=3_334),),
        (replace(LOSS, value_rp=29_260),),
        (replace(LOSS, share_bp=None),),
        (),
        (LOSS, LOSS),
    ):
        with pytest.raises(StatementDoesNotAddUp):
            write(lossy(losses=losses))  # type: ignore[operator]  # one of the writers


def test_a_loss_taken_back_before_anybody_said_who_bears_it_comes_to_nothing():
    pair = (
        replace(LOSS, share_bp=None, store_rp=0),
        replace(LOSS, share_bp=None, store_rp=0, quantity=Decimal(-2), value_rp=-29_250),
    )
    text = write_text(figures(losses=pair))
    assert "T1     Keripik  hilang, SO-2026-000001        -2  -Rp29.250      -       Rp0" in text.splitlines()


def hostile(text: str) -> StatementFigures:
    line = replace(LINES[0], store=text, product=text)
    return figures(partner=text, producer=text, lines=(line, *LINES[1:]))


def test_a_name_cannot_add_lines_to_the_printed_text():
    plain = write_text(figures()).count("\n")
    for text in ("A\nKomisi gerai  Rp0", "A\r\nB", "A\x1b[2JB", "A\u202eB", "A\u2028B", "A\tB"):
        written = write_text(hostile(text))
        assert written.count("\n") == plain
        assert all(sign.isprintable() for sign in written.replace("\n", ""))


def test_numbers_are_written_as_people_write_them():
    assert [format_rupiah(amount) for amount in (0, 1_234_567, -5_000)] == ["Rp0", "Rp1.234.567", "-Rp5.000"]
    assert [format_percent(rate) for rate in (250, 500, 333, 5)] == ["2,5%", "5%", "3,33%", "0,05%"]
    quantities = (Decimal(3), Decimal("3.000"), Decimal("0.375"), Decimal(-1), Decimal(100), Decimal("1E+2"))
    assert [format_quantity(one) for one in quantities] == ["3", "3", "0,375", "-1", "100", "100"]
