import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from compliance.facts import Kind
from compliance.reading import PaperRefused, read_paper
from compliance.reading.media import TEST_VIRUS
from compliance.reading.pdf_checks import open_checked
from tests.compliance.reading import hostile

MOST_MEMORY_KIB = 512 << 10
MOST_WALL_MS = 30_000
"""Of a machine with other work; the child's own limit is ten seconds of its processor."""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[hostile.Hostile, dict[str, Any], Path]]:
    work = tmp_path_factory.mktemp("hostile")
    (work / "files").mkdir()
    files = list(hostile.make_all())
    for number, one in enumerate(files):
        (work / "files" / f"{number:04}").write_bytes(one.body)
    command = [sys.executable, "-m", "tests.compliance.reading.trial", str(work)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=250)
    ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(ends) == len(files), done.stderr
    return [(one, end, work / f"{end['name']}.out") for one, end in zip(files, ends, strict=True)]


def find_harm(one: hostile.Hostile, end: dict[str, Any], folder: Path) -> str | None:
    """Return what harm is in what was kept, blank where there is none."""
    if end["found"] is None or "refused" in end["found"]:
        return None
    if one.is_dangerous:
        return "taken"
    kept = folder / end["found"]["cleaned"]
    body = kept.read_bytes()
    if hostile.MARK in body or TEST_VIRUS in body or b"Exif" in body:
        return "kept what was hidden in it"
    if kept.suffix == ".pdf":
        open_checked(kept).close()
    else:
        with Image.open(kept) as picture:
            picture.load()
            assert max(picture.size) <= 3_000
    return None


def test_nothing_dangerous_is_taken_and_nothing_crashes(tried):
    taken = [(one.name, harm) for one, end, folder in tried if (harm := find_harm(one, end, folder)) is not None]
    crashed = [(one.name, end["status"]) for one, end, _ in tried if end["end"] == "crashed"]
    print(f"tried {len(tried)}, accepted dangerous {len(taken)}, crashed {len(crashed)}")
    assert len(tried) >= 500
    assert (taken, crashed) == ([], [])


def test_each_is_bounded_in_time_and_memory(tried):
    wide = [(one.name, end["memory_kib"]) for one, end, _ in tried if end["memory_kib"] > MOST_MEMORY_KIB]
    slow = [(one.name, end["cpu_ms"], end["wall_ms"]) for one, end, _ in tried if end["wall_ms"] > MOST_WALL_MS]
    most = max(tried, key=lambda each: each[1]["memory_kib"])
    longest = max(tried, key=lambda each: each[1]["cpu_ms"])
    print(f"most memory {most[1]['memory_kib'] >> 10} MiB ({most[0].name})")
    print(f"most processor time {longest[1]['cpu_ms']} ms ({longest[0].name})")
    assert (wide, slow) == ([], [])


EXPECTED = {
    "type/nothing": "paper.empty",
    "type/too-large": "paper.too_large",
    "type/svg/paper.pdf": "paper.wrong_type",
    "type/html-then-pdf/paper.pdf": "paper.wrong_type",
    "locked/user-6": "paper.locked",
    "locked/owner-4": "paper.locked",
    "flood/pdf-500-pages": "paper.too_long",
    "flood/pdf-flate": "paper.too_large",
    "flood/pdf-objects": "paper.too_large",
    "flood/pdf-picture": "paper.too_fine",
    "flood/png-20000": "paper.too_fine",
    "active/open-script": "paper.active",
    "active/names-files": "paper.active",
    "active/hidden-name": "paper.active",
    "active/xfa": "paper.active",
    "moving/PNG": "paper.moving",
    "virus/pdf-flate-twice": "paper.infected",
    "virus/alone": "paper.infected",
    "cut/pdf/3": "paper.broken",
    "cut/jpg/2": "paper.broken",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_refusal_says_what_is_wrong(tried, name: str):
    ends = [end for one, end, _ in tried if one.name == name]
    assert [end["found"]["refused"] for end in ends] == [EXPECTED[name]]


def test_only_what_is_known_to_be_dull_may_run_out_of_time(tried):
    given_up = [one.name for one, end, _ in tried if end["end"] == "paper.too_slow"]
    assert [name for name in given_up if not name.startswith(("slow/", "flood/"))] == []


@pytest.mark.parametrize(
    "name",
    [
        "-rf.pdf",
        "a b'c\".pdf",
        "..%2f..%2fetc.pdf",
        "a\nb.pdf",
        "\u202efdp.exe.pdf",
        "$(id).pdf",
        "a;b|c.pdf",
        "x.pdf.exe",
    ],
)
def test_a_name_is_a_name_and_nothing_more(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(hostile.plain_pdf())
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    reading = read_paper(path, kind=Kind.PIRT, scratch=scratch)
    assert reading.cleaned == scratch / "cleaned.pdf"


def test_a_path_with_a_null_byte_is_refused(tmp_path: Path):
    with pytest.raises(PaperRefused):
        read_paper(Path("a\0b.pdf"), kind=None, scratch=tmp_path)


def test_going_to_a_page_on_opening_is_harmless_and_left_out(tmp_path: Path):
    def change(document: pikepdf.Pdf) -> None:
        document.Root["/OpenAction"] = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])

    path = tmp_path / "written.pdf"
    path.write_bytes(hostile._change_pdf(change))
    reading = read_paper(path, kind=Kind.PIRT, scratch=tmp_path)
    with pikepdf.open(reading.cleaned) as kept:
        assert "/OpenAction" not in kept.Root
