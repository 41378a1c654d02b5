"""Saying how a new file is read, with its counts before anything is posted; and deciding about an overlap."""

from html import unescape

import pytest

from tests.builders import AUDITOR, FINANCE, KERIPIK, SAMBAL
from tests.web.browsing import Page
from tests.web.selling import hand_in_and_read, line, make_csv, read, status_of
from tests.web.town import BERUANG, HEAD, KANCIL, T1, VERIFIER, Town

# Nobody has confirmed this header, and "Jml Jual" is no word for a quantity.
HEADER = "Tgl Jual;Kode Toko;Barcode;Jml Jual;Harga;No Nota;Ket"
ROWS = (
    f"05/11/2026;T1;{KERIPIK};2;15.000;N1;Jual",
    f"06/11/2026;T1;{KERIPIK};1;15.000;N2;Tukar",
    f"07/11/2026;T1;{SAMBAL};x;22.500;N3;Jual",
)
RIGHT = {
    "column-0": "date",
    "column-1": "store",
    "column-2": "barcode",
    "column-3": "quantity",
    "column-4": "unit_price",
    "column-5": "receipt",
    "column-6": "kind",
    "receipts": "per_store",
    "scale": "1",
}


def new_file(town: Town, login: str = BERUANG, *rows: str) -> int:
    upload_id = hand_in_and_read(town, login, make_csv(*(rows or ROWS), header=HEADER))
    assert status_of(town, upload_id) == "needs_mapping"
    return upload_id


def send(town: Town, upload_id: int, data: dict[str, str], *, login: str = BERUANG) -> Page:
    path = f"/uploads/{upload_id}"
    return town.browser(login).post(f"{path}/mapping", data, page=path)


def chosen(page: Page) -> dict[str, str]:
    """Return the header of each column with what is chosen above it."""
    found = {}
    for part in page.source.split("<select ")[1:]:
        name = unescape(part.partition('name="')[2].partition('"')[0])
        options = part.partition("</select>")[0].split("<option ")[1:]
        picked = [one for one in options if " selected" in one.partition(">")[0]]
        if name.startswith("column-"):
            found[name] = picked[0].partition('value="')[2].partition('"')[0] if picked else ""
    return found


def kind_field(page: Page) -> str:
    """Return the name of the question what a kind of row is."""
    (name,) = {str(one["name"]) for one in page.all("input") if str(one.get("name")).startswith("kind-")}
    return name


def asked_all(town: Town, upload_id: int) -> dict[str, str]:
    """Answer the columns, and return the answers to everything that is asked then."""
    send(town, upload_id, {**RIGHT, "then": "check"})
    read(town, upload_id)
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    return {**RIGHT, "number_style": "id", "date_order": "dmy", kind_field(page): "return"}


def test_the_files_own_rows_stand_below_the_choices_with_the_guesses_filled_in(town: Town):
    page = town.browser(BERUANG).get(f"/uploads/{new_file(town)}")
    for cell in ("Tgl Jual", "05/11/2026", "15.000", KERIPIK, "Tukar"):
        assert cell in page.text
    assert chosen(page) == {
        "column-0": "", "column-1": "store", "column-2": "barcode", "column-3": "", "column-4": "unit_price",
        "column-5": "receipt", "column-6": "",
    }  # fmt: skip
    assert "Which column holds the quantity?" in page.text
    assert "Which days does this file speak about?" in page.text
    assert "This is right, post it" not in page.text  # there is nothing to look at yet
    labelled = [str(one.get("aria-label")) for one in page.all("select") if str(one["name"]).startswith("column-")]
    assert labelled[0] == "What column “Tgl Jual” holds"


def test_every_choice_is_explained(town: Town):
    page = town.browser(BERUANG).get(f"/uploads/{new_file(town)}")
    assert "The number on the customer's receipt; keeps a sale from being counted twice." in page.text
    assert "The same number on the same day and the same till is the same receipt." in page.text


def test_a_phone_is_told_that_the_table_of_columns_goes_on_to_the_right(town: Town):
    page = town.browser(BERUANG).get(f"/uploads/{new_file(town)}")
    assert "The file has 7 columns. Swipe the table to the right to see all." in page.text


def test_guesses_about_style_are_shown_with_the_files_own_values(town: Town):
    upload_id = new_file(town)
    send(town, upload_id, {**RIGHT, "then": "check"})
    read(town, upload_id)
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    assert "“15.000” is 15.000" in page.text
    assert "English (1,234,567.00) “15.000” is 15 " in page.text
    assert "“05/11/2026” is 5 Nov 2026" in page.text
    assert "“05/11/2026” is 11 May 2026" in page.text
    assert "What is a row of the kind “tukar”?" in page.text


