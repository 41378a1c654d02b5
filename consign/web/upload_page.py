"""The page of one sales file: how far it is, what it came to, and what a person must decide."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from fastapi import Response

from consign.listing import Found, Wish, page_rows
from consign.partners.queries import find_stores
from consign.sales.finding_lists import FindingSum, find_finding_sums
from consign.sales.lists import (
    UploadSeen,
    find_reversals,
    find_row_places,
    find_upload_sums,
    tell_archive_state,
)
from consign.sales.progress import Progress, find_progress
from consign.sales.queries import find_file_count
from consign.sales.rows import tell_row_place
from consign.sales.rules import Overlap
from consign.sales.unpacking import MemberSeen, find_members
from consign.sales.uploads import OPEN_STATUSES
from consign.sentence import Code, Sentence, load_sentence, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form
from consign.web.mapping_form import MEANINGS, MappingForm, show_mapping
from consign.web.tables import find_download, show_table
from consign.web.visit import Visit
from consign.web.words import finding_remedy, remedy, word

SHOWN_ROWS = 10
STEPS = (say("Handed in"), say("Being read"), say("Posted"))
ROW_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("reason", say("What is wrong"), kind="word", words="problem"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("remedy", say("What to do"), kind="long"),
)
IGNORED_COLUMNS = (
    Column("row", say("Row"), kind="row"),
    Column("reason", say("Why"), kind="word", words="ignored"),
)
FINDING_COLUMNS = (
    Column("code", say("What was found"), kind="word", words="finding", link="{path}"),
    Column("lines", say("Lines"), kind="count", link="{path}", sums="lines", total=True),
    Column("amount_rp", say("Amount, or difference of price"), kind="money"),
    Column("first_row", say("First row"), kind="count"),
    Column("remedy", say("What to do"), kind="long"),
)
MEMBER_COLUMNS = (
    Column("name", say("File"), link="{address}", sort=False),
    Column("status", say("State"), kind="badge", words="upload_status", sort=False),
    Column("note", say("What became of it"), kind="long", sort=False),
)
REASON = Field("reason", say("Reason"), kind="textarea", hint=say("It is kept, and shown with the file."))
_REPLACED = re.compile(r"replaced by upload ([0-9]+)")
_EFFECTS = {
    Overlap.ADD: say("What stands stays, and the lines of this file that differ are posted besides."),
    Overlap.REPLACE: say("What stands and differs is taken out of the books, and the lines of this file are posted."),
    "cancel": say("Nothing of this file is posted. What stands stays as it is."),
}


def show_upload_page(
    visit: Visit,
    seen: UploadSeen,
    *,
    status: int = 200,
    mapping: MappingForm | None = None,
    overlap: Form | None = None,
    ending: Form | None = None,
) -> Response:
    """Answer with the page of an upload; a form that was not right is shown with what was typed into it."""
    upload = seen.upload
    decides = visit.may("POST /uploads/{upload_id}/mapping")
    if mapping is None and upload.status == "needs_mapping":
        stores = find_stores(visit.db, partner_id=upload.partner_id)
        mapping = show_mapping(upload, stores, by=visit.actor)
    if overlap is None and upload.status == "read":
        overlap = new_form(overlap_fields(seen))
    form = next((one for one in (mapping.form if mapping else None, overlap, ending) if one and one.problems), None)
    return visit.page(
        "upload.html",
        status=status,
        seen=seen,
        upload=upload,
        refused=_load(upload.outcome.get("refused", {}).get("reason")),
        cancelled=_load(upload.outcome.get("cancelled")),
        asked=[load_sentence(one["why"]) for one in upload.outcome.get("questions", ())],
        problem_form=form,
        mapping=mapping,
        meanings=[(word("column", role), meaning) for role, meaning in MEANINGS.items()],
        overlap=overlap,
        counts=show_counts(upload.outcome.get("counts"), upload.outcome.get("parts")),
        ending_form=ending or new_form((REASON,)),
        may_decide=decides,
        may_cancel=decides and upload.status in OPEN_STATUSES,
        may_reverse=visit.may("POST /uploads/{upload_id}/reverse") and upload.status == "posted",
        may_hand_in=visit.may("GET /uploads/new"),
        again=bool(visit.asked.get("again")),
        checked=bool(visit.asked.get("checked")),
        steps=STEPS,
        row_columns=ROW_COLUMNS,
        finding_columns=FINDING_COLUMNS,
        ignored_columns=IGNORED_COLUMNS,
        progress=find_progress(visit.db, upload.id) if upload.status == "received" else None,
        tell_progress=tell_progress,
        **_tell_members(visit, seen),
        **_tell_outcome(visit, seen),
    )


def tell_progress(progress: Progress) -> Sentence:
    """Say how far a file is."""
    step = Code("reading_step", progress.step)
    if progress.rows_total is None:
        return say("{step}: {done} rows", step=step, done=progress.rows_done)
    return say("{step}: {done} of {total} rows", step=step, done=progress.rows_done, total=progress.rows_total)


def _tell_members(visit: Visit, seen: UploadSeen) -> dict[str, object]:
    """Return what became of each file of an archive, as a list; nothing for other files."""
    members = find_members(visit.db, seen.upload)
    table = show_table(
        visit,
        caption=say("Files in this archive"),
        columns=MEMBER_COLUMNS,
        fetch=partial(_page_members, members),
        empty=say("This archive holds no file."),
        default_sort="place",
    )
    return {
        "members": table if members else None,
        "archive_state": tell_archive_state(len({one.upload_id for one in members if one.status == "received"})),
    }


def find_members_download(visit: Visit, seen: UploadSeen) -> Response | None:
    """Return the files of an archive as a file where the address asks for one."""
    fetch = partial(_page_members, find_members(visit.db, seen.upload))
    return find_download(visit, name=f"files-{seen.upload.id}", columns=MEMBER_COLUMNS, fetch=fetch)


def _page_members(members: Sequence[MemberSeen], wish: Wish) -> Found:
    rows = [
        {
            "place": place,
            "name": one.name,
            "address": f"/uploads/{one.upload_id}" if one.upload_id else "",
            "status": one.status or ("refused" if one.refused else None),
            "note": _tell_member(one),
        }
        for place, one in enumerate(members)
    ]
    return page_rows(rows, wish=wish, default_sort="place")


def _tell_member(one: MemberSeen) -> Sentence | None:
    if one.refused is not None:
        return one.refused
    if one.ignored is not None:
        return say("Left out: {reason}.", reason=Code("member_ignored", one.ignored))
    if one.same_as is not None:
        return say("The same as {name}; it is read once.", name=one.same_as)
    return say("This very file was handed in before; it is not read twice.") if one.handed_in_before else None


def _tell_outcome(visit: Visit, seen: UploadSeen) -> dict[str, object]:
    """Return what a posted or reversed file came to; nothing for others."""
    upload = seen.upload
    if upload.status not in ("posted", "reversed"):
        return {"figures": None}
    count = find_file_count(visit.db, upload.id)
    path = f"/uploads/{upload.id}"
    parts = upload.outcome.get("parts")
    waiting = [
        {**row, "row_no": tell_row_place(row["row_no"], parts)}
        for row in (find_row_places(visit.db, upload.id, limit=SHOWN_ROWS) if count.parked else ())
    ]
    figures = [
        (say("Rows read"), count.rows_read, ""),
        (say("Posted"), count.posted, f"{path}/lines" if count.posted else ""),
        (say("Known already"), count.known, f"{path}/lines?what=known" if count.known else ""),
        (say("Ignored"), count.ignored, f"{path}/ignored" if count.ignored else ""),
        (say("Waiting") if upload.status == "posted" else say("Not posted"), count.parked,
         f"{path}/problems?state={'open' if upload.status == 'posted' else 'withdrawn'}" if count.parked else ""),
    ]  # fmt: skip
    return {
        "figures": figures,
        "count": count,
        "sums": find_upload_sums(visit.db, upload.id),
        "waiting": [tell_row(row) for row in waiting],
        "findings": [_tell_finding(path, one) for one in find_finding_sums(visit.db, upload.id)],
        "differing": upload.outcome.get("price_differs", 0),
        "no_sales": upload.outcome.get("no_sales", 0),
        "replaced": upload.outcome.get("reversed_rows", 0),
        "evidence": [load_sentence(one) for one in upload.outcome.get("evidence", ())],
        "reversals": [{**row, "reason": _tell_reason(row["reason"])} for row in find_reversals(visit.db, upload.id)],
    }


def _tell_finding(path: str, one: FindingSum) -> dict[str, Any]:
    """Return one kind of findings, with where they stand one by one."""
    return {**vars(one), "remedy": finding_remedy(one.code), "path": f"{path}/findings?code={one.code}"}


def tell_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row that waits, with what to do about it."""
    return {**row, "remedy": remedy(row["reason"])}


