from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts import Kind
from compliance.reading.candidates import READ_WELL, cut
from compliance.reading.day_words import find_days
from compliance.reading.found import Box, Piece, ReadValue, Source
from compliance.reading.guessing import guess_kind
from compliance.reading.lines import Line, arrange, surround
from compliance.reading.values import find_values

ROW = 30


def put(text: str, *, row: int, left: int = 100, width: int | None = None, **other: object) -> Piece:
    """Return a piece of text in a row of the page; a sign is ten per mille wide, a row twenty high."""
    box = (left, row * ROW, left + (width or 10 * len(text)), row * ROW + 20)
    facts = {"page": 0, "confidence": 1_000, "source": Source.TEXT, **other}
    return Piece(text, box=box, level=box, **facts)


def write(*rows: str | Sequence[str], **other: object) -> list[Line]:
    """Return rows as lines; of a row in parts the first begins at the left, the others at 400, 700."""
    pieces = []
    for number, row in enumerate(rows):
        parts = [row] if isinstance(row, str) else row
        pieces += [put(part, row=number, left=100 + 300 * place, **other) for place, part in enumerate(parts) if part]
    return arrange(pieces)


def read(*rows: str | Sequence[str], kind: Kind, codes: Sequence[str] = (), **other: object) -> dict[str, ReadValue]:
    seen = [put(one, row=30, source=Source.QR) for one in codes]
    return {one.field: one for one in find_values(write(*rows, **other), seen, kind=kind)}


def values(*rows: str | Sequence[str], kind: Kind, **other: object) -> dict[str, tuple[str, bool]]:
    return {field: (one.value, one.sure) for field, one in read(*rows, kind=kind, **other).items()}


# Lines -----------------------------------------------------------------------------------------------------------------


def test_pieces_side_by_side_are_a_line_from_left_to_right():
    pieces = [put("Siti", row=1, left=400), put("Nama", row=1), put("NIB", row=0), put("Nama", row=0, page=1)]
    assert [(line.page, line.text) for line in arrange(pieces)] == [(0, "NIB"), (0, "Nama Siti"), (1, "Nama")]


def test_a_part_of_a_line_has_its_part_of_the_box_and_the_worst_confidence():
    line = Line(0, (put("No.", row=0, confidence=500), put("123", row=0, left=400), put("ok", row=0, left=700)))
    # Each sign is ten wide: "23" of the second piece begins at 410.
    assert cut(line, 5, 7) == ("23", 1_000, (410, 0, 430, 20))
    assert cut(line, 0, 7) == ("No. 123", 500, (100, 0, 430, 20))
    assert cut(line, 3, 4) == (" ", 0, (100, 0, 130, 20))


def test_the_box_around_boxes():
    assert surround([(1, 8, 3, 9), (2, 5, 7, 6)]) == (1, 5, 7, 9)


# Days ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22 November 2026", date(2026, 11, 22)),
        ("22 NOPEMBER 2026", date(2026, 11, 22)),
        ("22NOVEMBER2026", date(2026, 11, 22)),
        ("3 Agu 2026", date(2026, 8, 3)),
        ("03-Agt.-2026", date(2026, 8, 3)),
        ("1 Pebruari 2024", date(2024, 2, 1)),
        ("22/11/2026", date(2026, 11, 22)),
        ("22-11-2026", date(2026, 11, 22)),
        ("22.11.2026", date(2026, 11, 22)),
        ("22 / 11 / 2026", date(2026, 11, 22)),
        ("2026-11-22", date(2026, 11, 22)),
        ("31 Februari 2026", None),
        ("31/02/2026", None),
        ("1 Mei 9026", None),
    ],
)
def test_a_day_as_papers_write_it(text: str, day: date | None):
    assert [one.day for one in find_days(f"pada {text} di")] == [day]


@pytest.mark.parametrize(
    "text", ["22 Novem 2026", "122/11/2026", "22/11/20261", "22/11-2026", "1.22/11/2026", "Mei 2026", ""]
)
def test_what_is_no_day_is_none(text: str):
    assert find_days(text) == []


