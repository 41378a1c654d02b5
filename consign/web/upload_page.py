"""The page of one sales file: how far it is, what it came to, and what a person must decide."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Response

from consign.partners.queries import find_stores
from consign.sales.actions import OPEN_STATUSES
from consign.sales.lists import UploadSeen, find_reversals, find_row_places, find_upload_sums
from consign.sales.queries import find_file_count
from consign.sales.rules import Overlap
from consign.sentence import Sentence, load_sentence, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form
from consign.web.mapping_form import MEANINGS, MappingForm, show_mapping
from consign.web.visit import Visit
from consign.web.words import remedy, word

SHOWN_ROWS = 10
STEPS = (say("Handed in"), say("Being read"), say("Posted"))
ROW_COLUMNS = (
    Column("row_no", say("Row"), kind="count"),
    Column("reason", say("What is wrong"), kind="word", words="problem"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("remedy", say("What to do"), kind="long"),
)
IGNORED_COLUMNS = (
    Column("row", say("Row"), kind="count"),
    Column("reason", say("Why"), kind="word", words="ignored"),
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
        counts=show_counts(upload.outcome.get("counts")),
        ending_form=ending or new_form((REASON,)),
        may_decide=decides,
        may_cancel=decides and upload.status in OPEN_STATUSES,
        may_reverse=visit.may("POST /uploads/{upload_id}/reverse") and upload.status == "posted",
        may_hand_in=visit.may("GET /uploads/new"),
        again=bool(visit.asked.get("again")),
        checked=bool(visit.asked.get("checked")),
        steps=STEPS,
        row_columns=ROW_COLUMNS,
        ignored_columns=IGNORED_COLUMNS,
        **_tell_outcome(visit, seen),
    )


def _tell_outcome(visit: Visit, seen: UploadSeen) -> dict[str, object]:
    """Return what a posted or reversed file came to; nothing for others."""
    upload = seen.upload
    if upload.status not in ("posted", "reversed"):
        return {"figures": None}
    count = find_file_count(visit.db, upload.id)
    path = f"/uploads/{upload.id}"
    waiting = [dict(row) for row in find_row_places(visit.db, upload.id, limit=SHOWN_ROWS)] if count.parked else []
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
        "differing": upload.outcome.get("price_differs", 0),
        "no_sales": upload.outcome.get("no_sales", 0),
        "replaced": upload.outcome.get("reversed_rows", 0),
        "evidence": [load_sentence(one) for one in upload.outcome.get("evidence", ())],
        "reversals": [{**row, "reason": _tell_reason(row["reason"])} for row in find_reversals(visit.db, upload.id)],
    }


def tell_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row that waits, with what to do about it."""
    return {**row, "remedy": remedy(row["reason"])}


def show_counts(counts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what a file would come to, its rows ready for a list."""
    if counts is None:
        return None
    problems = [
        tell_row({"row_no": row["row"], "reason": row["code"], "column": row["column"], "cell": row["cell"]})
        for row in counts["problem_rows"]
    ]
    first, last = (date.fromisoformat(counts[name]) if counts[name] else None for name in ("first_on", "last_on"))
    return {
        **counts,
        "problem_rows": problems,
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
