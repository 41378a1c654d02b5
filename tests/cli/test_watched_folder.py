"""A watched folder: every file is posted once and moved, whatever it is and whoever is killed."""

import errno
import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import create_engine, event, text

from consign.db import Database
from consign.files import Files
from consign.identity.administering import set_active
from consign.identity.queries import UserUnknown, get_actor
from consign.jobs.posting import Handover, post_sales_file
from consign.watching.folder import find_files
from consign.watching.outcomes import Taken
from consign.watching.watcher import Watcher
from consign.web.language import LANGUAGES
from tests.builders import ACCEPT, ADMIN, AUDITOR, FINANCE, KERIPIK, write_csv
from tests.cli.terminal import Ended, Terminal
from tests.conftest import REGION

TELL = {code: language.say for code, language in LANGUAGES.items()}


def row(number: int, store: str = "T1") -> str:
    return f"2026-09-05,{store},S{number},{KERIPIK},Keripik,1,15000,15000"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "masuk"
    (folder / "BM" / "T1").mkdir(parents=True)
    return folder


@pytest.fixture
def known(terminal: Terminal, tmp_path: Path) -> Terminal:
    """Let the partner's files with the usual header be known."""
    assert terminal.run("sales", "post", write_csv(tmp_path, row(0)), "--partner", "BM", "--accept-mapping").status == 0
    return terminal


def watch(terminal: Terminal, inbox: Path) -> tuple[Ended, list[dict[str, object]]]:
    ended = terminal.run("sales", "watch", inbox, "--once", "--interval", 0.1, "--json")
    return ended, [json.loads(line) for line in ended.out.splitlines()]


def count_sales(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text("SELECT count(*) FROM sale")) or 0)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_posted_and_moved_beside_where_it_lay(known: Terminal, inbox: Path, database: Database) -> None:
    write_csv(inbox / "BM", row(1))
    write_csv(inbox / "BM" / "T1", row(2), name="toko.csv")
    ended, told = watch(known, inbox)
    assert ended.status == 0
    assert [(one["state"], one["outcome"]["posted"]) for one in told] == [("done", 1), ("done", 1)]
    assert names(inbox) == ["BM/T1/done/toko.csv", "BM/done/sales.csv"]
    assert count_sales(database) == 3
    with database.transaction(REGION) as session:
        stated = session.scalars(text("SELECT stated_store_id IS NULL FROM sales_upload ORDER BY id")).all()
    assert stated == [True, True, False]


def test_a_refused_file_has_its_reason_beside_it_in_both_languages(known: Terminal, inbox: Path) -> None:
    (inbox / "BM" / "nota.pdf").write_bytes(b"%PDF-1.7 nota")
    ended, told = watch(known, inbox)
    assert ended.status == 2
    assert (told[0]["state"], told[0]["code"], told[0]["upload_id"]) == ("refused", "file.not_a_table", 2)
    assert names(inbox) == ["BM/refused/nota.pdf", "BM/refused/nota.pdf.reason.txt"]
    reason = (inbox / "BM" / "refused" / "nota.pdf.reason.txt").read_text(encoding="utf-8")
    assert "The file is a PDF document, not a table; nothing of it was used." in reason
    assert "Berkas ini dokumen PDF, bukan tabel" in reason
    assert "code: file.not_a_table\nupload: 2" in reason


def test_an_unknown_partner_or_store_is_refused_with_a_reason(known: Terminal, inbox: Path) -> None:
    for place in ("XX", "BM/T9"):
        (inbox / place).mkdir()
        write_csv(inbox / place, row(1))
    ended, told = watch(known, inbox)
    assert ended.status == 2
    assert {one["code"] for one in told} == {"partners.unknown_code"}
    assert "XX/refused/sales.csv" in names(inbox)


