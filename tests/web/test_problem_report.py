"""The report of a file's problems: what waits, why, and the way back through the mended workbook."""

import io
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text

from tests.builders import FINANCE, KERIPIK
from tests.web.selling import hand_in, hand_in_and_read, id_of, line, make_csv, read, status_of
from tests.web.test_uploads import figures_of
from tests.web.town import Town


def fetch_report(town: Town, login: str, upload_id: int) -> tuple[bytes, list[Worksheet]]:
    answer = town.browser(login).get(f"/uploads/{upload_id}/report.xlsx").answer
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="problems-{upload_id}.xlsx"'
    return answer.content, list(load_workbook(io.BytesIO(answer.content)).worksheets)


def values(sheet: Worksheet, row: int) -> list[object]:
    return [cell.value for cell in sheet[row]]


def test_the_report_is_mended_and_handed_in_again_without_a_question(town: Town):
    rows = [line(), f"2026-02-31,T1,S91,{KERIPIK},Keripik Singkong,1,15000,15000", "Total,,,,,3,,45000"]
    upload_id = hand_in_and_read(town, FINANCE, make_csv(*rows))
    page = town.browser(FINANCE).get(f"/uploads/{upload_id}")
    assert f"/uploads/{upload_id}/report.xlsx" in page.links()
    content, (problems, ignored, summary) = fetch_report(town, FINANCE, upload_id)
    heads, row = values(problems, 1), values(problems, 2)
    assert heads[:3] == ["Tanggal", "Kode Toko", "No Struk"]
    told = ["Row", "Column", "What is wrong", "What to do", "State", "The whole row"]
    assert heads[8:] == [f">> {head}" for head in told]
    assert row[:8] == ["2026-02-31", "T1", "S91", KERIPIK, "Keripik Singkong", "1", "15000", "15000"]
    assert row[8:11] == [3, "Tanggal", "the cell is no day of the calendar"]
    assert row[12] == "waiting"
    fills = [cell.fill.start_color.rgb for cell in problems[2]]
    assert (fills[0], set(fills[1:])) == ("FFF8D7DA", {"00000000"})
    assert values(ignored, 2) == [4, "total of the file", "Total |  |  |  |  | 3 |  | 45000"]
    # 3 rows = 1 posted + 0 known + 1 ignored + 1 that waits.
    assert [cell.value for cell in summary["B"]][:7] == [3, 1, 0, 1, 1, "=SUM(B2:B5)", '=IF(B1=B6,"yes","no")']
    book = load_workbook(io.BytesIO(content))
    book.worksheets[0]["A2"] = "2026-11-08"
    mended = io.BytesIO()
    book.save(mended)
    again = hand_in_and_read(town, FINANCE, mended.getvalue(), name="diperbaiki.xlsx")
    assert status_of(town, again) == "posted"
    assert figures_of(town.browser(FINANCE).get(f"/uploads/{again}"))["Posted"] == "1"


def test_a_report_saved_as_text_is_known_again_as_well(town: Town):
    bad = f"2026-02-31,T1,S91,{KERIPIK},Keripik Singkong,1,15000,15000"
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(), bad))
    _, (problems, _, _) = fetch_report(town, FINANCE, upload_id)
    quoted = [",".join(f'"{cell or ""}"' for cell in values(problems, row)) for row in (1, 2)]
    mended = "\n".join([*quoted, ""]).replace("2026-02-31", "2026-11-08").encode()
    assert status_of(town, hand_in_and_read(town, FINANCE, mended, name="diperbaiki.csv")) == "posted"


