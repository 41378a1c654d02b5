"""Files that somebody might send to do harm, or by mistake; each says whether it may be taken."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pikepdf
import pillow_heif
from PIL import Image, PngImagePlugin

from compliance.facts import Kind
from compliance.reading.media import TEST_VIRUS
from tests.compliance.reading import samples

MARK = b"HARM-9f3a"
"""What the harmful part of a file carries: it must not be in what is kept."""


@dataclass(frozen=True)
class Hostile:
    """A file; *is_dangerous* where taking it would be a failure, else it may be taken once its harm is gone."""

    name: str
    body: bytes
    is_dangerous: bool = True


@cache
def plain_pdf() -> bytes:
    """Return a harmless PDF."""
    return samples.draw_pdf(samples.make(Kind.PIRT, seed=0))


@cache
def plain_picture() -> Image.Image:
    """Return a harmless picture."""
    return samples.draw(samples.make(Kind.NIK, seed=0), ppi=72)


def _saved(picture: Image.Image, kind: str, **extra: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **extra)
    return written.getvalue()


def _saved_heic(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    pillow_heif.from_pillow(picture).save(written)
    return written.getvalue()


@cache
def plain_files() -> dict[str, bytes]:
    """Return a harmless file of each type that is taken."""
    picture = plain_picture()
    return {
        "pdf": plain_pdf(),
        "jpg": _saved(picture, "JPEG"),
        "png": _saved(picture, "PNG"),
        "webp": _saved(picture, "WEBP"),
        "heic": _saved_heic(picture),
    }


def _zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("harm.txt", MARK)
    return written.getvalue()


OTHER_TYPES: dict[str, bytes] = {
    "zip": b"PK\x03\x04",
    "gif": b"GIF89a\x01\x00\x01\x00",
    "bmp": b"BM\x00\x00",
    "tiff": b"II*\x00",
    "tiff-big": b"MM\x00*",
    "exe": b"MZ\x90\x00",
    "elf": b"\x7fELF",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">',
    "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "rtf": b"{\\rtf1",
    "rar": b"Rar!\x1a\x07",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "gz": b"\x1f\x8b\x08",
    "xz": b"\xfd7zXZ\x00",
    "mp4": b"\x00\x00\x00\x18ftypisom",
    "avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1",
    "heif-video": b"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00hevcmsf1",
    "mp3": b"ID3\x03",
    "riff-wave": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "psd": b"8BPS",
    "ps": b"%!PS-Adobe-3.0",
    "script": b"#!/bin/sh\nrm -rf /\n",
    "php": b"<?php system($_GET['c']); ?>",
    "class": b"\xca\xfe\xba\xbe",
    "wasm": b"\x00asm",
    "text": b"hello",
    "zeros": b"\x00" * 64,
    "spaced-pdf": b"\n\n%PDF-1.7\n",
    "html-then-pdf": b"<html></html>\n%PDF-1.7\n",
    "jp2": b"\x00\x00\x00\x0cjP  \r\n\x87\n",
}
NAMES = ("paper.pdf", "paper.jpg", "photo.png", "scan.webp", "photo.heic", "paper.pdf.exe")


def make_wrong_types() -> Iterator[Hostile]:
    """Return files that are another thing than their name says."""
    for kind, lead in OTHER_TYPES.items():
        for name in NAMES:
            yield Hostile(f"type/{kind}/{name}", lead + MARK * 20)
    for kind in plain_files():
        yield Hostile(f"type/lead-of-{kind}-alone", plain_files()[kind][:12] + MARK * 50)
    yield Hostile("type/nothing", b"")
    yield Hostile("type/too-large", b"%PDF-1.7\n" + b"\x00" * (15 << 20))


def make_broken() -> Iterator[Hostile]:
    """Return files that are cut off or have wrong bytes; what can still be opened is taken."""
    chance = random.Random(4)  # noqa: S311 - the same files each time
    for kind, body in plain_files().items():
        for part in range(1, 31):
            yield Hostile(f"cut/{kind}/{part}", body[: len(body) * part // 31], is_dangerous=False)
        for number in range(15):
            spoilt = bytearray(body)
            for _ in range(1 + 4 * number):
                spoilt[chance.randrange(16, len(spoilt))] = chance.randrange(256)
            yield Hostile(f"spoilt/{kind}/{number}", bytes(spoilt), is_dangerous=False)


def make_polyglots() -> Iterator[Hostile]:
    """Return files that are two things at once; what is kept must be one."""
    for kind, body in plain_files().items():
        for what, tail in (("zip", _zip()), ("html", b"<script>" + MARK + b"</script>"), ("bytes", MARK * 1_000)):
            yield Hostile(f"polyglot/{kind}-then-{what}", body + tail, is_dangerous=False)
    for kind in ("jpg", "png", "webp", "heic"):
        yield Hostile(f"polyglot/{kind}-then-pdf", plain_files()[kind] + MARK + plain_pdf(), is_dangerous=False)
    jpeg = plain_files()["jpg"]
    comment = b"\xff\xfe" + struct.pack(">H", len(MARK) + 2) + MARK
    yield Hostile("polyglot/jpg-comment", jpeg[:2] + comment + jpeg[2:], is_dangerous=False)
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", MARK.decode())
    yield Hostile("polyglot/png-text", _saved(plain_picture(), "PNG", pnginfo=told), is_dangerous=False)
    place = Image.Exif()
    place[0x010E] = MARK.decode()
    place.get_ifd(0x8825).update({1: "S", 2: (1, 16, 0), 3: "E", 4: (116, 49, 0)})
    for kind in ("JPEG", "PNG", "WEBP"):
        yield Hostile(f"polyglot/place-in-{kind}", _saved(plain_picture(), kind, exif=place), is_dangerous=False)


def _png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in (head, *chunks, (b"IEND", b"")):
        made += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return made


def _zeros(count: int) -> bytes:
    packing = zlib.compressobj(9)
    return packing.compress(bytes(count)) + packing.flush()


def make_floods() -> Iterator[Hostile]:
    """Return files that unpack to far more than they are."""
    zeros = _zeros(50_000_000)
    for side in (6_400, 10_000, 20_000, 60_000, 2_000_000_000):
        yield Hostile(f"flood/png-{side}", _png(side, side, (b"IDAT", zeros)))
        yield Hostile(f"flood/png-bits-{side}", _png(side, side, (b"IDAT", zeros), depth=1))
    yield Hostile("flood/png-wide", _png(2_000_000_000, 1, (b"IDAT", zeros)))
    for name, chunk in (("text", b"zTXt"), ("profile", b"iCCP")):
        bomb = (chunk, b"x\x00\x00" + zeros)
        yield Hostile(f"flood/png-{name}", _png(8, 8, bomb, (b"IDAT", _zeros(72))), is_dangerous=False)
    jpeg = bytearray(plain_files()["jpg"])
    for kind in (b"\xff\xc0", b"\xff\xc2"):
        at = jpeg.find(kind)
        if at >= 0:
            jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
            yield Hostile("flood/jpg-sides", bytes(jpeg))
    yield Hostile(
        "flood/webp-sides", b"RIFF\x1e\x00\x00\x00WEBPVP8L\x11\x00\x00\x00\x2f\xff\xff\xff\x0f" + b"\x00" * 12
    )
    heic = plain_files()["heic"]
    at = heic.find(b"ispe")
    yield Hostile("flood/heic-sides", heic[: at + 8] + struct.pack(">II", 60_000, 60_000) + heic[at + 16 :])
    yield from (Hostile(f"flood/pdf-{name}", _change_pdf(change)) for name, change in PDF_FLOODS.items())
    for count in (21, 500):
        yield Hostile(f"flood/pdf-{count}-pages", _repeat_pages(count))
    yield Hostile(
        "flood/pdf-nested", _write_pdf(b"<</Deep " + b"[" * 200_000 + b"]" * 200_000 + b">>"), is_dangerous=False
    )
    yield Hostile(
        "flood/pdf-loop", _write_pdf(b"<</Type/Pages/Kids[2 0 R]/Count 9>>", pages=b"3 0 R"), is_dangerous=False
    )


def _change_pdf(change: Callable[[pikepdf.Pdf], None], **extra: object) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as document:
        change(document)
        document.save(written, **extra)
    return written.getvalue()


def _repeat_pages(count: int) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        for _ in range(count - 1):
            document.pages.append(document.pages[0])

    return _change_pdf(change)


def _write_pdf(extra: bytes, *, pages: bytes = b"2 0 R") -> bytes:
    """Return a small PDF written by hand with one object more, the third."""
    objects = [
        b"<</Type/Catalog/Pages " + pages + b">>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        extra,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Extra 3 0 R>>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def _add_stream(packed: bytes, filters: list[str], **keys: object) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(document, b"")
        stream.write(packed, filter=pikepdf.Array([pikepdf.Name(one) for one in filters]))
        for key, value in keys.items():
            stream[f"/{key}"] = value
        document.pages[0]["/Held"] = document.make_indirect(stream)

    return change


def _set_page_size(document: pikepdf.Pdf) -> None:
    document.pages[0].MediaBox = [0, 0, 10_000_000, 10_000_000]


def _add_objects(document: pikepdf.Pdf) -> None:
    document.Root["/Many"] = pikepdf.Array([document.make_indirect({"/A": [1]}) for _ in range(110_000)])


def _draw_for_ever(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    page.Contents = document.make_stream(b"0 0 600 800 re f 600 0 0 800 0 0 cm " * 1_000_000)


def _draw_itself(document: pikepdf.Pdf) -> None:
    """Let a form draw itself twice, and so on."""
    form = document.make_stream(b"/F Do /F Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    form["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page.Contents = document.make_stream(b"/F Do")


def _picture_keys(side: int) -> dict[str, object]:
    return {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": side,
        "Height": side,
        "ColorSpace": pikepdf.Name.DeviceGray,
        "BitsPerComponent": 8,
    }


PDF_FLOODS: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "flate": _add_stream(_zeros(110_000_000), ["/FlateDecode"]),
    "flate-twice": _add_stream(zlib.compress(_zeros(110_000_000), 9), ["/FlateDecode", "/FlateDecode"]),
    "many-filters": _add_stream(zlib.compress(b"x"), ["/FlateDecode"] * 40),
    "picture": _add_stream(_zeros(50_000_000), ["/FlateDecode"], **_picture_keys(20_000)),
    "page-size": _set_page_size,
    "objects": _add_objects,
}
SLOW_PDFS: dict[str, Callable[[pikepdf.Pdf], None]] = {"drawing": _draw_for_ever, "drawing-itself": _draw_itself}


def make_slow() -> Iterator[Hostile]:
    """Return files that are dull to draw: taken or given up, within the limits."""
    for name, change in SLOW_PDFS.items():
        yield Hostile(f"slow/pdf-{name}", _change_pdf(change), is_dangerous=False)


def make_infected() -> Iterator[Hostile]:
    """Return files with the scanners' test sign in them."""
    yield Hostile("virus/alone", TEST_VIRUS)
    yield Hostile("virus/alone-and-space", TEST_VIRUS + b"\r\n")
    for kind, body in plain_files().items():
        yield Hostile(f"virus/behind-{kind}", body + TEST_VIRUS)
        yield Hostile(f"virus/within-{kind}", body[: len(body) // 2] + TEST_VIRUS + body[len(body) // 2 :])
    for name, packed, filters in (
        ("flate", zlib.compress(TEST_VIRUS), ["/FlateDecode"]),
        ("flate-twice", zlib.compress(zlib.compress(TEST_VIRUS)), ["/FlateDecode", "/FlateDecode"]),
        ("hex", TEST_VIRUS.hex().encode() + b">", ["/ASCIIHexDecode"]),
    ):
        yield Hostile(f"virus/pdf-{name}", _change_pdf(_add_stream(packed, filters)))


def _action(name: str, **keys: object) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{name}"), **keys)


SCRIPT = "app.alert('HARM-9f3a')"
ACTIONS: dict[str, Callable[[], pikepdf.Dictionary]] = {
    "script": lambda: _action("JavaScript", JS=SCRIPT),
    "launch": lambda: _action("Launch", F="cmd.exe"),
    "other-file": lambda: _action("GoToR", F="other.pdf", D=[0, pikepdf.Name.Fit]),
    "inner-file": lambda: _action("GoToE", D=[0, pikepdf.Name.Fit]),
    "submit": lambda: _action("SubmitForm", F="https://example.org/"),
    "import": lambda: _action("ImportData", F="data.fdf"),
    "rendition": lambda: _action("Rendition", JS=SCRIPT),
    "movie": lambda: _action("Movie"),
    "sound": lambda: _action("Sound"),
    "media": lambda: _action("RichMediaExecute"),
    "address": lambda: _action("URI", URI="https://example.org/"),
}


def _set(path: str, make: Callable[[pikepdf.Pdf], object]) -> Callable[[pikepdf.Pdf], None]:
    """Return the change that puts what *make* makes at a place: `Root/OpenAction`, `Page/AA`, `Annot/A`, `Held`."""

    def change(document: pikepdf.Pdf) -> None:
        where, _, key = path.partition("/")
        page = document.pages[0].obj
        if where == "Annot":
            note = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 9, 9]))
            note["/Subtype"] = pikepdf.Name.Link
            page["/Annots"] = pikepdf.Array([note])
            note[f"/{key}"] = make(document)
        elif where == "Orphan":
            document.Root["/Old"] = document.make_indirect(pikepdf.Dictionary(Held=[make(document)]))
        else:
            (document.Root if where == "Root" else page)[f"/{key}"] = make(document)

    return change


