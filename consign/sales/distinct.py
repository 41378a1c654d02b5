"""The distinct texts of a column that decide how a file is read, however many rows it has."""

from collections.abc import Iterable

from consign.sales.layout import NUMBER_ROLES, Role
from consign.sentence import Code, say
from consign.tabular.cells import shown
from consign.tabular.dates import find_days
from consign.tabular.headers import normalize
from consign.tabular.numbers import find_telling
from consign.tabular.refusals import FileTooLarge

MOST_TEXTS = 200_000
"""More are boiled down to those that decide the same."""
MOST_CODES = 1_000_000
"""Stores or products that one file can name; a column with more holds something else."""
MOST_KINDS = 1_000
CODE_ROLES = (Role.STORE, Role.BARCODE, Role.CODE)


class Distinct:
    """Distinct texts of the column with one *role*, kept few: what is left out decides nothing that the rest does not."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._most = MOST_CODES if role in CODE_ROLES else MOST_TEXTS
        self.texts: set[str] = set()

    def add(self, texts: Iterable[str]) -> None:
        """Take in some of the column's texts.

        Raises:
            FileTooLarge: a column of codes holds more different ones than any file can name.

        """
        self.texts.update(texts)
        if len(self.texts) > self._most:
            self.texts = self._boil_down()
            self._most = max(MOST_TEXTS, 2 * len(self.texts))

    def _boil_down(self) -> set[str]:
        if self._role in NUMBER_ROLES:
            return find_telling(self.texts)
        if self._role is Role.DATE:
            return find_days(self.texts)
        if self._role is Role.KIND:
            # Any kind that nobody knows keeps the file from being posted: some of so many are enough to ask about.
            return set(sorted({normalize(shown(text)) for text in self.texts})[:MOST_KINDS])
        raise FileTooLarge(
            say(
                "The column for the {role} holds more than {most} different ones; nothing of the file was used."
                " Check which column holds it.",
                role=Code("column", self._role),
                most=MOST_CODES,
            )
        )
