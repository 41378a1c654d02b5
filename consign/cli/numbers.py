"""Looking at a number without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import click

from compliance.facts import Kind, Paper
from compliance.findings import Verdict, combine
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from compliance.wording import Term
from consign import clock
from consign.catalogue.numbers import GtinInvalid, parse_gtin
from consign.cli.context import DAY, Context, as_json_option, pass_context
from consign.cli.output import print_json
from consign.cli.speaking import describe_findings, language_option, print_findings
from consign.documents.wording import ShownFinding, sentence_of, show_findings
from consign.period import ZONES, find_zone
from consign.sentence import Code
from consign.web.language import Language

CHECK_FAILED = 1
GTIN = "gtin"


@dataclass(frozen=True)
class Checked:
    """What is known of a number by itself."""

    kind: str
    number: str | None
    """As it is stored; blank where it has not the form of its kind."""
    printed: str | None
    verdict: Verdict
    reason: str | None
    """Why it does not fit; blank where it does."""
    says: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[ShownFinding, ...] = ()


@click.group()
def numbers() -> None:
    """Check numbers of papers and products."""


@numbers.command("check")
@click.argument("kind", type=click.Choice([*(one.value for one in Kind), GTIN]))
@click.argument("number")
@click.option("--on", "on", type=DAY, help="Day on which it is judged; else today.")
@language_option
@as_json_option
@pass_context
def check(context: Context, *, kind: str, number: str, on: datetime | None, language: Language, as_json: bool) -> int:
    """Say what a NUMBER of this KIND says and whether it fits; ends with 1 where it does not."""
    zone = find_zone(context.settings.region) if context.settings.region else None
    day = on.date() if on else clock.today(zone or ZONES[0])
    checked = check_gtin(number) if kind == GTIN else check_paper(Kind(kind), number, on=day)
    if as_json:
        print_json(describe(checked, language))
    else:
        _print(checked, language)
    return CHECK_FAILED if checked.verdict is Verdict.INVALID else 0


def check_gtin(text: str) -> Checked:
    """Check the number under a barcode."""
    try:
        digits = parse_gtin(text)
    except GtinInvalid as refusal:
        return Checked(GTIN, None, None, Verdict.INVALID, refusal.sentence)
    return Checked(GTIN, digits, digits, Verdict.VALID, None)


def check_paper(kind: Kind, text: str, *, on: date) -> Checked:
    """Check the number of a paper as of the day *on*: its form, and what its digits say."""
    module = KINDS[kind].module
    judged = module.assess(Paper(kind, number=text), on=on)
    findings = tuple(show_findings(judged))
    try:
        number = module.parse(text)
    except NumberRefused as refusal:
        return Checked(kind, None, None, Verdict.INVALID, sentence_of(refusal), findings=findings)
    why = next((one.reason for one in findings if one.verdict is Verdict.INVALID), None)
    return Checked(kind, number.compact, module.format(number), combine(judged), why, number.says(), findings)


def describe(checked: Checked, language: Language) -> dict[str, object]:
    """Return what a program is told: codes as they are, sentences in the *language*."""
    return {
        "kind": checked.kind,
        "number": checked.number,
        "printed": checked.printed,
        "valid": checked.verdict is not Verdict.INVALID,
        "verdict": checked.verdict,
        "reason": language.say(checked.reason) if checked.reason else None,
        "says": checked.says,
        "findings": describe_findings(checked.findings, language),
    }


def _print(checked: Checked, language: Language) -> None:
    if checked.printed:
        click.echo(checked.printed)
    elif checked.reason is not None and not checked.findings:
        click.echo(language.say(checked.reason))
    for name, value in checked.says.items():
        fact = Code(value.group, value) if isinstance(value, Term) else value
        click.echo(f"  {language.word(name, 'number_says')}: {language.show(fact)}")
    print_findings(checked.findings, language)
