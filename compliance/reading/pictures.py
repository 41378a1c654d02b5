"""Photos and scans: opened within limits, stood upright, and written anew without anything that is not picture."""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from compliance.reading import media
from compliance.reading.found import PagePicture
from compliance.reading.refusals import PaperMoving, PaperRefused, PaperTooFine, refuse_broken

MOST_PIXELS = 40_000_000
MOST_MEGAPIXELS = "40"
LONGEST_SIDE = 3_000
SHOWN_WIDTH, SHOWN_HEIGHT = 1_400, 2_800
KEPT_QUALITY, SHOWN_QUALITY = 90, 80
LOSSLESS_PIXELS = 4_000_000
"""Up to so many pixels a PNG (a screenshot) stays a PNG; larger, it is a photo, and would be a large file."""
FORMATS = {media.JPEG: ("JPEG", "MPO"), media.PNG: ("PNG",), media.WEBP: ("WEBP",), media.HEIC: ("HEIF",)}
"""MPO is the JPEG of phones that keep a second picture in the same file; the first one counts."""


def open_picture(path: Path, *, media_type: str) -> Image.Image:
    """Return the picture at *path*, upright, with its longest side at most 3,000 pixels, in colour or grey.

    Raises:
        PaperTooFine: it has more than forty million pixels.
        PaperMoving: it is an animation.
        PaperBroken: it cannot be opened to its end.

    """
    if media_type == media.HEIC:
        # Slow to load, and few send such photos.
        import pillow_heif  # noqa: PLC0415

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    # Pillow's own bound is wider, and says less; ours comes next, before any pixel is unpacked.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=FORMATS[media_type]) as opened:
            refuse_too_fine(*opened.size)
            if media_type in {media.PNG, media.WEBP} and getattr(opened, "is_animated", False):
                raise PaperMoving("The picture moves, so nothing was kept. Send a plain photo of the paper.")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            return _stand_upright(opened)
    except PaperRefused:
        raise
    except (
        *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError),  # what Pillow's plugins raise, and what
        *(IndexError, KeyError, TypeError, OverflowError, ZeroDivisionError, RuntimeError),  # happens in their parsing
    ) as error:
        raise refuse_broken() from error


def refuse_too_fine(width: int, height: int) -> None:
    """Refuse a picture with more pixels than can be opened safely.

    Raises:
        PaperTooFine: it has more than forty million pixels.

    """
    if width * height > MOST_PIXELS:
        raise PaperTooFine(
            "The picture is {width} by {height} pixels, more than {most} million, so nothing was kept."
            " Take the photo at a smaller size, or scan with 300 dots per inch.",
            width=str(width),
            height=str(height),
            most=MOST_MEGAPIXELS,
        )


def _stand_upright(opened: Image.Image) -> Image.Image:
    turned = opened.getexif().get(0x0112, 1)
    opened.load()
    picture: Image.Image = opened
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        picture = _lay_on_white(picture)
    picture = (
        picture.convert("L" if picture.mode in {"1", "L"} else "RGB") if not _is_deep(picture) else _flatten(picture)
    )
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    return _turn(picture, turned)


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode.startswith(("I", "F"))


def _flatten(picture: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or 32 bits in 8 bits: a plain conversion would cut off what is bright."""
    return ImageOps.autocontrast(picture.convert("I").point(lambda value: value * (1 / 256)).convert("L"))


def _lay_on_white(picture: Image.Image) -> Image.Image:
    """Return the picture on white paper; what is see-through would turn black."""
    layered = picture.convert("RGBA")
    white = Image.new("RGB", layered.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white


TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""How a photo is turned upright, by the orientation that the camera noted."""


def _turn(picture: Image.Image, noted: object) -> Image.Image:
    for turn in TURNS.get(noted, ()) if isinstance(noted, int) else ():
        picture = picture.transpose(turn)
    return picture


def keep(picture: Image.Image, *, folder: Path, lossless: bool) -> tuple[str, Path]:
    """Write the picture anew, without metadata; return its media type and its path."""
    if lossless and picture.width * picture.height <= LOSSLESS_PIXELS:
        path = folder / "cleaned.png"
        picture.save(path, "PNG", compress_level=4)
        return media.PNG, path
    path = folder / "cleaned.jpg"
    picture.save(path, "JPEG", quality=KEPT_QUALITY, optimize=False)
    return media.JPEG, path


def show(picture: Image.Image, *, folder: Path, page: int) -> PagePicture:
    """Write the picture of a page as it is shown beside the values, at most 1,400 pixels wide."""
    shown = picture
    if picture.width > SHOWN_WIDTH or picture.height > SHOWN_HEIGHT:
        shown = picture.copy()
        shown.thumbnail((SHOWN_WIDTH, SHOWN_HEIGHT), Image.Resampling.BILINEAR, reducing_gap=2)
    path = folder / f"page-{page}.jpg"
    written = io.BytesIO()
    shown.save(written, "JPEG", quality=SHOWN_QUALITY)
    path.write_bytes(written.getvalue())
    return PagePicture(path, shown.width, shown.height)
