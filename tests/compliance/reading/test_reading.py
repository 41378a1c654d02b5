import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import segno
from PIL import Image, ImageDraw

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.reading import (
    PaperRefused,
    Reading,
    Source,
    child,
    codes,
    confinement,
    media,
    ocr_child,
    pdf_checks,
    pdf_pages,
    pictures,
    read_paper,
)
from compliance.reading.found import Piece
from compliance.reading.paper import _take_over, read_pictures
from compliance.reading.processes import READY, TOO_MUCH_STATUSES, Child, Openers, PictureReader, get_picture_reader
from compliance.reading.refusals import REFUSALS
from tests.compliance.reading import hostile, samples

KINDS_READ = tuple(samples.MAKERS)
SCANNED = (Kind.NIB, Kind.PIRT, Kind.NIK, Kind.SLHS)


def read(body: bytes, folder: Path, *, kind: Kind | None = None) -> Reading:
    path = folder / "file"
    path.write_bytes(body)
    return read_paper(path, kind=kind, scratch=folder)


def find_wrong(sample: samples.Sample, reading: Reading) -> list[tuple[str, str]]:
    """Return the values that are sure and not what the paper says."""
    compact = KINDS[sample.kind].module.compact
    return [
        (one.field, one.value)
        for one in reading.values
        if one.sure
        and one.value != sample.says.get(one.field)
        and not (one.field == "number" and compact(one.value) == compact(sample.says["number"]))
    ]


# Whole papers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS_READ)
def test_a_pdf_with_text_is_read_whole_and_sure(tmp_path: Path, kind: Kind):
    sample = samples.make(kind, seed=3)
    reading = read(samples.draw_pdf(sample), tmp_path)
    assert reading.kind_guess is kind
    assert find_wrong(sample, reading) == []
    assert {one.field for one in reading.values if one.sure} == set(sample.says)
    assert {one.source for one in reading.values} == {Source.TEXT}
    assert (reading.media_type, reading.cleaned.name) == (media.PDF, "cleaned.pdf")
    assert [max(one.width - 1_400, one.height - 2_800, 0) for one in reading.pages] == [0]


@pytest.mark.parametrize("kind", SCANNED)
def test_a_scan_is_read_and_nothing_wrong_is_sure(tmp_path: Path, kind: Kind):
    sample = samples.make(kind, seed=5)
    scan = samples.distort(samples.draw(sample), "scan", seed=5)
    reading = read(samples.as_jpeg(scan), tmp_path, kind=kind)
    assert reading.ocr
    assert find_wrong(sample, reading) == []
    assert 2 * sum(one.sure for one in reading.values) > len(sample.says)


@pytest.mark.parametrize("how", ["turned", "photo", "dark"])
def test_a_careless_photo_is_stood_upright_and_read(tmp_path: Path, how: str):
    sample = samples.make(Kind.MD, seed=6)
    photo = samples.distort(samples.draw(sample), how, seed=1)
    reading = read(samples.as_jpeg(photo), tmp_path)
    assert find_wrong(sample, reading) == []
    assert {one.field for one in reading.values} == set(sample.says)
    number = next(one for one in reading.values if one.field == "number")
    # The number stands in the upper third of the upright page, right of its label.
    assert number.box[3] < 400
    assert number.box[0] > 250
    shown = reading.pages[0]
    for path in (shown.path, reading.cleaned):
        with Image.open(path) as picture:
            assert picture.width < picture.height
    assert shown.width < shown.height


def test_a_pdf_of_a_scan_is_read_as_a_picture(tmp_path: Path):
    sample = samples.make(Kind.SLHS, seed=2)
    written = io.BytesIO()
    samples.draw(sample).save(written, "PDF", resolution=150)
    reading = read(written.getvalue(), tmp_path)
    assert find_wrong(sample, reading) == []
    assert {one.source for one in reading.values} == {Source.OCR}


def test_a_turned_page_of_a_pdf_has_its_values_where_it_shows_them(tmp_path: Path):
    sample = samples.make(Kind.PIRT, seed=1)
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(samples.draw_pdf(sample))) as document:
        document.pages[0].rotate(90, relative=False)
        document.save(written)
    boxes = {one.field: one.box for one in read(written.getvalue(), tmp_path, kind=Kind.PIRT).values}
    # Turned to the right, what stood above stands at the right.
    assert boxes["number"][0] > 600


