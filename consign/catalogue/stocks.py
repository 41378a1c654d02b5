"""Label papers: sheets and rolls as people buy them, corrected where print and paper do not meet, and tried by a scan."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from psycopg.errors import UniqueViolation
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.drawing import drawing
from consign.catalogue.numbers import compute_check_digit
from consign.catalogue.rules import ScanTestMissing, ScanWrong, StockMissing, StockNameTaken
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text, tidy_name
from consign.models.catalogue import LabelStock, ScanTest
from consign.sentence import say
from reports import labels as paper
from reports.labels import refuse_impossible_stock

TEST_PREFIX = "952"
"""What GS1 keeps for examples: a test symbol never means real goods."""
LONGEST_NOTE = 300
MOST_TESTS = 20
"""The latest tests that are shown."""


@dataclass(frozen=True)
class StockFacts:
    """A label paper as a person describes it: its measures, the resolution it is printed with, where they come from."""

    measures: paper.LabelStock
    dpi: int
    note: str
    in_use: bool = True


def as_paper(stock: LabelStock) -> paper.LabelStock:
    """Return the paper's measures as labels are laid out on them."""
    return paper.LabelStock(**{one.name: getattr(stock, one.name) for one in fields(paper.LabelStock)})


def find_stocks(session: Session, *, by: Actor, all_of_them: bool = False) -> Sequence[LabelStock]:
    """Return the label papers in use by name; *all_of_them*: also those that are not."""
    authorize_reading(by)
    query = select(LabelStock).order_by(LabelStock.is_roll, LabelStock.name)
    return session.scalars(query if all_of_them else query.where(LabelStock.in_use)).all()


def get_stock(session: Session, *, by: Actor, stock_id: int) -> LabelStock:
    """Return one label paper.

    Raises:
        StockMissing: there is none with this id.

    """
    authorize_reading(by)
    found = session.get(LabelStock, stock_id)
    if found is None:
        raise StockMissing(say("There is no such label paper."))
    return found


def find_stock_called(session: Session, *, by: Actor, name: str) -> LabelStock:
    """Return the label paper with this *name*, whatever its case.

    Raises:
        StockMissing: there is none; the error names those that there are.

    """
    authorize_reading(by)
    found = session.scalar(select(LabelStock).where(func.lower(LabelStock.name) == name.strip().lower()))
    if found is None:
        names = [one.name for one in find_stocks(session, by=by)]
        raise StockMissing(say("There is no label paper “{name}”; there are {names}.", name=name, names=names))
    return found


def save_stock(session: Session, *, by: Actor, stock_id: int | None, facts: StockFacts) -> LabelStock:
    """Add a label paper, or correct the one with *stock_id*. Sheets that were made before stay what they are.

    Raises:
        BadInput: the name is blank, or no printer has this resolution.
        DrawingRefused: no labels can be printed on such a paper.
        StockNameTaken: another paper is called so.
        StockMissing: there is no such paper.

    """
    authorize(by, Act.MANAGE_LABEL_STOCK)
    with drawing():
        refuse_impossible_stock(facts.measures)
    values = {
        **asdict(facts.measures),
        "name": tidy_name(facts.measures.name),
        "dpi": facts.dpi,
        "note": clean_text(facts.note)[:LONGEST_NOTE],
        "in_use": facts.in_use,
    }
    stock = LabelStock() if stock_id is None else get_stock(session, by=by, stock_id=stock_id)
    before = {} if stock_id is None else {name: getattr(stock, name) for name in values}
    if before == values:
        return stock
    try:
        with session.begin_nested():
            for name, value in values.items():
                setattr(stock, name, value)
            session.add(stock)
            session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise StockNameTaken(
                say("Another label paper is called “{name}”; nothing was changed.", name=values["name"])
            ) from error
        raise
    changed = {name: value for name, value in values.items() if before.get(name) != value}
    record_event(session, by=by, act="label paper saved", subject=f"stock:{stock.id}", after=changed)
    return stock


def begin_test(session: Session, *, by: Actor, stock: LabelStock, dpi: int) -> ScanTest:
    """Draw a number for a test symbol on this paper; only who scans the print knows it, since no digits stand below it.

    Raises:
        DrawingRefused: this paper holds no symbol that is smaller than the specification, so there is nothing to try.

    """
    authorize(by, Act.PRINT_LABELS, producer_id=by.producer_id)
    payload = TEST_PREFIX + "".join(secrets.choice("0123456789") for _ in range(9))
    number = payload + compute_check_digit(payload)
    with drawing():
        paper.write_test_scan(as_paper(stock), dpi=dpi, number=number)
    test = ScanTest(
        stock_id=stock.id,
        dpi=dpi,
        number=number,
        producer_id=by.producer_id,
        made_by=by.user_id,
        made_at=clock.now(),
        passed_at=None,
    )
    session.add(test)
    session.flush()
    return test


def get_test(session: Session, *, by: Actor, test_id: int) -> ScanTest:
    """Return a test of one's own.

    Raises:
        ScanTestMissing: there is none that *by* began.

    """
    authorize(by, Act.PRINT_LABELS, producer_id=by.producer_id)
    test = session.get(ScanTest, test_id)
    if test is None or test.producer_id != by.producer_id:
        raise ScanTestMissing(say("There is no such test."))
    return test


def find_tests(session: Session, *, by: Actor, stock_id: int) -> Sequence[ScanTest]:
    """Return one's own tests on this paper, the latest first."""
    own = ScanTest.producer_id.is_not_distinct_from(by.producer_id)
    query = select(ScanTest).where(ScanTest.stock_id == stock_id, own).order_by(ScanTest.id.desc())
    return session.scalars(query.limit(MOST_TESTS)).all()


def pass_test(session: Session, *, by: Actor, test: ScanTest, read: str) -> None:
    """Note that printer and scanner cope with small symbols on this paper, since the number was *read* right.

    Raises:
        ScanWrong: it is another number; small symbols stay refused.

    """
    if "".join(read.split()) != test.number:
        raise ScanWrong(
            say(
                "“{read}” is not what the symbol holds, so it was not read right and small symbols stay refused."
                " Clean the print head, print at 100 % and try again, or take a wider label.",
                read=read.strip()[:40],
            )
        )
    if test.passed_at is None:
        test.passed_at = clock.now()
        session.flush()
        record_event(session, by=by, act="test scan passed", subject=f"stock:{test.stock_id}", dpi=test.dpi)


def find_passed(session: Session, *, by: Actor, stock_id: int, dpi: int) -> bool:
    """Say whether small symbols may be printed on this paper with this resolution: a scan of one's own has shown it."""
    passed = select(ScanTest.id).where(
        ScanTest.stock_id == stock_id,
        ScanTest.dpi == dpi,
        ScanTest.producer_id.is_not_distinct_from(by.producer_id),
        ScanTest.passed_at.is_not(None),
    )
    return session.scalar(passed.limit(1)) is not None


def authorize_reading(by: Actor) -> None:
    """Let *by* see label papers, or refuse."""
    authorize(by, Act.READ_LABELS, producer_id=by.producer_id)
