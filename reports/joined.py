"""Several tagged PDFs made by Typst as one: pages, structure, heads of tables and bookmarks go on, file after file.

No library joins the trees of structure, and a file without one says nothing to a screen-reader. Only what Typst writes
is understood here: one `Document` at the root, and trees of parents and names that have no branches.
"""

import io
import re
import string
from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Object, Pdf

MARKS = string.ascii_uppercase[20:] + string.ascii_lowercase
"""By these letters names in one file are told from those in the next, in the order of their bytes; Typst writes U."""
MOST_FILES = len(MARKS)
NAMED = re.compile(rb"(?<=\()U(?=\d+x\d+y\d+\))")
"""The name of a table's head cell: `(U12x3y0)` is the fourth of the thirteenth table. Typst does not compress them."""

OF_THE_FIRST = ("{http://ns.adobe.com/xap/1.0/t/pg/}NPages", "xmpMM:InstanceID", "xmpMM:DocumentID")
"""What a file may say about itself, and what of the first would be wrong of the whole."""


def join_pdfs(files: Iterable[bytes]) -> bytes:
    """Return the tagged *files* of Typst as one; its title and author are those of the first.

    They are taken one by one, so that the next may be made meanwhile. Equal files give equal bytes.

    Raises:
        ValueError: there is none, or more than `MOST_FILES`.

    """
    whole: Pdf | None = None
    parts = []  # an opened file's pages are read only when the whole is written
    for place, file in enumerate(files):
        if place == MOST_FILES:
            raise ValueError(f"more than {MOST_FILES} files; nothing was joined")
        part = pikepdf.open(io.BytesIO(NAMED.sub(MARKS[place].encode(), file)))
        if whole is None:
            whole = part
            _make_branches(whole.Root.StructTreeRoot)
        else:
            parts.append(part)
            _append(whole, part)
    if whole is None:
        raise ValueError("no files; nothing was joined")
    with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for name in OF_THE_FIRST:
            del metadata[name]
    target = io.BytesIO()
    whole.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()


def _append(whole: Pdf, part: Pdf) -> None:
    tree = whole.Root.StructTreeRoot
    known = int(tree.ParentTreeNextKey)
    for page in part.pages:
        page.obj.StructParents = int(page.obj.StructParents) + known
    nums = part.Root.StructTreeRoot.ParentTree.Nums
    for place in range(0, len(nums), 2):
        nums[place] = int(nums[place]) + known
    # Pages go first: what refers to them from the trees is led to their copies then.
    whole.pages.extend(part.pages)
    other = whole.copy_foreign(part.Root.StructTreeRoot)
    _make_branches(other)
    tree.ParentTreeNextKey = known + int(other.ParentTreeNextKey)
    for name in ("/ParentTree", "/IDTree"):
        tree[name].Kids.extend(other[name].Kids)
    for child in other.K[0].K:
        child.P = tree.K[0]
        tree.K[0].K.append(child)
    _append_bookmarks(whole.Root.Outlines, whole.copy_foreign(part.Root.Outlines))


def _make_branches(tree: Object) -> None:
    """Hang the entries of both trees below a branch, so that those of further files need no sorting in between."""
    for name, kind in (("/ParentTree", "/Nums"), ("/IDTree", "/Names")):
        entries = tree[name][kind]
        branch = Dictionary({kind: entries, "/Limits": Array([entries[0], entries[len(entries) - 2]])})
        tree[name] = Dictionary(Kids=Array([branch]))


def _append_bookmarks(outlines: Object, other: Object) -> None:
    outlines.Last.Next, other.First.Prev = other.First, outlines.Last
    bookmark: Object | None = other.First
    while bookmark is not None:
        bookmark.Parent = outlines
        bookmark = bookmark.get("/Next")
    outlines.Last = other.Last
    outlines.Count = int(outlines.Count) + int(other.Count)
