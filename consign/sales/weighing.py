"""What speaks for a code meaning a product and what speaks against it, put together to a score with its reasons. Pure."""

from dataclasses import dataclass
from datetime import date

from consign.money import Rupiah
from consign.sentence import Sentence, say

ALIKE_FROM = 55
"""Names less alike say nothing."""
OTHER_NAME_BELOW = 35
"""Names less alike than this are other names."""
NOT_SAME_CONTENT = 59
"""The most that a suggestion counts whose content is another than the name says."""
CHANCES = {
    "zeros": 95, "alias_case": 94, "no_check_digit": 92, "own_code": 92, "added_digit": 90, "box": 68, "elsewhere": 62,
    "digit": 55, "swapped": 55,
}  # fmt: skip
"""How likely, out of a hundred, a code means a product to whose number or code it stands so; judged, not measured."""
UNITS = {
    "kg": ("g", 1000), "kilo": ("g", 1000), "gr": ("g", 1), "gram": ("g", 1), "g": ("g", 1), "ml": ("ml", 1),
    "cc": ("ml", 1), "l": ("ml", 1000), "lt": ("ml", 1000), "ltr": ("ml", 1000), "liter": ("ml", 1000),
}  # fmt: skip
"""Each unit that names and products are written with, in g or ml."""


@dataclass(frozen=True)
class Number:
    """A registered number of a product."""

    digits: str
    in_use: bool = True
    """Whether it is still printed; else a later number took over, or it was taken out of use."""


@dataclass(frozen=True)
class Price:
    """What was agreed for some days, both inside; *last* is blank while it goes on."""

    first: date
    last: date | None
    price_rp: int


@dataclass(frozen=True)
class Candidate:
    """A product that a code may mean."""

    id: int
    code: str
    name: str
    producer: str
    net_content: int
    net_unit: str
    producer_id: int = 0
    brand: str = ""
    pieces: int = 1
    numbers: tuple[Number, ...] = ()
    aliases: tuple[tuple[int, str], ...] = ()
    """Codes at partners' tills, with the partner's id."""
    prices: tuple[Price, ...] = ()


