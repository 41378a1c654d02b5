"""What the library says about papers, as sentences of ours: to be shown, and to be kept with a paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from compliance.findings import Finding, Verdict
from compliance.wording import Term, Wording
from consign.sentence import Code, Sentence, dump_sentence, load_sentence


class Refused(Protocol):
    """A refusal of the library, of a number or a file: a template with its facts."""

    @property
    def template(self) -> str:
        """A plain English sentence that names its facts in braces."""
        ...

    @property
    def facts(self) -> Mapping[str, object]:
        """The facts by name."""
        ...


@dataclass(frozen=True)
class ShownFinding:
    """A finding whose sentences can be said in the reader's language."""

    code: str
    verdict: Verdict
    reason: Sentence
    next_step: Sentence | None
    source: str


def to_sentence(wording: Wording) -> Sentence:
    """Return what the library says as a sentence of ours; its terms become codes of the same groups."""
    return Sentence(wording.template, {name: _to_fact(fact) for name, fact in wording.facts.items()})


def sentence_of(refusal: Refused) -> Sentence:
    """Return why the library refused a number or a file."""
    return Sentence(refusal.template, {name: _to_fact(fact) for name, fact in refusal.facts.items()})


def show_findings(findings: Iterable[Finding]) -> list[ShownFinding]:
    """Return *findings* with sentences of ours."""
    return [
        ShownFinding(
            code=one.code,
            verdict=one.verdict,
            reason=to_sentence(one.reason),
            next_step=to_sentence(one.next_step) if one.next_step else None,
            source=one.source,
        )
        for one in findings
    ]


def dump_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return what `load_findings` makes the same findings of, fit for JSON."""
    return [
        {
            "code": one.code,
            "verdict": one.verdict.value,
            "reason": dump_sentence(one.reason),
            "next_step": dump_sentence(one.next_step) if one.next_step else None,
            "source": one.source,
        }
        for one in show_findings(findings)
    ]


def load_findings(stored: Sequence[Mapping[str, Any]]) -> list[ShownFinding]:
    """Return the findings that were kept with a paper."""
    return [
        ShownFinding(
            code=one["code"],
            verdict=Verdict(one["verdict"]),
            reason=load_sentence(one["reason"]),
            next_step=load_sentence(one["next_step"]) if one["next_step"] else None,
            source=one["source"],
        )
        for one in stored
    ]


def _to_fact(fact: object) -> object:
    if isinstance(fact, Term):
        return Code(fact.group, str(fact))
    if isinstance(fact, Wording):
        return to_sentence(fact)
    if isinstance(fact, list | tuple):
        return tuple(_to_fact(part) for part in fact)
    return fact
