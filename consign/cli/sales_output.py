"""What commands about sales files print: each file with its answer, those inside archives by their names."""

from collections.abc import Sequence
from typing import Any

import click
from rich.progress import Progress

from consign.cli.output import print_json, print_table
from consign.errors import ConsignError, NeedsDecision
from consign.jobs.posting import Answer
from consign.money import Rupiah
from consign.sales.finding_lists import FindingSum
from consign.sales.inspecting import Inspection, MemberInspection
from consign.sentence import say
from consign.web.words import word

BAD_INPUT, NEEDS_DECISION = 2, 3


def show_members(members: Sequence[MemberInspection], *, as_json: bool) -> int:
    """Print what each file in an archive holds; return the worst status."""
    told: list[dict[str, Any]] = []
    status = 0
    for one in members:
        if one.found is not None:
            told.append({"file": one.name, **vars(one.found)})
            status = max(status, NEEDS_DECISION if one.found.questions else 0)
        elif one.refused is not None:
            told.append({"file": one.name, "refused": tell_refusal(one.refused)})
            status = max(status, BAD_INPUT)
        else:
            told.append({"file": one.name, **({"same_as": one.same_as} if one.same_as else {"ignored": one.ignored})})
    if as_json:
        print_json(told)
        return status
    for one in members:
        click.echo(f"{one.name}{tell_left_out(same_as=one.same_as, ignored=one.ignored, refused=one.refused)}")
        if one.found is not None:
            show_inspection(one.found, as_json=False)
    return status


def tell_left_out(*, same_as: str | None, ignored: str | None, refused: ConsignError | None) -> str:
    """Say why a file in an archive has no answer of its own; blank where it has one."""
    if refused is not None:
        return f": {refused} [{refused.code}]"
    if same_as is not None:
        return f": {say('The same as {name}; it is read once.', name=same_as)}"
    reason = word("member_ignored", ignored) if ignored else ""
    return f": {say('Left out: {reason}.', reason=reason)}" if ignored else ""


def show_inspection(found: Inspection, *, as_json: bool) -> int:
    """Print what a file holds; return the status."""
    if as_json:
        print_json(found)
    else:
        facts = {
            name: value
            for name, value in vars(found).items()
            if name not in {"problem_rows", "ignored_rows", "questions"}
        }
        print_table(("What", "Found"), [(name, _in_words(value)) for name, value in facts.items()])
        print_table(
            ("Row", "Column", "Cell", "Problem"),
            [(_place(row), row["column"], row["cell"], row["code"]) for row in found.problem_rows],
        ) if found.problem_rows else None
        for question in found.questions:
            click.echo(f"{question.about}: {question.why} ({', '.join(question.choices)})")
    return NEEDS_DECISION if found.questions else 0


def _place(row: dict[str, object]) -> str:
    return f"“{row['sheet']}”, row {row['row']}" if "sheet" in row else str(row["row"])


def tell_progress(progress: Progress, name: str, step: str, done: int, total: int | None) -> None:
    """Show on the terminal how far the file *name* is."""
    task = progress.task_ids[0]
    progress.update(task, description=f"{name}: {word('reading_step', step)}", completed=done, total=total)


def tell_refusal(error: ConsignError) -> dict[str, str]:
    """Return why something was refused, for a program."""
    return {"code": error.code, "reason": str(error)}


def tell_answer(archive: str, answer: Answer) -> dict[str, Any]:
    """Return what became of one file in an archive."""
    member = answer.member
    named = {"archive": archive, "file": member.name}
    match answer.result:
        case None if member.refused is not None:
            return {**named, "refused": {"code": member.refused_code, "reason": str(member.refused)}}
        case None if member.same_as is not None:
            return {**named, "same_as": member.same_as}
        case None:
            return {**named, "ignored": member.ignored}
        case NeedsDecision() as needed:
            return {**named, "questions": needed.questions}
        case ConsignError() as error:
            return {**named, "refused": tell_refusal(error)}
        case outcome:
            return {**named, **vars(outcome)}


def find_status(answer: Answer) -> int:
    """Return with what status the answer about one file in an archive ends."""
    if isinstance(answer.result, NeedsDecision):
        return NEEDS_DECISION
    return BAD_INPUT if answer.member.refused is not None or isinstance(answer.result, ConsignError) else 0


def show_outcomes(results: list[dict[str, Any]], *, dry_run: bool) -> None:
    """Print what each file did, with sums below."""
    counts = ("rows_read", "posted", "known", "ignored", "parked")
    done = [one for one in results if "rows_read" in one]
    rows = [
        (one["file"], *(one[name] for name in counts), Rupiah(one["sales_rp"]), Rupiah(one["fee_rp"])) for one in done
    ]
    if len(done) > 1:
        sums = tuple(sum(one[name] for one in done) for name in counts)
        money = tuple(Rupiah(sum(one[name] for one in done)) for name in ("sales_rp", "fee_rp"))
        rows.append(("Together", *sums, *money))
    titles = ("File", "Rows", "Posted", "Known", "Ignored", "Parked", "Sales", "Fee")
    print_table(titles, rows, right=titles[1:])
    for one in results:
        show_finding_sums(one["file"], one.get("findings", ()))
        for question in one.get("questions", ()):
            choices = f" ({', '.join(question.choices)})" if question.choices else ""
            click.echo(f"{one['file']}: nothing was posted. {question.about}: {question.why}{choices}", err=True)
        if "refused" in one:
            click.echo(f"{one['file']}: {one['refused']['reason']} [{one['refused']['code']}]", err=True)
        if one not in done and ("same_as" in one or "ignored" in one):
            why = tell_left_out(same_as=one.get("same_as"), ignored=one.get("ignored"), refused=None)
            click.echo(f"{one['file']}{why}")
    if dry_run:
        click.echo("A rehearsal: nothing was kept.")


def show_finding_sums(name: str, found: Sequence[FindingSum]) -> None:
    """Print what is odd about a file's lines, a line for each kind."""
    for one in found:
        what = f"{one.lines} lines, {Rupiah(one.amount_rp)}, first in row {one.first_row}"
        click.echo(f"{name}: {word('finding', one.code)} [{one.code}]: {what}")


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {item}" for key, item in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "")
