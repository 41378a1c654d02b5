"""How the terminal speaks: tables, JSON, progress, and errors that say what did not happen."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from consign.errors import ConsignError, NeedsDecision


def as_plain(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can hold
    """Return *value* as what JSON can hold; days and decimals become text, never floats."""
    if is_dataclass(value) and not isinstance(value, type):
        return as_plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_plain(item) for item in value]
    if isinstance(value, date | Decimal):
        return str(value)
    return value


def print_json(value: Any) -> None:  # noqa: ANN401  # whatever JSON can hold
    """Print *value* as indented JSON."""
    click.echo(json.dumps(as_plain(value), ensure_ascii=False, indent=2))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print a table; columns named in *right* are numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) if cell is not None else "" for cell in row))
    Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False).print(table)


@contextmanager
def working(what: str, *, total: int | None = None) -> Iterator[Progress]:
    """Show on a terminal that work goes on; elsewhere print nothing."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task(what, total=total)
        yield progress


def explain(error: ConsignError) -> None:
    """Print why something was refused, for a person or, where JSON was asked for, for a program."""
    if "--json" in sys.argv:
        print_json({"refused": {"code": error.code, "reason": str(error)}})
    click.echo(f"{error} [{error.code}]", err=True)


def explain_questions(needed: NeedsDecision) -> None:
    """Print what a person must decide."""
    if "--json" in sys.argv:
        print_json({"questions": needed.questions})
    click.echo("A person must decide first; nothing was changed.", err=True)
    for question in needed.questions:
        choices = f" ({', '.join(question.choices)})" if question.choices else ""
        click.echo(f"  {question.about}: {question.why}{choices}", err=True)
