"""README tells the truth: its trace names files that exist and call each other, its commands are there, its map is whole."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from consign.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TRACE = re.findall(r"^\d\. `([\w/]+\.py)`", README, re.MULTILINE)


def imports_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_trace_of_one_sale_has_seven_files_that_exist() -> None:
    assert len(TRACE) == 7
    assert [path for path in TRACE if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    ("caller", "callee"),
    [
        ("consign/sales/file_posting.py", "consign.tabular.opening"),
        ("consign/sales/file_posting.py", "consign.sales.mapping"),
        ("consign/sales/booking.py", "consign.sales.reading"),
        ("consign/sales/booking.py", "consign.sales.writing"),
        ("consign/sales/booking.py", "consign.sales.posting"),
        ("consign/settlement/actions.py", "consign.ledger.actions"),
    ],
)
def test_the_traced_files_call_each_other(caller: str, callee: str) -> None:
    assert callee in imports_of(caller)
    assert callee.replace(".", "/") + ".py" in TRACE


def test_every_command_is_in_readme() -> None:
    context = click.Context(cli)
    assert [name for name in cli.list_commands(context) if not re.search(rf"\b{name}\b", README)] == []
    for group in (cli.get_command(context, name) for name in cli.list_commands(context)):
        if isinstance(group, click.Group):
            assert [one for one in group.commands if not re.search(rf"\b{one}\b", README)] == []


def test_the_map_names_every_package_and_module() -> None:
    shown = README[README.index("## The map") : README.index("## Trace one sale")]
    present = {path.name for path in (ROOT / "consign").iterdir() if path.is_dir() and path.name != "__pycache__"}
    present |= {path.name for path in (ROOT / "consign").glob("*.py") if not path.name.startswith("__")}
    assert sorted(name for name in present if name not in shown) == []


def read_dependencies() -> set[str]:
    """Return every package that pyproject names: those that are shipped, those of extras, and those of development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    return {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for named in lists for requirement in named}


def test_every_dependency_stands_in_readme_with_its_reason_and_no_other_package_does() -> None:
    needed = read_dependencies()
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    told = README[README.index("## What it stands on") : README.index("## The map")]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", told, re.MULTILINE)
    named = {word for _, packages in rows for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", packages.lower())}
    assert len(needed) > 60
    assert sorted(needed - named) == []
    assert sorted((named & pinned) - needed) == []
    assert sorted(needed - pinned) == []


def test_readme_gives_the_figures_that_were_measured() -> None:
    figures = README[README.index("## Figures") : README.index("## Glossary")]
    assert re.search(r"posting / bare COPY", figures)
    assert re.search(r"\d+,\d{3} rows/s", figures)


def test_the_glossary_explains_each_word_once() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", README[README.index("## Glossary") :], re.MULTILINE)
    words = [word.strip() for row in rows for word in re.sub(r"\([^)]*\)", "", row).split(",") if row != "word"]
    assert len(words) > 50
    assert sorted({word for word in words if words.count(word) > 1}) == []


COMMAND_LINE = README.partition("## The command line")[2].split("```")[1].strip().splitlines()
USAGES = [re.split(r"\s{3,}", line)[0] for line in COMMAND_LINE]


def find_commands(group: click.Command, words: list[str]) -> list[click.Command]:
    """Return the commands that the words of a usage name, `add|list` as two; an unknown one fails."""
    if not isinstance(group, click.Group) or not words:
        return [group]
    found: list[click.Command] = []
    for name in words[0].split("|"):
        command = group.get_command(click.Context(group), name)
        assert command is not None, words
        found += find_commands(command, words[1:])
    return found


@pytest.mark.parametrize("usage", USAGES)
def test_every_command_and_option_that_readme_gives_is_there(usage: str) -> None:
    for part in usage.split("; "):
        words = part.removeprefix("consign ").removesuffix(" …").split()
        named = set(re.findall(r"--[a-z][a-z-]*", part))
        for command in find_commands(cli, words):
            options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
            assert named <= options, (part, named - options)


def test_no_command_is_given_twice() -> None:
    named = [re.split(r" \(?[\[A-Z…-]", usage)[0] for usage in USAGES]
    assert sorted({name for name in named if named.count(name) > 1}) == []


def test_the_settings_that_readme_gives_are_the_same_for_the_shell_and_for_systemd(tmp_path: Path) -> None:
    given = re.findall(r"^CONSIGN_\w+=.*$", README, re.MULTILINE)
    (tmp_path / "consign.env").write_text("\n".join(given), encoding="utf-8")
    script = f"set -a; . {tmp_path}/consign.env; env"
    shell = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, text=True, check=True).stdout
    read = {line for line in shell.splitlines() if line.startswith("CONSIGN_")}
    assert read == {line.replace("'", "") for line in given}
