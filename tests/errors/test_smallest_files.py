"""Each error code of a sales file has its smallest failing file here, named for the code.

`files` are refused whole, `rows` have one row that cannot be right (what is said of it stands in `rows.toml`), `posted` have
one row that waits although it can be read.
"""

import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from sqlalchemy import select

import consign.sales
import consign.tabular
from consign.catalogue.actions import add_product, add_product_alias
from consign.models.sales import SalesParked
from consign.partners.agreeing import add_agreement
from consign.partners.rules import FeeOn
from consign.sales.inspecting import Inspection, inspect_archive, inspect_file
from consign.sales.mapping import Answers, Stated
from consign.sales.placing import place_parked
from consign.sales.problems import PROBLEMS
from consign.sales.soundness import FileMostlyProblems
from consign.tabular.archive import is_archive
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import FileRefused
from tests.builders import OPENED, City, terms

FOLDER = Path(__file__).parent
FILES, ROWS, POSTED = (sorted((FOLDER / name).iterdir()) for name in ("files", "rows", "posted"))
SAID = tomllib.loads((FOLDER / "rows.toml").read_text(encoding="utf-8"))
MADE_HERE = {"file.refused"}
"""Codes that no file has: the kind of all kinds."""
WAITING = {
    *("store.unknown", "store.other_than_stated", "product.unknown"),
    *("agreement.missing", "price.missing", "overlap.differs"),
}


def code_of(path: Path) -> str:
    return path.name.rpartition(".")[0]


def inspect_whole(path: Path) -> None:
    """Look at a file, or at all files in an archive; a refusal of one of them is raised."""
    if not is_archive(path):
        inspect(path)
        return
    for member in inspect_archive(path, inspect):
        if member.refused is not None:
            raise member.refused


def inspect(path: Path, style: NumberStyle | None = None) -> Inspection:
    answers = Answers(accept_suggestion=True, number_style=style)
    return inspect_file(path, layout=None, answers=answers, store_stated=True, first=None, last=None)


def kinds_of(kind: type[FileRefused]) -> Iterator[type[FileRefused]]:
    yield kind
    for one in kind.__subclasses__():
        yield from kinds_of(one)


@pytest.mark.parametrize("path", FILES, ids=code_of)
def test_a_file_is_refused_for_its_reason(path: Path):
    with pytest.raises(FileRefused) as refused:
        inspect_whole(path)
    assert refused.value.code == code_of(path)
    assert "nothing" in str(refused.value)  # it says what did not happen


@pytest.mark.parametrize("path", ROWS, ids=code_of)
def test_a_row_is_a_problem_for_its_reason(path: Path):
    said = SAID[code_of(path)]
    found = inspect(path, NumberStyle(said["number_style"]) if "number_style" in said else None)
    assert found.questions == []
    expected = {"row": said["row"], "column": said.get("column"), "cell": said.get("cell"), "code": code_of(path)}
    assert found.problem_rows == [expected]


@pytest.fixture
def prepared(city: City) -> City:
    """Add a product that a till calls PLU9 and that has no price."""
    product = add_product(
        city.session, by=city.admin, producer_id=city.producers[0].id, code="PRD-9", name="Emping", net_content=100,
        net_unit="g", goods_class=None, food_group=None,
    )  # fmt: skip
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=product, alias="PLU9")
    add_agreement(
        city.session, by=city.admin, partner_id=city.partner.id, producer_id=product.producer_id, product_id=product.id,
        first=OPENED, last=None, terms=terms(fee_on=FeeOn.AGREED_PRICE),
    )  # fmt: skip
    return city


@pytest.mark.parametrize(
    "path", [path for path in POSTED if code_of(path) in WAITING - {"overlap.differs"}], ids=code_of
)
def test_a_row_that_can_be_read_waits_for_its_reason(path: Path, prepared: City):
    stated = Stated(prepared.stores[0].id) if code_of(path) == "store.other_than_stated" else None
    prepared.post(path, stated=stated)
    assert prepared.session.scalars(select(SalesParked.reason)).all() == [code_of(path)]


def test_a_row_that_waited_while_its_receipt_was_told_otherwise_goes_on_waiting(prepared: City, tmp_path: Path):
    path = FOLDER / "posted" / "overlap.differs.csv"
    prepared.post(path)
    other = tmp_path / "other.csv"
    other.write_text(path.read_text(encoding="utf-8").replace("PLU8,1", "PLU1,2"), encoding="utf-8")
    prepared.post(other)
    session, by = prepared.session, prepared.admin
    add_product_alias(session, by=by, partner_id=prepared.partner.id, product=prepared.products[0], alias="PLU8")
    place_parked(session, by=by, partner_id=prepared.partner.id)
    assert session.scalars(select(SalesParked.reason)).all() == [code_of(path)]


def test_a_file_of_which_next_to_nothing_is_right_is_refused_when_it_is_posted(prepared: City):
    path = FOLDER / "posted" / "file.mostly_problems.csv"
    with pytest.raises(FileMostlyProblems) as refused:
        prepared.post(path, stated=Stated(prepared.stores[0].id))
    assert refused.value.code == code_of(path)


def test_every_code_has_its_file():
    for package in (consign.tabular, consign.sales):  # a kind of refusal may stand in any of their modules
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    refusals = {kind.code for kind in kinds_of(FileRefused)} - MADE_HERE
    assert {code_of(path) for path in (*FILES, *POSTED)} == refusals | WAITING
    assert {code_of(path) for path in ROWS} == set(PROBLEMS) - {""} == set(SAID)