def test_a_month_that_stands_first_is_noticed():
    assert [(one.day, one.is_swapped) for one in find_days("12/25/2024")] == [(None, True)]
    assert [one.is_swapped for one in find_days("45/45/2024")] == [False]


def test_days_that_overlap_are_read_once():
    assert [one.day for one in find_days("1 Mei 2024 2 Juni 2025")] == [date(2024, 5, 1), date(2025, 6, 2)]
    assert [one.day for one in find_days("1 Mei 2024-06-02")] == [date(2024, 5, 1)]


# Kinds -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (("PERIZINAN BERUSAHA BERBASIS RISIKO", "NPWP : 0"), Kind.NIB),
        (("PB-UMKU", "SERTIFIKAT PEMENUHAN KOMITMEN", "NOMOR INDUK BERUSAHA: 1"), Kind.PIRT),
        (("SERTIFIKATHALAL",), Kind.HALAL),
        (("SERTIFIKAT", "PENYULUHAN KEAMANAN PANGAN"), Kind.PKP),
        (("SERTIFIKAT LAIK HIGIENE SANITASI",), Kind.SLHS),
        (("Surat pernyataan produk tidak halal",), Kind.NON_HALAL),
        (("DIREKTORAT JENDERAL PAJAK", "NIK : 1"), Kind.NPWP),
        (("NIK : 64", "Agama: ISLAM"), Kind.NIK),
        (("Buku Tabungan",), Kind.BANK_ACCOUNT),
        (("BPOM RI MD 1",), Kind.MD),
        (("daftar harga",), None),
        ((), None),
    ],
)
def test_the_words_say_what_kind_it_is(rows: tuple[str, ...], kind: Kind | None):
    assert guess_kind(write(*rows)) is kind


def test_the_head_decides_before_the_rest():
    assert guess_kind(write("SERTIFIKAT MEREK", *["-"] * 8, "sertifikat halal")) is Kind.TRADEMARK
    assert guess_kind(write(*["-"] * 9, "sertifikat halal")) is Kind.HALAL


# Numbers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "row", "compact"),
    [
        (Kind.NIB, "NOMOR INDUK BERUSAHA: 2812210005566", "2812210005566"),
        (Kind.PIRT, "P-IRT No. 2063471010123-28", "206347101012328"),
        (Kind.PIRT, "PIRT : 2063471010123-28", "206347101012328"),
        (Kind.PIRT, "Nomor: 2063471010123-28", "206347101012328"),
        (Kind.HALAL, "Nomor: ID64110001325901022", "ID64110001325901022"),
        (Kind.MD, "BPOM RI MD 224093500120027", "MD224093500120027"),
        (Kind.NA, "Notifikasi NA18210100123", "NA18210100123"),
        (Kind.TR, "POM TR 213456789", "TR213456789"),
        (Kind.PKD, "KEMENKES RI PKD 20501234567", "20501234567"),
        (Kind.TRADEMARK, "Nomor Pendaftaran IDM000123456", "IDM000123456"),
        (Kind.NIK, "NIK : 6471015208850001", "6471015208850001"),
        (Kind.BANK_ACCOUNT, "No. Rekening 0012345678", "0012345678"),
    ],
)
def test_a_number_with_its_own_form_or_label_is_sure(kind: Kind, row: str, compact: str):
    number = read(row, kind=kind)["number"]
    assert "".join(filter(str.isalnum, number.value)).endswith(compact)
    assert number.sure


def test_digits_without_a_label_are_offered_and_no_more():
    assert values("Telepon 0812345678901", kind=Kind.NIB)["number"] == ("0812345678901", False)


def test_a_label_on_the_line_above_counts():
    assert values("Nomor Induk Berusaha", "2812210005566", kind=Kind.NIB)["number"] == ("2812210005566", True)
    assert values("Nomor Induk Berusaha", "HP 2812210005566", kind=Kind.NIB)["number"] == ("2812210005566", False)


