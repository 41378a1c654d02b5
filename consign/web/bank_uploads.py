"""Handing in a bank's statement: the file is kept and looked at, questions are answered, and only then it is posted."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Response

from consign.banking.reading import BankReading
from consign.banking.uploads import (
    WAITING,
    UploadLook,
    answer_bank_upload,
    drop_bank_upload,
    get_bank_upload,
    look_at_bank_upload,
    post_bank_upload,
    receive_bank_file,
)
from consign.errors import Question
from consign.models.banking import BankAccount
from consign.payments.matching import defer_matching
from consign.sentence import Code, Sentence, load_sentence, say
from consign.web.bank import get_account, list_layouts
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_form, read_rupiah
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import choice_word

router = APIRouter(route_class=PageRoute)
ACCEPTED = ".csv,.txt,.xlsx,.xls,.sta,.mt940,.940,.xml,.ofx,.qfx"
SHOWN_LINES = 20
SHOWN_PROBLEMS = 50
FILE = Field(
    "file",
    say("The statement"),
    kind="file",
    hint=say("As the bank exports it, of any days. Nothing is posted before you have seen what was read."),
)
OF_FILE = ("file.too_large", "file.empty", "file.refused")
STATEMENT_COLUMNS = (
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
    Column("opening_rp", say("Opening balance"), kind="money"),
    Column("in_rp", say("Money in"), kind="money"),
    Column("out_rp", say("Money out"), kind="money"),
    Column("closing_rp", say("Closing balance"), kind="money"),
    Column("lines", say("Lines"), kind="count"),
    Column("new_lines", say("New"), kind="count"),
    Column("pending", say("Pending"), kind="count"),
)
LINE_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("booked_on", say("Day"), kind="day"),
    Column("description", say("What the bank wrote"), kind="long"),
    Column("amount_rp", say("Amount"), kind="money"),
    Column("balance_rp", say("Balance"), kind="money"),
)
PROBLEM_COLUMNS = (
    Column("row", say("Row"), kind="row"),
    Column("column", say("Column")),
    Column("cell", say("Cell"), kind="long"),
    Column("code", say("What is wrong"), kind="word", words="bank_problem"),
)
ASKED: dict[str, Sentence] = {
    "opening": say("Opening balance"),
    "closing": say("Closing balance"),
    "date_order": say("How days are written"),
    "number_style": say("How numbers are written"),
    "lines_are_new": say("These lines are new"),
}


@router.get("/bank/{bank_code}/post")
def show_new_bank_file(visit: Visiting, bank_code: str) -> Response:
    """Show the form to hand in a statement of an account."""
    return _new_page(visit, bank_code, new_form((FILE,)))


def _new_page(visit: Visit, code: str, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "bank_file_new.html",
        status=status,
        account=get_account(visit, code),
        form=form,
        accepted=ACCEPTED,
        layouts=list(list_layouts()),
    )


@router.post("/bank/{bank_code}/post")
def do_receive_bank_file(visit: Visiting, bank_code: str) -> Response:
    """Keep a statement that is handed in, and go on to look at it; nothing is posted."""
    account = get_account(visit, bank_code)
    form = read_form((FILE,), visit.texts)
    sent = visit.file("file")
    if sent is None:
        form.blame("file", say("No file was chosen. Choose the statement."))
    upload_id = 0
    if form.ok and sent is not None:
        with visit.attempt(form, file=OF_FILE):
            upload_id = receive_bank_file(
                visit.db, visit.files, by=visit.actor, account_code=account["code"], source=sent.file,
                name=sent.filename or "",
            ).id  # fmt: skip
    if not form.ok:
        return _new_page(visit, bank_code, form, status=422)
    return visit.lead_on(f"/bank/uploads/{upload_id}")


@router.get("/bank/uploads/{bank_upload_id}")
def show_bank_upload(visit: Visiting, bank_upload_id: int) -> Response:
    """Show what a waiting statement would come to, what is asked of it, or why it is refused."""
    upload = get_bank_upload(visit.db, by=visit.actor, upload_id=bank_upload_id)
    if upload.state != WAITING:
        account = visit.db.get_one(BankAccount, upload.account_id)
        return visit.go(f"/bank/{account.code}", say("The file {name} waits no longer.", name=upload.name))
    look = look_at_bank_upload(visit.db, visit.files, by=visit.actor, upload_id=bank_upload_id)
    return _upload_page(visit, look, None)


def _upload_page(visit: Visit, look: UploadLook, form: Form | None, *, status: int = 200) -> Response:
    reading = look.reading
    asked = new_form(list(_ask(look.questions))) if look.questions else None
    lines = [line for one in reading.statements for line in one.lines] if reading else []
    return visit.page(
        "bank_upload.html",
        status=status,
        look=look,
        upload=look.upload,
        account=look.account,
        reading=reading,
        layout=Code("bank_layout", reading.layout) if reading else None,
        statement_columns=STATEMENT_COLUMNS,
        statements=[vars(one) for one in look.posted.statements] if look.posted else [],
        line_columns=LINE_COLUMNS,
        lines=[vars(line) for line in lines[:SHOWN_LINES]],
        more=max(len(lines) - SHOWN_LINES, 0),
        problem_columns=PROBLEM_COLUMNS,
        problems=[vars(one) for one in look.problems[:SHOWN_PROBLEMS]],
        more_problems=max(len(look.problems) - SHOWN_PROBLEMS, 0),
        columns=_tell_columns(reading),
        form=form or asked,
        gaps=look.posted.gaps if look.posted else (),
    )


def _tell_columns(reading: BankReading | None) -> list[tuple[Code, str]]:
    return [(Code("bank_role", role), heading) for role, heading in reading.columns.items()] if reading else []


def _ask(questions: Sequence[Question]) -> Iterator[Field]:
    """Yield a field for each question, whose answer is named after what it is about."""
    for one in questions:
        role = one.about.removeprefix("column.")
        label = say("Column: {role}", role=Code("bank_role", role)) if role != one.about else ASKED[one.about]
        if one.about in {"opening", "closing"}:
            yield Field(one.about, label, read=read_rupiah, inputmode="numeric", hint=one.why)
        elif one.about == "lines_are_new":
            yield Field(one.about, label, kind="checkbox", hint=one.why)
        elif role != one.about:
            yield Field(
                one.about, label, kind="select", choices=[Choice(name, name) for name in one.choices], hint=one.why
            )
        else:
            choices = [Choice(choice, choice_word(one.about, choice)) for choice in one.choices]
            yield Field(one.about, label, kind="radio", choices=choices, hint=one.why)


@router.post("/bank/uploads/{bank_upload_id}/answer")
def do_answer_bank_upload(visit: Visiting, bank_upload_id: int) -> Response:
    """Keep what a person says of a waiting statement, and look at it again."""
    look = look_at_bank_upload(visit.db, visit.files, by=visit.actor, upload_id=bank_upload_id)
    form = read_form(list(_ask(look.questions)), visit.texts)
    if form.ok:
        with visit.attempt(form):
            answer_bank_upload(visit.db, by=visit.actor, upload_id=bank_upload_id, answers=form.values)
    if not form.ok:
        return _upload_page(visit, look, form, status=422)
    return visit.go(f"/bank/uploads/{bank_upload_id}")


@router.post("/bank/uploads/{bank_upload_id}/post")
def do_post_bank_upload(visit: Visiting, bank_upload_id: int) -> Response:
    """Post a waiting statement."""
    upload = get_bank_upload(visit.db, by=visit.actor, upload_id=bank_upload_id)
    account = visit.db.get_one(BankAccount, upload.account_id)
    form = Form(())
    posted = None
    with visit.attempt(form):
        posted = post_bank_upload(visit.db, visit.files, by=visit.actor, upload_id=bank_upload_id)
    if posted is None:
        return visit.go(f"/bank/uploads/{bank_upload_id}", load_sentence(form.problems[""]))
    defer_matching(visit.db, by=visit.actor, account_id=account.id)
    said = say(
        "{file} was posted: {new} new lines, {known} were known.",
        file=upload.name,
        new=posted.new_lines,
        known=sum(one.lines for one in posted.statements) - posted.new_lines,
    )
    return visit.go(f"/bank/{account.code}", said)


@router.post("/bank/uploads/{bank_upload_id}/drop")
def do_drop_bank_upload(visit: Visiting, bank_upload_id: int) -> Response:
    """Let a waiting statement be."""
    upload = get_bank_upload(visit.db, by=visit.actor, upload_id=bank_upload_id)
    account = visit.db.get_one(BankAccount, upload.account_id)
    drop_bank_upload(visit.db, by=visit.actor, upload_id=bank_upload_id)
    return visit.go(f"/bank/{account.code}", say("{file} was dropped. Nothing of it was posted.", file=upload.name))
