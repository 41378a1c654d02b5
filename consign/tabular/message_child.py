"""The child process that reads one file of messages: `python -m consign.tabular.message_child FILE FOLDER`.

It finds `asked.json` (the container) in FOLDER, and leaves `rows.csv` (row number, then cells) and `found.json` (headers,
encoding, evidence, parts) there. Where it refuses the file it ends with REFUSED_STATUS and leaves code and sentence.
"""

import csv
import json
from pathlib import Path
from typing import Any

from consign.sentence import dump_sentence, say
from consign.tabular.cells import TYPED
from consign.tabular.child import REFUSED_STATUS, run_child
from consign.tabular.idoc import read_sales_idocs
from consign.tabular.message_cells import MessageTable
from consign.tabular.product_activity import read_product_activity
from consign.tabular.refusals import FileNotATable, FileRefused, dump_refusal
from consign.tabular.slsrpt import read_sales_reports


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Read the messages at *path* and leave what was found in *folder*."""
    found: dict[str, Any]
    try:
        table = read_messages(path.read_bytes(), container=asked["container"])
        headers = table.find_headers()
    except FileRefused as refusal:
        found, status = dump_refusal(refusal), REFUSED_STATUS
    else:
        with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as target:
            # The writer quotes cells with a sign of its line end: with a bare "\n" a "\r" would stand unquoted.
            writer = csv.writer(target, lineterminator="\r\n")
            writer.writerows([number, *(facts.get(header, "") for header in headers)] for number, facts in table.rows)
        found = {
            "headers": headers,
            "encoding": table.encoding,
            "evidence": [dump_sentence(sentence) for sentence in table.evidence],
            "parts": table.parts,
        }
        status = 0
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
    return status


def read_messages(content: bytes, *, container: str) -> MessageTable:
    """Return the table that the messages in *content* make.

    Raises:
        FileNotATable: there are bytes that no text has, our own mark among them.
        FileRefused: in one of its other kinds, when they cannot be read as one.

    """
    if any(mark in content for mark in (b"\0", TYPED.encode())):
        raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))
    if container == "edifact":
        return read_sales_reports(content)
    text, encoding = _decode(content)
    if container == "x12":
        return read_product_activity(text, encoding=encoding)
    return read_sales_idocs(text, encoding=encoding)


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text of *content*, in which nothing says how it is written, and its encoding.

    Raises:
        FileNotATable: there are bytes that no text has.

    """
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))


if __name__ == "__main__":
    run_child(main)
