"""Reasons to refuse a whole file. Nothing of a refused file is used."""

from collections.abc import Mapping
from typing import Any

from consign.errors import BadInput
from consign.sentence import dump_sentence, load_sentence


class FileRefused(BadInput):
    """The file cannot be read as a table; nothing of it was used."""

    code = "file.refused"


class FileEmpty(FileRefused):
    """The file has no bytes, or nothing but blank space; nothing of it was used."""

    code = "file.empty"


class FileNotATable(FileRefused):
    """The file is a picture, a document or another thing that holds no table; nothing of it was used."""

    code = "file.not_a_table"


class FileDamaged(FileRefused):
    """The file is cut off or its structure is broken; nothing of it was used."""

    code = "file.damaged"


class FileTooLarge(FileRefused):
    """The file unpacks to more than a sales file can be, or takes too long; nothing of it was used."""

    code = "file.too_large"


class FileLocked(FileRefused):
    """The file is protected by a password; nothing of it was used."""

    code = "file.password"


class FileMixedEncodings(FileRefused):
    """The file mixes two text encodings, so some of its letters cannot be known; nothing of it was used."""

    code = "file.mixed_encodings"


class FileWithoutHeader(FileRefused):
    """No row names the columns; nothing of the file was used."""

    code = "file.no_header"


class FileWithoutRows(FileRefused):
    """There is a header but no row below it; nothing of the file was used."""

    code = "file.no_rows"


class FileWithManyTables(FileRefused):
    """Several sheets may each be the table, or one is a copy of another; nothing of the file was used."""

    code = "file.many_tables"


class ControlCountDiffers(FileRefused):
    """A message's own count or reference differs from what the file holds, so parts are missing or doubled; nothing of it was used."""

    code = "file.control_count"


class MessageDoubled(FileRefused):
    """The same message stands in the file twice, so its sales would count twice; nothing of it was used."""

    code = "file.doubled"


class MessageChangesAnother(FileRefused):
    """A message takes back or changes an earlier one instead of reporting sales; nothing of the file was used."""

    code = "file.changes_another"


class FileIsTest(FileRefused):
    """The sender marked what it sent as a test, so these are no sales; nothing of it was used."""

    code = "file.test_data"


class ArchiveInArchive(FileRefused):
    """An archive holds another one, which is not opened; nothing of that one was used."""

    code = "file.archive_in_archive"


class ArchiveWithoutFiles(FileRefused):
    """An archive holds no file that can be taken out; nothing of it was used."""

    code = "file.archive_without_files"


def dump_refusal(refusal: FileRefused) -> dict[str, Any]:
    """Return what `load_refusal` makes the same refusal of, fit for JSON: so a child tells its parent why."""
    return {"code": refusal.code, "sentence": dump_sentence(refusal.sentence)}


def load_refusal(told: Mapping[str, Any]) -> FileRefused:
    """Return the refusal that a child told."""
    kinds: list[type[FileRefused]] = [FileRefused, *FileRefused.__subclasses__()]
    (kind,) = (kind for kind in kinds if kind.code == told["code"])
    return kind(load_sentence(told["sentence"]))