def test_two_numbers_make_neither_sure():
    rows = ("NIB 2812210005566", "NIB 2812210005567")
    assert values(*rows, kind=Kind.NIB)["number"] == ("2812210005566", False)


def test_the_same_number_twice_is_one():
    assert values("NIB 2812210005566", "NIB: 2812210005566", kind=Kind.NIB)["number"][1]


def test_a_labelled_number_is_better_than_one_without():
    assert values("Telepon 0812345678901", "NIB 2812210005566", kind=Kind.NIB)["number"] == ("2812210005566", True)


def test_a_number_of_the_wrong_form_is_not_offered():
    assert values("NPWP : 09.254.294.3-407.001", "NIK : 6471015299850001", kind=Kind.NIK) == {}


def test_a_halal_number_of_unusual_length_is_not_sure():
    assert not read("Nomor: ID641100013259010", kind=Kind.HALAL)["number"].sure


def test_a_number_read_badly_is_not_sure():
    rows = ("NIB 2812210005566",)
    assert read(*rows, kind=Kind.NIB, source=Source.OCR, confidence=READ_WELL)["number"].sure
    assert not read(*rows, kind=Kind.NIB, source=Source.OCR, confidence=READ_WELL - 1)["number"].sure


def test_a_code_that_says_the_same_makes_a_badly_read_number_sure():
    rows, code = ("NIB 2812210005566",), "https://example.org/nib/2812210005566"
    badly = {"kind": Kind.NIB, "source": Source.OCR, "confidence": 100}
    assert read(*rows, codes=[code], **badly)["number"].sure
    assert not read(*rows, codes=["2812210005567"], **badly)["number"].sure
    assert not read(*rows, codes=["ID64110001325901022", "nothing"], **badly)["number"].sure


def test_a_number_in_a_code_alone_is_offered():
    found = read("SERTIFIKAT HALAL", kind=Kind.HALAL, codes=["ID64110001325901022", "ID1"])["number"]
    assert (found.sure, found.source) == (False, Source.QR)
    assert read("NPWP", kind=Kind.NPWP, codes=["09.254.294.4-407.000"]) == {}


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("Nomor : 503/012/SLHS/2024", ("503/012/SLHS/2024", True)),
        ("No. 503/012/SLHS/2024", ("503/012/SLHS/2024", True)),
        ("Nomor Sertifikat: 503/012/SLHS/2024", ("503/012/SLHS/2024", True)),
        ("Nomor : 503 / 012", ("503 / 012", False)),
        ("Nomor : 5\u00d73/012", ("5\u00d73/012", False)),
    ],
)
def test_a_number_without_a_form_is_what_stands_behind_its_label(row: str, number: tuple[str, bool]):
    assert values(row, kind=Kind.SLHS)["number"] == number


