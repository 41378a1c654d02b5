"""Sales files: handing them in, what became of them, their rows, and who sees what."""

import io
import re
import zipfile

import pytest
from sqlalchemy import text

from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, SAMBAL
from tests.web.browsing import Page
from tests.web.selling import (
    find_jobs,
    hand_in,
    hand_in_and_read,
    id_of,
    line,
    make_csv,
    read,
    status_of,
)
from tests.web.town import BERUANG, FIRST, HEAD, KANCIL, T1, T2, VERIFIER, Town

UPLOAD_PAGES = (
    *("", "/state", "/problems", "/ignored", "/lines", "/lines?what=known", "/findings", "/file"),
    "/report.xlsx",
)


def october(town: Town) -> int:
    """Return the upload of October: three rows, two posted, one of an unknown code."""
    return town.id("sales_upload", name="oktober-beruang.csv")


def figures_of(page: Page) -> dict[str, str]:
    """Return the figures of a page by their labels."""
    texts = page.source.split('<dl class="figures">')[1].split("</dl>")[0].split("<div>")[1:]
    found = {}
    for one in texts:
        label, value = one.split("<dt>")[1].split("</dt>")[0], one.split("<dd>")[1].split("</dd>")[0]
        found[label] = value.replace("</a>", "").rpartition(">")[2] if "<a" in value else value
    return found


def test_a_file_is_taken_in_and_read_by_a_worker(town: Town):
    page = hand_in(town, FINANCE, make_csv(line()))
    assert page.status == 200
    upload_id = id_of(page)
    # While it is read the page looks again by itself: by the script, else by reloading.
    (steps,) = [one for one in page.all("ol") if one.get("data-watch")]
    assert (steps["data-watch"], steps["data-state"]) == (f"/uploads/{upload_id}/state", "received")
    assert {"http-equiv": "refresh", "content": "3"} in page.all("meta")
    browser = town.browser(FINANCE)
    assert browser.get(f"/uploads/{upload_id}/state").answer.json() == {"state": "received"}
    assert find_jobs(town, "read_sales_file") == [({"region": "6471", "upload_id": upload_id},)]
    read(town, upload_id)
    assert browser.get(f"/uploads/{upload_id}/state").answer.json() == {"state": "posted"}


def test_a_posted_file_says_where_every_row_went(town: Town):
    rows = [
        line(),
        f"2026-11-05,T1,S4,{KERIPIK},Keripik Singkong,1,15000,15000",  # stands since the file of November
        line(receipt="S91", code="77"),
        "TOTAL,,,,,5,,75000",
    ]
    upload_id = hand_in_and_read(town, FINANCE, make_csv(*rows))
    page = town.browser(FINANCE).get(f"/uploads/{upload_id}")
    assert figures_of(page) == {
        "Rows read": "4", "Posted": "1", "Known already": "1", "Ignored": "1", "Waiting": "1",
    }  # fmt: skip
    assert "4 rows read = 1 posted + 1 known already + 1 ignored + 1 not posted." in page.text
    # 2 at Rp15.000; 2,5 % of Rp30.000 is Rp750.
    assert "Sales Rp30.000" in page.text
    assert "Fee of the store Rp750" in page.text
    assert re.search(r"the product is not known \S 77 The dinas says which product it is", page.text)
    path = f"/uploads/{upload_id}"
    assert {
        f"{path}/lines", f"{path}/lines?what=known", f"{path}/ignored", f"{path}/problems?state=open", f"{path}/file",
    } <= set(page.links())  # fmt: skip


def test_each_figure_leads_to_the_rows_it_counts(town: Town):
    rows = [
        line(),
        f"2026-11-05,T1,S4,{KERIPIK},Keripik Singkong,1,15000,15000",
        line(receipt="S91", code="77"),
        "TOTAL,,,,,5,,75000",
    ]
    upload_id = hand_in_and_read(town, FINANCE, make_csv(*rows))
    browser = town.browser(FINANCE)
    path = f"/uploads/{upload_id}"
    assert "Sales that this file posted 1 " in browser.get(f"{path}/lines").text
    known = browser.get(f"{path}/lines?what=known")
    assert "Sales that were known already 1 " in known.text
    assert "5 Nov 2026" in known.text
    assert "total of the file" in browser.get(f"{path}/ignored").text
    assert "TOTAL" in browser.get(f"{path}/ignored").text
    problems = browser.get(f"{path}/problems?state=open&format=csv").source.splitlines()
    assert problems[0].split(",")[:5] == ["\ufeffRow", "What is wrong", "Column", "Cell", "What to do"]
    assert len(problems) == 2
    assert problems[1].startswith("4,the product is not known,,77,")


