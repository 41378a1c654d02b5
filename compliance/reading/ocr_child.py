"""The child process that reads pictures: `python -m compliance.reading.ocr_child`.

It says "ready" once its models are loaded. It takes requests on standard input, a line of JSON each: `{"picture": PATH, "shown": PATH}`, both written by us. It
answers on standard output, a line of JSON each: by how many degrees it turned both pictures upright, and the pieces of
text. It ends when its input ends. All models come with the package; it has no network.
"""

import json
import logging
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from compliance.reading import confinement
from compliance.reading.found import Box, Piece, Source
from compliance.reading.processes import READY

MOST_MEMORY_BYTES = 3 << 30
"""Address space, much of it never used: the models and their threads use 600 MiB of real memory."""
MOST_CPU_SECONDS = 1_200
READ_SIDE, FOUND_SIDE = 2_000, 960
"""Longest side of the picture as it is read, and as lines of text are sought in it."""
MOST_LINES = 70
LAST_LINES = 20
"""Of a page with more lines the first fifty and the last twenty are read: numbers stand above, days below."""
ASKED_LINES = 12
"""So many of the longest lines are asked whether they stand on their head."""
UPSIDE_DOWN = "180"
TALL = 1.5
"""A line so much taller than wide runs down the page."""
STRETCH = 1.12
"""A line with digits is read a second time, so much wider; only what is read twice alike is trusted."""
FEW_DIGITS = 3
MISREAD = 300

Pixels = NDArray[np.uint8]
Quad = NDArray[np.float32]
"""The corners of a line of text: top left, top right, bottom right, bottom left."""


class Reader:
    """Reads the text on pictures; the models are loaded with the first."""

    def __init__(self) -> None:
        # Heavy, and not installed with every consign: taken in only where a picture is read.
        from rapidocr import RapidOCR  # noqa: PLC0415

        self.engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.return_word_box": True,
                "Det.limit_type": "max",
                "Det.limit_side_len": FOUND_SIDE,
                "Rec.rec_batch_num": 1,
                # More threads wait for each other by spinning, and a batch is as wide as its widest line: both are slower.
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, picture: Image.Image, *, page: int) -> tuple[int, list[Piece]]:
        """Return by how many degrees the picture must be turned to the left to stand upright, and its text."""
        pixels = _as_pixels(picture)
        quads, crops = self._find_lines(pixels)
        if not crops:
            return 0, []
        turn = self._find_turn(quads, crops)
        height, width = pixels.shape[:2]
        quads = [_turn_quad(one, turn, width=width, height=height) for one in quads]
        if turn in {90, 270}:
            width, height = height, width
        crops = [_turn_crop(crop, turn) for crop in crops]
        read = self._recognise(crops)
        slope = _find_slope(quads)
        pieces = [
            Piece(text, page, _place(quad, width, height), confidence, Source.OCR, _level(quad, slope, width, height))
            for quad, (text, confidence) in zip(quads, read, strict=True)
            if text
        ]
        return turn, pieces

    def _find_lines(self, pixels: Pixels) -> tuple[list[Quad], list[Pixels]]:
        engine: Any = self.engine
        found = engine.text_det or engine._load_det_model()  # noqa: SLF001 - loads what the line below needs
        boxes = found(pixels).boxes
        quads = [] if boxes is None else [np.asarray(one, dtype=np.float32) for one in boxes]
        if len(quads) > MOST_LINES:
            quads = [*quads[: MOST_LINES - LAST_LINES], *quads[-LAST_LINES:]]
        return quads, engine.crop_text_regions(pixels, quads) if quads else []

    def _find_turn(self, quads: Sequence[Quad], crops: Sequence[Pixels]) -> int:
        """Return how the page lies, by what most of its text says; one line alone is often mistaken."""
        sideways = sum(_length(one) if _is_tall(one) else -_length(one) for one in quads) > 0
        longest = sorted(
            (crop for quad, crop in zip(quads, crops, strict=True) if _is_tall(quad) == sideways),
            key=lambda crop: -int(crop.shape[1]),
        )[:ASKED_LINES]
        engine: Any = self.engine
        _, said = engine.cls_and_rotate(longest)
        votes = sum((1 if label == UPSIDE_DOWN else -1) * score for label, score in said.cls_res)
        # The engine has turned the tall lines to the left already.
        return (90 if sideways else 0) + (180 if votes > 0 else 0)

    def _recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, int]]:
        """Return the text of each line, and how sure its least sure sign is, in per mille."""
        once = self._recognise_once(crops)
        digits = [at for at, (text, _) in enumerate(once) if sum(map(str.isdigit, text)) >= FEW_DIGITS]
        again = self._recognise_once([_stretch(crops[at]) for at in digits])
        for at, (text, confidence) in zip(digits, again, strict=True):
            same = text.replace(" ", "") == once[at][0].replace(" ", "")
            once[at] = (once[at][0], min(once[at][1], confidence if same else MISREAD))
        return once

    def _recognise_once(self, crops: Sequence[Pixels]) -> list[tuple[str, int]]:
        if not crops:
            return []
        engine: Any = self.engine
        read = engine.recognize_txt(list(crops))
        return [
            (text.strip(), _find_least(text, told.confs))
            for text, told in zip(read.txts, read.word_results, strict=True)
        ]


