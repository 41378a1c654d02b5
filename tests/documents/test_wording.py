"""What the library says survives being kept, and can be said in another language."""

from datetime import date

from compliance.findings import Finding, Verdict
from compliance.refusals import NumberRefused
from compliance.wording import Term, tell
from consign.documents.wording import dump_findings, load_findings, sentence_of, show_findings, to_sentence
from consign.sentence import Code, Sentence

FOUND = Finding(
    code="pirt.expired",
    verdict=Verdict.INVALID,
    reason=tell(
        "{kind} ended on {day}: {parts}, {inner}",
        kind=Term("paper_kind", "pirt"),
        day=date(2026, 3, 9),
        parts=(Term("paper_kind", "md"), 7),
        inner=tell("inside {braces}", braces="{x}"),
    ),
    next_step=None,
    source="PerBPOM 22/2018",
)


def test_terms_become_codes_and_other_facts_keep_their_type():
    said = to_sentence(FOUND.reason)
    assert str(said) == "pirt ended on 2026-03-09: md, 7, inside {x}"
    kind, parts = said.facts["kind"], said.facts["parts"]
    assert isinstance(kind, Code)
    assert (kind.group, said.facts["day"]) == ("paper_kind", date(2026, 3, 9))
    assert isinstance(parts, tuple)
    assert isinstance(parts[0], Code)
    assert isinstance(said.facts["inner"], Sentence)


def test_findings_are_the_same_after_being_kept():
    other = Finding("nib.listed", Verdict.VALID, tell("It is listed."), tell("Nothing."), "OSS")
    kept = load_findings(dump_findings([FOUND, other]))
    assert kept == show_findings([FOUND, other])
    assert kept[0].reason.facts == to_sentence(FOUND.reason).facts
    assert (kept[0].next_step, kept[1].next_step) == (None, "Nothing.")


def test_a_refusal_keeps_its_template():
    said = sentence_of(NumberRefused("'{text}' is none.", text="{x}"))
    assert (said.template, str(said)) == ("'{text}' is none.", "'{x}' is none.")