def test_lines_at_another_price_than_agreed_are_shown(town: Town):
    dear = f"2026-11-09,T1,S95,{KERIPIK},Keripik Singkong,1,16000,16000"
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(), dear))
    browser = town.browser(FINANCE)
    page = browser.get(f"/uploads/{upload_id}")
    assert "Lines at another price than agreed 1" in page.text
    listed = browser.get(f"/uploads/{upload_id}/lines?price=differs")
    assert "Rp16.000" in listed.text
    assert "S90" not in listed.text


def test_the_same_bytes_lead_to_the_same_upload_and_say_so(town: Town):
    content = make_csv(line())
    upload_id = hand_in_and_read(town, FINANCE, content)
    page = hand_in(town, FINANCE, content, name="lagi.csv")
    assert id_of(page) == upload_id
    assert "This very file was handed in before." in page.text
    assert figures_of(page)["Posted"] == "1"


def test_several_files_are_taken_in_one_after_the_other(town: Town):
    browser = town.browser(BERUANG)
    page = browser.post(
        "/uploads/new",
        {"partner": "BM", "store": "*"},
        page="/uploads/new",
        files=[("file", (f"{n}.csv", make_csv(line(receipt=f"R{n}")))) for n in range(3)],
    )
    assert page.path == "/uploads"
    assert "3 files were handed in." in page.text
    assert len(find_jobs(town, "read_sales_file")) == 3


def test_the_script_is_told_where_to_go_and_nothing_said_is_lost(town: Town):
    browser = town.browser(BERUANG)
    token = browser.get("/uploads/new").form_token()
    told = browser.send(
        "POST",
        "/uploads/new",
        data={"form_token": token, "partner": "BM", "store": "*"},
        files=[("file", (f"{n}.csv", make_csv(line(receipt=f"R{n}")))) for n in range(2)],
        headers={"X-Sent-By": "script"},
    )
    assert told.answer.json() == {"go": "/uploads"}
    assert "2 files were handed in." in browser.get("/uploads").text


def test_an_empty_file_is_refused_and_what_was_chosen_stays(town: Town):
    page = hand_in(town, BERUANG, b"", name="kosong.csv", store="T2", first="2026-11-01", last="2026-11-02")
    assert page.status == 422
    assert "“kosong.csv” is empty; it was not taken in." in page.text
    assert page.all("title")
    assert {"value": "T2", "selected": None} in page.all("option")
    assert (page.typed("first"), page.typed("last")) == ("2026-11-01", "2026-11-02")
    assert find_jobs(town, "read_sales_file") == []


def test_of_several_files_the_good_ones_are_taken_in(town: Town):
    page = town.browser(BERUANG).post(
        "/uploads/new",
        {"partner": "BM", "store": "*"},
        page="/uploads/new",
        files=[("file", ("baik.csv", make_csv(line()))), ("file", ("kosong.csv", b""))],
    )
    assert page.status == 422
    assert "These files were taken in already: baik.csv" in page.text
    assert len(find_jobs(town, "read_sales_file")) == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "No file was chosen."),
        ({"first": "31/31/2026", "last": "2026-11-02"}, "“31/31/2026” is no day."),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "Days are stated by the first and the last of them"),
        (
            {"first": "2026-10-25", "last": "2026-11-05"},
            "25 Oct 2026 to 5 Nov 2026 spans the end of a settlement period",
        ),
        ({"store": "K1"}, "Choose one of the answers."),
    ],
)
def test_each_refusal_stands_on_the_form(town: Town, data: dict[str, str], says: str):
    files = {"file": ("kasir.csv", make_csv(line()))} if data else None
    page = town.browser(BERUANG).post(
        "/uploads/new", {"partner": "BM", "store": "*", **data}, page="/uploads/new", files=files
    )
    assert page.status == 422
    assert says in page.text
    assert find_jobs(town, "read_sales_file") == []


def test_a_managers_file_is_of_the_own_store_whatever_is_sent(town: Town):
    page = town.browser(T1).get("/uploads/new")
    assert "Gerai T1" in page.text
    assert [one.get("name") for one in page.all("select")] == []
    upload_id = id_of(hand_in(town, T1, make_csv(line()), store="T2"))
    assert town.ask("SELECT stated_store_id FROM sales_upload WHERE id = :id", id=upload_id) == [
        (town.id("store", code="T1"),)
    ]


