"""A photo of goods: opened as carefully as a paper, and written anew small enough for a phone's line."""

from pathlib import Path

from PIL import Image

from compliance.reading import media
from compliance.reading.paper import open_file
from compliance.reading.refusals import PaperOfWrongType

PHOTO_SIDE, PHOTO_QUALITY = 1_400, 85
THUMB_SIDE, THUMB_QUALITY = 320, 75


def clean_photo(path: Path, *, scratch: Path) -> tuple[Path, Path]:
    """Return the photo at *path* as a JPEG, upright, at most 1,400 pixels a side, without metadata; and the same small.

    *scratch* exists, is this photo's alone, and is emptied by the caller. The small one has at most 320 pixels a side.

    Raises:
        PaperRefused: in one of its kinds; nothing of the file is to be kept.

    """
    media_type = media.get_media_type(path)
    if media_type == media.PDF:
        raise PaperOfWrongType("The file is a PDF, not a photo, so nothing was kept. Send a JPEG, PNG, WebP or HEIC.")
    found = open_file(path, scratch=scratch, media_type=media_type)
    photo = scratch / found["pages"][0]["shown"]
    thumb = scratch / "thumb.jpg"
    with Image.open(photo, formats=("JPEG",)) as picture:
        picture.load()
    if max(picture.size) > PHOTO_SIDE:  # a page of a paper may be taller
        photo = scratch / "photo.jpg"
        _write(picture, photo, side=PHOTO_SIDE, quality=PHOTO_QUALITY)
    _write(picture, thumb, side=THUMB_SIDE, quality=THUMB_QUALITY)
    return photo, thumb


def _write(picture: Image.Image, path: Path, *, side: int, quality: int) -> None:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    smaller.save(path, "JPEG", quality=quality, optimize=True)
