"""One's own account: the password, the second factor, how notices come, devices, and for whom somebody acts."""

import segno
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from consign.errors import NotFound
from consign.identity.accounts import (
    CodeWrong,
    PasswordWrong,
    change_password,
    enrol_second_factor,
    get_user,
)
from consign.identity.channels import NO_CHANNEL, Channel, choose_channel, find_target
from consign.identity.failed_tries import TooManyTries
from consign.identity.secrets import LONGEST_PASSWORD, PasswordTooWeak, is_totp_secret, make_totp_secret, totp_address
from consign.identity.sessions import act_for_producer, end_session, find_sessions
from consign.sentence import say
from consign.web.forms import Choice, Field, Form, new_form, read_form, read_id
from consign.web.signing_in import CODE, NEW_PASSWORD
from consign.web.visit import PageRoute, Visit, Visiting, cookie_name
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
ENROLMENT_SECONDS = 3_600
"""How long a browser keeps a secret that is shown and not yet taken."""
PRESENT_CODE = Field(
    "present_code",
    say("Code of the present app"),
    inputmode="numeric",
    autocomplete="one-time-code",
    longest=10,
    hint=say("A second factor is set up already: who found an open browser must not exchange it."),
)
CHANGE = (
    Field(
        "present", say("Present password"), kind="password", autocomplete="current-password", longest=LONGEST_PASSWORD
    ),
    NEW_PASSWORD,
)
NOTICE_ADDRESS = Field(
    "address",
    say("Address for it"),
    required=False,
    longest=200,
    hint=say("An e-mail address, a phone number, or the number of your Telegram chat. Left blank, it is what you sign in with."),
)  # fmt: skip


@router.get("/account")
def show_account(visit: Visiting) -> Response:
    """Show the person's own account: password, second factor, how notices come, devices."""
    return _account_page(visit)


def _account_page(
    visit: Visit, *, form: Form | None = None, notices: Form | None = None, status: int = 200
) -> Response:
    user = get_user(visit.db, visit.actor.user_id)
    sessions = find_sessions(visit.db, user.id)
    if notices is None and _offered(visit):
        target = find_target(user, offered=_offered(visit))
        notices = new_form(
            _notice_fields(visit), channel=target.channel if target else NO_CHANNEL, address=user.notice_address
        )
    return visit.page(
        "account.html", status=status, form=form or new_form(CHANGE), user=user, sessions=sessions,
        present=visit.token_hash, notices=notices, problems=(form or notices or new_form(())).problems,
    )  # fmt: skip


def _offered(visit: Visit) -> frozenset[str]:
    channels: frozenset[str] = visit.request.app.state.channels
    return channels


def _notice_fields(visit: Visit) -> tuple[Field, ...]:
    ways = [NO_CHANNEL, *(one.value for one in Channel if one in _offered(visit))]
    choices = [Choice(way, word("notice_channel", way)) for way in ways]
    return (Field("channel", say("How notices reach you"), kind="select", choices=choices), NOTICE_ADDRESS)


@router.post("/account/notices")
def do_choose_channel(visit: Visiting) -> Response:
    """Choose how notices reach the person."""
    form = read_form(_notice_fields(visit), visit.texts)
    if form.ok:
        with visit.attempt(form, address="identity.address_unusable", channel="identity.channel_not_offered"):
            choose_channel(
                visit.db, by=visit.actor, channel=form["channel"], address=form["address"] or "",
                offered=_offered(visit),
            )  # fmt: skip
    if not form.ok:
        return _account_page(visit, notices=form, status=422)
    return visit.go("/account", say("Your choice is kept. These pages show what they always show."))


