"""Why a file is not taken as a paper, said so that whoever shows it can say it in another language.

Nothing of a refused file is kept, and what was handed in before stays as it was.
"""


class PaperRefused(ValueError):
    """The file is not taken; *template* says why and what to do, with its *facts* named in braces. Nothing was kept."""

    code = "paper.refused"

    def __init__(self, template: str, /, **facts: str) -> None:
        super().__init__(template.format_map(facts))
        self.template = template
        self.facts = facts


class PaperEmpty(PaperRefused):
    """The file has no bytes."""

    code = "paper.empty"


class PaperTooLarge(PaperRefused):
    """The file is larger than a paper can be, or unpacks to more."""

    code = "paper.too_large"


class PaperOfWrongType(PaperRefused):
    """The file is neither PDF nor a picture, whatever its name says."""

    code = "paper.wrong_type"


class PaperLocked(PaperRefused):
    """The PDF is protected by a password."""

    code = "paper.locked"


class PaperBroken(PaperRefused):
    """The file is cut off or its structure is broken."""

    code = "paper.broken"


class PaperTooLong(PaperRefused):
    """The PDF has more pages than a paper can have."""

    code = "paper.too_long"


class PaperActive(PaperRefused):
    """The PDF holds a program, another file, or something else that acts by itself."""

    code = "paper.active"


class PaperTooFine(PaperRefused):
    """The picture has more pixels than can be opened safely."""

    code = "paper.too_fine"


class PaperMoving(PaperRefused):
    """The picture is an animation."""

    code = "paper.moving"


class PaperInfected(PaperRefused):
    """The file carries the sign by which virus scanners are tested."""

    code = "paper.infected"


class PaperTooSlow(PaperRefused):
    """Opening the file takes more time or memory than a paper needs."""

    code = "paper.too_slow"


REFUSALS: dict[str, type[PaperRefused]] = {
    one.code: one
    for one in (
        *(PaperEmpty, PaperTooLarge, PaperOfWrongType, PaperLocked, PaperBroken, PaperTooLong),
        *(PaperActive, PaperTooFine, PaperMoving, PaperInfected, PaperTooSlow),
    )
}
"""Every refusal by its code."""


def refuse_broken() -> PaperBroken:
    """Return the refusal of a file that cannot be opened to its end."""
    return PaperBroken(
        "The file is damaged or cut off, so nothing was kept. Take the photo again, or save the PDF again."
    )