def test_a_file_that_needs_a_person_waits_on_its_page_like_any_other(
    terminal: Terminal, inbox: Path, database: Database
) -> None:
    write_csv(inbox / "BM", row(1))
    ended, told = watch(terminal, inbox)
    assert ended.status == 3
    assert (told[0]["state"], told[0]["upload_id"]) == ("asking", 1)
    reason = (inbox / "BM" / "asking" / "sales.csv.reason.txt").read_text(encoding="utf-8")
    assert "/uploads/1" in reason
    assert "This layout is new for the partner." in reason
    # Placed there again it is the same upload, and asks the same.
    write_csv(inbox / "BM", row(1))
    assert watch(terminal, inbox)[1][0]["upload_id"] == 1
    assert names(inbox)[:2] == ["BM/asking/sales-2.csv", "BM/asking/sales-2.csv.reason.txt"]
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT status FROM sales_upload")) == "needs_mapping"


def test_the_answer_is_the_one_that_the_command_gives(known: Terminal, inbox: Path) -> None:
    path = write_csv(inbox / "BM", row(1), row(1), "2026-09-06,T1,S9,99,Apa,1,1000,1000", "Total,,,,,3,,31000")
    rehearsed = known.json("sales", "post", path, "--partner", "BM", "--dry-run")
    _, told = watch(known, inbox)
    outcome = told[0]["outcome"]
    assert isinstance(outcome, dict)
    for name in ("rows_read", "posted", "known", "ignored", "parked", "sales_rp", "fee_rp"):
        assert outcome[name] == rehearsed[name]


def test_the_same_file_again_adds_nothing_and_keeps_both(known: Terminal, inbox: Path, database: Database) -> None:
    for _ in range(2):
        write_csv(inbox / "BM", row(1))
        watch(known, inbox)
    assert count_sales(database) == 2
    assert names(inbox) == ["BM/done/sales-2.csv", "BM/done/sales.csv"]


def test_links_hidden_and_half_written_files_are_left_alone(known: Terminal, inbox: Path, tmp_path: Path) -> None:
    outside = tmp_path / "luar"
    outside.mkdir()
    secret = write_csv(outside, row(7))
    (inbox / "BM" / "tautan.csv").symlink_to(secret)
    (inbox / "KM").symlink_to(outside)
    os.mkfifo(inbox / "BM" / "pipa.csv")
    for name in (".sales.csv", "~$sales.xlsx", "sales.csv.part", "sales.tmp", "sales.csv.crdownload"):
        write_csv(inbox / "BM", row(1), name=name)
    write_csv(inbox, row(1), name="tanpa-mitra.csv")
    before = names(inbox)
    ended, told = watch(known, inbox)
    assert (ended.status, told, names(inbox)) == (0, [], before)
    assert secret.exists()


def test_a_file_that_still_grows_is_left_until_it_stops(
    terminal: Terminal, database: Database, inbox: Path, files: Files
) -> None:
    del terminal
    watcher = Watcher(database, files, region=REGION, login=FINANCE, folder=inbox, tell=TELL)
    path = write_csv(inbox / "BM", row(1))
    assert look(watcher) == []
    with path.open("a", encoding="utf-8") as target:
        target.write(row(2) + "\n")
    assert look(watcher) == []
    assert [taken.state for taken in look(watcher)] == ["asking"]


def look(watcher: Watcher) -> list[Taken]:
    return list(watcher.look(stopping=lambda: False))


def test_names_from_anywhere_are_taken(known: Terminal, inbox: Path) -> None:
    for name in ("penjualan \u202egnp.csv", "a\uff0fb.csv", "x" * 200 + ".csv", "=cmd.csv"):
        write_csv(inbox / "BM", row(len(name)), name=name)
    (inbox / "BM" / os.fsdecode(b"rusak-\xff.csv")).write_text("bukan tabel", encoding="utf-8")
    _, told = watch(known, inbox)
    assert sorted(str(one["state"]) for one in told) == ["done"] * 4 + ["refused"]
    assert list(find_files(inbox)) == []


