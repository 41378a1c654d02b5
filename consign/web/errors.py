"""What a refusal means to a browser: a status, a sentence the person can act on, and a way on."""

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from consign.db import DatabaseUnreachable
from consign.errors import BadInput, Conflict, ConsignError, NeedsDecision, NotAllowed, NotFound
from consign.identity.failed_tries import TooManyTries
from consign.sentence import say
from consign.web import rendering
from consign.web.guard import FORM_TOKEN, SAFE_METHODS, Forged, FormStale, FormTooLarge, NotSecure, mask_form_token
from consign.web.language import choose_language
from consign.web.visit import EnrolmentNeeded, SignInNeeded, cookie_name, find_secret, frame_facts

log = logging.getLogger(__name__)
NOT_KEPT = frozenset({FORM_TOKEN, "password", "present", "present_code", "one_time_code", "secret", "step"})
"""Fields that are never sent back to the browser."""

STATUSES: tuple[tuple[type[ConsignError], HTTPStatus], ...] = (
    (SignInNeeded, HTTPStatus.UNAUTHORIZED),
    (TooManyTries, HTTPStatus.TOO_MANY_REQUESTS),
    (Forged, HTTPStatus.FORBIDDEN),
    (FormStale, HTTPStatus.FORBIDDEN),
    (NotSecure, HTTPStatus.FORBIDDEN),
    (FormTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (NeedsDecision, HTTPStatus.CONFLICT),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (DatabaseUnreachable, HTTPStatus.SERVICE_UNAVAILABLE),
)
TITLES = {
    HTTPStatus.UNAUTHORIZED: say("Sign in first"),
    HTTPStatus.FORBIDDEN: say("Not for you"),
    HTTPStatus.NOT_FOUND: say("Not there"),
    HTTPStatus.METHOD_NOT_ALLOWED: say("Not there"),
    HTTPStatus.CONFLICT: say("Something else stands already"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: say("Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: say("Not right yet"),
    HTTPStatus.TOO_MANY_REQUESTS: say("Wait a little"),
    HTTPStatus.SERVICE_UNAVAILABLE: say("Not reachable at the moment"),
}
NOTHING_HERE = say("There is nothing at this address that you may see.")
OUR_FAULT = say("Something went wrong on our side; nothing was saved. Try again, and tell the dinas if it stays so.")


def add_error_pages(app: FastAPI) -> None:
    """Let *app* answer refusals, and its own faults, with pages."""
    app.add_exception_handler(ConsignError, show_refusal)
    app.add_exception_handler(HTTPException, show_http_error)
    app.add_exception_handler(RequestValidationError, show_not_found)
    app.add_exception_handler(Exception, show_fault)


def find_status(error: ConsignError) -> HTTPStatus:
    """Return the status that says what kind of refusal *error* is."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)


def show_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal. Whoever is not signed in is sent to do so, and comes back with everything that was typed."""
    if not isinstance(error, ConsignError):
        raise error
    if isinstance(error, EnrolmentNeeded):
        return RedirectResponse("/account/second-factor", status_code=303)
    if isinstance(error, SignInNeeded) and request.method in SAFE_METHODS:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/sign-in" if target == "/" else f"/sign-in?next={quote(target)}", status_code=303)
    if isinstance(error, SignInNeeded | FormStale):
        return _show_kept(request, error)
    status = find_status(error)
    sentence = NOTHING_HERE if status is HTTPStatus.NOT_FOUND else error.sentence
    return _error_page(request, status=status, sentence=sentence)


def show_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refused."""
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    return _error_page(request, status=status, sentence=NOTHING_HERE)


def show_not_found(request: Request, _: Exception) -> Response:
    """Answer an address whose parts are no numbers or the like: nothing is there."""
    return _error_page(request, status=HTTPStatus.NOT_FOUND, sentence=NOTHING_HERE)


def show_fault(request: Request, error: Exception) -> Response:
    """Answer a fault of ours; it is logged, the page tells nothing of it."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _error_page(request, status=HTTPStatus.INTERNAL_SERVER_ERROR, sentence=OUR_FAULT)


def _show_kept(request: Request, error: ConsignError) -> Response:
    """Show what was typed into a form that could not be taken, ready to be sent once more."""
    sent = request.state.files.multi_items() if request.state.files else []
    kept = [(name, text) for name, text in sent if isinstance(text, str) and name not in NOT_KEPT]
    return _error_page(
        request,
        status=find_status(error),
        sentence=error.sentence,
        template="kept.html",
        kept=kept,
        action=request.url.path,
        sign_in=isinstance(error, SignInNeeded),
        had_file=any(not isinstance(value, str) for _, value in sent),
    )


def _error_page(
    request: Request, *, status: HTTPStatus, sentence: str, template: str = "error.html", **facts: object
) -> HTMLResponse:
    visitor = getattr(request.state, "visitor", None)
    language = getattr(request.state, "language", None) or choose_language(
        request.cookies.get(cookie_name(request, "language"))
    )
    secret = find_secret(request)
    frame = {
        **frame_facts(request, visitor),
        "zone": visitor.zone if visitor else "Asia/Jakarta",
        "said": None,
        "form_token": lambda: mask_form_token(secret) if secret else "",
    }
    title = TITLES.get(status, say("That did not work"))
    html = rendering.render(
        template,
        language=language,
        facts={**frame, "title": title, "sentence": sentence, "status": status.value, **facts},
    )
    return HTMLResponse(html, status_code=status.value)
