"""How fast and how right matching is: 100,000 lines of a bank's statement against 20,000 open statements, whose truth is known."""

import argparse
import cProfile
import pstats
import random
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from consign.payments.match_book import Book
from consign.payments.match_facts import FreeLine, OpenItem, Payer, Proposal
from consign.payments.match_rules import propose_all

FIRST_DUE = date(2026, 9, 15)
FEES = (2_500, 2_900, 6_500)
WORDS = (
    "Beruang", "Merpati", "Samudra", "Cahaya", "Mitra", "Sentosa", "Abadi", "Borneo", "Mahakam", "Kaltim", "Gemilang",
    "Pelangi", "Rajawali", "Sinar", "Harapan", "Melati", "Kencana", "Lestari", "Nusa", "Bahari",
)  # fmt: skip
KINDS = ("Mart", "Swalayan", "Hotel", "Supermarket", "Grosir")
STRANGERS = (
    "BUDI SANTOSO",
    "SITI AMINAH",
    "CV KARYA BANGUN",
    "PT ANGKASA LOGISTIK",
    "YAYASAN BAKTI",
    "IURAN KANTOR",
    "",
)
TIES = frozenset({"number", "number broken", "number short", "number cut", "list of numbers", "parts by number"})
"""Cases in which reference and amount both tie, so that a line is to be certain."""


@dataclass
class Truth:
    """Lines with what each pays; nothing where it pays no open statement."""

    items: list[OpenItem] = field(default_factory=list)
    payers: list[Payer] = field(default_factory=list)
    lines: list[FreeLine] = field(default_factory=list)
    pays: dict[int, dict[int, int]] = field(default_factory=dict)
    case: dict[int, str] = field(default_factory=dict)
    together: dict[int, frozenset[int]] = field(default_factory=dict)
    """The lines that pay one statement together."""