def test_who_may_not_post_sales_or_is_unknown_is_told_at_once(known: Terminal, inbox: Path) -> None:
    write_csv(inbox / "BM", row(1))
    for login, code in ((AUDITOR, "identity.not_allowed"), ("nobody@dinas.example", "identity.user_unknown")):
        ended = known.run("sales", "watch", inbox, "--once", "--interval", 0.1, "--as", login)
        assert (ended.status, code in ended.err) == (2, True)
    assert names(inbox) == ["BM/sales.csv"]


def test_files_stay_where_they_are_once_the_person_is_shut_out(
    known: Terminal, database: Database, inbox: Path, files: Files
) -> None:
    del known
    watcher = Watcher(database, files, region=REGION, login=FINANCE, folder=inbox, tell=TELL)
    write_csv(inbox / "BM", row(1))
    look(watcher)
    with database.transaction(REGION) as session:
        by = get_actor(session, ADMIN)
        set_active(session, by=by, user_id=get_actor(session, FINANCE).user_id, active=False)
    with pytest.raises(UserUnknown):
        look(watcher)
    assert names(inbox) == ["BM/sales.csv"]


def test_many_watchers_of_one_folder_post_each_file_once(
    known: Terminal, database: Database, inbox: Path, files: Files, tmp_path: Path
) -> None:
    # The header is the partner's profile already, and the store of files is the watchers' own.
    post_sales_file(
        database,
        files,
        region=REGION,
        login=FINANCE,
        handover=Handover(write_csv(tmp_path, row(0)), "BM"),
        decisions=ACCEPT,
    )
    for number in range(1, 21):
        write_csv(inbox / "BM", row(number), name=f"{number}.csv")
    del known
    barrier = threading.Barrier(4)

    def run(_: int) -> int:
        watcher = Watcher(database, files, region=REGION, login=FINANCE, folder=inbox, tell=TELL)
        look(watcher)
        barrier.wait()
        return sum(taken.moved_to is not None for _ in range(2) for taken in look(watcher))

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(run, range(4)))
    assert sum(moved) == 20
    assert count_sales(database) == 21
    assert len(names(inbox / "BM" / "done")) == 20


@contextmanager
def meanwhile(database: Database, change: Callable[[], object]) -> Iterator[None]:
    """Do *change* once something was committed: the file is being posted then."""
    done: list[object] = []

    def once(_: object) -> None:
        if not done:
            done.append(change())

    event.listen(database._engine, "commit", once)
    try:
        yield
    finally:
        event.remove(database._engine, "commit", once)
    assert done != []


def make_watcher(database: Database, files: Files, inbox: Path) -> Watcher:
    return Watcher(database, files, region=REGION, login=FINANCE, folder=inbox, tell=TELL)


@pytest.fixture
def watcher(known: Terminal, database: Database, inbox: Path, files: Files) -> Watcher:
    del known
    return make_watcher(database, files, inbox)


def test_what_is_put_in_place_of_a_file_that_is_being_posted_is_posted_too(
    watcher: Watcher, database: Database, inbox: Path, tmp_path: Path
) -> None:
    path = write_csv(inbox / "BM", row(1))
    newer = write_csv(tmp_path, row(2), name="newer.csv")
    look(watcher)
    with meanwhile(database, lambda: newer.replace(path)):
        (first,) = look(watcher)
    assert (first.state, first.moved_to) == ("done", None)
    assert [taken.state for _ in range(2) for taken in look(watcher)] == ["done"]
    assert count_sales(database) == 3
    assert names(inbox) == ["BM/done/sales.csv"]
    assert f",S2,{KERIPIK}" in (inbox / "BM" / "done" / "sales.csv").read_text(encoding="utf-8")


