"""Every code that a sales file or one of its rows can fail with has its smallest failing file, and each fails with that code alone."""

import csv
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import select

import consign.sales
import consign.tabular
from consign.catalogue.actions import add_gtin, add_product, add_product_alias
from consign.models.sales import SalesParked
from consign.partners.actions import add_agreement, add_producer
from consign.partners.rules import FeeOn
from consign.sales.actions import place_parked
from consign.sales.columns import PROBLEMS
from consign.sales.inspecting import Inspection, inspect_file
from consign.sales.layout import Layout, Role
from consign.sales.mapping import Answers, Stated
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import FileRefused
from consign.web.words import WORDS
from tests.builders import OPENED, City, gtin, terms
from tests.errors.smallest import COLUMNS, FILES, ROWS, WAITING, Fault, find_codes, find_file

MOST_BYTES = 1_500
PLACED_LATER = set(WORDS["problem"]) - set(PROBLEMS)


def find_refusals() -> set[str]:
    """Return the codes of all reasons to refuse a file, wherever in the readers they stand."""
    for package in (consign.tabular, consign.sales):
        _import_all(package)
    return {one.code for one in _find_subclasses(FileRefused)}


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def _find_subclasses(one: type[FileRefused]) -> Iterator[type[FileRefused]]:
    for child in one.__subclasses__():
        yield child
        yield from _find_subclasses(child)


REFUSALS = sorted(find_refusals())


def inspect(path: Path, fault: Fault | None = None) -> Inspection:
    given = dict(fault.layout) if fault else {}
    if "columns" in given:
        layout = Layout.from_json(given)
        return inspect_file(path, layout=layout, answers=Answers(), store_stated=True, first=None, last=None)
    style = NumberStyle(given["number_style"]) if "number_style" in given else None
    answers = Answers(accept_suggestion=True, number_style=style)
    return inspect_file(path, layout=None, answers=answers, store_stated=True, first=None, last=None)


@pytest.mark.parametrize("code", REFUSALS)
def test_each_refused_file_is_refused_for_its_own_reason(code: str, tmp_path: Path) -> None:
    path = find_file(code, tmp_path)
    with pytest.raises(FileRefused, match=r"nothing of (it|the file) was used") as refused:
        inspect(path)
    assert refused.value.code == code


@pytest.mark.parametrize("code", sorted(ROWS))
def test_each_bad_row_is_a_problem_with_its_row_column_and_cell(code: str, tmp_path: Path) -> None:
    fault = ROWS[code]
    found = inspect(find_file(code, tmp_path), fault)
    assert found.questions == []
    assert found.problem_rows == [{"row": fault.row, "column": fault.column, "cell": fault.cell, "code": code}]
    assert (found.problems, found.accepted) == (1, fault.row - 2)


def _post(city: City, path: Path, _: Path) -> None:
    city.post(path)


def _post_as_stated(city: City, path: Path, _: Path) -> None:
    city.post(path, stated=Stated(city.stores[0].id))


def _post_without_price(city: City, path: Path, _: Path) -> None:
    producer = add_producer(city.session, by=city.admin, code="P7", name="Dapur 7", nib=None)
    product = add_product(
        city.session, by=city.admin, producer_id=producer.id, code="PRD-7", name="Madu", net_content=1, net_unit="pcs",
        goods_class=None, food_group=None,
    )  # fmt: skip
    add_gtin(city.session, by=city.admin, product=product, gtin=gtin(7), from_on=OPENED)
    add_agreement(
        city.session, by=city.admin, partner_id=city.partner.id, producer_id=producer.id, first=OPENED, last=None,
        terms=terms(fee_on=FeeOn.AGREED_PRICE),
    )  # fmt: skip
    city.post(path)


def _post_and_place_beside_another(city: City, path: Path, folder: Path) -> None:
    city.post(path)
    other = path.read_text(encoding="utf-8").replace("PLU9,1,15000", "PLU1,2,30000")
    second = folder / "second.csv"
    second.write_text(other, encoding="utf-8")
    city.post(second)
    add_product_alias(city.session, by=city.admin, partner_id=city.partner.id, product=city.products[0], alias="PLU9")
    assert place_parked(city.session, by=city.admin, partner_id=city.partner.id) == 0


POSTED: dict[str, Callable[[City, Path, Path], None]] = {
    "store.other_than_stated": _post_as_stated,
    "price.missing": _post_without_price,
    "overlap.differs": _post_and_place_beside_another,
}


@pytest.mark.parametrize("code", sorted(WAITING))
def test_each_row_that_cannot_be_placed_waits_for_its_own_reason(code: str, city: City, tmp_path: Path) -> None:
    fault = WAITING[code]
    path = find_file(code, tmp_path)
    POSTED.get(code, _post)(city, path, tmp_path)
    waiting = city.session.execute(select(SalesParked.row_no, SalesParked.reason)).all()
    assert waiting == [(fault.row, code)]
    with path.open(encoding="utf-8") as source:
        assert list(csv.DictReader(source))[fault.row - 2][str(fault.column)] == fault.cell


def test_every_code_has_a_file_and_every_file_a_code() -> None:
    assert set(ROWS) == set(PROBLEMS) - {""}
    assert set(WAITING) == PLACED_LATER
    assert find_codes() == set(REFUSALS) | set(ROWS) | set(WAITING)


def test_the_codes_are_found() -> None:
    assert {"file.empty", "file.control_total", "file.control_count"} <= set(REFUSALS)
    assert COLUMNS.keys() <= {role.value for role in Role}


def test_the_files_are_small() -> None:
    assert [path.name for path in FILES.iterdir() if path.stat().st_size > MOST_BYTES] == []