def _file(document: pikepdf.Pdf) -> pikepdf.Dictionary:
    inner = document.make_stream(MARK, Type=pikepdf.Name.EmbeddedFile)
    return pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="harm.exe", EF=pikepdf.Dictionary(F=inner))


def _form(**keys: object) -> Callable[[pikepdf.Pdf], pikepdf.Dictionary]:
    return lambda _: pikepdf.Dictionary(Fields=pikepdf.Array([]), **keys)


def _list_actions() -> Iterator[tuple[str, Callable[[pikepdf.Pdf], None]]]:
    for name, make in ACTIONS.items():
        yield f"open-{name}", _set("Root/OpenAction", lambda _, make=make: make())
        if name != "address":
            yield f"link-{name}", _set("Annot/A", lambda _, make=make: make())
            yield f"next-{name}", _set("Annot/A", lambda _, make=make: _action("GoTo", D=[0], Next=[make()]))
            yield f"page-{name}", _set("Page/AA", lambda _, make=make: pikepdf.Dictionary(O=make()))
            yield f"catalog-{name}", _set("Root/AA", lambda _, make=make: pikepdf.Dictionary(WC=make()))
            yield f"deep-{name}", _set("Orphan", lambda _, make=make: pikepdf.Array([[[[make()]]]]))


