"""What tables of banks hold besides plain rows: days without a year, notes, other orders, other styles, other columns."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.banking.columns import BankAnswers
from consign.banking.reading import BankReading, inspect_bank_file
from consign.banking.rules import (
    BalanceDoesNotTie,
    OtherAccount,
    OtherCurrency,
    RowsUnreadable,
    TotalsDiffer,
    refuse_other_account,
)
from consign.banking.table_cells import read_amount, to_rupiah
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.refusals import FileRefused
from tests.banking.conftest import AUGUST
from tests.banking.writers import (
    NUMBER,
    statement,
    write_bca,
    write_bni_workbook,
    write_kopra,
    write_ocbc,
    write_workbook,
)

TODAY = date(2026, 11, 29)
ONE = statement(10_000_000, AUGUST, from_on=date(2026, 8, 1), until_on=date(2026, 8, 31))


def read(folder: Path, content: bytes | str, answers: BankAnswers | None = None) -> BankReading:
    path = folder / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return inspect_bank_file(path, number=NUMBER, today=TODAY, answers=answers)


def amounts(reading: BankReading) -> list[int]:
    (one,) = reading.statements
    return [line.amount_rp for line in one.lines]


def test_the_year_of_a_klikbca_day_is_that_of_its_period_also_over_new_year(tmp_path: Path):
    over = statement(
        0,
        [(date(2025, 12, 31), 5, "A"), (date(2026, 1, 1), 6, "B")],
        from_on=date(2025, 12, 15),
        until_on=date(2026, 1, 14),
    )
    (found,) = read(tmp_path, write_bca(over)).statements
    assert [line.booked_on for line in found.lines] == [date(2025, 12, 31), date(2026, 1, 1)]
    assert (found.from_on, found.until_on) == (date(2025, 12, 15), date(2026, 1, 14))


def test_29_february_of_a_year_without_one_is_refused(tmp_path: Path):
    content = (
        write_bca(ONE).replace(b"'03/08", b"'29/02").replace(b"01/08/2026 - 31/08/2026", b"01/02/2026 - 31/08/2026")
    )
    with pytest.raises(RowsUnreadable) as refused:
        read(tmp_path, content)
    assert [(one.row, one.code) for one in refused.value.problems] == [(8, "date.invalid")]


def test_own_sums_of_klikbca_are_held_against_its_rows(tmp_path: Path):
    with pytest.raises(TotalsDiffer):
        read(tmp_path, write_bca(ONE).replace(b'"1,698,600.00",3', b'"1,698,600.00",4'))


def test_a_row_that_was_taken_out_is_noticed(tmp_path: Path):
    rows = write_kopra(ONE).splitlines(keepends=True)
    with pytest.raises(BalanceDoesNotTie, match=r"Row 3 .*difference of -Rp1\.485\.000"):
        read(tmp_path, b"".join([*rows[:1], *rows[2:3], *rows[1:2], *rows[3:]]))


def test_qris_lines_keep_gross_and_fee_in_their_words(tmp_path: Path):
    (found,) = read(tmp_path, write_bca(ONE)).statements
    assert found.lines[2].description == "KR OTOMATIS MID : 885000123 HOTEL BIRU QR : 100000.00 DDR : 700.00"


def test_a_file_from_the_newest_to_the_oldest_is_turned_around(tmp_path: Path):
    assert amounts(read(tmp_path, write_ocbc(ONE))) == [amount for _, amount, _ in AUGUST]
    one_day = statement(100, [(date(2026, 8, 5), 10, "A"), (date(2026, 8, 5), -20, "B"), (date(2026, 8, 5), 30, "C")])
    assert amounts(read(tmp_path, write_ocbc(one_day))) == [10, -20, 30]


def test_balances_decide_between_two_styles_of_numbers(tmp_path: Path):
    rows = "Tanggal;Deskripsi;Debit;Kredit;Saldo\n01-Agu-2026;A;;1.500;1.500\n02-Agu-2026;B;500;;1.000\n"
    reading = read(tmp_path, rows)
    # Read the English way it would be one and a half rupiah, which is none.
    assert (reading.number_style, amounts(reading)) == ("id", [1_500, -500])


def test_a_confirmed_style_does_not_outweigh_what_the_cells_show(tmp_path: Path):
    rows = "Tanggal;Deskripsi;Debit;Kredit;Saldo\n01-Agu-2026;A;;1.500.000,00;1.500.000,00\n"
    assert amounts(read(tmp_path, rows, BankAnswers(number_style=NumberStyle.ENGLISH))) == [1_500_000]


def test_days_that_can_be_read_both_ways_are_asked_about(tmp_path: Path):
    rows = "Date,Details,Withdrawal,Deposit,Balance\n03/04/2026,A,,100,100\n"
    reading = read(tmp_path, rows)
    assert [question.about for question in reading.questions] == ["date_order"]
    assert reading.statements == ()


def test_opening_and_closing_rows_among_the_bookings_are_balances(tmp_path: Path):
    rows = (
        "Tanggal;Deskripsi;Debit;Kredit;Saldo\n01-Agu-2026;SALDO AWAL;;;1.000,00\n01-Agu-2026;SETORAN;;500,00;1.500,00\n"
        "lanjutan keterangan\n;lanjutan dua;;;\nTotal;0,00;500,00;;\n31-Agu-2026;SALDO AKHIR;;;1.500,00\n"
    )
    (found,) = read(tmp_path, rows.replace("Total;0,00;500,00", "Total;;0,00;500,00")).statements
    assert (found.opening_rp, found.closing_rp, len(found.lines)) == (1_000, 1_500, 1)
    assert found.lines[0].description == "SETORAN lanjutan dua"


def test_amounts_below_zero_in_the_column_of_money_out_are_money_out(tmp_path: Path):
    rows = "Tanggal;Deskripsi;Debit;Kredit;Saldo\n01-Agu-2026;A;;1000;1000\n02-Agu-2026;B;-300;;700\n"
    assert amounts(read(tmp_path, rows)) == [1_000, -300]


def test_another_currency_and_another_account_in_a_column_are_refused(tmp_path: Path):
    with pytest.raises(OtherCurrency):
        read(tmp_path, write_kopra(ONE).replace(b";IDR;", b";USD;"))
    with pytest.raises(OtherAccount):
        read(tmp_path, write_kopra(ONE, number="999888777"))


@pytest.mark.parametrize("written", ["0111222333", "111222333", "0111-222-333", "BCA/0111222333", "011XXXX333", "***"])
def test_numbers_that_are_the_account_s_own(written: str):
    refuse_other_account(written, NUMBER)


@pytest.mark.parametrize("written", ["0111222334", "01112223330", "011XXXX334"])
def test_numbers_that_are_of_another_account(written: str):
    with pytest.raises(OtherAccount):
        refuse_other_account(written, NUMBER)


def test_a_page_that_calls_itself_a_workbook_is_read(tmp_path: Path):
    rows = "".join(
        f"<tr><td>{line.booked_on:%d/%m/%Y}</td><td>0</td><td></td><td>{line.description}</td><td>{max(-line.amount_rp, 0):,}.00</td>"
        f"<td>{max(line.amount_rp, 0):,}.00</td><td>{line.balance_rp:,}.00</td></tr>"
        for line in ONE.lines
    )
    heads = "".join(
        f"<th>{head}</th>"
        for head in ("Post Date", "Branch", "Journal No", "Description", "Debit", "Credit", "Balance")
    )
    page = f"<html><body><table><tr><td>Account No</td><td>{NUMBER}</td></tr></table><table><tr>{heads}</tr>{rows}</table></body></html>"
    reading = read(tmp_path, page)
    assert (reading.container, reading.layout, amounts(reading)) == (
        "html",
        "bni_direct",
        [amount for _, amount, _ in AUGUST],
    )


def test_the_head_of_a_page_that_comes_again_is_no_row(tmp_path: Path):
    moves = [(date(2026, 8, 1 + number // 3), 1_000 + number, f"BARIS {number}") for number in range(60)]
    assert len(amounts(read(tmp_path, write_bni_workbook(statement(0, moves))))) == 60


def test_two_sheets_with_different_columns_are_not_guessed_between(tmp_path: Path):
    with pytest.raises(FileRefused):
        read(tmp_path, write_workbook([["Nothing", "at all"]])[:200])


def test_wide_text_and_a_byte_order_mark_are_read(tmp_path: Path):
    text = write_kopra(ONE).decode().replace(";", "\t")
    assert amounts(read(tmp_path, text.encode("utf-16"))) == [amount for _, amount, _ in AUGUST]
    assert amounts(read(tmp_path, b"\xef\xbb\xbf" + write_kopra(ONE))) == [amount for _, amount, _ in AUGUST]


@given(
    st.from_regex(r"-?[0-9]{0,4}([.,' ]?[0-9]{1,3}){0,6}([.,][0-9]{0,2})?", fullmatch=True),
    st.sampled_from(NumberStyle),
)
def test_an_amount_that_is_read_at_once_is_what_it_is_as_a_number(written: str, style: NumberStyle):
    slowly = parse_number(written, style)
    assert read_amount(written, style) == (slowly if isinstance(slowly, str) else to_rupiah(slowly))


def test_amounts_as_banks_write_them():
    for written, style, amount in (
        ("1,234,567.00", NumberStyle.ENGLISH, 1_234_567),
        ("-1.234.567,00", NumberStyle.INDONESIAN, -1_234_567),
        ("1234567", NumberStyle.PLAIN, 1_234_567),
        ("12,5", NumberStyle.INDONESIAN, "amount.not_whole"),
        ("1,234", NumberStyle.PLAIN, "number.other_style"),
    ):
        assert read_amount(written, style) == amount