def _as_pixels(picture: Image.Image) -> Pixels:
    """Return the picture as the models want it: blue, green, red, its longest side bounded, its darkness lifted."""
    shrunk = picture.convert("RGB")
    shrunk.thumbnail((READ_SIDE, READ_SIDE), Image.Resampling.LANCZOS, reducing_gap=2)
    lifted = ImageOps.autocontrast(shrunk, cutoff=1)
    return np.ascontiguousarray(np.asarray(lifted)[:, :, ::-1])


def _stretch(crop: Pixels) -> Pixels:
    wider = Image.fromarray(crop).resize(
        (max(round(crop.shape[1] * STRETCH), 1), crop.shape[0]), Image.Resampling.BICUBIC
    )
    return np.asarray(wider)


def _find_least(text: str, confidences: Sequence[float]) -> int:
    least = min((sure for sign, sure in zip(text, confidences, strict=False) if not sign.isspace()), default=0.0)
    return int(least * 1_000)


def _sides(quad: Quad) -> tuple[float, float]:
    return math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])


def _is_tall(quad: Quad) -> bool:
    width, height = _sides(quad)
    return height >= TALL * width


def _length(quad: Quad) -> float:
    return max(_sides(quad))


def _turn_crop(crop: Pixels, turn: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(crop, 2)) if turn >= 180 else crop


def _turn_quad(quad: Quad, turn: int, *, width: int, height: int) -> Quad:
    """Return where the line lies once the page of this size is turned *turn* degrees to the left."""
    x, y = quad[:, 0], quad[:, 1]
    if turn == 90:
        x, y = y, width - x
    elif turn == 180:
        x, y = width - x, height - y
    elif turn == 270:
        x, y = height - y, x
    first = {0: 0, 90: 1, 180: 2, 270: 3}[turn]
    return np.roll(np.stack([x, y], axis=1), -first, axis=0)


def _find_slope(quads: Sequence[Quad]) -> float:
    """Return how far most lines fall to the right: down per across, in pixels."""
    slopes = []
    for quad in quads:
        across = (quad[1][0] - quad[0][0] + quad[2][0] - quad[3][0]).item()
        down = (quad[1][1] - quad[0][1] + quad[2][1] - quad[3][1]).item()
        if across > 0 and not _is_tall(quad):
            slopes += [down / across] * max(int(across / 100), 1)
    return np.median(slopes).item() if slopes else 0.0


def _place(quad: Quad, width: int, height: int) -> Box:
    xs, ys = quad[:, 0], quad[:, 1]
    return (
        *(_per_mille(xs.min().item(), width), _per_mille(ys.min().item(), height)),
        *(_per_mille(xs.max().item(), width), _per_mille(ys.max().item(), height)),
    )


def _per_mille(place: float, side: int) -> int:
    return min(max(round(1_000 * place / side), 0), 1_000)


def _level(quad: Quad, slope: float, width: int, height: int) -> Box:
    """Return the box in which the line would lie if the page were straight."""
    x = quad[:, 0].mean().item()
    y = quad[:, 1].mean().item() - slope * x
    half_width, half_height = (side / 2 for side in _sides(quad))
    return (
        *(round(1_000 * (x - half_width) / width), round(1_000 * (y - half_height) / height)),
        *(round(1_000 * (x + half_width) / width), round(1_000 * (y + half_height) / height)),
    )


def _draw_trial() -> Image.Image:
    """Return a picture with a word on it: reading it loads all models."""
    picture = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(picture).text((20, 30), "NOMOR 1234", fill="black", font_size=28)
    return picture


def _answer(reader: Reader, asked: dict[str, Any]) -> dict[str, Any]:
    with Image.open(asked["picture"], formats=("JPEG", "PNG")) as picture:
        turn, pieces = reader.read(picture, page=asked["page"])
    if turn:
        for path in {asked["picture"], asked["shown"]}:
            _turn_file(Path(path), turn)
    return {"turn": turn, "pieces": [asdict(one) for one in pieces]}


def _turn_file(path: Path, turn: int) -> None:
    with Image.open(path, formats=("JPEG", "PNG")) as opened:
        turned = opened.transpose(
            {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180}.get(turn, Image.Transpose.ROTATE_270)
        )
        turned.save(path, opened.format, quality=90)


def serve(asking: TextIO, answering: TextIO) -> None:
    """Answer each line of *asking*, until there is none."""
    reader = Reader()
    reader.read(_draw_trial(), page=0)
    answering.write(READY + "\n")
    answering.flush()
    for line in asking:
        answering.write(json.dumps(_answer(reader, json.loads(line))) + "\n")
        answering.flush()


if __name__ == "__main__":  # pragma: no cover - the other process
    confinement.confine(memory_bytes=MOST_MEMORY_BYTES, cpu_seconds=MOST_CPU_SECONDS)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        # Whatever a library prints or logs must not get between the answers.
        os.dup2(2, 1)
        logging.disable(logging.CRITICAL)
        serve(sys.stdin, answers)