def test_words_behind_nomor_are_no_number():
    assert "number" not in values("Nomor : tidak ada", "503/012", kind=Kind.SLHS)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (Kind.PIRT, ("Nomor lama: 2063471010123-23",)),
        (Kind.PIRT, ("Menggantikan P-IRT 2063471010123-23",)),
        (Kind.PIRT, ("Contoh label: P-IRT 2063471010123-23",)),
        (Kind.HALAL, ("Sertifikat halal pemasok bahan: ID35110000214820320",)),
        (Kind.NIB, ("NIB induk perusahaan : 1234567890123",)),
        (Kind.NPWP, ("NPWP pemotong: 09.254.294.3-407.000",)),
        (Kind.BANK_ACCOUNT, ("No. Rekening Pinjaman : 0012345678",)),
        (Kind.BANK_ACCOUNT, ("Rekening tujuan transfer: 0012345678",)),
        (Kind.BANK_ACCOUNT, ("Rekening Pihak Kedua : 0012345678",)),
        (Kind.MD, ("Nomor pendaftaran lama : BPOM RI MD 224093500120027",)),
        (Kind.MD, ("Nomor pendaftaran lama :", "BPOM RI MD 224093500120027")),
        (Kind.SLHS, ("Nomor: 503/012/lama",)),
    ],
)
def test_a_number_of_another_or_a_replaced_one_is_never_sure(kind: Kind, rows: tuple[str, ...]):
    number = read(*rows, kind=kind)["number"]
    assert not number.sure
    assert not read(*rows, kind=kind, codes=[number.value])["number"].sure


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (Kind.MD, ("Nomor Persetujuan Pendaftaran : BPOM RI MD 224093500120027",)),
        (Kind.MD, ("Berlaku selama 5 tahun : BPOM RI MD 224093500120027",)),
        (Kind.MD, ("Nomor lama 224093500120026", "BPOM RI MD 224093500120027")),
        (Kind.NIB, ("NIB 2812210005566 (menggantikan NIB 1234567890123)",)),
        (Kind.NIB, ("NIB induk perusahaan : 1234567890123", "NIB : 2812210005566")),
    ],
)
def test_the_papers_own_number_stays_sure(kind: Kind, rows: tuple[str, ...]):
    number = read(*rows, kind=kind)["number"]
    assert number.sure
    assert "".join(filter(str.isalnum, number.value)).endswith(("224093500120027", "2812210005566"))


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (Kind.MD, ("BPOM RI MD 240935001200", "027")),
        (Kind.MD, ("BPOM RI MD 240935001200 -", "027")),
        (Kind.NA, ("NA18190100123 45",)),
        (Kind.TR, ("TR 193312345 6",)),
        (Kind.TR, ("TR 193312345 - 6",)),
        (Kind.NIB, ("NIB 2812210005566 77",)),
        (Kind.SLHS, ("Nomor : 503/012/SLHS/", "2024")),
    ],
)
def test_a_number_that_may_go_on_is_not_sure(kind: Kind, rows: tuple[str, ...]):
    assert not read(*rows, kind=kind)["number"].sure


@pytest.mark.parametrize("below", ["1. Nama Pelaku Usaha", "22 November 2026", "Kemasan 250 g", "- Nama"])
def test_a_row_or_a_day_below_does_not_continue_a_number(below: str):
    assert read("BPOM RI MD 240935001200", below, kind=Kind.MD)["number"].sure
    assert read("BPOM RI MD 240935001200 (dalam negeri)", "027", kind=Kind.MD)["number"].sure


def test_digits_on_the_next_page_do_not_continue_a_number():
    lines = [*write("BPOM RI MD 240935001200"), *write("027", page=1)]
    assert [one.sure for one in find_values(lines, [], kind=Kind.MD)] == [True]


# Names -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        ("Nama Pelaku Usaha : Dapur Bu Siti",),
        (("1. Nama Pelaku Usaha", ": Dapur Bu Siti"),),
        (("NamaPelakuUsaha", ":", "Dapur Bu Siti"),),
        ("Nama Pelaku Usaha", "Dapur Bu Siti"),
        (("Nama Perusahaan / Name of company", ": Dapur Bu Siti"),),
        (("Nama IRTP", ": Dapur"), ("", "Bu Siti")),
    ],
)
def test_a_name_stands_behind_or_below_its_label(rows: tuple[str | Sequence[str], ...]):
    assert values(*rows, kind=Kind.PIRT)["holder"] == ("Dapur Bu Siti", True)


def test_owner_and_holder_are_told_apart():
    found = values(("Nama IRTP", ": Toko Melati"), ("Nama Pemilik", ": Siti"), kind=Kind.PIRT)
    assert found == {"holder": ("Toko Melati", True), "owner": ("Siti", True)}


def test_a_name_below_a_label_that_is_another_label_is_not_sure():
    assert not read("Nama Pemilik", "Alamat", kind=Kind.PIRT)["owner"].sure


