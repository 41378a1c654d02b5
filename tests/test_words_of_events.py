"""Every detail that a recorded event keeps, everything it is about and every field that may be blank has its word."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from consign.catalogue.import_rules import Outcome as ProductOutcome
from consign.catalogue.rules import Details
from consign.partners.rules import RegionSettings
from consign.partners.tax_rules import PartnerTaxes
from consign.stock.import_rules import Outcome as MovementOutcome
from consign.web.words import WORDS
from reports.label_stock import LabelStock
from tests.words import ROOT

TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "consign").rglob("*.py"))}
NO_DETAIL = {"by", "act", "subject"}


def names_of(facts: type) -> set[str]:
    return {one.name for one in fields(facts)}


MADE_ELSEWHERE: dict[str, set[str]] = {
    "consign/catalogue/changing.py": {"name", "net_content", "net_unit"} | names_of(Details),
    "consign/catalogue/importing.py": {*ProductOutcome},
    "consign/catalogue/stocks.py": {"name", "note", "in_use", "dpi"} | names_of(LabelStock),
    "consign/partners/actions.py": names_of(RegionSettings),
    "consign/partners/taxes.py": names_of(PartnerTaxes),
    # Numbers of statements, and what is still open of each.
    "consign/payments/accepting.py": set(),
    "consign/payments/paying.py": set(),
    "consign/stock/importing.py": {*MovementOutcome},
}
"""The keys that a module takes from a mapping which it does not write out in the function that records the event."""


@dataclass(frozen=True)
class Place:
    """A function of a module, in which the names of an event's details are looked up."""

    path: Path
    function: ast.FunctionDef

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    def find_given(self, name: str) -> Iterator[ast.expr]:
        """Return everything that *name* is set to in the function, or that is put into it under a key."""
        for node in ast.walk(self.function):
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    yield value
                case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                    yield value
                case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                    yield value
                case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                    yield value
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=found), slice=key)]) if found == name:
                    yield ast.Dict([key], [ast.Constant(None)])


def find_function(path: Path, name: str) -> Place | None:
    """Return the function of this product that the module at *path* calls *name*; blank where it is none."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return Place(path, node)
        if isinstance(node, ast.ImportFrom) and any((one.asname or one.name) == name for one in node.names):
            other = ROOT / f"{(node.module or '').replace('.', '/')}.py"
            return find_function(other, name) if other in TREES else None
    return None


def find_keys(written: ast.expr, place: Place) -> Iterator[str]:
    """Return the keys of the mapping that is *written*; those made elsewhere come from the table."""
    parts: list[ast.expr] = []
    match written:
        case ast.Dict(keys=keys, values=values):
            yield from (ast.literal_eval(key) for key in keys if key is not None)
            parts = [value for key, value in zip(keys, values, strict=True) if key is None]
        case ast.IfExp(body=left, orelse=right) | ast.BinOp(left=left, op=ast.BitOr(), right=right):
            parts = [left, right]
        case ast.Name(id=name) if given := list(place.find_given(name)):
            parts = given
        case ast.DictComp(generators=[ast.comprehension(iter=ast.Name() as others)]):
            parts = [others]
        case ast.Call(func=ast.Name(id=name)) if called := find_function(place.path, name):
            yield from find_given_keys(written, place)
            yield from find_returned_keys(called)
        case ast.Constant(value=None):
            pass
        case _:
            yield from MADE_ELSEWHERE[str(place)]
    for part in parts:
        yield from find_keys(part, place)


def find_returned_keys(place: Place) -> Iterator[str]:
    """Return the keys of the mappings that a function writes out to return them."""
    for node in ast.walk(place.function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict | ast.BinOp):
            yield from find_keys(node.value, place)


def find_given_keys(call: ast.Call, place: Place) -> Iterator[str]:
    """Return the names under which a call is given something, those of a mapping among them."""
    for one in call.keywords:
        if one.arg is None:
            yield from find_keys(one.value, place)
        else:
            yield one.arg


def find_recording() -> Iterator[tuple[Place, ast.Call]]:
    """Return every call that records an event, and where it stands."""
    for path, tree in TREES.items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_event":
                        yield Place(path, function), node


def find_details() -> Iterator[tuple[str, str]]:
    """Return every key of a detail, with where it is recorded; of a change also the keys of what was and what is."""
    for place, call in find_recording():
        for key in find_given_keys(call, place):
            yield f"{place}:{call.lineno}", key
        for one in call.keywords:
            if one.arg in {"before", "after"} and is_mapping(one.value, place):
                for key in find_keys(one.value, place):
                    yield f"{place}:{call.lineno}", key


def is_mapping(written: ast.expr, place: Place) -> bool:
    """Say whether what was or is holds keys of its own; otherwise it is one plain value."""
    if isinstance(written, ast.Name):
        return any(is_mapping(one, place) for one in place.find_given(written.id))
    if isinstance(written, ast.IfExp):
        return is_mapping(written.body, place)
    called = isinstance(written, ast.Call) and isinstance(written.func, ast.Name)
    return called or isinstance(written, ast.Dict | ast.DictComp)


def find_kinds() -> Iterator[tuple[str, str]]:
    """Return what every recorded event is about, with where: the part before the colon."""
    for place, call in find_recording():
        (subject,) = [one.value for one in call.keywords if one.arg == "subject"]
        for kind in read_kinds(subject, place):
            yield f"{place}:{call.lineno}", kind


def read_kinds(written: ast.expr, place: Place) -> Iterator[str]:
    match written:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            yield text.partition(":")[0]
        case ast.IfExp(body=left, orelse=right):
            yield from read_kinds(left, place)
            yield from read_kinds(right, place)
        case ast.Name(id=name):
            for one in place.find_given(name):
                yield from read_kinds(one, place)


def find_without_word(group: str, found: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({(where, code) for where, code in found if code not in WORDS[group]})


def test_every_detail_of_an_event_has_its_word():
    found = {key for _, key in find_details()}
    assert {"loss_store_bp", "note_kind", "closed_on", "kept_back", "is_entity", "outcome", "page_width_um"} <= found
    assert find_without_word("detail", ((where, key) for where, key in find_details() if key not in NO_DETAIL)) == []


def test_every_detail_that_has_a_word_is_kept_by_some_event():
    assert sorted(set(WORDS["detail"]) - {key for _, key in find_details()}) == []


def test_everything_that_an_event_is_about_has_its_word():
    assert {"loss", "note", "stock import", "write_off"} <= {kind for _, kind in find_kinds()}
    assert find_without_word("subject", find_kinds()) == []
    assert sorted(set(WORDS["subject"]) - {kind for _, kind in find_kinds()}) == []


def test_every_field_that_may_not_be_blank_has_its_word():
    found = {
        (str(path.relative_to(ROOT)), str(one.arg))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse_blank"
        for one in node.keywords
    }
    assert {name for _, name in found} == set(WORDS["field"])
