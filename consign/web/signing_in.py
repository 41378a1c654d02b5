"""Coming in and going out: signing in, registering, links to choose a password; language and privacy, open to all."""

from fastapi import APIRouter, Response

from consign.identity.accounts import (
    LANGUAGES,
    PRIVACY_NOTICE,
    choose_password,
    has_agreed,
    request_reset,
    set_language,
)
from consign.identity.failed_tries import TooManyTries
from consign.identity.links import find_link_user
from consign.identity.secrets import LONGEST_PASSWORD
from consign.identity.sessions import end_session
from consign.identity.signing_in import SignInRefused, begin_session, finish_sign_in, make_code_step, sign_in
from consign.partners.queries import get_region_terms
from consign.partners.registration import register_producer
from consign.sentence import say
from consign.web.forms import Field, Form, new_form, read_form
from consign.web.guard import mask_form_token
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
KEPT = "kept-"
LOGIN = Field("login", say("E-mail or phone number"), autocomplete="username", longest=200)
PASSWORD = Field(
    "password", say("Password"), kind="password", autocomplete="current-password", longest=LONGEST_PASSWORD
)
CODE = Field(
    "one_time_code",
    say("Code of your authenticator app"),
    inputmode="numeric",
    autocomplete="one-time-code",
    longest=10,
    hint=say("Six digits that change every half minute."),
)
NEW_PASSWORD = Field(
    "password",
    say("New password"),
    kind="password",
    autocomplete="new-password",
    longest=LONGEST_PASSWORD,
    hint=say("At least 10 characters. Four words that have nothing to do with each other are good."),
)
AGREED = Field("agreed", say("I have read the privacy notice and agree."), kind="checkbox")
REGISTRATION = (
    Field("business_name", say("Name of the business"), longest=120, autocomplete="organization"),
    Field("owner_name", say("Name of the owner"), longest=120, autocomplete="name"),
    Field(
        "nib",
        say("NIB (business identification number)"),
        inputmode="numeric",
        longest=20,
        hint=say("13 digits. It stands on the paper from OSS (oss.go.id); getting one costs nothing."),
    ),
    LOGIN,
    NEW_PASSWORD,
    AGREED,
)


def safe_target(path: str) -> str:
    """Return *path* where it leads to a page of ours, else the first page."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/"


@router.get("/sign-in")
def show_sign_in(visit: Visiting) -> Response:
    """Show the form to sign in; whoever is signed in goes on."""
    if visit.visitor is not None:
        return visit.go(safe_target(visit.asked.get("next", "/")))
    return _sign_in_page(visit, new_form((LOGIN, PASSWORD)), step="")


@router.post("/sign-in")
def do_sign_in(visit: Visiting) -> Response:
    """Begin a session, and go on where the person wanted to go or with what was typed before.

    Who uses a second factor is asked for its code on a page of its own.
    """
    step = visit.texts.get("step", "")
    form = read_form((CODE,) if step else (LOGIN, PASSWORD), visit.texts)
    status = 422
    if form.ok:
        try:
            begun, step = _try_to_sign_in(visit, form, step=step)
        except (SignInRefused, TooManyTries) as refusal:  # the failed try is kept: nothing may roll it back
            form.blame(None, refusal.sentence)
            status = 429 if isinstance(refusal, TooManyTries) else 422
        else:
            if begun:
                return _welcome(visit, token=begun)
            form, status = new_form((CODE,)), 200
    return _sign_in_page(visit, form, step=step, status=status)


def _try_to_sign_in(visit: Visit, form: Form, *, step: str) -> tuple[str, str]:
    """Return the new session's token, or blank and the step that waits for a code."""
    agent = visit.request.headers.get("user-agent", "")
    if step:
        token, _ = finish_sign_in(visit.db, step=step, code=form["one_time_code"], address=visit.address, agent=agent)
        return token, ""
    begun = sign_in(
        visit.db, login=form["login"], password=form["password"], code=None, address=visit.address, agent=agent
    )
    return (begun[0], "") if begun else ("", make_code_step(visit.db, login=form["login"]))


def _sign_in_page(visit: Visit, form: Form, *, step: str, status: int = 200) -> Response:
    target = safe_target(visit.texts.get("next") or visit.asked.get("next", "/"))
    return visit.page("sign_in.html", status=status, form=form, target=target, kept=_read_kept(visit), step=step)


def _read_kept(visit: Visit) -> list[tuple[str, str]]:
    return [(name.removeprefix(KEPT), text) for name, text in visit.texts.items() if name.startswith(KEPT)]


