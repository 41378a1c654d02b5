"""XML as a plain tree of nodes: names without their space, no entities of its own, no more depth than a message has."""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from consign.sentence import say
from consign.tabular.refusals import FileDamaged

DEEPEST = 40
"""Levels of the deepest message; CAMT.053 has less than twenty."""


@dataclass
class Node:
    """An element: its name, attributes, own text and children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def find(self, *path: str) -> "Node | None":
        """Return the first element at *path* below this one, blank where there is none."""
        node: Node | None = self
        for name in path:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def find_all(self, *path: str) -> "list[Node]":
        """Return all elements at *path* below this one."""
        found = [self]
        for name in path:
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def text_of(self, *path: str) -> str:
        """Return the text at *path*, spaces tidied; blank where there is none."""
        node = self.find(*path)
        return " ".join(node.text.split()) if node else ""

    def texts(self) -> list[str]:
        """Return the text of this element and of all below it, in their order."""
        own = " ".join(self.text.split())
        return [*([own] if own else []), *(text for child in self.children for text in child.texts())]


class _Tree:
    """Collects the nodes while the file streams by."""

    def __init__(self) -> None:
        self.root: list[Any] | None = None
        self._open: list[list[Any]] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype

    @staticmethod
    def _refuse_doctype(*_: object) -> None:
        raise FileDamaged(say("The file defines entities of its own; nothing of it was used. Export it again."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise FileDamaged(say("The file is nested deeper than any statement; nothing of it was used."))
        facts = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node: list[Any] = [name.rpartition(" ")[2], facts, [], []]
        if self._open:
            self._open[-1][3].append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        node[2] = "".join(node[2])

    def _text(self, text: str) -> None:
        self._open[-1][2].append(text)


def read_tree(content: bytes) -> list[Any]:
    """Return the XML in *content* as nested lists of name, attributes, text and children, fit for JSON.

    Raises:
        FileDamaged: it is cut off or no XML, defines entities, or is nested too deep.

    """
    tree = _Tree()
    try:
        tree.parser.Parse(content, True)  # noqa: FBT003  # expat takes its arguments by place only
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileDamaged(say("The file is cut off or damaged; nothing of it was used. Export it again.")) from error
    return tree.root or []


def load_tree(found: list[Any]) -> Node:
    """Return the nodes of a tree that `read_tree` read."""
    name, attributes, text, children = found
    return Node(name, attributes, text, [load_tree(child) for child in children])