def test_a_code_is_evidence(tmp_path: Path):
    sample = samples.make(Kind.HALAL, seed=4)
    picture = samples.draw(sample)
    said = f"https://example.org/cek?id={sample.says['number']}"
    code = io.BytesIO()
    segno.make(said).save(code, kind="png", scale=5)
    with Image.open(code) as drawn:
        picture.paste(drawn.convert("RGB"), (900, 1_300))
    reading = read(samples.as_jpeg(picture), tmp_path)
    assert reading.codes == (said,)
    assert [one.confidence for one in reading.values if one.field == "number"] == [1_000]


def test_without_the_extra_or_without_time_pictures_stay_unread(tmp_path: Path):
    pages = [{"picture": "page-0.jpg", "shown": "page-0.jpg", "pieces": []}]
    assert not read_pictures(None, pages, scratch=tmp_path, seconds=5)
    nobody = PictureReader("no.such.module")
    assert read_pictures(nobody, pages, scratch=tmp_path, seconds=0)
    assert read_pictures(nobody, pages, scratch=tmp_path, seconds=5)
    assert pages[0]["pieces"] == []
    nobody.end()


def test_many_at_once_are_read_each_by_itself(tmp_path: Path):
    made = [samples.make(kind, seed=7) for kind in KINDS_READ]

    def check(sample: samples.Sample) -> list[tuple[str, str]]:
        folder = tmp_path / sample.name
        folder.mkdir()
        return find_wrong(sample, read(samples.draw_pdf(sample), folder))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(check, made)) == [[]] * len(made)


# What is kept ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "heic"])
def test_each_type_of_picture_is_taken_and_written_anew(tmp_path: Path, kind: str):
    found = child.look(
        write(tmp_path, hostile.plain_files()[kind]),
        folder=tmp_path,
        media_type=media.get_media_type(tmp_path / "file"),
    )
    assert found["media_type"] == (media.PNG if kind == "png" else media.JPEG)
    with Image.open(tmp_path / str(found["cleaned"])) as kept:
        assert kept.size == hostile.plain_picture().size


def write(folder: Path, body: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(body)
    return path


def test_a_photo_is_stood_upright_and_loses_its_place(tmp_path: Path):
    facts = Image.Exif()
    facts[0x0112] = 6
    facts.get_ifd(0x8825).update({1: "S", 2: (1.0, 16.0, 0.0)})
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 40, 40), fill="black")
    opened = pictures.open_picture(write(tmp_path, samples.as_jpeg(picture, exif=facts)), media_type=media.JPEG)
    # Turned to the right: what was the upper left corner is the upper right one.
    assert (opened.size, opened.getpixel((190, 10))[0] < 50) == ((200, 300), True)
    _, kept = pictures.keep(opened, folder=tmp_path, lossless=False)
    with Image.open(kept) as again:
        assert (dict(again.getexif()), again.info.get("exif")) == ({}, None)


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("1", 1, 255),
        ("L", 200, 200),
        ("LA", (0, 0), 255),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("P", 0, None),
        ("CMYK", (0, 0, 0, 0), (255, 255, 255)),
    ],
)
def test_every_mode_becomes_grey_or_colour_on_white(tmp_path: Path, mode: str, color: object, expected: object):
    written = io.BytesIO()
    Image.new(mode, (20, 20), color).save(written, "JPEG" if mode == "CMYK" else "PNG")
    media_type = media.JPEG if mode == "CMYK" else media.PNG
    opened = pictures.open_picture(write(tmp_path, written.getvalue()), media_type=media_type)
    assert opened.mode in {"L", "RGB"}
    if expected is not None:
        shade = opened.getpixel((3, 3))
        wanted = (expected,) * 3 if opened.mode == "RGB" and isinstance(expected, int) else expected
        assert shade == wanted


def test_sixteen_bits_keep_their_contrast(tmp_path: Path):
    deep = Image.new("I;16", (10, 10), 60_000)
    deep.putpixel((0, 0), 100)
    written = io.BytesIO()
    deep.save(written, "PNG")
    opened = pictures.open_picture(write(tmp_path, written.getvalue()), media_type=media.PNG)
    assert opened.getpixel((0, 0)) < 5
    assert opened.getpixel((5, 5)) > 250


def test_a_large_picture_is_shrunk_and_a_large_png_becomes_a_jpeg(tmp_path: Path):
    written = io.BytesIO()
    Image.new("L", (4_000, 2_000), 250).save(written, "PNG")
    found = child.look(write(tmp_path, written.getvalue()), folder=tmp_path, media_type=media.PNG)
    with Image.open(tmp_path / str(found["cleaned"])) as kept:
        assert (kept.format, kept.size) == ("JPEG", (3_000, 1_500))