def find_content(product: Candidate) -> frozenset[tuple[str, int]]:
    """Return what may stand in a name as the content of a product: of a pack, and of a piece of it; in g or ml."""
    kind, factor = UNITS.get(product.net_unit, (product.net_unit, 1))
    content = product.net_content * factor
    return frozenset({(kind, content), (kind, content // product.pieces), (kind, content * product.pieces)})


def contradicts(named: frozenset[tuple[str, int]], content: frozenset[tuple[str, int]]) -> bool:
    """Say whether a name names another content than the product has; a name that names none contradicts nothing."""
    return bool(named) and named.isdisjoint(content)


@dataclass(frozen=True)
class Evidence:
    """What is known for and against a code meaning a product."""

    ways: tuple[tuple[str, str], ...] = ()
    """How the code leads to a number or code of the product, and to which."""
    alike: int | None = None
    """How alike the names are; blank where the file names none."""
    same_name: bool = False
    named_content: frozenset[tuple[str, int]] = frozenset()
    content: frozenset[tuple[str, int]] = frozenset()
    asked_price_rp: int | None = None
    price_rp: int | None = None
    is_agreed: bool = True
    in_use: bool = True

    @property
    def contradicted(self) -> bool:
        """Say whether the name names another content than the product has."""
        return contradicts(self.named_content, self.content)

    @property
    def far_price(self) -> bool:
        """Say whether the till's price is half the agreed one or less, or twice it or more."""
        if self.asked_price_rp is None or self.price_rp is None:
            return False
        return self.asked_price_rp * 2 <= self.price_rp or self.asked_price_rp >= 2 * self.price_rp


def weigh(evidence: Evidence, product: Candidate) -> tuple[int, list[Sentence]]:
    """Return how likely a code means *product*, out of a hundred, and why.

    What speaks for it is put together as if each were a chance of its own; what speaks against it takes some away, and
    another content keeps it from ever being sure.
    """
    missed = 1000
    reasons: list[Sentence] = []
    for way, of in sorted(evidence.ways, key=lambda one: -CHANCES[one[0]])[:2]:
        missed = missed * (100 - CHANCES[way]) // 100
        reasons.append(_tell_way(way, of))
    if evidence.alike is not None and evidence.alike >= ALIKE_FROM:
        chance = 86 if evidence.same_name else min(80, (evidence.alike - 30) * 8 // 7)
        missed = missed * (100 - chance) // 100
        reasons.append(_tell_name(evidence, product))
    same_price = evidence.price_rp is not None and evidence.asked_price_rp == evidence.price_rp
    if same_price:
        missed = missed * 65 // 100
    if evidence.named_content and not evidence.contradicted:
        missed = missed * 85 // 100
    score = (1000 - missed) // 10
    return _lessen(score, evidence, reasons, product, same_price=same_price)


def _lessen(
    score: int, evidence: Evidence, reasons: list[Sentence], product: Candidate, *, same_price: bool
) -> tuple[int, list[Sentence]]:
    """Take away what speaks against a product, and say it."""
    if evidence.alike is not None and evidence.alike < OTHER_NAME_BELOW:
        score -= 15
        reasons.append(say("But its name here is another: “{name}”.", name=product.name))
    if evidence.named_content:
        content = f"{product.net_content} {product.net_unit}"
        if evidence.contradicted:
            score = min(score - 10, NOT_SAME_CONTENT)
            reasons.append(say("But the name says another content than {content}.", content=content))
        else:
            reasons.append(say("The content in the name is the same: {content}.", content=content))
    if same_price and evidence.price_rp is not None:
        reasons.append(say("The till's price is the agreed one, {price}.", price=Rupiah(evidence.price_rp)))
    elif evidence.far_price and evidence.price_rp is not None and evidence.asked_price_rp is not None:
        score -= 15
        far = say("But the till took {price}; {agreed} is agreed.", price=Rupiah(evidence.asked_price_rp),
                  agreed=Rupiah(evidence.price_rp))  # fmt: skip
        reasons.append(far)
    if not evidence.is_agreed:
        score -= 12
        reasons.append(say("But the partner has no agreement with {producer}.", producer=product.producer))
    if not evidence.in_use:
        reasons.append(say("That number is not printed any more; it still names this product."))
    return max(0, score), reasons


def _tell_way(way: str, of: str) -> Sentence:
    told = {
        "zeros": say("It is the number {number} with fewer or more zeros before it.", number=of),
        "no_check_digit": say("It is the number {number} without its last digit.", number=of),
        "added_digit": say("It is the number {number} with a digit behind it.", number=of),
        "box": say("It is the number of a box of {number}; price and quantity may be of the box.", number=of),
        "digit": say("One digit of the number {number} is another; its check digit is wrong.", number=of),
        "swapped": say("Two digits of the number {number} are swapped; its check digit is wrong.", number=of),
        "alias_case": say("The partner's tills call it “{code}”: only case, signs or zeros differ.", code=of),
        "elsewhere": say("Another partner's tills call it “{code}”.", code=of),
        "own_code": say("It is the product's code here, {code}.", code=of),
    }
    return told[way]


def _tell_name(evidence: Evidence, product: Candidate) -> Sentence:
    if evidence.same_name:
        return say("The name is the same: “{name}”.", name=product.name)
    return say("The name is alike, {alike} of 100: “{name}”.", alike=evidence.alike, name=product.name)


def find_price(product: Candidate, on: date | None) -> int | None:
    """Return what was agreed for the day *on*; blank where nothing was."""
    if on is None:
        return None
    holds = (one for one in product.prices if one.first <= on and (one.last is None or on <= one.last))
    return next((one.price_rp for one in holds), None)