def _list_parts() -> Iterator[tuple[str, Callable[[pikepdf.Pdf], None]]]:
    tree = pikepdf.Dictionary
    yield "names-script", _set("Root/Names", lambda _: tree(JavaScript=tree(Names=["a", ACTIONS["script"]()])))
    yield "names-files", _set("Root/Names", lambda document: tree(EmbeddedFiles=tree(Names=["a", _file(document)])))
    yield "associated", _set("Root/AF", lambda document: pikepdf.Array([_file(document)]))
    yield "portfolio", _set("Root/Collection", lambda _: tree(View=pikepdf.Name.D))
    yield "xfa", _set("Root/AcroForm", _form(XFA="<xdp/>"))
    yield "field-script", _set("Root/AcroForm", lambda _: tree(Fields=[tree(AA=tree(K=ACTIONS["script"]()))]))
    for kind in ("FileAttachment", "RichMedia", "Movie", "Sound", "Screen", "3D"):
        yield f"note-{kind}", _set("Annot/Subtype", lambda _, kind=kind: pikepdf.Name(f"/{kind}"))
    yield "outer-stream", _add_stream(b"x", ["/FlateDecode"], F="harm.bin")
    yield "script-stream", _set("Orphan", lambda document: tree(JS=document.make_stream(SCRIPT.encode())))