@pytest.mark.parametrize(
    "rows",
    [
        ("Nama Pemilik",),
        ("Nama Pemilik", "", "Siti"),
        ("Nama Pemilik : 0812",),
        ("Nama Pemilik", ("", "Siti")),
        ("Nama Pemilik : -",),
    ],
)
def test_no_name_is_none(rows: tuple[str | Sequence[str], ...]):
    assert "owner" not in values(*rows, kind=Kind.PIRT)


def test_a_name_on_the_next_page_is_not_below_its_label():
    lines = [*write("Nama Pemilik"), *write("Siti Aminah", page=1)]
    assert find_values(lines, [], kind=Kind.PIRT) == ()
    lines = [*write(["Nama Pemilik", "Siti"]), *write("Aminah", page=1)]
    assert [one.value for one in find_values(lines, [], kind=Kind.PIRT)] == ["Siti"]


def test_a_piece_close_behind_a_name_makes_it_doubtful():
    close = [put("Nama IRTP", row=0), put(": Toko", row=0, left=300), put("Melati", row=0, left=370)]
    assert [(one.value, one.sure) for one in find_values(arrange(close), [], kind=Kind.PIRT)] == [("Toko", False)]


def test_the_next_row_of_a_form_does_not_continue_a_name():
    for below in (("Alamat", ": Jl. Melati"), ("", ": Jl. Melati"), ("", "Alamat"), "jauh di kiri"):
        assert values(("Nama IRTP", ": Toko Melati"), below, kind=Kind.PIRT)["holder"][0] == "Toko Melati"


def test_plain_nama_is_the_holders_on_a_persons_paper_alone():
    assert values(("Nama", ": SITI"), kind=Kind.NIK)["holder"] == ("SITI", True)
    assert "holder" not in values(("Nama", ": SITI"), kind=Kind.HALAL)


def test_an_account_says_whose_it_is():
    assert values("Atas Nama : SITI RAHMAWATI", kind=Kind.BANK_ACCOUNT) == {"account_name": ("SITI RAHMAWATI", True)}


@pytest.mark.parametrize(
    ("rows", "holder"),
    [
        (("Diberikan kepada :", "Siti Rahmawati"), ("Siti Rahmawati", True)),
        (("Diberikan kepada : Siti Rahmawati",), ("Siti Rahmawati", True)),
        (("Diberikan kepada : Siti", "Rahmawati"), ("Siti", True)),
        (("Diberikan kepada :", "Alamat : Jl. Melati"), ("Alamat : Jl. Melati", False)),
        (("Diberikan kepada :", ("Siti", "Aminah")), ("Siti Aminah", False)),
    ],
)
def test_a_certificate_is_given_to_its_holder(rows: tuple[str | Sequence[str], ...], holder: tuple[str, bool]):
    assert values(*rows, kind=Kind.PKP)["holder"] == holder


def test_given_to_nobody_is_no_name():
    assert values("Diberikan kepada", kind=Kind.PKP) == {}


def test_a_tax_card_names_its_holder_below_the_number():
    rows = ("DIREKTORAT JENDERAL PAJAK", "NPWP : 09.254.294.3-407.000", "SITI RAHMAWATI", "KPP PRATAMA")
    assert values(*rows, kind=Kind.NPWP)["holder"] == ("SITI RAHMAWATI", True)
    assert "holder" not in values("NPWP", "SITI", kind=Kind.NPWP)


# Days of a paper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        "Berlaku sampai dengan 22 November 2026",
        "Berlaku s.d. : 22-11-2026",
        "Berlaku s/d 22/11/2026",
        "Berlaku hingga tanggal 22 November 2026",
        "Masa Berlaku : 22 November 2026",
        "Masa berlaku 22 November 2021 s.d. 22 November 2026",
        "Masa berlaku 22 November 2021 - 22 November 2026",
        "Berlaku sampai",
        "Tanggal kedaluwarsa 22 Nov 2026",
    ],
)
def test_a_last_day(row: str):
    rows = (row, "22 November 2026") if row.endswith("sampai") else (row,)
    assert values(*rows, kind=Kind.SLHS) == {"valid_until": ("2026-11-22", True)}