def test_the_report_holds_formulas_as_text_and_numbers_as_the_workbook_had_them(town: Town):
    book, target = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Tanggal", "Kode Toko", "No Struk", "Barcode", "Nama Produk", "Jumlah", "Harga Satuan", "Total"])
    sheet.append([date(2026, 11, 9), "T1", "S1", "0099", "=1+1", 1.125, 16_000, 18_000])
    sheet["E2"].data_type = "s"
    book.save(target)
    upload_id = hand_in_and_read(town, FINANCE, target.getvalue(), name="jan.xlsx")
    if status_of(town, upload_id) == "needs_mapping":
        page = f"/uploads/{upload_id}"
        town.browser(FINANCE).post(f"{page}/mapping", {"then": "post"}, page=page)
        read(town, upload_id)
    _, (problems, _, _) = fetch_report(town, FINANCE, upload_id)
    cells = list(problems[2])
    assert (cells[0].value.date(), cells[0].is_date) == (date(2026, 11, 9), True)
    assert (cells[3].value, cells[4].value, cells[4].data_type) == ("0099", "=1+1", "s")
    assert (cells[5].value, cells[5].data_type) == (1.125, "n")
    assert cells[3].fill.start_color.rgb == "FFF8D7DA"  # the code that nobody knows


def test_a_dismissed_row_is_not_to_be_mended(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(), line(receipt="S91", code="77")))
    with town.database.transaction("64.71") as session:
        session.execute(
            text("UPDATE sales_parked SET state = 'dismissed', note = 'uji' WHERE upload_id = :id"), {"id": upload_id}
        )
    _, (problems, ignored, summary) = fetch_report(town, FINANCE, upload_id)
    assert problems.max_row == 1
    assert values(ignored, 2)[:2] == [3, "dismissed: uji"]
    assert [cell.value for cell in summary["B"]][:5] == [2, 1, 0, 1, 0]


def test_a_row_of_another_width_keeps_its_cells_and_is_told_whole(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(), "2026-11-09,T1,S92,1,2,3,4,5,6,7", "2026-11-09,T1"))
    _, (problems, _, _) = fetch_report(town, FINANCE, upload_id)
    long, short = values(problems, 2), values(problems, 3)
    assert long[:8] == ["2026-11-09", "T1", "S92", "1", "2", "3", "4", "5"]
    assert long[13] == "2026-11-09 | T1 | S92 | 1 | 2 | 3 | 4 | 5 | 6 | 7"
    assert short[:3] == ["2026-11-09", "T1", None]


def test_there_is_no_report_of_a_file_that_was_not_read(town: Town):
    upload_id = id_of(hand_in(town, FINANCE, make_csv(line())))
    assert town.browser(FINANCE).get(f"/uploads/{upload_id}/report.xlsx").status == 404


def test_rows_are_told_by_the_sheet_they_stand_in(town: Town):
    rows = make_csv(line(), line(receipt="S91", code="77"), "Total,,,,,4,,60000")
    upload_id = hand_in_and_read(town, FINANCE, rows)
    second_sheet = 1 << 21  # where the numbers of its rows begin
    with town.database.owner() as connection:  # as if the file had had two sheets
        connection.execute(text("SET LOCAL search_path = region_6471"))
        facts = {"id": upload_id, "more": second_sheet}
        connection.execute(
            text("""UPDATE sales_upload SET outcome = outcome || jsonb_build_object('parts', array['Jan', 'Feb'])
              WHERE id = :id"""),
            facts,
        )
        for table in ("sales_parked", "sales_ignored"):
            connection.execute(text(f"UPDATE {table} SET row_no = row_no + :more WHERE upload_id = :id"), facts)
    browser = town.browser(FINANCE)
    path = f"/uploads/{upload_id}"
    for address in (path, f"{path}/problems", "/parked/rows?q=kasir"):
        assert "“Feb”, row 3" in browser.get(address).text
    assert "“Feb”, row 4" in browser.get(f"{path}/ignored").text
    assert "“Jan”, row 2" in browser.get(f"{path}/lines").text
    assert '"“Feb”, row 3"' in browser.get(f"{path}/problems?format=csv").source
    _, (problems, ignored, _) = fetch_report(town, FINANCE, upload_id)
    assert values(problems, 1)[8:10] == [">> Sheet", ">> Row"]
    assert values(problems, 2)[8:10] == ["Feb", 3]
    assert values(ignored, 2)[:2] == ["Feb", 4]
