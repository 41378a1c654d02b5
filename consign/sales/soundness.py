"""Whether a file is worth posting at all: not where next to every row cannot be right."""

from consign.sales.reading import Reader
from consign.sentence import say
from consign.tabular.refusals import FileRefused

MOSTLY_PROBLEMS = "mostly_problems"
"""What a person is asked about where nobody confirmed yet how the file is read."""
FROM_ROWS = 1_000
"""A file with fewer rows is looked through by a person, row by row."""
EARLY_ROWS = 100_000
"""So many rows say enough about the rest: a file of ten million is not read to its end to be refused."""
PROBLEMS_IN_TEN = 9


class FileMostlyProblems(FileRefused):
    """More than nine in ten rows cannot be right, so the columns are read wrongly; nothing of the file was posted."""

    code = "file.mostly_problems"


def refuse_mostly_problems(reader: Reader, *, whole: bool) -> None:
    """Refuse a file of which more than nine in ten rows cannot be right.

    Rows whose store or product nobody knows yet are right: they wait. Where not the *whole* file was read, so many rows
    must have been that the others do not matter.

    Raises:
        FileMostlyProblems: it is so.

    """
    rows = reader.rows_read
    problems = rows - reader.lines - reader.ignored
    if rows > (FROM_ROWS if whole else EARLY_ROWS) and problems * 10 > rows * PROBLEMS_IN_TEN:
        raise FileMostlyProblems(
            say(
                "{problems} of {rows} rows that were read cannot be right, so the columns are probably read wrongly;"
                " nothing of the file was posted. Check what each column holds, and how numbers and days are written.",
                problems=problems,
                rows=rows,
            )
        )