def test_rows_written_to_a_file_that_is_being_posted_are_posted_too(
    watcher: Watcher, database: Database, inbox: Path
) -> None:
    path = write_csv(inbox / "BM", row(1))
    look(watcher)

    def append() -> None:
        with path.open("a", encoding="utf-8") as target:
            target.write(row(2) + "\n")

    with meanwhile(database, append):
        assert [taken.moved_to for taken in look(watcher)] == [None]
    # Of the two rows that it has by then, the first is known.
    (second,) = (taken for _ in range(2) for taken in look(watcher))
    assert second.outcome is not None
    assert (second.outcome.known, second.outcome.posted) == (1, 1)
    assert count_sales(database) == 3
    assert names(inbox) == ["BM/done/sales.csv"]


def test_a_file_that_is_changed_while_its_reason_is_written_stays_and_has_no_reason(
    known: Terminal, database: Database, inbox: Path, files: Files
) -> None:
    del known
    path = inbox / "BM" / "nota.pdf"
    path.write_bytes(b"%PDF-1.7 nota")

    def tell(sentence: str) -> str:
        path.write_bytes(b"%PDF-1.7 nota lain")
        return sentence

    watcher = Watcher(database, files, region=REGION, login=FINANCE, folder=inbox, tell={"en": tell})
    look(watcher)
    assert [taken.moved_to for taken in look(watcher)] == [None]
    assert names(inbox) == ["BM/nota.pdf"]


