"""How a file parts its cells: decided once for the whole file, by what all of it shows."""

from pathlib import Path

import pytest

from consign.sentence import Sentence
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileDamaged, FileNotATable, FileWithoutHeader
from tests.tabular.reading import WORDS, look_at, write_bytes

HEAD = "Tanggal|Barcode|Nama Produk|Total\n"
UNQUOTED = "no cell stands in quotes, so a quote is a sign like any other"
ESCAPED = "a quote inside a cell follows a backslash"


def evidence_of(folder: Path, text: str) -> tuple[Sentence, ...]:
    with open_table(write_bytes(folder, text.encode()), words=WORDS) as table:
        return table.evidence


def filler(sign: str, count: int = 20_000) -> str:
    """Return rows enough for the fast reader."""
    return f"2026-10-07{sign}8992761002015{sign}Keripik{sign}15000\n" * count


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_separator_that_the_first_line_names_goes(tmp_path: Path, first: str):
    text = f"{first}\r\nTanggal;Nama Produk;Total\r\n2026-10-05;Keripik;1,5\r\n"
    seen = look_at(tmp_path, text)
    assert (seen.delimiter, seen.header_row, seen.rows) == (";", 2, {3: ("2026-10-05", "Keripik", "1,5")})
    assert "the first line names the separator" in evidence_of(tmp_path, text)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_named_separator_goes_for_large_files_too(tmp_path: Path, sign: str):
    seen = look_at(tmp_path, f"sep={sign}\n" + HEAD.replace("|", sign) + filler(sign))
    assert (seen.delimiter, seen.header_row, min(seen.rows), len(seen.rows)) == (sign, 2, 3, 20_000)


def test_a_named_separator_goes_against_what_the_rows_look_like(tmp_path: Path):
    with pytest.raises(FileWithoutHeader):
        look_at(tmp_path, "sep=;\nTanggal,Total\n2026-10-05,1\n")


def test_a_named_separator_that_is_not_read_is_refused(tmp_path: Path):
    with pytest.raises(FileNotATable, match=r"'\^' as the separator"):
        look_at(tmp_path, "sep=^\nTanggal^Total\n2026-10-05^1\n")


@pytest.mark.parametrize("sign", ["|", "\t"])
@pytest.mark.parametrize("rest", ["", "many"])
def test_a_till_that_knows_no_quotes_is_read_as_it_writes(tmp_path: Path, sign: str, rest: str):
    names = ['24" PIZZA', '"SPECIAL" BURGER', 'PIZZA 24"', '"SPECIAL" AND "COMBO"', 'A ""B', '5\\" PIE']
    rows = [f"2026-10-05|{place}|{name}|1000\n" for place, name in enumerate(names)]
    text = (HEAD + "".join(rows)).replace("|", sign) + (filler(sign) if rest else "")
    seen = look_at(tmp_path, text)
    assert [seen.rows[row][2] for row in range(2, 8)] == names
    assert seen.broken == {}
    assert UNQUOTED in evidence_of(tmp_path, text)


def test_one_open_quote_swallows_nothing_where_no_cell_is_quoted(tmp_path: Path):
    seen = look_at(tmp_path, HEAD + '2026-10-05|1|"SPECIAL BURGER|1000\n2026-10-06|2|Nasi|2000\n')
    assert [row[2] for row in seen.rows.values()] == ['"SPECIAL BURGER', "Nasi"]


@pytest.mark.parametrize(
    "quoted",
    [
        '2026-10-05|1|"Keripik"|1000\n',
        '2026-10-05|1|""|1000\n',
        '2026-10-05|1|"Sambal ""Gami"""|1000\n',
        '2026-10-05|1|"Keripik | pedas"|1000\n',
        '2026-10-05|1|"Keripik\npedas"|1000\n',
    ],
)
@pytest.mark.parametrize("place", ["before", "behind", "far behind"])
def test_where_one_cell_is_quoted_an_open_quote_still_swallows_nothing(tmp_path: Path, quoted: str, place: str):
    open_quote = '2026-10-06|2|"Sambal|2000'
    others = "2026-10-07|3|Nasi|3000\n2026-10-08|4|Teh|4000\n"
    between = filler("|", 300) if place == "far behind" else ""
    below = f"{open_quote}\n{others}"
    try:
        seen = look_at(tmp_path, HEAD + (quoted + below if place == "before" else below + between + quoted))
    except FileDamaged:
        return
    assert list(seen.broken.values()) == [(open_quote,)]
    assert [cells[2] for cells in seen.rows.values() if cells[1] in "34"] == ["Nasi", "Teh"]
    assert len(seen.rows) == 3 + between.count("\n")


def test_commas_are_never_read_without_quotes(tmp_path: Path):
    seen = look_at(tmp_path, HEAD.replace("|", ",") + '2026-10-05,1,"SPECIAL,1000\n2026-10-06,2,Nasi,2000\n')
    assert (seen.rows, seen.broken) == (
        {3: ("2026-10-06", "2", "Nasi", "2000")},
        {2: ('2026-10-05,1,"SPECIAL,1000',)},
    )


