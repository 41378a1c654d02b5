"""Archives of sales files: each file in one is an upload of its own, and nothing is counted twice."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from consign.errors import ConsignError
from consign.files import FileChanged, Files, copy_checked, hash_file
from consign.models.sales import SalesUpload
from consign.sales.ending import cancel_upload, reverse_upload
from consign.sales.file_posting import read_upload
from consign.sales.handing_in import hand_in_file, receive_file
from consign.sales.mapping import Stated
from consign.sales.rules import UploadNotOpen, UploadReversed
from consign.sales.unpacking import MemberSeen, find_members, tidy_names, unpack_upload
from tests.builders import ACCEPT, HEADER, KERIPIK, SAMBAL, City

KERIPIK_SOLD = f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,15000,30000"
SAMBAL_SOLD = f"2026-09-06,T2,S2,{SAMBAL},Sambal,1,22500,22500"


def make_csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def pack(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members:
            target.writestr(name, content)
    return path


def receive(city: City, files: Files, path: Path, *, stated: Stated | None = None) -> SalesUpload:
    sha256 = hash_file(path)
    files.store(path, sha256)
    upload, _ = receive_file(
        city.session, by=city.finance, partner_id=city.partner.id, sha256=sha256, name=path.name,
        size_bytes=path.stat().st_size, stated=stated or Stated(),
    )  # fmt: skip
    return upload


def unpack(city: City, files: Files, path: Path, *, stated: Stated | None = None) -> Sequence[MemberSeen]:
    upload = receive(city, files, path, stated=stated)
    if upload.status == "received":
        unpack_upload(city.session, files, by=city.finance, upload_id=upload.id, path=path, deferred=False)
    return find_members(city.session, upload)


def post(city: City, files: Files, member: MemberSeen, folder: Path) -> None:
    assert member.upload_id is not None
    copy = folder / "copy"
    files.copy_to(city.session.get_one(SalesUpload, member.upload_id).sha256, copy)
    result = read_upload(city.session, by=city.finance, upload_id=member.upload_id, path=copy, decisions=ACCEPT)
    assert not isinstance(result, ConsignError)


def uploads(city: City) -> list[tuple[str, str, int | None]]:
    city.session.flush()
    rows = city.session.execute(text("SELECT name, status, archive_id FROM sales_upload ORDER BY id"))
    return [tuple(row) for row in rows]


def count_sales(city: City) -> int:
    return int(city.session.scalar(text("SELECT count(*) FROM sale")) or 0)


@pytest.fixture
def moka(tmp_path: Path) -> Path:
    """Write an archive with two files, one of them twice."""
    return pack(
        tmp_path / "moka.zip",
        ("jan/transaksi.csv", make_csv(KERIPIK_SOLD)),
        ("transaksi (1).csv", make_csv(KERIPIK_SOLD)),
        ("lain.csv", make_csv(SAMBAL_SOLD)),
        (".DS_Store", b"x"),
    )


def test_each_file_is_an_upload_and_the_same_bytes_are_one(city: City, files: Files, moka: Path):
    stated = Stated(city.stores[0].id)
    members = unpack(city, files, moka, stated=stated)
    assert [(one.name, one.status, one.same_as, one.ignored) for one in members] == [
        ("transaksi.csv", "received", None, None),
        ("transaksi (1).csv", "received", "transaksi.csv", None),
        ("lain.csv", "received", None, None),
        (".DS_Store", None, None, "system"),
    ]
    assert members[0].upload_id == members[1].upload_id
    archive = city.session.query(SalesUpload).filter_by(name="moka.zip").one()
    assert uploads(city) == [
        ("moka.zip", "unpacked", None), ("transaksi.csv", "received", archive.id), ("lain.csv", "received", archive.id),
    ]  # fmt: skip
    member = city.session.get_one(SalesUpload, members[0].upload_id)
    assert files.compute_hash(member.sha256) == member.sha256
    assert (member.stated_store_id, member.size_bytes) == (city.stores[0].id, len(make_csv(KERIPIK_SOLD)))


def test_the_same_receipt_in_two_files_is_counted_once(city: City, files: Files, tmp_path: Path):
    path = pack(
        tmp_path / "moka.zip",
        ("a.csv", make_csv(KERIPIK_SOLD)),
        ("b.csv", make_csv(KERIPIK_SOLD, SAMBAL_SOLD)),
    )
    for member in unpack(city, files, path):
        post(city, files, member, tmp_path)
    assert count_sales(city) == 2
    known = city.session.scalars(text("SELECT known_rows FROM sales_posting ORDER BY number")).all()
    assert known == [0, 1]


def test_a_file_that_stands_already_is_not_read_twice(city: City, files: Files, tmp_path: Path, moka: Path):
    alone = tmp_path / "alone.csv"
    alone.write_bytes(make_csv(KERIPIK_SOLD))
    standing = receive(city, files, alone)
    members = unpack(city, files, moka)
    assert (members[0].upload_id, members[0].handed_in_before) == (standing.id, True)
    assert not members[2].handed_in_before
    assert standing.archive_id is None


def test_what_is_refused_keeps_no_other_file_back(city: City, files: Files, tmp_path: Path):
    inner = pack(tmp_path / "inner", ("x.csv", make_csv(SAMBAL_SOLD))).read_bytes()
    members = unpack(city, files, pack(tmp_path / "a.zip", ("inner.zip", inner), ("b.csv", make_csv(KERIPIK_SOLD))))
    assert [(one.refused_code, one.status) for one in members] == [
        ("file.archive_in_archive", None), (None, "received"),
    ]  # fmt: skip
    assert "Hand it in by itself." in str(members[0].refused)


@pytest.mark.parametrize(
    "members", [(), (("x/", b""),), ((".DS_Store", b"x"), ("a.csv", b""))], ids=["nothing", "a folder", "no file"]
)
def test_an_archive_without_a_file_is_refused_and_says_what_was_in_it(
    city: City, files: Files, tmp_path: Path, members: tuple[tuple[str, bytes], ...]
):
    found = unpack(city, files, pack(tmp_path / "a.zip", *members))
    assert [one.name for one in found] == [name.rstrip("/") or name for name, _ in members]
    outcome = city.session.query(SalesUpload).one().outcome
    assert outcome["refused"]["code"] == "file.archive_without_files"
    assert uploads(city) == [("a.zip", "refused", None)]


def test_a_broken_archive_leaves_no_upload_of_its_files(city: City, files: Files, tmp_path: Path, moka: Path):
    content = moka.read_bytes()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(content[: len(content) // 2])
    unpack(city, files, broken)
    assert uploads(city) == [("broken.zip", "refused", None)]


def test_the_same_archive_again_is_the_same_upload(city: City, files: Files, moka: Path):
    first, second = unpack(city, files, moka), unpack(city, files, moka)
    assert first == second
    assert len(uploads(city)) == 3


def test_after_a_file_was_given_up_the_archive_brings_it_again_and_the_others_not(
    city: City, files: Files, tmp_path: Path, moka: Path
):
    first = unpack(city, files, moka)
    post(city, files, first[2], tmp_path)
    assert first[0].upload_id is not None
    cancel_upload(city.session, by=city.finance, upload_id=first[0].upload_id, reason="salah berkas")
    second = unpack(city, files, moka)
    assert second[0].upload_id != first[0].upload_id
    assert (second[2].upload_id, second[2].status) == (first[2].upload_id, "posted")
    assert len(uploads(city)) == 4


def test_an_archive_itself_is_neither_reversed_nor_given_up(city: City, files: Files, moka: Path):
    unpack(city, files, moka)
    archive = city.session.query(SalesUpload).filter_by(name="moka.zip").one()
    with pytest.raises(UploadReversed, match="not posted"):
        reverse_upload(city.session, by=city.finance, upload_id=archive.id, reason="x")
    with pytest.raises(UploadNotOpen):
        cancel_upload(city.session, by=city.finance, upload_id=archive.id, reason="x")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["../../etc/passwd", "C:\\x\\b.csv", "a\u202egpj.csv", "x\x00\x1b[2J.csv"], ["passwd", "b.csv", "agpj.csv", "x[2J.csv"]),
        (["Jan/a.csv", "Feb/a.csv", "a.csv", "../a.csv"], ["Jan/a.csv", "Feb/a.csv", "a.csv", "a.csv"]),
        (["2026/../../Jan/a.csv", "2026/Feb/a.csv"], ["Jan/a.csv", "Feb/a.csv"]),
        (["", ".."], ["-", "-"]),
    ],
)  # fmt: skip
def test_names_are_cleaned_and_told_apart_by_their_folder(given: list[str], shown: list[str]):
    assert tidy_names(given) == shown


def test_a_packed_file_is_an_archive_of_one(city: City, files: Files, tmp_path: Path):
    import gzip  # noqa: PLC0415  # only this test packs one

    path = tmp_path / "september.csv.gz"
    path.write_bytes(gzip.compress(make_csv(KERIPIK_SOLD)))
    (member,) = unpack(city, files, path)
    post(city, files, member, tmp_path)
    assert (member.name, count_sales(city)) == ("september.csv", 1)


def test_a_file_that_is_written_to_meanwhile_is_not_taken_in(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(make_csv(KERIPIK_SOLD))
    sha256 = hash_file(path)
    path.write_bytes(make_csv(SAMBAL_SOLD))
    with pytest.raises(FileChanged):
        copy_checked(path, tmp_path / "copy", sha256=sha256)


def test_workers_are_told_of_each_file(city: City, files: Files, moka: Path):
    sha256 = hash_file(moka)
    files.store(moka, sha256)
    upload, _ = hand_in_file(
        city.session, by=city.finance, partner_id=city.partner.id, sha256=sha256, name="moka.zip",
        size_bytes=moka.stat().st_size, stated=Stated(),
    )  # fmt: skip
    unpack_upload(city.session, files, by=city.finance, upload_id=upload.id, path=moka, deferred=True)
    ids = {one.upload_id for one in find_members(city.session, upload) if one.upload_id}
    assert {f"read:{one}" for one in ids} < set(city.session.info["waiting_jobs"])


def test_a_workbook_in_an_archive_is_read(city: City, files: Files, tmp_path: Path):
    from openpyxl import Workbook  # noqa: PLC0415  # only this test writes one

    book, target = Workbook(), io.BytesIO()
    book.active.append(HEADER.split(","))
    book.active.append(KERIPIK_SOLD.split(","))
    book.save(target)
    (member,) = unpack(city, files, pack(tmp_path / "a.zip", ("jan.xlsx", target.getvalue())))
    post(city, files, member, tmp_path)
    assert count_sales(city) == 1
