"""One request of one person: who it is, the transaction, the form, and the ways to answer."""

import base64
import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from consign import clock
from consign.db import savepoint
from consign.errors import ConsignError, NeedsDecision, NotAllowed, NotFound
from consign.identity.rules import Actor
from consign.identity.secrets import hash_token, make_token
from consign.identity.sessions import Visitor, find_visitor
from consign.listing import parse_id
from consign.sentence import Sentence, dump_sentence, load_sentence, say
from consign.web import rendering
from consign.web.access import ACCESS, BEFORE_ENROLMENT, Open, may_open
from consign.web.guard import (
    FORM_TOKEN,
    MOST_FORM_BYTES,
    SAFE_METHODS,
    FormStale,
    fits_form_token,
    mask_form_token,
    read_form,
    refuse_foreign,
    refuse_insecure,
    texts_of,
)
from consign.web.language import ZONE_NAMES, Language, choose_language

if TYPE_CHECKING:
    from consign.web.forms import Form

MOST_KEPT = 512
"""Answers remembered in one process; the oldest goes first."""
Kept = TypeVar("Kept")
MOST_UPLOAD_BYTES = 300 << 20
MOST_PAPER_BYTES = 15 << 20
MOST_LIST_BYTES = 5 << 20
MOST_BANK_BYTES = 32 << 20
FORM_AROUND_BYTES = 64 << 10
"""What a form adds to the file in it."""
TAKES_FILES: Mapping[str, int] = {
    "POST /uploads/new": MOST_UPLOAD_BYTES,
    "POST /papers/new": MOST_PAPER_BYTES + FORM_AROUND_BYTES,
    "POST /references/new": 50 << 20,
    "POST /products/import": MOST_LIST_BYTES + FORM_AROUND_BYTES,
    "POST /bank/{bank_code}/post": MOST_BANK_BYTES + FORM_AROUND_BYTES,
    "POST /carry-over/new": MOST_LIST_BYTES + FORM_AROUND_BYTES,
    "POST /products/{code}/photo": MOST_PAPER_BYTES + FORM_AROUND_BYTES,
    "POST /payments/new": MOST_PAPER_BYTES + MOST_LIST_BYTES + FORM_AROUND_BYTES,
}
"""Routes that take files, and how many bytes of a form each reads."""
A_YEAR_SECONDS = 365 * 86_400


class SignInNeeded(ConsignError):
    """The page is for people who are signed in; nothing was read or changed."""

    code = "web.sign_in_needed"


class EnrolmentNeeded(ConsignError):
    """The person must first set up an authenticator app; nothing was read or changed."""

    code = "web.enrolment_needed"


class PageRoute(APIRoute):
    """A route to a page: guarded first, then answered as one piece of work in one thread and one transaction.

    The transaction is committed before the answer goes out. Left to the framework, a page would change threads three
    times, and wait for the interpreter each time.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the guard before it."""

        async def answer_guarded(request: Request) -> Response:
            request.state.route = f"{request.method.replace('HEAD', 'GET')} {self.path}"
            request.state.texts, request.state.files = {}, None
            refuse_insecure(request)
            try:
                if request.method not in SAFE_METHODS:
                    await self._read_form(request)
                state = request.app.state
                threads = state.file_threads if request.state.route in TAKES_FILES else state.page_threads
                return await to_thread.run_sync(self._answer, request, limiter=threads)
            finally:
                if request.state.files is not None:
                    await request.state.files.close()

        return answer_guarded

    async def _read_form(self, request: Request) -> None:
        refuse_foreign(request)
        form = await read_form(request, most_bytes=TAKES_FILES.get(request.state.route, MOST_FORM_BYTES))
        request.state.texts, request.state.files = texts_of(form), form
        if not fits_form_token(find_secret(request), request.state.texts.get(FORM_TOKEN, "")):
            raise FormStale(say("This form was open for too long or belongs to another person; nothing was saved."))

    def _answer(self, request: Request) -> Response:
        with open_visit(request) as visit:
            answer: Response = self.endpoint(visit, **self._convert(request.path_params))
            return answer

    def _convert(self, found: Mapping[str, str]) -> dict[str, str | int]:
        """Return the parts of the address as the types that the page takes.

        Raises:
            NotFound: one is no number where a number is needed, or cannot name anything.

        """
        types = self.endpoint.__annotations__
        parts = {name: parse_id(text) if types[name] is int else text for name, text in found.items()}
        if None in parts.values() or "\x00" in "".join(found.values()):
            raise NotFound(say("There is nothing at this address that you may see."))
        return {name: part for name, part in parts.items() if part is not None}


def cookie_name(request: Request, plain: str) -> str:
    """Return the name of a cookie: `__Host-…` keeps other hosts from setting it, and needs encryption."""
    return f"__Host-{plain}" if request.url.scheme == "https" else f"consign-{plain}"


