"""The object store: every file by its hash, once, and never changed."""

from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest

from consign.files import FileMissing, Files, hash_file

# Source: FIPS 180-4, example "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def abc(tmp_path: Path) -> Path:
    """Write a file that holds `abc`."""
    path = tmp_path / "abc.csv"
    path.write_bytes(b"abc")
    return path


def stored(folder: Path) -> list[Path]:
    """Return all files in the store's folder."""
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


def test_a_hash_is_that_of_the_bytes(abc: Path):
    assert hash_file(abc) == ABC


def test_a_file_comes_back_as_it_was(files: Files, abc: Path, tmp_path: Path):
    files.store(abc, ABC)
    assert b"".join(files.read(ABC)) == b"abc"
    files.copy_to(ABC, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"abc"
    assert files.compute_hash(ABC) == ABC


def test_the_same_bytes_are_kept_once_and_not_written_again(files: Files, abc: Path, tmp_path: Path):
    files.store(abc, ABC)
    (first,) = stored(tmp_path)
    before = first.stat().st_mtime_ns
    files.store(abc, ABC)
    assert stored(tmp_path) == [first]
    assert first.stat().st_mtime_ns == before


def test_a_large_file_comes_in_pieces_that_add_up(files: Files, tmp_path: Path):
    content = bytes(range(256)) * 40_000  # 10.240.000 bytes, more than two pieces of 4 MiB
    path = tmp_path / "large"
    path.write_bytes(content)
    digest = sha256(content).hexdigest()
    files.store(path, digest)
    pieces = list(files.read(digest))
    assert len(pieces) > 1
    assert b"".join(pieces) == content


def test_what_is_not_stored_is_missing(files: Files, tmp_path: Path):
    assert not files.exists(ABC)
    for ask in (lambda: list(files.read(ABC)), lambda: files.compute_hash(ABC)):
        with pytest.raises(FileMissing):
            ask()
    with pytest.raises(FileMissing):
        files.copy_to(ABC, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_changed_bytes_are_told_by_their_hash(files: Files, abc: Path, tmp_path: Path):
    files.store(abc, ABC)
    (path,) = stored(tmp_path)
    path.write_bytes(b"abd")
    assert files.compute_hash(ABC) != ABC


def test_a_store_can_be_named_by_an_address(tmp_path: Path, abc: Path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    Files.open(url=folder.as_uri(), folder=tmp_path / "unused").store(abc, ABC)
    assert Files.open(url=folder.as_uri(), folder=tmp_path / "unused").exists(ABC)
    assert not (tmp_path / "unused").exists()


def test_what_is_uploaded_is_kept_from_its_beginning_under_its_hash(files: Files, tmp_path: Path):
    with SpooledTemporaryFile() as sent:
        sent.write(b"abc")  # the reading position stands at the end
        assert files.keep(sent) == (ABC, 3)
    assert b"".join(files.read(ABC)) == b"abc"
    assert len(stored(tmp_path)) == 1