@router.post("/account/password")
def do_change_password(visit: Visiting) -> Response:
    """Change the person's password; other devices are signed out."""
    form = read_form(CHANGE, visit.texts)
    if form.ok:
        try:
            change_password(
                visit.db, by=visit.actor, present=form["present"], password=form["password"], keep=visit.token_hash
            )
        except (PasswordWrong, TooManyTries) as refusal:  # the failed try is kept: nothing may roll it back
            form.blame("present", refusal.sentence)
        except PasswordTooWeak as refusal:
            form.blame("password", refusal.sentence)
    if not form.ok:
        return _account_page(visit, form=form, status=422)
    return visit.go("/account", say("Your password is changed. Other devices are signed out."))


@router.get("/account/second-factor")
def show_second_factor(visit: Visiting) -> Response:
    """Show a new secret as a QR code for an authenticator app: the same one again to who comes back from the app.

    Phones load a page anew after another app was used; another secret would then fit no code of the app.
    """
    user, _, kept = visit.request.cookies.get(cookie_name(visit.request, "enrolment"), "").partition(".")
    own = user == str(visit.actor.user_id) and is_totp_secret(kept)
    secret = kept if own else make_totp_secret()
    answer = _second_factor_page(visit, new_form(_enrolment_fields(visit)), secret=secret)
    if not own:
        visit.set_cookie(answer, "enrolment", f"{visit.actor.user_id}.{secret}", seconds=ENROLMENT_SECONDS)
    return answer


def _enrolment_fields(visit: Visit) -> tuple[Field, ...]:
    """Return what is asked for: where a second factor stands, a code of it as well."""
    stands = get_user(visit.db, visit.actor.user_id).totp_secret is not None
    return (PRESENT_CODE, CODE) if stands else (CODE,)


def _second_factor_page(visit: Visit, form: Form, *, secret: str, status: int = 200) -> Response:
    address = totp_address(secret, login=visit.actor.login, issuer="consign")
    picture = segno.make(address, error="m").svg_inline(scale=5, border=4, omitsize=True, svgclass="qr", lineclass=None)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return visit.page(
        "second_factor.html", status=status, form=form, secret=secret, address=address, picture=picture, groups=groups,
        required=visit.visitor is not None and visit.visitor.must_enrol,
    )  # fmt: skip


@router.post("/account/second-factor")
def do_enrol(visit: Visiting) -> Response:
    """Take the second factor once its first code fits."""
    form = read_form(_enrolment_fields(visit), visit.texts)
    secret = visit.texts.get("secret", "")
    if form.ok:
        try:
            enrol_second_factor(
                visit.db, by=visit.actor, secret=secret, code=form["one_time_code"], keep=visit.token_hash,
                present=form.values.get("present_code"),
            )  # fmt: skip
        except (CodeWrong, TooManyTries) as refusal:  # the failed try is kept: nothing may roll it back
            form.blame("one_time_code", refusal.sentence)
    if not form.ok:
        kept = secret if is_totp_secret(secret) else make_totp_secret()
        return _second_factor_page(visit, form, secret=kept, status=422)
    was_stopped = visit.visitor is not None and visit.visitor.must_enrol
    answer = visit.go(
        "/" if was_stopped else "/account",
        say("Your second factor is set up. From now on you sign in with a code as well."),
    )
    visit.drop_cookie(answer, "enrolment")
    return answer


@router.post("/account/sessions/{token_hash}/end")
def do_end_session(visit: Visiting, token_hash: str) -> Response:
    """Sign out one of the person's devices."""
    try:
        digest = bytes.fromhex(token_hash)
    except ValueError as error:
        raise NotFound(say("There is no such session; nothing was changed.")) from error
    end_session(visit.db, by=visit.actor, token_hash=digest)
    return visit.go("/account", say("That device is signed out."))


@router.post("/acting-for")
def do_act_for(visit: Visiting) -> RedirectResponse:
    """Let a field officer, or a person of a cooperative, act for a producer, or stop."""
    text = visit.texts.get("producer", "")
    producer_id = read_id(text) if text else None
    act_for_producer(visit.db, by=visit.actor, token_hash=visit.token_hash, producer_id=producer_id)
    return visit.go("/" if producer_id else "/producers")