def find_secret(request: Request) -> str | None:
    """Return what form tokens of this browser are made from: its session's token, else its visitor's cookie."""
    return request.cookies.get(cookie_name(request, "session")) or request.cookies.get(cookie_name(request, "visitor"))


class Visit:
    """One request: *db* is its transaction, committed before the answer goes out and rolled back by an error."""

    def __init__(self, request: Request, db: Session, visitor: Visitor | None, language: Language) -> None:
        self.request = request
        self.db = db
        self.visitor = visitor
        self.language = language
        self._new_secret: str | None = None
        self._worked_out: dict[str, Any] = {}

    @property
    def actor(self) -> Actor:
        """Return the person who acts.

        Raises:
            SignInNeeded: nobody is signed in.

        """
        if self.visitor is None:
            raise SignInNeeded(say("This page is for people who are signed in."))
        return self.visitor.actor

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the texts of the form that was sent, by name."""
        texts: Mapping[str, str] = self.request.state.texts
        return texts

    @property
    def asked(self) -> Mapping[str, str]:
        """Return what stands in the address after the question mark, without NUL, which no text of the database holds."""
        return {name: text.replace("\x00", "") for name, text in self.request.query_params.items()}

    def all_texts(self, name: str) -> list[str]:
        """Return all texts of the form with one name, such as ticked boxes of a list."""
        form: FormData | None = self.request.state.files
        return [one for one in form.getlist(name) if isinstance(one, str)] if form else []

    def file(self, name: str) -> UploadFile | None:
        """Return the file that was sent in the field *name*; blank where none was chosen."""
        form: FormData | None = self.request.state.files
        found = form.get(name) if form else None
        return found if isinstance(found, UploadFile) and found.filename else None

    def all_files(self, name: str) -> list[UploadFile]:
        """Return the files that were sent in the field *name*."""
        form: FormData | None = self.request.state.files
        found = form.getlist(name) if form else []
        return [one for one in found if isinstance(one, UploadFile) and one.filename]

    @property
    def files(self) -> "Any":  # noqa: ANN401  # consign.files.Files; the web edge only hands it on
        """Return the object store."""
        return self.request.app.state.files

    @property
    def region(self) -> str:
        """Return the code of the region that is served."""
        code: str = self.request.app.state.region
        return code

    @property
    def zone(self) -> str:
        """Return the time zone in which moments are shown."""
        return self.visitor.zone if self.visitor else "Asia/Jakarta"

    @property
    def token_hash(self) -> bytes:
        """Return the hash of the present session's token."""
        return hash_token(self.request.cookies.get(cookie_name(self.request, "session"), ""))

    @property
    def address(self) -> str:
        """Return the address the request came from."""
        return self.request.client.host if self.request.client else ""

    def may(self, route: str) -> bool:
        """Say whether the person may open *route*, written as in the table of access; pages show no other buttons."""
        return may_open(self.visitor.actor.role if self.visitor else None, ACCESS[route])

    def say(self, sentence: str) -> str:
        """Say a sentence in the person's language."""
        return self.language.say(sentence)

    def page(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """Answer with a page made from *template* and *facts*."""
        html = rendering.render(template, language=self.language, facts={**self._frame_facts(), **facts})
        answer = HTMLResponse(html, status_code=status)
        if self._new_secret:
            self.set_cookie(answer, "visitor", self._new_secret)
        if self._said_cookie in self.request.cookies:
            answer.delete_cookie(self._said_cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    def go(self, path: str, said: str | None = None) -> RedirectResponse:
        """Answer by sending the browser to *path*; *said* is shown there once."""
        answer = RedirectResponse(path, status_code=303)
        if said:
            kept = base64.urlsafe_b64encode(json.dumps(dump_sentence(said)).encode()).decode()
            self.set_cookie(answer, "said", kept, seconds=60)
        return answer

    def lead_on(self, path: str, said: str | None = None) -> Response:
        """Send the browser to *path*; the script that shows how much was sent is told where, to go there itself."""
        answer = self.go(path, said)
        if self.request.headers.get("x-sent-by") != "script":
            return answer
        told = JSONResponse({"go": path})
        told.raw_headers += [one for one in answer.raw_headers if one[0] == b"set-cookie"]
        return told

    def set_cookie(self, answer: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """Set a cookie that scripts cannot read; without *seconds* it lasts until the browser is closed."""
        answer.set_cookie(
            cookie_name(self.request, name), value, path="/", secure=self._secure, httponly=True, samesite="lax",
            max_age=seconds,
        )  # fmt: skip

    def drop_cookie(self, answer: Response, name: str) -> None:
        """Make the browser forget a cookie."""
        answer.delete_cookie(
            cookie_name(self.request, name), path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def remember(self, name: Hashable, compute: Callable[[], Kept], *, for_all: bool = False) -> Kept:
        """Return what *compute* gives; worked out again only after somebody did something, or on a new day.

        With *for_all* it is the same for everybody: nothing in it may depend on who asks.

        Every act writes the audit trail in its own transaction, so a trail of the same length means the same answer for
        whoever has the same role, reach and language.
        """
        if self.visitor is None:
            return compute()
        kept: OrderedDict[Hashable, Any] = self.request.app.state.kept
        days = tuple(clock.today(zone) for zone in ZONE_NAMES)
        who = None if for_all else (replace(self.actor, user_id=0, login=""), self.language.code, self.zone)
        key = (name, who, self.visitor.acts, days)
        if (known := kept.get(key)) is not None:
            found: Kept = known[0]
            return found
        found = compute()
        kept[key] = (found,)  # in a pair of brackets, since what is found may be blank
        while len(kept) > MOST_KEPT:
            with suppress(KeyError):  # another thread took it out
                kept.popitem(last=False)
        return found

    def once(self, name: str, compute: Callable[[], Kept]) -> Kept:
        """Return what *compute* gives, which is worked out once while this request is answered."""
        if name not in self._worked_out:
            self._worked_out[name] = compute()
        found: Kept = self._worked_out[name]
        return found

    @contextmanager
    def attempt(self, form: "Form", **fields: str | tuple[str, ...]) -> Iterator[None]:
        """Do something that may be refused: a refusal takes back what was done since, and shows on *form*.

        *fields* says which field a refusal with a code, or with one of some, is about: `code="partners.code_taken"`.
        """
        try:
            with savepoint(self.db):
                yield
        except ConsignError as error:
            self.db.expire_all()
            by_code = {
                code: field
                for field, codes in fields.items()
                for code in ((codes,) if isinstance(codes, str) else codes)
            }
            form.blame(by_code.get(error.code), error.sentence)
            if isinstance(error, NeedsDecision):
                form.questions = error.questions

    @property
    def _secure(self) -> bool:
        return self.request.url.scheme == "https"

    @property
    def _said_cookie(self) -> str:
        return cookie_name(self.request, "said")

    def _frame_facts(self) -> dict[str, object]:
        return {
            **frame_facts(self.request, self.visitor),
            "visit": self,
            "zone": self.zone,
            "said": self._read_said(),
            "form_token": self._make_form_token,
        }

    def _read_said(self) -> Sentence | None:
        kept = self.request.cookies.get(self._said_cookie)
        try:
            return load_sentence(json.loads(base64.urlsafe_b64decode(kept))) if kept else None
        except (ValueError, TypeError, KeyError):
            return None

    def _make_form_token(self) -> str:
        """Return a token for a form of this page; a browser that has no cookie yet gets one."""
        secret = find_secret(self.request) or self._new_secret
        if secret is None:
            secret = self._new_secret = make_token()
        return mask_form_token(secret)


def frame_facts(request: Request, visitor: Visitor | None) -> dict[str, object]:
    """Return what the frame of every page shows."""
    return {
        "path": request.url.path,
        "visitor": visitor,
        "region": request.app.state.region_name,
        "today": clock.today(visitor.zone if visitor else "Asia/Jakarta"),
        "zone_name": ZONE_NAMES.get(visitor.zone) if visitor else None,
    }


@contextmanager
def open_visit(request: Request) -> Iterator[Visit]:
    """Run the request's transaction in the region this application serves, as the person who holds the session.

    Raises:
        SignInNeeded: the page is not for everybody, and nobody is signed in.
        EnrolmentNeeded: the person must first set up an authenticator app.
        NotAllowed: the person's role does not cover the page.

    """
    with request.app.state.database.transaction(request.app.state.region) as db:
        token = request.cookies.get(cookie_name(request, "session"))
        visitor = find_visitor(db, token) if token else None
        wanted = visitor.language if visitor else request.cookies.get(cookie_name(request, "language"))
        visit = Visit(request, db, visitor, choose_language(wanted))
        request.state.visitor, request.state.language = visitor, visit.language
        _refuse_closed(request.state.route, visitor)
        yield visit


def _refuse_closed(route: str, visitor: Visitor | None) -> None:
    access = ACCESS[route]
    if access is not Open.EVERYBODY and visitor is None:
        raise SignInNeeded(say("This page is for people who are signed in."))
    if visitor is not None and visitor.must_enrol and route not in BEFORE_ENROLMENT:
        raise EnrolmentNeeded(say("Your role needs a second factor. Set up an authenticator app first."))
    if not may_open(visitor.actor.role if visitor else None, access):
        raise NotAllowed(say("This page is not for your role; nothing was changed."))


def _visit() -> None:
    """Stand for the visit where the framework reads a page's parameters; `PageRoute` hands over the real one."""


Visiting = Annotated[Visit, Depends(_visit)]