@pytest.mark.parametrize(
    "rows",
    [
        ("Diterbitkan di Jakarta, tanggal: 1 Mei 2024",),
        ("Ditetapkan di Balikpapan", "pada tanggal 1 Mei 2024"),
        ("Tanggal terbit : 01/05/2024",),
        ("Balikpapan, 1 Mei 2024",),
        ("TERDAFTAR : 01/05/2024",),
        ("Tanggal terbit", "01/05/2024"),
    ],
)
def test_a_day_of_issue(rows: tuple[str, ...]):
    assert values(*rows, kind=Kind.NPWP) == {"issued_on": ("2024-05-01", True)}


@pytest.mark.parametrize(
    "row",
    [
        "Dicetak tanggal 1 Mei 2024",
        "yang diselenggarakan pada tanggal 1 Mei 2024",
        "Undang-Undang tanggal 1 Mei 2024",
        "Masa berlaku 5 tahun sejak 1 Mei 2024",
        "Masa berlaku mulai 1 Mei 2024",
        "Tempat lahir Balikpapan, 1 Mei 1985",
        "1 Mei 2024",
        "Ditetapkan tanggal 31 Juni 2024",
    ],
)
def test_other_days_are_neither(row: str):
    assert values(row, kind=Kind.PKP) == {}


def test_a_range_over_two_lines_ends_with_its_second_day():
    rows = ("Masa berlaku : 1 Mei 2021", "s.d. 30 April 2026")
    assert values(*rows, kind=Kind.PKP) == {"valid_until": ("2026-04-30", True)}


def test_a_place_and_day_below_a_label_of_birth_is_no_day_of_issue():
    assert values("Tempat, tanggal lahir", "Balikpapan, 1 Mei 1985", kind=Kind.PKP) == {}


def test_digits_behind_the_label_of_something_else_are_not_sure():
    assert values("NIB: - HP: 0812345678901", kind=Kind.NIB)["number"] == ("0812345678901", False)
    assert values("Nomor Induk Berusaha (NIB) adalah : 2812210005566", kind=Kind.NIB)["number"][1]


def test_a_day_of_birth_is_no_day_of_the_paper():
    assert "issued_on" not in values("Balikpapan, 1 Mei 1985", kind=Kind.NIK)