def _change(change, **extra) -> bytes:
    return hostile._change_pdf(change, **extra)


def _sign(document: pikepdf.Pdf) -> None:
    document.Root["/AcroForm"] = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array([]))


def test_a_signed_pdf_stays_as_it_is_unless_something_hides_behind_it(tmp_path: Path):
    signed = _change(_sign)
    for body, same in ((signed, True), (signed + hostile._zip(), False), (signed + b"<html>", False)):
        found = child.look(write(tmp_path, body), folder=tmp_path, media_type=media.PDF)
        assert ((tmp_path / str(found["cleaned"])).read_bytes() == body) is same


def test_a_pdf_loses_who_wrote_it(tmp_path: Path):
    def name(document: pikepdf.Pdf) -> None:
        document.docinfo["/Author"] = "Somebody"
        with document.open_metadata() as told:
            told["dc:creator"] = ["Somebody"]

    child.look(write(tmp_path, _change(name)), folder=tmp_path, media_type=media.PDF)
    with pikepdf.open(tmp_path / "cleaned.pdf") as kept:
        assert ("/Info" in kept.trailer, "/Metadata" in kept.Root) == (False, False)


# Refusals --------------------------------------------------------------------------------------------------------------


def test_a_path_that_cannot_be_is_refused():
    with pytest.raises(PaperRefused):
        media.get_media_type(Path("a\0b"))


def test_every_refusal_is_told_by_the_child_and_raised_by_the_parent(tmp_path: Path):
    with pytest.raises(PaperRefused) as caught:
        read(hostile._repeat_pages(21), tmp_path)
    assert (caught.value.code, caught.value.facts) == ("paper.too_long", {"pages": "21", "most": "20"})
    assert str(caught.value).startswith("The PDF has 21 pages")
    assert all(one.code == code and one.__doc__ for code, one in REFUSALS.items())


def test_a_crash_is_a_refusal(tmp_path: Path):
    with pytest.raises(PaperRefused) as caught:
        read(
            hostile.plain_pdf(),
            tmp_path / "no-such-folder" if (tmp_path / "no-such-folder").mkdir() else _lose(tmp_path),
        )
    assert caught.value.code == "paper.broken"


def _lose(folder: Path) -> Path:
    """Return a folder in which the child can write no picture."""
    lost = folder / "lost"
    lost.mkdir()
    (lost / "page-0.jpg").mkdir()
    return lost


@pytest.mark.parametrize("make", [hostile.make_active, hostile.make_locked])
def test_the_checks_refuse_in_this_process_too(tmp_path: Path, make: Callable[[], Iterator[hostile.Hostile]]):
    one = next(make())
    assert child.main(write(tmp_path, one.body), tmp_path, media.PDF) == 0
    assert json.loads((tmp_path / "found.json").read_text())["refused"] in {"paper.active", "paper.locked"}


INSIDE = {
    *("flood/pdf-21-pages", "flood/pdf-flate", "flood/pdf-picture", "flood/pdf-many-filters", "flood/pdf-objects"),
    *("flood/pdf-page-size", "flood/png-6400", "flood/jpg-sides", "moving/PNG", "virus/pdf-flate", "virus/pdf-hex"),
    *(
        "locked/user-4",
        "locked/owner-4",
        "cut/pdf/3",
        "cut/jpg/3",
        "cut/png/9",
        "cut/webp/9",
        "cut/heic/9",
        "spoilt/pdf/4",
        "type/nothing",
    ),
    *("type/too-large", "type/html/paper.pdf", "type/zeros/paper.jpg", "virus/alone", "active/outer-stream"),
    *(
        "active/page-script",
        "active/associated",
        "active/note-Movie",
        "type/text/paper.pdf",
        "type/heif-video/photo.heic",
    ),
}


def test_what_is_refused_in_the_child_is_refused_here(tmp_path: Path):
    taken = []
    for one in hostile.make_all():
        if one.name in INSIDE:
            path = write(tmp_path, one.body)
            try:
                child.look(path, folder=tmp_path, media_type=media.get_media_type(path))
            except PaperRefused:
                continue
            taken.append(one.name)
    assert taken == []


def _empty(document: pikepdf.Pdf) -> None:
    del document.pages[0]


def _spoil_stream(document: pikepdf.Pdf) -> None:
    hostile._add_stream(b"no flate at all", ["/FlateDecode"])(document)


