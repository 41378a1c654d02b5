"""A file on its way: handed in, looked at as often as needed, what a person says of it, then posted or dropped."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from consign import clock
from consign.banking.columns import BankAnswers, BankMapping, BankRole
from consign.banking.opening import MOST_BYTES
from consign.banking.posting import PostedBankFile, post_bank_file
from consign.banking.profiles import find_kept_mapping
from consign.banking.queries import get_bank_account, refuse_closed
from consign.banking.reading import BankReading, inspect_bank_file
from consign.banking.rules import BankUploadUnknown, RowsUnreadable
from consign.errors import ConsignError, NeedsDecision, Question
from consign.files import Files
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount, BankUpload
from consign.period import ZONES
from consign.sentence import say
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import FileTooLarge

WAITING, POSTED, DROPPED = "waiting", "posted", "dropped"
LONGEST_NAME = 200


@dataclass(frozen=True)
class UploadLook:
    """What a waiting file would come to: its reading, what posting it would do, what is asked, or why it is refused."""

    upload: BankUpload
    account: BankAccount
    reading: BankReading | None
    posted: PostedBankFile | None
    questions: tuple[Question, ...] = ()
    refusal: ConsignError | None = None

    @property
    def problems(self) -> tuple[Any, ...]:
        """Return the rows for which it is refused, none where it is refused as a whole."""
        return self.refusal.problems if isinstance(self.refusal, RowsUnreadable) else ()


def receive_bank_file(
    session: Session, files: Files, *, by: Actor, account_code: str, source: BinaryIO, name: str
) -> BankUpload:
    """Keep a file that is handed in for an account, to be looked at; nothing is posted.

    Raises:
        NotAllowed: *by* may not.
        BankAccountUnknown: there is no such account.
        BankAccountClosed: it is closed.
        FileTooLarge: it is larger than a statement can be.

    """
    authorize(by, Act.POST_BANK)
    account = get_bank_account(session, account_code)
    refuse_closed(account)
    sha256, size = files.keep(source)
    if size > MOST_BYTES:
        raise FileTooLarge(
            say("The file is larger than {megabytes} MB; nothing of it was used.", megabytes=MOST_BYTES >> 20)
        )
    upload = BankUpload(
        account_id=account.id, sha256=sha256, name=name[:LONGEST_NAME] or "?", answers={}, state=WAITING,
        handed_in_by=by.user_id, handed_in_at=clock.now(),
    )  # fmt: skip
    session.add(upload)
    session.flush()
    record_event(
        session, by=by, act="bank file handed in", subject=f"bank_upload:{upload.id}", sha256=sha256, name=upload.name
    )
    return upload


def get_bank_upload(session: Session, *, by: Actor, upload_id: int, lock: bool = False) -> BankUpload:
    """Return a file that was handed in; with *lock* nobody else posts it until the transaction ends.

    Raises:
        NotAllowed: *by* may not.
        BankUploadUnknown: there is none.

    """
    authorize(by, Act.POST_BANK)
    upload = session.get(BankUpload, upload_id, with_for_update=lock, populate_existing=lock)
    if upload is None:
        raise BankUploadUnknown(say("There is no such file; nothing was changed."))
    return upload


def look_at_bank_upload(session: Session, files: Files, *, by: Actor, upload_id: int) -> UploadLook:
    """Return what a waiting file would come to, by what was said of it so far. Nothing is kept.

    Raises:
        NotAllowed: *by* may not.
        BankUploadUnknown: there is none.

    """
    upload = get_bank_upload(session, by=by, upload_id=upload_id)
    account = session.get_one(BankAccount, upload.account_id)
    answers = load_answers(upload.answers)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "file"
        files.copy_to(upload.sha256, path)
        try:
            reading = _inspect(session, account, path=path, answers=answers)
        except ConsignError as refusal:
            return UploadLook(upload, account, None, None, refusal=refusal)
        if reading.questions:
            return UploadLook(upload, account, reading, None, reading.questions)
        try:
            posted = post_bank_file(
                session, files, by=by, account_code=account.code, path=path, name=upload.name, answers=answers, dry_run=True
            )  # fmt: skip
        except NeedsDecision as needed:
            return UploadLook(upload, account, reading, None, needed.questions)
        except ConsignError as refusal:
            return UploadLook(upload, account, reading, None, refusal=refusal)
    return UploadLook(upload, account, reading, posted)


def _inspect(session: Session, account: BankAccount, *, path: Path, answers: BankAnswers) -> BankReading:
    def find_kept(headings_hash: str) -> BankMapping | None:
        return find_kept_mapping(session, account_id=account.id, headings_hash=headings_hash)

    today = clock.today(ZONES[-1])
    return inspect_bank_file(path, number=account.number, today=today, answers=answers, find_kept=find_kept)


def answer_bank_upload(session: Session, *, by: Actor, upload_id: int, answers: Mapping[str, object]) -> BankUpload:
    """Add what a person says of a waiting file; a blank answer takes one back.

    Raises:
        NotAllowed: *by* may not.
        BankUploadUnknown: there is none, or it waits no longer.

    """
    upload = _get_waiting(session, by=by, upload_id=upload_id)
    said = {**upload.answers, **answers}
    upload.answers = {name: value for name, value in said.items() if value not in {None, ""}}
    session.flush()
    return upload


def post_bank_upload(session: Session, files: Files, *, by: Actor, upload_id: int) -> PostedBankFile:
    """Post a waiting file, by what was said of it.

    Raises:
        BankUploadUnknown: there is none, or it waits no longer.
        ConsignError: whatever `post_bank_file` refuses it for; it goes on waiting.

    """
    upload = _get_waiting(session, by=by, upload_id=upload_id)
    account = session.get_one(BankAccount, upload.account_id)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "file"
        files.copy_to(upload.sha256, path)
        posted = post_bank_file(
            session, files, by=by, account_code=account.code, path=path, name=upload.name,
            answers=load_answers(upload.answers),
        )  # fmt: skip
    upload.state = POSTED
    session.flush()
    return posted


def drop_bank_upload(session: Session, *, by: Actor, upload_id: int) -> BankUpload:
    """Let a waiting file be; nothing of it is posted.

    Raises:
        BankUploadUnknown: there is none, or it waits no longer.

    """
    upload = _get_waiting(session, by=by, upload_id=upload_id)
    upload.state = DROPPED
    session.flush()
    record_event(session, by=by, act="bank file dropped", subject=f"bank_upload:{upload.id}")
    return upload


def _get_waiting(session: Session, *, by: Actor, upload_id: int) -> BankUpload:
    upload = get_bank_upload(session, by=by, upload_id=upload_id, lock=True)
    if upload.state != WAITING:
        raise BankUploadUnknown(say("The file waits no longer: it was posted or dropped. Nothing was changed."))
    return upload


def load_answers(said: Mapping[str, Any]) -> BankAnswers:
    """Return what was said of a file, from plain values: a column by `column.` and its role."""
    columns = {
        BankRole(name.removeprefix("column.")): str(value) for name, value in said.items() if name.startswith("column.")
    }
    return BankAnswers(
        columns=columns,
        date_order=DateOrder(said["date_order"]) if said.get("date_order") else None,
        number_style=NumberStyle(said["number_style"]) if said.get("number_style") else None,
        opening_rp=int(said["opening"]) if said.get("opening") is not None else None,
        closing_rp=int(said["closing"]) if said.get("closing") is not None else None,
        lines_are_new=bool(said.get("lines_are_new")),
    )
