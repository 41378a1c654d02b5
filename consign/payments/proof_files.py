"""Taking in the proof of a payment, such as a transfer slip: checked and cleaned like a paper, and kept by its hash."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compliance.reading import PaperRefused, read_paper
from consign.documents.intake import MOST_BYTES, clean_file_name, store_file
from consign.documents.wording import sentence_of
from consign.errors import BadInput
from consign.files import Files, copy_within

TYPES = ((b"%PDF", "application/pdf", "pdf"), (b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG", "image/png", "png"))
"""What a kept proof is, by its first bytes: its media type, and how its name ends."""
OTHER_TYPE = ("application/octet-stream", "bin")


class ProofRefused(BadInput):
    """The file cannot be taken for a proof of payment; nothing of it was kept, and nothing was noted."""

    code = "payments.proof_refused"


@dataclass(frozen=True)
class ProofFile:
    """A proof that is stored."""

    sha256: str
    file_name: str
    """What the person called it, fit for showing."""


def take_proof(source: BinaryIO, *, name: str, files: Files) -> ProofFile:
    """Check and clean the file in *source*, in a process of its own, and store what is left: no metadata, no scripts.

    Raises:
        ProofRefused: it is no PDF and no picture, too large, or broken.

    """
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path, scratch = Path(folder) / "paper", Path(folder) / "scratch"
        scratch.mkdir()
        copy_within(source, path, most_bytes=MOST_BYTES)
        try:
            reading = read_paper(path, kind=None, scratch=scratch)
        except PaperRefused as refusal:
            raise ProofRefused(sentence_of(refusal)) from refusal
        return ProofFile(store_file(reading.cleaned, files), clean_file_name(name))


def find_type(content: bytes) -> tuple[str, str]:
    """Return the media type of a kept proof, and how its file's name ends, by its first bytes."""
    return next(((kind, ending) for lead, kind, ending in TYPES if content.startswith(lead)), OTHER_TYPE)