def test_the_dinas_chooses_the_partner_first(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    assert {"/uploads/new?partner=BM", "/uploads/new?partner=KM"} <= set(browser.get("/uploads/new").links())
    assert browser.get("/uploads/new?partner=XX").status == 404
    assert "Beruang Mart" not in shared_town.browser(KANCIL).get("/uploads/new?partner=BM").text


def test_a_refused_file_says_why_and_what_to_do(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, b"\x89PNG\r\n\x1a\n" + bytes(range(256)), name="foto.csv")
    page = town.browser(FINANCE).get(f"/uploads/{upload_id}")
    assert "This file was refused" in page.text
    assert "picture" in page.text
    assert "Nothing of it is posted." in page.text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/kasir.csv", "kasir.csv"),
        ("C:\\Kasir\\kasir.csv", "kasir.csv"),
        ("kasir\u202egpj.csv", "kasirgpj.csv"),
        ("<b>kasir.csv", "<b>kasir.csv"),
        ("k" * 400 + ".csv", "k" * 150),
    ],
)
def test_a_files_name_is_only_shown(town: Town, given: str, shown: str):
    page = hand_in(town, FINANCE, make_csv(line()), name=given)
    assert town.ask("SELECT name FROM sales_upload WHERE id = :id", id=id_of(page)) == [(shown,)]
    assert shown in page.text
    assert page.all("b") == []


def test_the_file_comes_back_as_it_was_and_is_never_shown_by_the_browser(town: Town):
    content = make_csv(line()) + b"<script>alert(1)</script>"
    upload_id = id_of(hand_in(town, FINANCE, content, name="evil.html"))
    answer = town.browser(FINANCE).get(f"/uploads/{upload_id}/file").answer
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="sales-{upload_id}.bin"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_posted_file_is_taken_back_with_a_reason(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line()))
    browser = town.browser(FINANCE)
    path = f"/uploads/{upload_id}"
    page = browser.post(f"{path}/reverse", {"reason": ""}, page=path)
    assert page.status == 422
    assert "Reason: This is missing." in page.text
    assert status_of(town, upload_id) == "posted"
    page = browser.post(f"{path}/reverse", {"reason": "salah gerai"}, page=path)
    assert "Lines taken out of the books: 1" in page.text
    assert "salah gerai" in page.text
    assert f"{path}/reverse" not in page.actions()
    again = browser.post(f"{path}/reverse", {"reason": "sekali lagi"}, page=path)
    assert again.status == 422
    assert "not posted; nothing was changed" in again.text


def test_a_file_that_waits_is_given_up_with_a_reason(town: Town):
    upload_id = id_of(hand_in(town, BERUANG, make_csv(line())))
    path = f"/uploads/{upload_id}"
    page = town.browser(BERUANG).post(f"{path}/cancel", {"reason": "salah berkas"}, page=path)
    assert "This file was given up" in page.text
    assert "salah berkas" in page.text
    read(town, upload_id)
    assert status_of(town, upload_id) == "cancelled"