def _welcome(visit: Visit, *, token: str) -> Response:
    """Give the browser its session, and lead it on; what it had typed before is ready to be sent."""
    target, kept = safe_target(visit.texts.get("next", "/")), _read_kept(visit)
    answer: Response
    if kept:
        answer = visit.page("resend.html", action=target, kept=kept, form_token=lambda: mask_form_token(token))
    else:
        answer = visit.go(target)
    visit.set_cookie(answer, "session", token)
    visit.drop_cookie(answer, "visitor")
    return answer


@router.post("/sign-out")
def do_sign_out(visit: Visiting) -> Response:
    """End this session."""
    end_session(visit.db, by=visit.actor, token_hash=visit.token_hash)
    answer = visit.go("/sign-in", say("You are signed out."))
    visit.drop_cookie(answer, "session")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/forgotten")
def show_forgotten(visit: Visiting) -> Response:
    """Show the form to ask for a new password."""
    return visit.page("forgotten.html", form=new_form((LOGIN,)), asked=False)


@router.post("/forgotten")
def ask_for_reset(visit: Visiting) -> Response:
    """Send a link for a new password; the answer is the same whether there is such a person or not."""
    form = read_form((LOGIN,), visit.texts)
    if form.ok:
        request_reset(visit.db, login=form["login"], address=visit.address)
    return visit.page("forgotten.html", status=200 if form.ok else 422, form=form, asked=form.ok)


@router.get("/link/{token}")
def show_link(visit: Visiting, token: str) -> Response:
    """Show the form to choose a password with an invitation or after a forgotten one."""
    user = find_link_user(visit.db, token)
    if user is None:
        return visit.page("link_gone.html", status=404)
    fields = (NEW_PASSWORD,) if has_agreed(visit.db, user.id) else (NEW_PASSWORD, AGREED)
    return visit.page("link.html", form=new_form(fields), user=user, token=token)


@router.post("/link/{token}")
def use_link(visit: Visiting, token: str) -> Response:
    """Choose a password with a link; it works once."""
    user = find_link_user(visit.db, token)
    if user is None:
        return visit.page("link_gone.html", status=404)
    fields = (NEW_PASSWORD,) if has_agreed(visit.db, user.id) else (NEW_PASSWORD, AGREED)
    form = read_form(fields, visit.texts)
    if form.ok:
        with visit.attempt(form, password="identity.password_too_weak"):  # noqa: S106  # the code of an error
            choose_password(visit.db, token=token, password=form["password"], agreed=bool(form.values.get("agreed")))
    if not form.ok:
        return visit.page("link.html", status=422, form=form, user=user, token=token)
    return visit.go("/sign-in", say("Your password is set. Sign in with it."))


@router.get("/register")
def show_registration(visit: Visiting) -> Response:
    """Show the form with which a producer registers itself."""
    return visit.page("register.html", form=new_form(REGISTRATION))


@router.post("/register")
def do_register(visit: Visiting) -> Response:
    """Register a producer and sign its owner in."""
    form = read_form(REGISTRATION, visit.texts)
    token = ""
    if form.ok:
        with visit.attempt(
            form,
            password="identity.password_too_weak",  # noqa: S106  # the code of an error
            login="identity.login_taken",
            nib="partners.nib_taken",
        ):
            user = register_producer(
                visit.db,
                business_name=form["business_name"],
                owner_name=form["owner_name"],
                nib=form["nib"],
                login=form["login"],
                password=form["password"],
                agreed=form["agreed"],
            )
            user.language = visit.language.code
            token = begin_session(visit.db, user, agent=visit.request.headers.get("user-agent", ""))
    if not form.ok:
        return visit.page("register.html", status=422, form=form)
    answer = visit.go("/", say("Welcome. You are registered; the dinas looks at it and tells you."))
    visit.set_cookie(answer, "session", token)
    visit.drop_cookie(answer, "visitor")
    return answer


@router.get("/privacy")
def show_privacy(visit: Visiting) -> Response:
    """Show what becomes of personal data (UU 27/2022)."""
    return visit.page("privacy.html", office=get_region_terms(visit.db), notice=PRIVACY_NOTICE)


@router.post("/language")
def choose_pages_language(visit: Visiting) -> Response:
    """Choose the language of the pages."""
    wanted = visit.texts.get("language", "")
    answer = visit.go(safe_target(visit.texts.get("back", "/")))
    if wanted in LANGUAGES:
        if visit.visitor is not None:
            set_language(visit.db, by=visit.actor, language=wanted)
        visit.set_cookie(answer, "language", wanted, seconds=365 * 86_400)
    return answer
