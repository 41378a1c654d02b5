"""Photos of goods of the sample city: drawn packs, the same bytes whenever they are made."""

import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 1_000
QUALITY = 88
GROUND, FLOOR, SHADOW = (238, 233, 224), (221, 213, 199), (120, 108, 92)
PAPER, INK = (252, 248, 238), (58, 44, 34)
NAME_SIZE, BRAND_SIZE = 46, 34
NAME_WIDTH = 12
"""Letters of a line of the name."""
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw


class Pack(StrEnum):
    """What the goods are packed in, as it is drawn."""

    POUCH = "pouch"
    JAR = "jar"
    BOTTLE = "bottle"
    BOX = "box"


@dataclass(frozen=True)
class Picture:
    """A pack and its colour."""

    pack: Pack
    colour: Colour


PICTURES = {
    "BPN-002": Picture(Pack.POUCH, (214, 158, 46)),
    "BPN-004": Picture(Pack.POUCH, (43, 108, 140)),
    "BPN-009": Picture(Pack.POUCH, (92, 62, 42)),
    "BPN-012": Picture(Pack.JAR, (196, 124, 26)),
    "BPN-016": Picture(Pack.JAR, (164, 52, 38)),
    "BPN-028": Picture(Pack.BOTTLE, (150, 46, 52)),
    "BPN-034": Picture(Pack.BOX, (72, 112, 78)),
    "BPN-081": Picture(Pack.POUCH, (224, 180, 60)),
    "BPN-086": Picture(Pack.BOTTLE, (110, 64, 30)),
}
"""By code of the product."""


def draw_picture(picture: Picture, *, name: str, brand: str) -> bytes:
    """Return a JPEG of a pack with *brand* and *name* on it, on a plain ground."""
    canvas = _draw_ground()
    label = _DRAWN[picture.pack](ImageDraw.Draw(canvas), picture.colour)
    _write_label(ImageDraw.Draw(canvas), label, name=name, brand=brand)
    written = io.BytesIO()
    canvas.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _draw_ground() -> Image.Image:
    """Return a wall, a table, and the shadow of what is to stand on it."""
    canvas = Image.new("RGB", (SIDE, SIDE), GROUND)
    ImageDraw.Draw(canvas).rectangle((0, 760, SIDE, SIDE), fill=FLOOR)
    shade = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(shade).ellipse((220, 850, 800, 930), fill=150)
    canvas.paste(SHADOW, mask=shade.filter(ImageFilter.GaussianBlur(18)))
    return canvas


def _draw_pouch(draw: Draw, colour: Colour) -> tuple[int, int, int, int]:
    draw.polygon([(260, 130), (740, 130), (765, 870), (700, 895), (300, 895), (235, 870)], fill=colour)
    draw.polygon([(260, 130), (330, 130), (320, 895), (300, 895), (235, 870)], fill=_mix(colour, 28))
    draw.rectangle((260, 130, 740, 190), fill=_mix(colour, -36))
    for x in range(268, 740, 12):
        draw.line((x, 136, x, 184), fill=_mix(colour, -14), width=3)
    return (325, 300, 675, 700)


def _draw_jar(draw: Draw, colour: Colour) -> tuple[int, int, int, int]:
    draw.rounded_rectangle((250, 270, 750, 895), 70, fill=_mix(colour, 20))
    draw.rounded_rectangle((272, 300, 728, 880), 58, fill=colour)
    draw.rounded_rectangle((290, 330, 322, 850), 16, fill=_mix(colour, 56))
    draw.rounded_rectangle((285, 150, 715, 285), 24, fill=(196, 168, 116))
    for x in range(300, 715, 26):
        draw.line((x, 165, x, 272), fill=(170, 142, 92), width=5)
    return (318, 430, 682, 770)


def _draw_bottle(draw: Draw, colour: Colour) -> tuple[int, int, int, int]:
    draw.polygon([(440, 240), (560, 240), (680, 440), (320, 440)], fill=colour)
    draw.rounded_rectangle((320, 400, 680, 895), 46, fill=colour)
    draw.rectangle((440, 150, 560, 260), fill=colour)
    draw.rounded_rectangle((345, 460, 372, 860), 12, fill=_mix(colour, 60))
    draw.rounded_rectangle((425, 85, 575, 175), 16, fill=(64, 58, 52))
    return (330, 490, 670, 810)


def _draw_box(draw: Draw, colour: Colour) -> tuple[int, int, int, int]:
    draw.polygon([(690, 220), (800, 165), (800, 830), (690, 895)], fill=_mix(colour, -34))
    draw.polygon([(240, 220), (350, 165), (800, 165), (690, 220)], fill=_mix(colour, 34))
    draw.rectangle((240, 220, 690, 895), fill=colour)
    return (285, 360, 645, 740)


_DRAWN: dict[Pack, Callable[[Draw, Colour], tuple[int, int, int, int]]] = {
    Pack.POUCH: _draw_pouch,
    Pack.JAR: _draw_jar,
    Pack.BOTTLE: _draw_bottle,
    Pack.BOX: _draw_box,
}
"""Each draws its pack, and returns where its label goes."""


def _mix(colour: Colour, lighter: int) -> Colour:
    red, green, blue = (max(0, min(255, one + lighter)) for one in colour)
    return red, green, blue


def _write_label(draw: Draw, box: tuple[int, int, int, int], *, name: str, brand: str) -> None:
    left, top, right, bottom = box
    draw.rounded_rectangle(box, 22, fill=PAPER)
    middle = (left + right) // 2
    draw.text((middle, top + 52), brand, fill=INK, font=ImageFont.load_default(BRAND_SIZE), anchor="mm")
    draw.line((left + 60, top + 92, right - 60, top + 92), fill=INK, width=3)
    written = textwrap.fill(name, NAME_WIDTH)
    place = (middle, (top + 92 + bottom) // 2)
    draw.multiline_text(
        place, written, fill=INK, font=ImageFont.load_default(NAME_SIZE), anchor="mm", align="center", spacing=12
    )