def test_counts_are_shown_before_anything_is_posted_and_then_it_is_posted(town: Town):
    upload_id = new_file(town)
    answers = asked_all(town, upload_id)
    send(town, upload_id, {**answers, "then": "check"})
    read(town, upload_id)
    assert status_of(town, upload_id) == "needs_mapping"
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    # Two sold and one given back: 30.000 - 15.000. The row with an x cannot be read.
    for seen in (
        "Rows read 3", "Sales lines 2", "With a problem 1", "Total of the lines Rp15.000", "Quantity 1",
        "5 Nov 2026", "6 Nov 2026",
    ):  # fmt: skip
        assert seen in page.text
    assert "4 the cell is no number Jml Jual x Write nothing but a number into the cell." in page.text
    assert town.ask("SELECT count(*) FROM sales_posting WHERE upload_id = :id", id=upload_id) == [(0,)]
    sent = send(town, upload_id, {**answers, "then": "post"})
    assert "checked" not in sent.path
    read(town, upload_id)
    assert status_of(town, upload_id) == "posted"
    posted = "SELECT posted_rows, sales_rp FROM sales_posting WHERE upload_id = :id"
    assert town.ask(posted, id=upload_id) == [(2, 15_000)]


def test_the_second_file_like_it_is_posted_without_a_question(town: Town):
    upload_id = new_file(town)
    answers = asked_all(town, upload_id)
    for then in ("check", "post"):
        send(town, upload_id, {**answers, "then": then})
        read(town, upload_id)
    later = make_csv(f"08/11/2026;T1;{KERIPIK};3;15.000;N9;Tukar", header=HEADER)
    assert status_of(town, hand_in_and_read(town, BERUANG, later)) == "posted"


def test_a_file_whose_guesses_are_right_takes_one_click(town: Town):
    header = "Tanggal,Kode Toko,Barcode,Qty,Harga"
    content = make_csv(f"2026-11-09,T1,{KERIPIK},2,15000", header=header)
    upload_id = hand_in_and_read(town, BERUANG, content)
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    assert "Sales lines 1" in page.text
    given = chosen(page)
    send(town, upload_id, {**given, "scale": "1", "then": "post"})
    read(town, upload_id)
    assert status_of(town, upload_id) == "posted"


def test_what_was_changed_is_looked_at_again_before_it_is_posted(town: Town):
    header = "Tanggal,Kode Toko,Barcode,Qty,Harga,Total"
    content = make_csv(f"2026-11-09,T1,{KERIPIK},2,15000,30000", header=header)
    upload_id = hand_in_and_read(town, BERUANG, content)
    given = chosen(town.browser(BERUANG).get(f"/uploads/{upload_id}"))
    page = send(town, upload_id, {**given, "column-5": "net", "scale": "1", "then": "post"})
    assert "You changed something, so the file is looked at once more first" in page.text
    read(town, upload_id)
    assert status_of(town, upload_id) == "needs_mapping"


def test_two_columns_cannot_hold_the_same_and_what_was_chosen_stays(town: Town):
    upload_id = new_file(town)
    page = send(town, upload_id, {**RIGHT, "column-6": "quantity", "then": "check"})
    assert page.status == 422
    assert "Column “Ket”: “Jml Jual” and “Ket” are both chosen for this." in page.text
    assert "#field-column-6" in page.links()
    assert chosen(page) == {**{name: role for name, role in RIGHT.items() if "-" in name}, "column-6": "quantity"}
    assert page.all("title")
    assert status_of(town, upload_id) == "needs_mapping"


def test_a_missing_answer_is_named_and_the_others_stay(town: Town):
    upload_id = new_file(town)
    answers = asked_all(town, upload_id)
    page = send(town, upload_id, {**answers, "number_style": "", "then": "check"})
    assert page.status == 422
    assert "How does this file write numbers?: This is missing." in page.text
    assert {"value": "dmy", "checked": None} in [
        {name: one[name] for name in ("value", "checked") if name in one} for one in page.all("input")
    ]


def test_store_and_days_are_stated_where_the_file_does_not_say(town: Town):
    content = make_csv(f"{KERIPIK};4;15000", header="Barcode;Qty;Harga")
    upload_id = hand_in_and_read(town, BERUANG, content)
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    assert "Which store are these sales from?" in page.text
    given = {**chosen(page), "scale": "1", "store": "T2", "first": "2026-11-08", "last": "2026-11-10"}
    wrong = send(town, upload_id, {**given, "first": "2026-10-20", "then": "check"})
    assert wrong.status == 422
    assert "spans the end of a settlement period" in wrong.text
    send(town, upload_id, {**given, "then": "check"})
    read(town, upload_id)
    assert "Sales lines 1" in town.browser(BERUANG).get(f"/uploads/{upload_id}").text
    send(town, upload_id, {**given, "then": "post"})
    read(town, upload_id)
    sold = town.ask("SELECT store_id, sold_on::text FROM sale JOIN sales_posting AS p ON p.partner_id = sale.partner_id"
                    " AND p.number = sale.posting_no WHERE p.upload_id = :id", id=upload_id)  # fmt: skip
    assert sold == [(town.id("store", code="T2"), "2026-11-10")]