class City:
    """Makes a truth of invented partners and payments."""

    def __init__(self, *, seed: int, partners: int, producers: int, lines: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # invented data
        self.truth = Truth()
        self._name_partners(partners)
        self._open_statements(producers)
        self._pay(lines)

    def _name_partners(self, partners: int) -> None:
        """Give names of which some are others with a word more."""
        names: list[str] = []
        while len(names) < partners:
            name = f"{self.random.choice(WORDS)} {self.random.choice(WORDS)} {self.random.choice(KINDS)}"
            name = f"{self.random.choice(names)} {self.random.choice(('Dua', 'Jaya', 'Utama'))}" if names and len(names) % 6 == 5 else name  # fmt: skip
            if name not in names:
                names.append(name)
        forms = ("PT {}", "CV {}", "{}")
        self.truth.payers = [
            Payer(number, self.random.choice(forms).format(name), name) for number, name in enumerate(names, 1)
        ]

    def _open_statements(self, producers: int) -> None:
        serial = 0
        for payer in self.truth.payers:
            amounts: list[int] = []
            for place in range(producers):
                serial += 1
                twin = amounts and self.random.random() < 0.03
                amount = self.random.choice(amounts) if twin else self.random.randint(20_000, 4_000_000)
                amounts.append(amount)
                month = place % 2
                due = FIRST_DUE + timedelta(days=30 * month + payer.partner_id % 5)
                number = f"NP-2026-{serial:06d}"
                self.truth.items.append(
                    OpenItem(serial, number, payer.partner_id, payer.partner_id * 10 + month, due, amount)
                )

    def _pay(self, lines: int) -> None:
        waiting: dict[int, list[OpenItem]] = defaultdict(list)
        for item in self.truth.items:
            waiting[item.partner_id].append(item)
        for place, (partner_id, items) in enumerate(waiting.items()):
            if place % 10 == 9:
                self._pay_closing(partner_id, items)
            else:
                self.random.shuffle(items)
                self._pay_partner(partner_id, items)
        while len(self.truth.lines) < lines:
            self._write_unrelated()
        self.random.shuffle(self.truth.lines)

    def _pay_closing(self, partner_id: int, items: Sequence[OpenItem]) -> None:
        """Pay all that is due on a day by one line."""
        first = min(one.due_on for one in items)
        due = [one for one in items if one.due_on == first]
        self._write(
            "whole due date",
            sum(one.open_rp for one in due),
            self._name(partner_id),
            {one.id: one.open_rp for one in due},
        )

    def _pay_partner(self, partner_id: int, items: list[OpenItem]) -> None:
        ways = (
            ("number", 34), ("number broken", 6), ("number short", 5), ("number cut", 4), ("number, no digits left", 2),
            ("name", 16), ("typing error", 3), ("fee missing", 5), ("fee missing, no number", 2), ("list of numbers", 3),
            ("sum of few", 1), ("parts by number", 3), ("parts by name", 1), ("unpaid", 15),
        )  # fmt: skip
        names, weights = zip(*ways, strict=True)
        while items:
            case = self.random.choices(names, weights)[0]
            size = {"list of numbers": self.random.randint(2, 5), "sum of few": 2}.get(case, 1)
            chosen = [items.pop() for _ in range(min(size, len(items)))]
            if case != "unpaid":
                self._pay_by(case, partner_id, chosen)

    def _pay_by(self, case: str, partner_id: int, chosen: Sequence[OpenItem]) -> None:
        name, item = self._name(partner_id), chosen[0]
        full = {one.id: one.open_rp for one in chosen}
        match case:
            case "number" | "number broken" | "number short" | "number cut" | "number, no digits left":
                with_name = self.random.random() < 0.6 or case.startswith(("number cut", "number, no"))
                self._write(case, item.open_rp, f"{self._writing(case, item.number)} {name if with_name else ''}", full)
            case "name" | "sum of few":
                self._write(case, sum(full.values()), name, full)
            case "typing error":
                self._write(case, item.open_rp, f"{self._mistype(item)} {name}", full)
            case "fee missing" | "fee missing, no number":
                paid = item.open_rp - self.random.choice(FEES)
                words = f"{item.number} {name}" if case == "fee missing" else name
                self._write(case, paid, words, {item.id: paid})
            case "list of numbers":
                numbers = self.random.choice((" ", "/", ", ")).join(one.number for one in chosen)
                self._write(case, sum(full.values()), f"{numbers} {name}", full)
            case _:
                self._pay_in_parts(case, item, name)

    def _mistype(self, item: OpenItem) -> str:
        """Return a wrong number: none with the same amount open, which nobody could tell from the right one."""
        same = {one.number for one in self.truth.items if one.open_rp == item.open_rp}
        while True:
            wrong = item.number[:-2] + f"{(int(item.number[-2:]) + self.random.randint(1, 98)) % 100:02d}"
            if wrong not in same:
                return wrong

    def _pay_in_parts(self, case: str, item: OpenItem, name: str) -> None:
        cut = self.random.randint(item.open_rp // 5, item.open_rp * 4 // 5)
        words = f"{item.number} {name}" if case == "parts by number" else name
        day = self._day()
        ids = [self._write(case, part, words, {item.id: item.open_rp}, day) for part in (cut, item.open_rp - cut)]
        for line_id in ids:
            self.truth.together[line_id] = frozenset(ids)

    def _writing(self, case: str, number: str) -> str:
        _, year, serial = number.split("-")
        match case:
            case "number":
                form = self.random.choice(
                    (
                        "NP-{}-{}",
                        "np-{}-{}",
                        "NP {} {}",
                        "NP{}{}",
                        "NP/{}/{}",
                        "NP.{}.{}",
                        "No NP-{}-{}",
                        "PEMBAYARAN NP-{}-{}",
                    )
                )
                return form.format(year, serial)
            case "number broken":
                place = self.random.randint(1, 5)
                return f"NP-{year}-{serial[:place]} {serial[place:]}"
            case "number short":
                return f"NP-{year}-{int(serial)}"
            case "number cut":
                return f"NP-{year}-{serial[: self.random.randint(4, 5)]}"
            case _:
                return f"NP-{year}-{serial[: self.random.randint(1, 2)]}"

    def _name(self, partner_id: int) -> str:
        name = self.truth.payers[partner_id - 1].name.upper()
        return name[:18] if self.random.random() < 0.15 else name

    def _day(self) -> date:
        return FIRST_DUE + timedelta(days=self.random.randint(-5, 40))

    def _write_unrelated(self) -> None:
        """Write a line that pays nothing: of strangers, some with an open amount, a partner's name or an old number."""
        chance, item = self.random.random(), self.random.choice(self.truth.items)
        amount = self.random.randint(10_000, 5_000_000)
        words = f"{self.random.choice(STRANGERS)} {self.random.randint(1000, 9999)}"
        if chance < 0.08:
            amount = item.open_rp
        elif chance < 0.14:
            words = self._name(item.partner_id)
        elif chance < 0.20:
            words = f"NP-2025-{item.id:06d} {self._name(item.partner_id)}"
        elif chance < 0.21:
            words, amount = item.number, self.random.randint(10_000, 5_000_000)
        self._write("unrelated", amount, words, {})

    def _write(self, case: str, amount: int, words: str, pays: dict[int, int], day: date | None = None) -> int:
        number = len(self.truth.lines) + 1
        noise = self.random.choice(
            (
                "TRSF E-BANKING CR {:04d}/FTSCY/WS95031 {}",
                "BI-FAST CR TRANSFER DR 014 {1}",
                "SETORAN TUNAI {1}",
                "{1}",
                "KR OTOMATIS LLG-MANDIRI {1}",
            )
        )
        text = " ".join(noise.format(self.random.randint(101, 2812), words).split())
        self.truth.lines.append(FreeLine(number, day or self._day(), amount, text))
        self.truth.pays[number] = pays
        self.truth.case[number] = case
        return number


@dataclass(frozen=True)
class Verdict:
    """How much of what was proposed is right."""

    truth: Truth
    certain: int
    wrong: list[Proposal]
    """Certain ones that are not what their lines pay."""
    cases: Counter[str]
    """How many lines each case has."""
    right: Counter[str]
    """Of how many lines of each case the first proposal is right."""
    sure: Counter[str]
    silent: int
    """How many unrelated lines have no proposal."""

    @property
    def tied_found(self) -> float:
        """Return which part of the lines whose reference and amount tie is certain."""
        return sum(self.sure[case] for case in TIES) / max(sum(self.cases[case] for case in TIES), 1)

    def tell(self) -> Iterator[str]:
        """Yield it in words: certain ones, and the first of each line, case by case."""
        precision = 1 - len(self.wrong) / max(self.certain, 1)
        yield f"certain: {self.certain} proposals, {len(self.wrong)} wrong, precision {precision:.4%}"
        for one in self.wrong[:5]:
            line = next(line for line in self.truth.lines if line.id == one.taken[0][0])
            yield f"  wrong: {line.description} {line.free_rp} {self.truth.case[line.id]} -> {one.label} {one.why}"
        tied = sum(self.cases[case] for case in TIES)
        yield f"certain recall where reference and amount tie: {self.tied_found:.2%} of {tied}"
        unrelated = self.cases["unrelated"]
        paying = self.cases.total() - unrelated
        yield f"first-ranked recall over all paying lines: {self.right.total() / max(paying, 1):.2%} of {paying}"
        yield f"unrelated lines without any proposal: {self.silent / max(unrelated, 1):.2%} of {unrelated}"
        for case, count in self.cases.most_common():
            if case != "unrelated":
                shares = f"first right {self.right[case] / count:7.2%}, certain {self.sure[case] / count:7.2%}"
                yield f"  {case:24} {count:6} lines, {shares}"


def judge(truth: Truth, proposals: Sequence[Proposal]) -> Verdict:
    """Hold proposals, the strongest of each line first, against the truth."""
    first: dict[int, Proposal] = {}
    certain: dict[str, Proposal] = {}
    for one in proposals:
        for line_id, _ in one.taken:
            first.setdefault(line_id, one)
        if one.certain:
            certain[one.key] = one
    wrong = [one for one in certain.values() if not all(is_right(truth, one, line_id) for line_id, _ in one.taken)]
    surely = {line_id for one in certain.values() for line_id, _ in one.taken}
    cases = Counter(truth.case.values())
    return Verdict(
        truth=truth,
        certain=len(certain),
        wrong=wrong,
        cases=cases,
        right=Counter(
            truth.case[line_id]
            for line_id, one in first.items()
            if is_right(truth, one, line_id) and truth.pays[line_id]
        ),
        sure=Counter(truth.case[line_id] for line_id in surely),
        silent=cases["unrelated"] - sum(truth.case[line_id] == "unrelated" for line_id in first),
    )


def is_right(truth: Truth, one: Proposal, line_id: int) -> bool:
    """Say whether a proposal is what a line truly pays."""
    together = truth.together.get(line_id, frozenset({line_id}))
    given = {share.statement_id: share.amount_rp for share in one.shares}
    return given == truth.pays[line_id] and {taken for taken, _ in one.taken} == together


def main() -> int:
    """Make a truth, match it, and print time, memory and how much was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--partners", type=int, default=60)
    parser.add_argument("--producers", type=int, default=340)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    truth = City(seed=given.seed, partners=given.partners, producers=given.producers, lines=given.lines).truth
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    profile = cProfile.Profile()
    if given.profile:
        profile.enable()
    began = time.perf_counter()
    book = Book(items=truth.items, notices=[], payers=truth.payers, near_rp=6_500)
    proposals = propose_all(book, truth.lines)
    took = time.perf_counter() - began
    if given.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(truth.lines)} lines against {len(truth.items)} statements of {given.partners} partners: {took:.1f} s")
    print(f"memory: {peak >> 10} MB at most, {(peak - before) >> 10} MB of it for matching; {len(proposals)} proposals")
    for told in judge(truth, proposals).tell():
        print(told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