@pytest.mark.parametrize("login", [HEAD, AUDITOR, VERIFIER, ADMIN])
def test_readers_see_all_files_and_no_button(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    listed, page = browser.get("/uploads"), browser.get(f"/uploads/{october(shared_town)}")
    assert "november-kancil.csv" in listed.text
    assert "/uploads/new" not in listed.links()
    assert page.status == 200
    assert page.actions() == []


@pytest.mark.parametrize("login", [KANCIL, T1, T2])
@pytest.mark.parametrize("rest", UPLOAD_PAGES)
def test_a_strangers_file_is_not_there(shared_town: Town, login: str, rest: str):
    # Also for the managers of the partner's stores: the file holds the other store's sales.
    browser = shared_town.browser(login)
    found, nothing = (browser.get(f"/uploads/{number}{rest}") for number in (october(shared_town), 999_999))
    assert found.status == nothing.status == 404
    assert browser.get("/uploads").text.count("oktober-beruang.csv") == 0


@pytest.mark.parametrize("act", ["mapping", "overlap", "cancel", "reverse"])
def test_a_stranger_decides_nothing(town: Town, act: str):
    upload_id = october(town)
    page = town.browser(KANCIL).post(f"/uploads/{upload_id}/{act}", {"reason": "x", "overlap": "add"}, page="/uploads")
    assert page.status == 404
    assert status_of(town, upload_id) == "posted"


def test_producers_have_no_files(shared_town: Town):
    browser = shared_town.browser(FIRST)
    assert browser.get("/uploads").status == 403
    assert "/uploads" not in browser.get("/").links()


def test_the_list_is_narrowed_sorted_and_exported(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    listed = browser.get("/uploads")
    assert listed.text.count("posted") >= 4
    assert "Kancil Mart" not in browser.get("/uploads?partner=BM&q=oktober").text.partition("Sales files 1")[2]
    assert "Nothing fits this search." in browser.get("/uploads?status=refused").text
    waiting = browser.get("/uploads?waiting=yes")
    assert "oktober-kancil.csv" in waiting.text
    assert "november-kancil.csv" not in waiting.text
    rows = browser.get("/uploads?sort=sales_rp&format=csv").source.splitlines()
    # 22.500 + 45.000 = 67.500 and 15.000 + 45.000 = 60.000; Kancil 154.000 and 385.000.
    assert [row.rpartition(",")[2] for row in rows[1:]] == ["60000", "67500", "154000", "385000"]
    assert browser.get("/uploads?from=2020-01-01&until=2020-01-31").text.count("Nothing fits") == 1


def test_the_first_page_says_what_waits(town: Town):
    upload_id = hand_in_and_read(town, T1, make_csv(line(code="77"), line(receipt="S91")))
    assert status_of(town, upload_id) == "posted"
    home = town.browser(T1).get("/")
    assert "Lines that wait: 1" in home.text
    assert "Days without sales in the last two weeks" in home.text
    # 2 at Rp15.000 of this file and 1 of the partner's file of November.
    assert "Sales this month Rp45.000" in home.text
    # Two of October and one of now.
    assert "Lines that wait: 3" in town.browser(FINANCE).get("/").text
    assert "Lines that wait" not in town.browser(HEAD).get("/").text.partition("To do")[2]


def test_sales_of_the_month_are_exact_where_a_file_reaches_beyond_it(town: Town):
    rows = [f"2026-10-30,T2,S96,{SAMBAL},Sambal Gami,1,22500,22500", line(receipt="S97")]
    hand_in_and_read(town, FINANCE, make_csv(*rows))
    # November so far: 15.000 + 45.000 of Beruang, 385.000 of Kancil; 30.000 of the new file, not its 22.500 of October.
    assert "Sales this month Rp475.000" in town.browser(FINANCE).get("/").text
    assert "Sales this month Rp90.000" in town.browser(BERUANG).get("/").text


def test_what_is_odd_is_told_on_the_files_page_and_one_by_one(town: Town):
    rows = [
        f"2026-11-09,T1,S90,{KERIPIK},Keripik Singkong,2,16000,32000",
        f"2026-11-09,T1,S91,{KERIPIK},Keripik Singkong,0.5,15000,7500",
    ]
    upload_id = hand_in_and_read(town, FINANCE, make_csv(*rows))
    page = town.browser(FINANCE).get(f"/uploads/{upload_id}")
    assert "Worth a look" in page.text
    assert "another price than agreed 1 Rp2.000 2 Ask the store which price is right" in page.text
    assert "part of a piece 1 Rp7.500 3" in page.text
    assert f"/uploads/{upload_id}/findings?code=price.differs" in page.links()
    found = town.browser(BERUANG).get(f"/uploads/{upload_id}/findings?code=price.differs")
    assert "The till took Rp16.000 instead of Rp15.000 (lines: 1)." in found.text
    assert "part of a piece" not in found.text.partition("Show all")[2]
    exported = town.browser(BERUANG).get(f"/uploads/{upload_id}/findings?format=csv").source.splitlines()
    assert exported[0].removeprefix("\ufeff").startswith("What was found,Product,Store,In detail,Lines")
    assert len(exported) == 3
    assert town.browser(KANCIL).get(f"/uploads/{upload_id}/findings").status == 404


def test_a_file_without_anything_odd_has_no_such_part(town: Town):
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line()))
    assert "Worth a look" not in town.browser(FINANCE).get(f"/uploads/{upload_id}").text
    assert "Nothing odd was found." in town.browser(FINANCE).get(f"/uploads/{upload_id}/findings").text