def test_a_manager_does_not_say_that_amounts_count_thousands(town: Town):
    upload_id = hand_in_and_read(town, T1, make_csv(*ROWS, header=HEADER))
    page = town.browser(T1).get(f"/uploads/{upload_id}")
    assert "What do amounts count?" not in page.text
    send(town, upload_id, {**RIGHT, "scale": "1000", "then": "check"}, login=T1)
    assert town.ask("SELECT decisions -> 'answers' -> 'scale' FROM sales_upload WHERE id = :id", id=upload_id) == [
        (None,)
    ]


def test_a_column_that_cannot_be_named_cannot_be_chosen(town: Town):
    content = make_csv(
        f"2026-11-09,T1,{KERIPIK},2,15000,a,b,c", header="Tanggal,Kode Toko,Barcode,Jml Laku,Harga,Ket,,Ket"
    )
    page = town.browser(BERUANG).get(f"/uploads/{hand_in_and_read(town, BERUANG, content)}")
    assert set(chosen(page)) == {f"column-{place}" for place in range(5)}
    assert page.text.count("cannot be chosen: its header is blank or stands twice") == 3


@pytest.mark.parametrize("login", [HEAD, AUDITOR, VERIFIER])
def test_readers_see_what_is_asked_and_cannot_answer(town: Town, login: str):
    page = town.browser(login).get(f"/uploads/{new_file(town)}")
    assert "05/11/2026" in page.text
    assert page.actions() == []
    assert "Check again" not in page.text
    assert all("disabled" in one for one in page.all("select"))


def test_a_stranger_sees_nothing_of_it(town: Town):
    upload_id = new_file(town)
    assert town.browser(KANCIL).get(f"/uploads/{upload_id}").status == 404
    path = f"/uploads/{upload_id}/mapping"
    assert town.browser(KANCIL).post(path, {**RIGHT, "then": "post"}, page="/uploads").status == 404
    assert town.ask("SELECT decisions FROM sales_upload WHERE id = :id", id=upload_id) == [({},)]


def test_a_decision_that_comes_too_late_changes_nothing(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line()))
    page = send(town, upload_id, {**RIGHT, "then": "post"})
    assert "Somebody decided about this file already." in page.text
    assert status_of(town, upload_id) == "posted"


def overlapping(town: Town) -> int:
    """Hand in a file that tells another quantity for a receipt that stands since November."""
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(day="2026-11-05", receipt="S4", quantity="3")))
    assert status_of(town, upload_id) == "read"
    return upload_id


def test_an_overlap_is_told_with_what_each_answer_does(town: Town):
    page = town.browser(BERUANG).get(f"/uploads/{overlapping(town)}")
    assert "The file meets sales that are posted already" in page.text
    assert "posted lines of the same receipts or days that differ from this file: 1" in page.text
    assert "Sales lines 1" in page.text
    assert [one["value"] for one in page.all("input") if one.get("name") == "overlap"] == ["add", "replace", "cancel"]
    assert "What stands and differs is taken out of the books" in page.text


@pytest.mark.parametrize(
    ("answer", "status", "sold"),
    # One stands; three come: beside it, instead of it, or not at all.
    [("add", "posted", 4), ("replace", "posted", 3), ("cancel", "cancelled", 1)],
)
def test_an_overlap_is_decided(town: Town, answer: str, status: str, sold: int):
    upload_id = overlapping(town)
    path = f"/uploads/{upload_id}"
    town.browser(BERUANG).post(f"{path}/overlap", {"overlap": answer}, page=path)
    read(town, upload_id)
    assert status_of(town, upload_id) == status
    assert town.ask("SELECT sum(quantity)::integer FROM sale WHERE receipt = 'S4'") == [(sold,)]
    if answer == "replace":
        replaced = town.browser(FINANCE).get(f"/uploads/{town.id('sales_upload', name='november-beruang.csv')}")
        assert f"Replaced by upload {upload_id}" in replaced.text


def test_an_overlap_without_an_answer_is_asked_again(town: Town):
    upload_id = overlapping(town)
    path = f"/uploads/{upload_id}"
    page = town.browser(BERUANG).post(f"{path}/overlap", {"overlap": "both"}, page=path)
    assert page.status == 422
    assert "What shall be done?: Choose one of the answers." in page.text
    assert status_of(town, upload_id) == "read"
