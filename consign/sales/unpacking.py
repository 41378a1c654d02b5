"""Archives of sales files: each file in one becomes an upload of its own, with its own bytes, hash and answer."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.errors import ConsignError
from consign.files import Files, hash_file
from consign.identity.actions import record_event
from consign.identity.rules import Actor
from consign.models.sales import SalesUpload
from consign.sales.ending import refuse_upload
from consign.sales.handing_in import hand_in_file, receive_file
from consign.sales.mapping import Stated
from consign.sales.rules import tidy_file_name
from consign.sales.uploads import get_locked
from consign.sentence import Sentence, dump_sentence, load_sentence
from consign.tabular.archive import Member, read_members, refuse_without_files
from consign.tabular.refusals import ArchiveWithoutFiles


@dataclass(frozen=True)
class MemberSeen:
    """What became of one file in an archive: an upload, or why it is none."""

    name: str
    upload_id: int | None = None
    status: str | None = None
    same_as: str | None = None
    """The file before it in the archive whose bytes it has; their upload is one."""
    handed_in_before: bool = False
    """Whether its upload stood before the archive came."""
    ignored: str | None = None
    refused: Sentence | None = None
    refused_code: str | None = None


def unpack_upload(session: Session, files: Files, *, by: Actor, upload_id: int, path: Path, deferred: bool) -> None:
    """Hand in each file of the archive at *path* with what was stated about the archive; all of them or none.

    The bytes are stored first, then the uploads are made in the caller's transaction. What cannot be taken out keeps no
    other file back; an archive without any file is refused. Workers read the files where that is *deferred* to them.
    """
    upload = get_locked(session, upload_id)
    taken: list[tuple[Member, str | None]] = []
    told: list[dict[str, Any]] = []
    try:
        with tempfile.TemporaryDirectory(prefix="consign-") as folder:
            for member in read_members(path, name=upload.name, scratch=Path(folder)):
                sha256 = hash_file(member.path) if member.path else None
                if member.path and sha256:
                    files.store(member.path, sha256)
                taken.append((member, sha256))
        names = tidy_names([member.name for member, _ in taken])
        told = _hand_in_all(session, by=by, archive=upload, taken=taken, names=names, deferred=deferred)
        refuse_without_files(sum("upload" in one for one in told))
    except ConsignError as refusal:
        refuse_upload(session, by=by, upload_id=upload_id, code=refusal.code, reason=refusal.sentence)
        if isinstance(refusal, ArchiveWithoutFiles):
            upload.outcome = {**upload.outcome, "members": told}
        return
    upload.status, upload.outcome = "unpacked", {"members": told}
    session.flush()
    record_event(session, by=by, act="sales archive unpacked", subject=f"upload:{upload_id}", files=len(told))


def tidy_names(given: Sequence[str]) -> list[str]:
    """Return the names of members as they are shown: where two would be the same, with their folders before them."""
    short = [tidy_file_name(name) for name in given]
    often = Counter(short)
    return [
        _with_folder(name, tidied) if often[tidied] > 1 else tidied for name, tidied in zip(given, short, strict=True)
    ]


def _with_folder(name: str, tidied: str) -> str:
    folder = tidy_file_name(str(PurePosixPath(name.replace("\\", "/")).parent))
    return tidied if folder == "-" else f"{folder}/{tidied}"


def _hand_in_all(
    session: Session,
    *,
    by: Actor,
    archive: SalesUpload,
    taken: Sequence[tuple[Member, str | None]],
    names: Sequence[str],
    deferred: bool,
) -> list[dict[str, Any]]:
    """Make an upload of each member that has bytes; return what became of every one, as it is kept."""
    stated = Stated(archive.stated_store_id, archive.stated_from, archive.stated_until)
    hand_in = hand_in_file if deferred else receive_file
    first: dict[str, tuple[int, str]] = {}
    told: list[dict[str, Any]] = []
    for (member, sha256), name in zip(taken, names, strict=True):
        one: dict[str, Any] = {"name": name}
        if member.refusal is not None:
            one["refused"] = {"code": member.refusal.code, "reason": dump_sentence(member.refusal.sentence)}
        elif member.ignored or sha256 is None:
            one["ignored"] = member.ignored
        elif sha256 in first:
            one["upload"], one["same_as"] = first[sha256]
        else:
            upload, is_new = hand_in(
                session, by=by, partner_id=archive.partner_id, sha256=sha256, name=name, size_bytes=member.size_bytes,
                stated=stated, archive_id=archive.id,
            )  # fmt: skip
            first[sha256] = upload.id, name
            one |= {"upload": upload.id} if is_new else {"upload": upload.id, "before": upload.archive_id != archive.id}
        told.append(one)
    return told


def find_members(session: Session, archive: SalesUpload) -> list[MemberSeen]:
    """Return what became of each file of an archive, in the archive's order; none before it was unpacked."""
    kept: Sequence[Mapping[str, Any]] = archive.outcome.get("members", ())
    ids = {one["upload"] for one in kept if "upload" in one}
    query = select(SalesUpload.id, SalesUpload.status).where(SalesUpload.id.in_(ids))
    status: dict[int, str] = {row.id: row.status for row in session.execute(query)} if ids else {}
    return [
        MemberSeen(
            name=one["name"],
            upload_id=one.get("upload"),
            status=status.get(one.get("upload", 0)),
            same_as=one.get("same_as"),
            handed_in_before=one.get("before", False),
            ignored=one.get("ignored"),
            refused=load_sentence(one["refused"]["reason"]) if "refused" in one else None,
            refused_code=one["refused"]["code"] if "refused" in one else None,
        )
        for one in kept
    ]