def show_counts(counts: Mapping[str, Any] | None, parts: Sequence[str] | None) -> dict[str, Any] | None:
    """Return what a file would come to, its rows ready for a list."""
    if counts is None:
        return None
    problems = [
        tell_row(
            {
                "row_no": tell_row_place(row["row"], parts),
                "reason": row["code"],
                "column": row["column"],
                "cell": row["cell"],
            }
        )
        for row in counts["problem_rows"]
    ]
    ignored = [{**row, "row": tell_row_place(row["row"], parts)} for row in counts["ignored_rows"]]
    first, last = (date.fromisoformat(counts[name]) if counts[name] else None for name in ("first_on", "last_on"))
    return {
        **counts,
        "problem_rows": problems,
        "ignored_rows": ignored,
        "quantity": Decimal(counts["quantity_total"]),
        "first_day": first,
        "last_day": last,
    }


def overlap_fields(seen: UploadSeen) -> Sequence[Field]:
    """Return the one question of an upload that meets what is posted for the same receipts or days."""
    asked = next((one for one in seen.upload.outcome.get("questions", ()) if one["about"] == "overlap"), None)
    choices = [Choice(one, word("overlap", one), _EFFECTS.get(one)) for one in (asked or {}).get("choices", ())]
    return (Field("overlap", say("What shall be done?"), kind="radio", choices=choices),)


def _load(stored: Any) -> Sentence | None:  # noqa: ANN401  # what the outcome holds
    return load_sentence(stored) if stored else None


def _tell_reason(reason: str | None) -> str:
    found = _REPLACED.fullmatch(reason or "")
    return say("Replaced by upload {upload}", upload=int(found[1])) if found else reason or ""
