"""Stylesheets and the script: named by their content, compressed once, kept by browsers for a year."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

router = APIRouter()
A_YEAR = "public, max-age=31536000, immutable"
KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file that pages refer to."""

    name: str
    address: str
    kind: str
    content: bytes
    compressed: bytes


@cache
def find_assets() -> dict[str, Asset]:
    """Return all assets by name."""
    return {name: _make(name, content) for name, content in _read()}


def _read() -> Iterator[tuple[str, bytes]]:
    bootstrap = (files("bootstrap") / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    yield "bootstrap.css", bootstrap.partition("/*# sourceMappingURL")[0].encode()
    for path in (files("consign.web") / "static").iterdir():
        if path.name.rpartition(".")[2] in KINDS:
            yield path.name, path.read_bytes()


def _make(name: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:16]
    kind = KINDS[name.rpartition(".")[2]]
    return Asset(name, f"/static/{digest}/{name}", kind, content, gzip.compress(content, 9, mtime=0))


def find_address(name: str) -> str:
    """Return the address of the asset *name*; it changes with its content."""
    return find_assets()[name].address


@router.get("/static/{digest}/{name}")
def send_asset(digest: str, name: str, request: Request) -> Response:
    """Send a stylesheet, the script or a picture."""
    asset = find_assets().get(name)
    if asset is None or asset.address != f"/static/{digest}/{name}":
        raise HTTPException(404)
    headers = {"Cache-Control": A_YEAR, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, media_type=asset.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.content, media_type=asset.kind, headers=headers)