@pytest.mark.parametrize(("body", "code"), [(_change(_empty), "paper.broken"), (b"%PDF-1.7\n", "paper.broken")])
def test_a_pdf_without_pages_is_broken(tmp_path: Path, body: bytes, code: str):
    with pytest.raises(PaperRefused) as caught:
        child.look(write(tmp_path, body), folder=tmp_path, media_type=media.PDF)
    assert caught.value.code == code


def test_a_stream_that_cannot_be_unpacked_is_no_reason_to_refuse(tmp_path: Path):
    written = io.BytesIO()
    samples.draw(samples.make(Kind.NIK, seed=0), ppi=72).save(written, "PDF")
    for body in (written.getvalue(), _change(_spoil_stream)):
        assert child.look(write(tmp_path, body), folder=tmp_path, media_type=media.PDF)["media_type"] == media.PDF


def test_codes_are_found_with_their_place():
    code = io.BytesIO()
    segno.make("ID64110001325901022\nx").save(code, kind="png", scale=4)
    page = Image.new("RGB", (1_000, 1_000), "white")
    with Image.open(code) as drawn:
        page.paste(drawn.convert("RGB"), (500, 500))
    found = codes.find_codes(page, page=3)
    assert [(one.text, one.page) for one in found] == [("ID64110001325901022 x", 3)]
    left, top, right, bottom = found[0].box
    assert 500 <= left < right <= 700
    assert 500 <= top < bottom <= 700


def test_the_filter_names_this_machine_and_every_forbidden_call():
    for machine, calls in confinement.CALLS.values():
        program = confinement._write_filter(machine, calls)
        # Three steps before the calls, two answers behind them, eight bytes each.
        assert len(program) == 8 * (len(calls) + 5)


def test_an_empty_list_of_actions_is_harmless():
    assert pdf_checks.find_active(pikepdf.Dictionary(AA=pikepdf.Dictionary())) is None
    assert pdf_checks.find_active(pikepdf.Dictionary(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.GoTo))) is None


# Processes -------------------------------------------------------------------------------------------------------------


def ask_confined(code: str) -> str:
    confined = f"from compliance.reading.confinement import confine; confine(); {code}"
    done = subprocess.run([sys.executable, "-c", confined], check=False, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is the Linux kernel's")
@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; os.execv('/bin/true', ['true'])",
    ],
)
def test_a_confined_process_reaches_no_network_and_starts_no_program(code: str):
    assert ask_confined(code).startswith("PermissionError")


def test_a_confined_process_gets_no_more_memory_than_it_may():
    assert ask_confined("bytearray(600 << 20)") == "MemoryError"
    assert ask_confined("print(len(bytearray(100 << 20)))") == str(100 << 20)


def test_a_child_that_ends_or_hangs_is_an_answer(tmp_path: Path):
    hanging = Openers("compliance.reading.child")
    assert hanging.ask({"file": "/dev/zero", "folder": str(tmp_path), "media_type": media.JPEG}) in {
        0,
        *TOO_MUCH_STATUSES,
    }
    hanging.end()
    gone = Openers("no.such.module")
    assert gone.ask({"file": ""}) in TOO_MUCH_STATUSES
    gone.end()


def test_a_child_that_died_while_it_waited_is_replaced(tmp_path: Path):
    openers = Openers("compliance.reading.child")
    path = write(tmp_path, hostile.plain_pdf())
    request = {"file": str(path), "folder": str(tmp_path), "media_type": media.PDF}
    assert openers.ask(request) == 0
    openers._idle[0].kill()
    openers._idle[0]._process.wait()
    assert openers.ask(request) == 0
    openers.end()


def test_a_reader_that_cannot_start_or_is_busy_has_no_answer():
    reader = PictureReader("no.such.module")
    reader.prepare()
    assert reader.ask({}, seconds=5) is None
    assert reader.ask({}, seconds=5) is None
    reader.end()
    slow = PictureReader("compliance.reading.ocr_child")
    assert slow.ask({"picture": "x"}, seconds=0) is None
    slow.end()


def test_a_child_that_is_killed_while_it_answers_has_no_answer():
    made = Child("compliance.reading.child")
    made.kill()
    made._process.wait()
    assert made.ask({"file": "x" * 100_000}, seconds=5) is None


def test_nobody_waits_for_a_busy_reader_for_ever():
    busy = PictureReader("no.such.module", patience_seconds=0)
    with busy._lock:
        busy.prepare()
        assert busy.ask({}, seconds=5) is None