@pytest.mark.parametrize(
    ("kind", "rows", "field"),
    [
        (Kind.PIRT, ("Sertifikat halal berlaku sampai dengan 6 Juni 2026",), "valid_until"),
        (Kind.PIRT, ("Izin lokasi berlaku sampai dengan 1 Januari 2025",), "valid_until"),
        (Kind.PIRT, ("Masa berlaku sewa", "1 Januari 2025"), "valid_until"),
        (Kind.PIRT, ("Sertifikat PKP nomor 12 diterbitkan tanggal 6 Juni 2022",), "issued_on"),
        (Kind.PIRT, ("Tanggal terbit PKP : 1 April 2022",), "issued_on"),
        (Kind.PIRT, ("Tanggal terbit PKP", "1 April 2022"), "issued_on"),
        (Kind.PIRT, ("Terdaftar di Kemenkumham tanggal 3 Mei 2020",), "issued_on"),
        (Kind.PKS, ("NIB diterbitkan tanggal 5 Mei 2021",), "issued_on"),
        (Kind.SLHS, ("Masa berlaku STR penjamah : 1 Januari 2025",), "valid_until"),
        (Kind.SLHS, ("Hasil uji laboratorium diterbitkan tanggal 1 Mei 2024",), "issued_on"),
        (Kind.HALAL, ("Ketetapan Halal KF-12 ditetapkan tanggal 1 Maret 2024",), "issued_on"),
        (Kind.HALAL, ("Fatwa ditetapkan di Jakarta", "pada tanggal 1 Maret 2024"), "issued_on"),
        (Kind.MD, ("Tanggal kedaluwarsa: 12 Mei 2027",), "valid_until"),
        (Kind.NA, ("Expiry date", "12 Mei 2027"), "valid_until"),
        (Kind.SLHS, ("Balikpapan, 1 Mei 1985",), "issued_on"),
    ],
)
def test_a_day_that_may_be_of_something_else_is_offered_but_not_sure(kind: Kind, rows: tuple[str, ...], field: str):
    found = read(*rows, kind=kind)
    assert [*found] == [field]
    assert not found[field].sure


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        (Kind.HALAL, "Sertifikat halal berlaku sampai dengan 6 Juni 2026"),
        (Kind.PIRT, "SPP-IRT ini berlaku sampai dengan 6 Juni 2026"),
        (Kind.SLHS, "Sertifikat Laik Higiene Sanitasi (SLHS) berlaku sampai dengan 6 Juni 2026"),
        (Kind.PKP, "Sertifikat PKP diterbitkan tanggal 6 Juni 2026"),
        (Kind.NIB, "NIB diterbitkan di Jakarta, tanggal 6 Juni 2026"),
        (Kind.NPWP, "Wajib Pajak terdaftar 6 Juni 2026"),
        (Kind.MD, "Tanggal kedaluwarsa izin edar: 6 Juni 2026"),
        (Kind.MD, "Berlaku sampai 6 Juni 2026"),
        (Kind.SLHS, "Berlaku sampai dengan 6 Juni 2026 sewaktu-waktu ditinjau"),
    ],
)
def test_a_day_of_the_papers_own_kind_stays_sure(kind: Kind, row: str):
    assert [(one.value, one.sure) for one in read(row, kind=kind).values()] == [("2026-06-06", True)]


def test_a_day_of_another_paper_does_not_contradict_the_papers_own():
    rows = ("Sertifikat halal berlaku sampai dengan 6 Juni 2026", "Masa berlaku s.d. 1 Mei 2028")
    assert values(*rows, kind=Kind.PIRT)["valid_until"] == ("2028-05-01", True)


def test_days_in_digits_are_doubted_where_one_has_its_month_first():
    rows = ("Tanggal terbit 01/05/2024", "dibaca 12/25/2024")
    assert values(*rows, kind=Kind.MD)["issued_on"] == ("2024-05-01", False)
    assert values("Tanggal terbit 1 Mei 2024", "12/25/2024", kind=Kind.MD)["issued_on"][1]


def test_days_that_contradict_each_other_are_not_sure():
    rows = ("Tanggal terbit 1 Mei 2026", "Berlaku sampai 1 Mei 2024", "Nomor: 1/A")
    found = values(*rows, kind=Kind.SLHS)
    assert [found[one][1] for one in ("issued_on", "valid_until", "number")] == [False, False, True]


def test_nothing_is_read_off_a_paper_of_unknown_kind():
    assert find_values(write("Nomor: 1"), [], kind=None) == ()


pieces = st.builds(
    put,
    st.text(max_size=60)
    | st.sampled_from(["Nama", "Nomor :", "Berlaku s.d.", "NIB", "ID", "Diberikan kepada", "NPWP 1"]),
    row=st.integers(0, 5),
    left=st.integers(0, 900),
    page=st.integers(0, 1),
    confidence=st.integers(0, 1_000),
    source=st.sampled_from(Source),
    width=st.integers(1, 100),
).filter(lambda one: one.text != "")


@given(st.lists(pieces, max_size=12), st.sampled_from(Kind))
def test_no_text_crashes_it_and_every_box_lies_on_the_page(found: list[Piece], kind: Kind):
    lines = arrange(one for one in found if one.source is not Source.QR)
    guess_kind(lines)
    for one in find_values(lines, [each for each in found if each.source is Source.QR], kind=kind):
        box: Box = one.box
        assert 0 <= box[0] <= box[2] <= 1_000
        assert one.value