@pytest.mark.parametrize("sign", [",", ";", "|"])
def test_a_backslash_keeps_a_quote_in_its_cell(tmp_path: Path, sign: str):
    rows = (
        '"2026-10-05"|"1"|"Sambal \\"Gami\\", pedas"|"1000"\n'
        '"2026-10-05"|"2"|"Keripik \\"Asin\\"|besar"|"2000"\n'
        '"2026-10-05"|"3"|"C:\\\\Toko\\\\"|\\N\n'
    )
    text = (HEAD + rows).replace("|", sign)
    seen = look_at(tmp_path, text)
    names = [cells[2] for cells in seen.rows.values()]
    assert names == ['Sambal "Gami", pedas', f'Keripik "Asin"{sign}besar', "C:\\Toko\\"]
    assert [cells[3] for cells in seen.rows.values()] == ["1000", "2000", ""]
    assert seen.broken == {}
    assert ESCAPED in evidence_of(tmp_path, text)


def test_a_backslash_that_ends_a_cell_does_not_hold_its_quote(tmp_path: Path):
    rows = '"2026-10-05"|"1"|"C:\\"|"1000"\n"2026-10-05"|"2"|"Sambal ""Gami""|"|"2000"\n'
    seen = look_at(tmp_path, HEAD + rows)
    assert list(seen.rows.values()) == [
        ("2026-10-05", "1", "C:\\", "1000"),
        ("2026-10-05", "2", 'Sambal "Gami"|', "2000"),
    ]


def test_quotes_behind_backslashes_and_doubled_ones_go_together(tmp_path: Path):
    rows = '2026-10-05,1,"Sambal \\"Gami\\" pedas",1000\n2026-10-05,2,"Keripik ""Asin""",2000\n'
    seen = look_at(tmp_path, HEAD.replace("|", ",") + rows)
    assert [cells[2] for cells in seen.rows.values()] == ['Sambal "Gami" pedas', 'Keripik "Asin"']


def test_backslashes_that_allow_no_reading_are_refused(tmp_path: Path):
    rows = '2026-10-05,1,"Sambal \\"Gami\\" pedas",1000\n2026-10-05,2,"SPECIAL" BURGER,2000\n'
    with pytest.raises(FileDamaged, match="backslash"):
        look_at(tmp_path, HEAD.replace("|", ",") + rows)


def test_rows_wrapped_in_quotes_are_unwrapped(tmp_path: Path):
    text = (
        '"Tanggal,Barcode,Nama Produk,Total"\r\n'
        '"2026-10-05,1,""Keripik, pedas"",5000"\r\n'
        "\r\n"
        '"2026-10-06,2,Sambal ""Gami"",6000"\r\n'
    )
    seen = look_at(tmp_path, text)
    assert (seen.delimiter, seen.header_row) == (",", 1)
    assert seen.rows == {
        2: ("2026-10-05", "1", "Keripik, pedas", "5000"),
        4: ("2026-10-06", "2", 'Sambal "Gami"', "6000"),
    }
    assert "each row stood in quotes as a whole" in evidence_of(tmp_path, text)


def test_wrapped_rows_may_be_followed_by_blank_cells_and_preceded_by_a_title(tmp_path: Path):
    seen = look_at(tmp_path, 'TOKO BERUANG\n"Tanggal,Total";;\n"2026-10-05,1";;\n')
    assert (seen.delimiter, seen.header_row, seen.rows) == (",", 2, {3: ("2026-10-05", "1")})


def test_many_wrapped_rows_are_unwrapped_and_a_plain_one_among_them_is_refused(tmp_path: Path):
    rows = '"2026-10-05,1,Keripik,1000"\n' * 30_000
    assert len(look_at(tmp_path, '"Tanggal,Barcode,Nama Produk,Total"\n' + rows).rows) == 30_000
    with pytest.raises(FileDamaged, match="row 30002 does not"):
        look_at(tmp_path, '"Tanggal,Barcode,Nama Produk,Total"\n' + rows + "2026-10-06,2,Sambal,2000\n")


def test_wrapped_text_without_columns_is_refused(tmp_path: Path):
    with pytest.raises(FileWithoutHeader):
        look_at(tmp_path, '"1,5"\n"2,5"\n')


def test_columns_of_numbers_and_days_decide_where_no_header_is_known(tmp_path: Path):
    # Both signs part every line evenly: the comma into three, as wide as the semicolon does.
    text = "Wkt;Brg,Jns,Wrn;Jml\n01/11/2026;Teh,Manis,Es;1\n02/11/2026;Kopi,Hitam,Es;2\n"
    seen = look_at(tmp_path, text)
    assert (seen.delimiter, seen.rows[2]) == (";", ("01/11/2026", "Teh,Manis,Es", "1"))


def test_decimal_commas_decide_nothing_about_the_separator(tmp_path: Path):
    seen = look_at(tmp_path, "Brg;Brt,kg;Hrg,rp\nTeh;1,5;2,5\nKopi;0,5;3,25\n")
    assert (seen.delimiter, seen.rows[2]) == (";", ("Teh", "1,5", "2,5"))
