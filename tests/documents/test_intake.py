"""Taking in a file: stored by its hash, named safely, and refused with a sentence of the reader's."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from compliance.facts import Kind
from consign.documents.intake import LONGEST_FILE_NAME, MOST_BYTES, clean_file_name, take_in
from consign.documents.rules import DocumentRefused
from consign.files import Files
from consign.sentence import Sentence


def photo() -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (600, 800), "white").save(content, "JPEG")
    return content


def test_a_photo_is_stored_with_the_picture_of_its_page(files: Files):
    taken = take_in(photo(), name="C:\\Foto\\KTP saya.jpg", kind=Kind.NIK, files=files)
    assert (taken.media_type, taken.file_name, len(taken.pages)) == ("image/jpeg", "KTP saya.jpg", 1)
    stored = b"".join(files.read(taken.sha256))
    assert (len(stored), stored[:2]) == (taken.size_bytes, b"\xff\xd8")
    assert files.exists(taken.pages[0].sha256)
    assert taken.pages[0].width > 0


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 not a paper", b"%PDF-1.7\nbroken", b"x" * (MOST_BYTES + 10)])
def test_what_is_no_paper_is_refused_and_nothing_is_kept(files: Files, tmp_path: Path, content: bytes):
    with pytest.raises(DocumentRefused) as refused:
        take_in(BytesIO(content), name="nib.pdf", kind=Kind.NIB, files=files)
    assert isinstance(refused.value.sentence, Sentence)
    assert refused.value.sentence
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("nib.pdf", "nib.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("..", "paper"),
        ("", "paper"),
        ("/", "paper"),
        (" .pdf", "pdf"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
        ("x." + "y" * 200, "x." + "y" * 118),
    ],
)
def test_a_files_name_is_shown_without_tricks(given_name: str, shown: str):
    assert clean_file_name(given_name) == shown


@given(st.text())
def test_whatever_a_file_is_called_its_name_is_short_plain_and_no_path(name: str):
    shown = clean_file_name(name)
    assert 0 < len(shown) <= LONGEST_FILE_NAME
    assert shown.isprintable()
    assert not {"/", "\\"} & set(shown)
    assert shown not in {".", ".."}
