"""Rules that nobody checks drift: these are read off the source of every module."""

import ast
import importlib
import pkgutil
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import consign
from consign.errors import ConsignError

ROOT = Path(__file__).parent.parent
LONGEST_FUNCTION = 70
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[ast.Module], Iterator[tuple[int, str]]]


def find_commits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find transactions that are committed; a savepoint is not one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            receiver = ast.unparse(node.func.value)
            if receiver != "savepoint":
                yield node.lineno, f"{receiver}.commit()"


def find_clocks(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find places that read the time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in CLOCKS:
                yield node.lineno, name
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield node.lineno, "from time import"


def find_floats(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find numbers that are turned into binary fractions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno, ast.unparse(node)


def find_long_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find functions that are longer than a page."""
    for node in ast.walk(tree):
        if isinstance(node, Functions) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"


def find_undocumented(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find public functions, classes and methods, and errors with a code, that say nothing about themselves."""
    if ast.get_docstring(tree) is None:
        yield 1, "the module"
    for node in tree.body:
        if isinstance(node, Functions | ast.ClassDef):
            yield from _find_undocumented(node)


def _find_undocumented(node: Functions | ast.ClassDef) -> Iterator[tuple[int, str]]:
    public = not node.name.startswith("_")
    if (public or _has_code(node)) and ast.get_docstring(node) is None:
        yield node.lineno, node.name
    if public and isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, Functions | ast.ClassDef):
                yield from _find_undocumented(part)


def _has_code(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "code" for part in node.body
    )


# Each rule, where it does not hold, and a line that breaks it: a check that has never failed is not trusted.
RULES: dict[str, tuple[Rule, tuple[str, ...], str]] = {
    "only db.py commits": (find_commits, ("consign/db.py",), "session.commit()"),
    "only clock.py reads the time": (find_clocks, ("consign/clock.py",), "import datetime\ndatetime.datetime.now()"),
    "no number becomes a float": (find_floats, (), "float('0.1')"),
    "no function is longer than a page": (
        find_long_functions,
        ("consign/migrations/region/", "consign/migrations/public/"),  # a revision lists tables one after the other
        "def f():\n" + "    pass\n" * LONGEST_FUNCTION,
    ),
    "everything public says what it does": (
        find_undocumented,
        ("consign/migrations/region/", "consign/migrations/public/"),
        '"""M."""\nclass _E(Exception):\n    code = "x"',
    ),
}


def parse_modules() -> dict[str, ast.Module]:
    """Return every module of ours by its path."""
    paths = [path for name in ("consign", "compliance", "reports") for path in sorted((ROOT / name).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    found = parse_modules()
    assert len(found) > 80
    return found


@pytest.mark.parametrize("name", RULES)
def test_the_rule_holds_in_every_module(modules: dict[str, ast.Module], name: str):
    find, elsewhere, _ = RULES[name]
    broken = [
        f"{path}:{line}: {what}"
        for path, tree in modules.items()
        if not path.startswith(elsewhere)
        for line, what in find(tree)
    ]
    assert broken == []


@pytest.mark.parametrize("name", RULES)
def test_the_rule_finds_what_breaks_it(name: str):
    find, _, breach = RULES[name]
    assert len(list(find(ast.parse(breach)))) == 1


@pytest.mark.parametrize("path", ["consign/db.py", "consign/clock.py"])
def test_the_one_place_that_may_is_there(modules: dict[str, ast.Module], path: str):
    allowed = [find for find, elsewhere, _ in RULES.values() if path in elsewhere]
    assert [list(find(modules[path])) != [] for find in allowed] == [True]


def find_imported(tree: ast.Module) -> Iterator[str]:
    """Find what is imported from outside: the first part of its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_what_is_imported_is_a_dependency_of_ours_and_not_of_one_of_them(modules: dict[str, ast.Module]):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    shipped = {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for named in lists for requirement in named}
    imported = {name for tree in modules.values() for name in find_imported(tree)}
    outside = imported - sys.stdlib_module_names - {"consign", "compliance", "reports"}
    assert len(outside) > 30
    sources = packages_distributions()
    packages = {name: {one.lower().replace("_", "-") for one in sources[name]} for name in outside}
    assert sorted(name for name in outside if not packages[name] & shipped) == []


def find_errors(root: type[ConsignError]) -> Iterator[type[ConsignError]]:
    """Return every error of the tree below *root*."""
    for error in root.__subclasses__():
        yield error
        yield from find_errors(error)


def test_every_error_has_a_code_of_its_own():
    for module in pkgutil.walk_packages(consign.__path__, "consign."):
        if not module.name.startswith("consign.migrations.") and module.name != "consign.__main__":
            importlib.import_module(module.name)
    errors = [error for error in find_errors(ConsignError) if error.__module__.startswith("consign.")]
    assert len(errors) > 20
    assert [error.__name__ for error in errors if "code" not in vars(error)] == []
    codes = [error.code for error in errors]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("name", ["bench", "fuzz", "year"])
def test_programs_beside_the_tests_find_what_they_import(name: str):
    package = importlib.import_module(f"tests.{name}")
    found = [module.name for module in pkgutil.walk_packages(package.__path__, f"tests.{name}.")]
    assert found
    for module in found:
        importlib.import_module(module)