def pack(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def test_an_archive_shows_its_files_and_what_became_of_each(town: Town):
    inner = pack(("x", b"y"))
    content = pack(("a.csv", make_csv(line())), ("b.csv", make_csv(line())), ("kosong.csv", b""), ("x.zip", inner))
    archive = hand_in_and_read(town, T1, content, name="moka.zip")
    browser = town.browser(T1)
    page = browser.get(f"/uploads/{archive}")
    assert "unpacked" in page.text
    assert "The same as a.csv; it is read once." in page.text
    assert "Left out: empty." in page.text
    assert "An archive inside an archive is not opened" in page.text
    member = archive + 1
    assert page.links().count(f"/uploads/{member}") == 2
    # One file is still read: the page looks again by itself.
    (steps,) = [one for one in page.all("ol") if one.get("data-watch")]
    state = browser.get(f"/uploads/{archive}/state").answer.json()["state"]
    assert steps["data-state"] == state != "unpacked"
    assert {"http-equiv": "refresh", "content": "3"} in page.all("meta")
    read(town, member)
    page = browser.get(f"/uploads/{archive}")
    assert [one for one in page.all("ol") if one.get("data-watch")] == []
    assert browser.get(f"/uploads/{archive}/state").answer.json() == {"state": "unpacked"}
    assert page.actions() == []  # what is decided or taken back is decided about its files
    seen = browser.get(f"/uploads/{member}")
    assert "From the archive moka.zip" in seen.text
    assert f"/uploads/{archive}" in seen.links()
    listed = browser.get("/uploads?q=moka")
    assert {f"/uploads/{archive}", f"/uploads/{member}"} <= set(listed.links())
    rows = browser.get(f"/uploads/{archive}?format=csv").source.splitlines()
    assert [row.split(",")[0] for row in rows] == ["\ufeffFile", "a.csv", "b.csv", "kosong.csv", "x.zip"]
    # What was stated about the archive goes for its files.
    assert town.ask("SELECT stated_store_id FROM sales_upload WHERE id = :id", id=member) == [
        (town.id("store", code="T1"),)
    ]


def test_an_archive_of_many_files_is_shown_page_by_page(town: Town):
    content = pack(*((f"{n:02}.csv", make_csv(line(receipt=f"R{n}"))) for n in range(60)))
    archive = hand_in_and_read(town, FINANCE, content, name="moka.zip")
    page = town.browser(FINANCE).get(f"/uploads/{archive}?page=3")
    assert "Page 3 of 3" in page.text
    assert "59.csv" in page.text
    assert "00.csv" not in page.text


def test_a_refused_archive_says_what_was_in_it(town: Town):
    archive = hand_in_and_read(town, FINANCE, pack(("kosong.csv", b"")), name="moka.zip")
    page = town.browser(FINANCE).get(f"/uploads/{archive}")
    assert "The archive holds no file that can be read" in page.text
    assert "kosong.csv" in page.text


def test_how_far_a_file_is_is_shown_while_it_is_read(town: Town):
    upload_id = id_of(hand_in(town, FINANCE, make_csv(line())))
    browser = town.browser(FINANCE)
    page = browser.get(f"/uploads/{upload_id}")
    assert [one for one in page.all("p") if one.get("id") == "told"] == [{"id": "told", "hidden": None}]
    with town.database.transaction("64.71") as session:
        session.execute(
            text("INSERT INTO sales_progress VALUES (:id, 'posting', 120000, 1000000, now())"), {"id": upload_id}
        )
    page = browser.get(f"/uploads/{upload_id}")
    assert "Posting: 120.000 of 1.000.000 rows" in page.text
    assert page.all("progress") == [{"id": "told-bar", "max": "1000000", "value": "120000"}]
    assert {"for": "told-bar"} in page.all("label")
    assert browser.get(f"/uploads/{upload_id}/state").answer.json() == {
        "state": "received",
        "progress": {"says": "Posting: 120.000 of 1.000.000 rows", "done": 120_000, "total": 1_000_000},
    }
    with town.database.transaction("64.71") as session:
        session.execute(text("DELETE FROM sales_progress"))
        session.execute(
            text("INSERT INTO sales_progress VALUES (:id, 'reading', 5000, NULL, now())"), {"id": upload_id}
        )
    page = browser.get(f"/uploads/{upload_id}")
    assert "Looking through the file: 5.000 rows" in page.text
    assert page.all("progress") == [{"id": "told-bar"}]
    read(town, upload_id)
    assert browser.get(f"/uploads/{upload_id}/state").answer.json() == {"state": "posted"}