def test_a_database_that_does_not_answer_refuses_no_file(
    watcher: Watcher, database: Database, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        write_csv(inbox / "BM", row(number), name=f"{number}.csv")
    look(watcher)
    with monkeypatch.context() as away:
        away.setattr(database, "_engine", create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
        assert [taken.state for taken in look(watcher)] == ["later", "later"]
        assert look(watcher) == []
    assert names(inbox) == ["BM/1.csv", "BM/2.csv"]
    assert [taken.state for taken in look(watcher)] == ["done", "done"]


def test_a_fault_with_one_file_keeps_no_other_waiting(
    watcher: Watcher, inbox: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        write_csv(inbox / "BM", row(number), name=f"{number}.csv")
    look(watcher)
    copy, faults = shutil.copyfileobj, [ZeroDivisionError("a fault of ours")]

    def fail_once(*streams: BinaryIO) -> None:
        if faults:
            raise faults.pop()
        copy(*streams)

    monkeypatch.setattr(shutil, "copyfileobj", fail_once)
    log = logging.getLogger("consign.watching.watcher")
    monkeypatch.setattr(log, "disabled", False)  # whatever a server in an earlier test made of the process's logging
    log.addHandler(caplog.handler)
    monkeypatch.setattr(log, "propagate", False)
    with caplog.at_level(logging.ERROR, logger=log.name):
        assert [taken.state for taken in look(watcher)] == ["later", "done"]
    log.removeHandler(caplog.handler)
    assert "1.csv could not be taken" in caplog.text
    assert [taken.state for taken in look(watcher)] == ["done"]


def test_a_file_that_cannot_be_moved_is_handed_in_once(watcher: Watcher, database: Database, inbox: Path) -> None:
    (inbox / "BM" / "nota.pdf").write_bytes(b"%PDF-1.7 nota")
    (inbox / "BM" / "refused").write_text("a file where the folder should be", encoding="utf-8")
    taken = [one for _ in range(4) for one in look(watcher) if one.file.name == "nota.pdf"]
    assert [(one.state, "cannot be moved" in str(one.reason)) for one in taken] == [("later", True)]
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT count(*) FROM sales_upload WHERE name = 'nota.pdf'")) == 1
    (inbox / "BM" / "refused").unlink(missing_ok=True)
    assert [one.state for one in look(watcher)] == ["refused"]


def test_what_is_refused_while_the_process_is_asked_to_end_is_left_for_the_next_one(
    watcher: Watcher, inbox: Path
) -> None:
    # A terminal's Ctrl+C ends the child that parses a workbook as well: that says nothing about the file.
    (inbox / "BM" / "nota.pdf").write_bytes(b"%PDF-1.7 nota")
    look(watcher)
    asked = iter([False, True])
    assert list(watcher.look(stopping=lambda: next(asked))) == []
    assert names(inbox) == ["BM/nota.pdf"]
    assert [taken.state for taken in look(watcher)] == ["refused"]


def test_the_longest_names_are_shortened_where_a_reason_stands_beside_them(watcher: Watcher, inbox: Path) -> None:
    for name in ("x" * 251 + ".pdf", "é" * 125 + ".pdf", "x." + "y" * 250):
        (inbox / "BM" / name).write_bytes(b"%PDF-1.7 nota")
    assert [taken.state for _ in range(2) for taken in look(watcher)] == ["refused"] * 3
    assert len(names(inbox / "BM" / "refused")) == 6
    assert list(find_files(inbox)) == []


def test_a_share_that_cannot_lock_is_watched_all_the_same(
    watcher: Watcher, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr(fcntl, "flock", refuse)
    write_csv(inbox / "BM", row(1))
    assert [taken.state for _ in range(2) for taken in look(watcher)] == ["done"]
    assert names(inbox) == ["BM/done/sales.csv"]


@pytest.fixture
def environment(known: Terminal) -> dict[str, str]:
    del known
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


def start(environment: dict[str, str], inbox: Path) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "consign", "sales", "watch", str(inbox), "--interval", "0.1"]
    return subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_killed_at_any_moment_no_file_is_lost_and_nothing_is_counted_twice(
    environment: dict[str, str], database: Database, inbox: Path
) -> None:
    kept = {f"{number}.csv": row(number) for number in range(1, 31)}
    for name, line in kept.items():
        write_csv(inbox / "BM", line, name=name)
    killed = 0
    for moment_s in (0.02, 0.05, 0.1, 0.15):
        process = start(environment, inbox)
        wait_until_fewer(inbox / "BM", than=len(list((inbox / "BM").glob("*.csv"))))
        time.sleep(moment_s)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        assert sorted(path.name for path in (inbox / "BM").rglob("*") if path.is_file()) == sorted(kept)
    assert killed == 4
    process = start(environment, inbox)
    wait_for(lambda: not list((inbox / "BM").glob("*.csv")))
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "1 posted" in out
    assert count_sales(database) == 31


def wait_until_fewer(folder: Path, *, than: int) -> None:
    wait_for(lambda: len(list(folder.glob("*.csv"))) < than)


def wait_for(done: object, *, seconds: int = 60) -> None:
    assert callable(done)
    for _ in range(seconds * 50):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it took too long")


def test_the_template_of_a_store_is_written_in_indonesian_and_posted_without_a_question(
    terminal: Terminal, tmp_path: Path
) -> None:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to import, and needed here alone

    target = tmp_path / "lembar.xlsx"
    words = ("sales", "template", "--partner", "BM", "--store", "T1", "--from", "2026-09-07", "--until", "2026-09-09")
    assert terminal.run(*words, "-o", target).status == 0
    book = load_workbook(target)
    page = book.worksheets[0]
    assert [cell.value for cell in page[4]][:5] == [
        "Kode toko",
        "Kode batang",
        "Nama produk",
        "Produsen",
        "Harga sepakat",
    ]
    page.cell(5, 6).value = 3
    book.save(target)
    inspected = terminal.json("sales", "inspect", target)
    assert (inspected["accepted"], inspected["gross_total_rp"], inspected["questions"]) == (1, 45_000, [])
    posted = terminal.json("sales", "post", target, "--partner", "BM")
    assert (posted["posted"], posted["sales_rp"]) == (1, 45_000)
    too_long = terminal.run(*words[:-1], "2026-12-09", "-o", target)
    assert (too_long.status, "input.bad" in too_long.err) == (2, True)