def make_active() -> Iterator[Hostile]:
    """Return PDFs with programs, files and actions in them, some of them hidden."""
    for name, change in (*_list_actions(), *_list_parts()):
        yield Hostile(f"active/{name}", _change_pdf(change))
    packed = pikepdf.ObjectStreamMode.generate
    for name, change in _list_actions():
        if name.startswith(("open", "deep")):
            yield Hostile(f"active/packed-{name}", _change_pdf(change, object_stream_mode=packed))
    hidden = _write_pdf(b"<</S/J#61vaScript/J#53(HARM-9f3a)>>")
    yield Hostile("active/hidden-name", hidden)
    yield Hostile("active/unused", _write_pdf(b"<</Type/Action/S/Launch/F(cmd.exe)>>"))


def make_locked() -> Iterator[Hostile]:
    """Return PDFs with a password, in each way there is."""
    for strength, aes in ((2, False), (3, False), (4, True), (6, True)):
        for name, passwords in (("user", {"user": "x", "owner": "y"}), ("owner", {"user": "", "owner": "y"})):
            locking = pikepdf.Encryption(R=strength, aes=aes, metadata=aes, **passwords)
            yield Hostile(f"locked/{name}-{strength}", _change_pdf(lambda _: None, encryption=locking))


def make_moving() -> Iterator[Hostile]:
    """Return pictures that move."""
    pictures = [plain_picture(), plain_picture().transpose(Image.Transpose.ROTATE_180)]
    for kind in ("PNG", "WEBP", "GIF"):
        yield Hostile(f"moving/{kind}", _saved(pictures[0], kind, save_all=True, append_images=pictures[1:]))


def make_all() -> Iterator[Hostile]:
    """Return every hostile file."""
    for make in (
        *(make_wrong_types, make_broken, make_polyglots, make_floods, make_slow),
        *(make_infected, make_active, make_locked, make_moving),
    ):
        yield from make()
