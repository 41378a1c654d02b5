"""What a file of a watched folder came to, and how the file beside it tells why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from consign.errors import Question
from consign.sales.file_posting import Outcome
from consign.sentence import Sentence, say

DONE, REFUSED, ASKING = "done", "refused", "asking"
LATER = "later"
"""What a file came to; `later` is one that could not be read for a fault of ours, and stays where it is."""
TRY_AGAIN = say("Put right what is said above, and place the file in the folder again.")


@dataclass(frozen=True)
class Taken:
    """What one file came to."""

    file: Path
    partner: str
    store: str | None
    state: str
    """`done`, `refused`, `asking` or `later`."""
    moved_to: Path | None = None
    upload_id: int | None = None
    outcome: Outcome | None = None
    code: str | None = None
    reason: Sentence | str | None = None
    questions: tuple[Question, ...] = ()


def explain(taken: Taken, *, tell: Mapping[str, Callable[[str], str]]) -> str:
    """Return why a file was refused, or what is asked about it, and what to do, in each language."""
    parts = []
    for say_it in tell.values():
        lines = [say_it(taken.reason)] if taken.reason else []
        lines += [f"- {say_it(one.why)}" for one in taken.questions]
        if taken.state == ASKING:
            decide = say(
                "Decide on the page of the file: {address}. Nothing of it is posted before.",
                address=f"/uploads/{taken.upload_id}",
            )
            lines.append(say_it(decide))
        else:
            lines.append(say_it(TRY_AGAIN))
        parts.append("\n".join(lines))
    facts = [f"code: {taken.code}"] if taken.code else []
    facts += [f"upload: {taken.upload_id}"] if taken.upload_id else []
    return "\n\n".join([*parts, *(["\n".join(facts)] if facts else [])]) + "\n"
