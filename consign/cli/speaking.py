"""What the library finds, said on the terminal in a person's language."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from consign.documents.wording import ShownFinding
from consign.web.language import LANGUAGE_NAMES, MAIN_LANGUAGE, Language, choose_language


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that says in which language sentences are printed."""
    return click.option(
        "--language",
        type=click.Choice(list(LANGUAGE_NAMES)),
        default=MAIN_LANGUAGE,
        show_default=True,
        callback=lambda _context, _option, wanted: choose_language(wanted),
        help="Language of the sentences.",
    )(command)


def describe_findings(findings: Iterable[ShownFinding], language: Language) -> list[dict[str, object]]:
    """Return *findings* for a program: codes as they are, sentences in the *language*."""
    return [
        {
            "code": one.code,
            "verdict": one.verdict,
            "reason": language.say(one.reason),
            "next_step": language.say(one.next_step) if one.next_step else None,
            "source": one.source,
        }
        for one in findings
    ]


def print_findings(findings: Iterable[ShownFinding], language: Language) -> None:
    """Print *findings* for a person, each with its next step below."""
    for one in findings:
        click.echo(f"- {language.word(one.verdict, 'verdict')}: {language.say(one.reason)} ({one.source})")
        if one.next_step:
            click.echo(f"  {language.say(one.next_step)}")
