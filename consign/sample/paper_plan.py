"""Which papers each producer of the sample city holds, and what became of them. All numbers are invented."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from compliance.dates import load_validity
from compliance.facts import GoodsClass, Kind, Stage
from compliance.label import load_items
from consign.documents.rules import Typed
from consign.sample.goods import SampleProducer, Wares

REGENCY = "6471"
BANK = "124"
TAX_NUMBERS = {"UMKM-022": "916471006721000", "UMKM-031": "926472200721000"}
"""Of the producers that are firms."""
ENDED_DAYS = 10
"""How many days ago a paper ended that is being renewed."""


class Fate(StrEnum):
    """What became of a paper."""

    IN_FORCE = "in_force"
    MISSING = "missing"
    DRAFT = "draft"
    WAITING = "waiting"
    SECOND_LOOK = "second_look"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    RENEWING = "renewing"
    """It ended, and the one that is to follow waits."""


@dataclass(frozen=True)
class Turn:
    """What is particular about a paper."""

    fate: Fate = Fate.IN_FORCE
    ends_in: int | None = None
    """In how many days it ends; blank for some time ahead."""
    reason: str | None = None
    """What the verifier wrote."""
    stage: Stage | None = None
    holder: str | None = None
    """The name on it, where it is not the producer's."""
    has_file: bool = False


@dataclass(frozen=True)
class SamplePaper:
    """A paper as it is handed in, for the products with these codes."""

    kind: Kind
    typed: Typed
    products: tuple[str, ...]
    turn: Turn

    @property
    def has_file(self) -> bool:
        """Say whether its file is handed in, too; of the others the dinas keeps the values alone, which loads faster."""
        return self.kind is Kind.LABEL or self.turn.has_file


TURNS: dict[tuple[str, Kind], Turn] = {
    ("UMKM-001", Kind.PIRT): Turn(ends_in=25),
    ("UMKM-001", Kind.LABEL): Turn(Fate.WAITING),
    ("UMKM-002", Kind.PIRT): Turn(ends_in=5),
    ("UMKM-003", Kind.PIRT): Turn(ends_in=50),
    ("UMKM-004", Kind.HALAL): Turn(
        Fate.SENT_BACK, reason="Foto sertifikat terpotong; nomornya tidak terbaca.", has_file=True
    ),
    ("UMKM-005", Kind.HALAL): Turn(Fate.WAITING, has_file=True),
    ("UMKM-007", Kind.PIRT): Turn(Fate.RENEWING),
    ("UMKM-012", Kind.HALAL): Turn(Fate.MISSING),
    ("UMKM-013", Kind.BANK_ACCOUNT): Turn(
        Fate.SECOND_LOOK,
        reason="Rekening atas nama orang lain; mohon dilihat sekali lagi.",
        holder="Yatno Prasojo",
        has_file=True,
    ),
    ("UMKM-015", Kind.PIRT): Turn(Fate.REJECTED, reason="Nomor ini milik usaha lain."),
    ("UMKM-020", Kind.HALAL): Turn(Fate.DRAFT),
    ("UMKM-023", Kind.NIB): Turn(Fate.MISSING),
    ("UMKM-023", Kind.PIRT): Turn(Fate.MISSING),
    ("UMKM-024", Kind.PIRT): Turn(stage=Stage.ISSUED),
    ("UMKM-029", Kind.TR): Turn(Fate.MISSING),
    ("UMKM-031", Kind.NPWP): Turn(Fate.SENT_BACK, reason="Kartu NPWP yang diunggah milik orang lain.", has_file=True),
    ("UMKM-032", Kind.HALAL): Turn(Fate.MISSING),
    ("UMKM-034", Kind.BANK_ACCOUNT): Turn(Fate.MISSING),
    ("UMKM-034", Kind.HALAL): Turn(Fate.MISSING),
    ("UMKM-037", Kind.SLHS): Turn(ends_in=50),
    ("UMKM-039", Kind.NA): Turn(Fate.WAITING),
    ("UMKM-040", Kind.NIB): Turn(Fate.MISSING),
    ("UMKM-040", Kind.HALAL): Turn(Fate.WAITING),
}
"""By producer and kind; everything else is in force for some time."""
LABELLED = frozenset({"UMKM-001", "UMKM-002"})
"""Producers that handed in the artwork of their labels."""
MISJUDGED = "BPN-014"
"""Chilled food for which its producer hands in an SPP-IRT, though it needs BPOM's permit."""
_PERMITS = {
    GoodsClass.DRY_FOOD: Kind.PIRT,
    GoodsClass.FRESH_PRODUCE: Kind.PSAT,
    GoodsClass.COSMETIC: Kind.NA,
    GoodsClass.TRADITIONAL_MEDICINE: Kind.TR,
    GoodsClass.HOUSEHOLD: Kind.PKD,
}
_FOOD = {GoodsClass.DRY_FOOD, GoodsClass.CHILLED_FOOD, GoodsClass.READY_TO_EAT}


def plan_papers(producer: SampleProducer, goods: Sequence[Wares], *, on: date) -> list[SamplePaper]:
    """Return the papers of *producer* for its *goods*, as they stand on the day *on*; missing ones are left out."""
    planned = [*_plan_business(producer, goods, on=on), *_plan_permits(producer, goods, on=on)]
    food = tuple(one.code for one in goods if one.goods_class in _FOOD)
    labelled = tuple(one.code for one in goods if one.goods_class == GoodsClass.DRY_FOOD)
    if food:
        number = f"ID{REGENCY}{_place(producer):013d}"
        planned.append(_paper(producer, Kind.HALAL, number, on=on, products=food))
    if labelled and producer.code in LABELLED:
        ticked = {one.code: "yes" for one in load_items()}
        planned.append(_paper(producer, Kind.LABEL, None, on=on, products=labelled, details=ticked))
    return [one for one in planned if one.turn.fate is not Fate.MISSING]


