"""The root of the error tree. An error says what happened and what did not happen.

Slices derive their own errors next to the rules they protect. Nothing here knows HTTP or a terminal: the
edges decide what a code means for them.
"""

from dataclasses import dataclass

from consign.sentence import Code, Sentence, say, say_all


class ConsignError(Exception):
    """Something was refused; the sentence says why, and that nothing was changed."""

    code = "consign.error"

    @property
    def sentence(self) -> str:
        """What happened and what did not, to be printed, or translated by `consign.sentence.translate`."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class BadInput(ConsignError):
    """What was given cannot be right; nothing was changed."""

    code = "input.bad"


class NotFound(ConsignError):
    """The thing named does not exist, or is not for this person to see; nothing was changed."""

    code = "input.not_found"


class Conflict(ConsignError):
    """What was asked contradicts what already stands; nothing was changed."""

    code = "input.conflict"


class NotAllowed(ConsignError):
    """The person's role or scope does not cover this act; nothing was changed."""

    code = "identity.not_allowed"


def refuse_blank(**texts: str) -> None:
    """Refuse a text that holds nothing but blank space.

    Raises:
        BadInput: one does; nothing was changed.

    """
    for name, given in texts.items():
        if not given.strip():
            raise BadInput(say("The {field} is blank; nothing was changed.", field=Code("field", name)))


@dataclass(frozen=True)
class Question:
    """Something only a person can decide: *about* is a stable code, *choices* the answers that are taken."""

    about: str
    why: Sentence
    choices: tuple[str, ...] = ()


class NeedsDecision(ConsignError):
    """A person must decide first; nothing was posted. `questions` holds what is asked."""

    code = "input.needs_decision"

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(say_all(question.why for question in questions))
        self.questions = questions