def test_a_child_of_another_process_is_left_alone():
    made = Child("compliance.reading.child")
    made.owner += 1
    assert not made.is_alive()
    made.end()
    made.owner -= 1
    made._process.wait()
    made.kill()


def test_a_file_that_takes_for_ever_is_refused(tmp_path: Path):
    with pytest.raises(PaperRefused) as caught:
        read(hostile._change_pdf(hostile._draw_itself), tmp_path)
    assert caught.value.code == "paper.too_slow"


def test_what_the_drawer_cannot_open_is_broken(tmp_path: Path):
    with pytest.raises(PaperRefused):
        list(pdf_pages.draw_pages(write(tmp_path, b"no PDF")))
    body = hostile._write_pdf(b"<<>>")
    assert child.look(write(tmp_path, body), folder=tmp_path, media_type=media.PDF)["media_type"] == media.PDF


def test_lines_down_the_page_say_nothing_of_its_slope():
    tall = np.array([[0, 0], [5, 0], [5, 90], [0, 90]], dtype=np.float32)
    falling = np.array([[0, 0], [100, 10], [100, 20], [0, 10]], dtype=np.float32)
    assert ocr_child._find_slope([tall]) == 0
    assert round(10 * ocr_child._find_slope([tall, falling])) == 1


def test_there_is_a_reader_of_pictures_here():
    assert get_picture_reader() is get_picture_reader() is not None


@pytest.fixture(scope="module")
def reader() -> ocr_child.Reader:
    return ocr_child.Reader()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_however_it_lies(reader: ocr_child.Reader, turn: int):
    picture = samples.draw(samples.make(Kind.NPWP, seed=0), ppi=110)
    found, pieces = reader.read(picture.rotate(turn, expand=True), page=2)
    # Lying *turn* degrees to the left, it must be turned on to a whole circle.
    assert found == (360 - turn) % 360
    first = next(one for one in pieces if one.text.startswith("NPWP"))
    assert (first.page, first.source) == (2, Source.OCR)
    assert first.box[0] < 150
    assert 150 < first.box[1] < 400


def test_an_empty_page_has_no_text(reader: ocr_child.Reader):
    assert reader.read(Image.new("L", (400, 300), "white"), page=0) == (0, [])


def test_of_a_page_full_of_text_the_head_and_the_foot_are_read(reader: ocr_child.Reader):
    page = Image.new("RGB", (800, 2_000), "white")
    drawing = ImageDraw.Draw(page)
    for row in range(90):
        drawing.text((30, 10 + 22 * row), f"baris {row}", fill="black", font_size=15)
    _, pieces = reader.read(page, page=0)
    assert len(pieces) <= ocr_child.MOST_LINES
    assert {"baris 0", "baris 89"} <= {one.text for one in pieces}


def test_the_child_answers_each_line_and_turns_the_files(tmp_path: Path):
    path = tmp_path / "photo.jpg"
    samples.draw(samples.make(Kind.NPWP, seed=0), ppi=110).rotate(90, expand=True).save(path)
    answering = io.StringIO()
    request = {"picture": str(path), "shown": str(path), "page": 0}
    ocr_child.serve(io.StringIO(2 * (json.dumps(request) + "\n")), answering)
    ready, answer, again = answering.getvalue().splitlines()
    assert ready == READY
    assert [json.loads(one)["turn"] for one in (answer, again)] == [270, 0]
    with Image.open(path) as picture:
        assert picture.width > picture.height


def test_the_child_opens_each_file_in_a_process_of_its_own(tmp_path: Path):
    path = write(tmp_path, hostile.plain_pdf())
    request = json.dumps({"file": str(path), "folder": str(tmp_path), "media_type": media.PDF})
    answering = io.StringIO()
    child.serve(io.StringIO(f"{request}\n"), answering)
    assert answering.getvalue() == "0\n"


def test_what_was_found_before_a_page_was_turned_is_turned_with_it():
    code = {"text": "x", "page": 0, "box": (100, 200, 300, 400), "level": (100, 200, 300, 400)}
    page = {"width": 10, "height": 20, "pieces": [code]}
    _take_over(page, {"turn": 90, "pieces": [{"text": "y"}]})
    # To the left: the right edge becomes the upper one.
    assert (page["width"], page["height"], code["box"]) == (20, 10, (200, 700, 400, 900))
    assert len(page["pieces"]) == 2


def test_nothing_here_needs_a_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert read(hostile.plain_pdf(), tmp_path).values
    assert os.getpid()
    assert Piece("", 0, (0, 0, 0, 0), 0, Source.TEXT).level == (0, 0, 0, 0)