def _plan_business(producer: SampleProducer, goods: Sequence[Wares], *, on: date) -> Iterator[SamplePaper]:
    place, owner = _place(producer), producer.owner_name or producer.name
    if producer.nib:
        yield _paper(producer, Kind.NIB, producer.nib, on=on)
    day, month, year = 1 + place % 28 + 40 * (place % 2), 1 + place % 12, 70 + place % 25
    nik = f"{REGENCY}01{day:02d}{month:02d}{year}{9000 + place}"
    yield _paper(producer, Kind.NIK, nik, on=on, holder=owner)
    account = {"bank": BANK, "account_name": _turn(producer, Kind.BANK_ACCOUNT).holder or owner}
    yield _paper(producer, Kind.BANK_ACCOUNT, f"00{place:08d}", on=on, holder=owner, details=account)
    if producer.code in TAX_NUMBERS:
        yield _paper(producer, Kind.NPWP, TAX_NUMBERS[producer.code], on=on)
    if any(one.goods_class == GoodsClass.READY_TO_EAT for one in goods):
        yield _paper(producer, Kind.SLHS, f"443/{place:03d}/SLHS/{REGENCY}", on=on)


def _plan_permits(producer: SampleProducer, goods: Sequence[Wares], *, on: date) -> Iterator[SamplePaper]:
    """Yield a permit for each product; an SPP-IRT is for all that are of one group."""
    groups = sorted({one.food_group for one in goods if one.food_group})
    for place, group in enumerate(groups, start=1):
        products = tuple(one.code for one in goods if one.food_group == group)
        yield _pirt(producer, group, place, on=on, products=products)
    for place, one in enumerate(goods, start=1):
        kind = _PERMITS.get(GoodsClass(one.goods_class)) if one.goods_class else None
        if kind in {Kind.PSAT, Kind.NA, Kind.TR, Kind.PKD}:
            number = _PERMIT_NUMBERS[kind].format(place=100 * _place(producer) + place)
            yield _paper(producer, kind, number, on=on, products=(one.code,))
        if one.code == MISJUDGED:
            yield _pirt(producer, "11", 9, on=on, products=(one.code,), turn=Turn(Fate.WAITING, has_file=True))


_PERMIT_NUMBERS = {
    Kind.PSAT: "PDUK 6471-{place:05d}",
    Kind.NA: "NA182501{place:05d}",
    Kind.TR: "TR2333{place:05d}",
    Kind.PKD: "PKD205011{place:05d}",
}


def _pirt(
    producer: SampleProducer, group: str, place: int, *, on: date, products: tuple[str, ...], turn: Turn | None = None
) -> SamplePaper:
    chosen = turn or _turn(producer, Kind.PIRT)
    year = _end(producer, chosen, on=on).year % 100
    number = f"2{group}{REGENCY}{place:02d}{_place(producer):04d}{year:02d}"
    return _paper(producer, Kind.PIRT, number, on=on, products=products, turn=chosen)


def _paper(
    producer: SampleProducer,
    kind: Kind,
    number: str | None,
    *,
    on: date,
    products: tuple[str, ...] = (),
    holder: str | None = None,
    details: dict[str, str] | None = None,
    turn: Turn | None = None,
) -> SamplePaper:
    chosen = turn or _turn(producer, kind)
    lasting = load_validity().get(kind)
    end = _end(producer, chosen, on=on) if lasting else None
    issued = _years_before(end, lasting.years) if end and lasting else on - timedelta(400 + 7 * _place(producer))
    stage = (chosen.stage or Stage.FULFILLED) if kind is Kind.PIRT else None
    typed = Typed(
        number=number,
        issued_on=None if kind in {Kind.LABEL, Kind.NIK, Kind.BANK_ACCOUNT} else issued,
        valid_until=end,
        holder=chosen.holder or holder or (None if kind is Kind.LABEL else producer.name),
        stage=stage,
        details=details or {},
    )
    return SamplePaper(kind, typed, products, chosen)


def renew(paper: SamplePaper) -> SamplePaper:
    """Return the paper that is to follow one that ended: five years longer, and so is its number."""
    number, end = paper.typed.number or "", paper.typed.valid_until or date.max
    later = _years_before(end, -load_validity()[paper.kind].years)
    typed = Typed(
        number=f"{number[:13]}{later.year % 100:02d}",
        issued_on=end,
        valid_until=later,
        holder=paper.typed.holder,
        stage=Stage.ISSUED,
    )
    return SamplePaper(paper.kind, typed, paper.products, Turn(Fate.WAITING, has_file=True))


def _turn(producer: SampleProducer, kind: Kind) -> Turn:
    return TURNS.get((producer.code, kind), Turn())


def _end(producer: SampleProducer, turn: Turn, *, on: date) -> date:
    if turn.fate is Fate.RENEWING:
        return on - timedelta(ENDED_DAYS)
    return on + timedelta(200 + 37 * _place(producer) % 700 if turn.ends_in is None else turn.ends_in)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _place(producer: SampleProducer) -> int:
    return int(producer.code.removeprefix("UMKM-"))
