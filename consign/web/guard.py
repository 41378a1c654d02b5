"""What stands before every page: security headers, HTTPS, and the refusal of forged requests."""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consign.errors import ConsignError
from consign.sentence import say

FORM_TOKEN = "form_token"  # noqa: S105  # the name of a field
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM_BYTES = 1 << 20
MOST_FIELDS = 2_000
SECRET_BYTES = 32
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS_ONLY = "max-age=31536000"


class Forged(ConsignError):
    """The request did not come from a page of this person; nothing was changed."""

    code = "web.forged"


class FormStale(ConsignError):
    """The page's form is too old or not this person's; nothing was changed, and what was typed is kept."""

    code = "web.form_stale"


class NotSecure(ConsignError):
    """The connection is not encrypted; nothing was read or changed."""

    code = "web.not_secure"


class FormTooLarge(ConsignError):
    """More was sent than a form holds; nothing was changed."""

    code = "web.form_too_large"


class SecurityHeaders:
    """Puts the security headers on every answer, and keeps pages out of shared caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = HTTPS_ONLY
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_loopback(request: Request) -> bool:
    """Say whether the browser is on this very machine and asked for it by such a name."""
    host = request.url.hostname or ""
    return _is_local(host) and (request.client is None or _is_local(request.client.host))


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_insecure(request: Request) -> None:
    """Refuse a request that is not encrypted, except on the machine itself.

    Raises:
        NotSecure: accordingly.

    """
    if request.url.scheme != "https" and not is_loopback(request):
        raise NotSecure(
            say("This page is only sent over an encrypted connection (https); nothing was read or changed.")
        )


def refuse_foreign(request: Request) -> None:
    """Refuse a changing request that another site's page made the browser send.

    Browsers say so in `Sec-Fetch-Site`, and all of them name the page's `Origin`.

    Raises:
        Forged: accordingly.

    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    foreign = site is not None and site not in {"same-origin", "none"}
    if foreign or (origin is not None and origin != own):
        raise Forged(say("Another site made this request; nothing was changed."))
    if site is None and origin is None and urlsplit(request.headers.get("referer", own)).netloc != urlsplit(own).netloc:
        raise Forged(say("Another site made this request; nothing was changed."))


def mask_form_token(secret: str) -> str:
    """Return the token for a form of the holder of the cookie *secret*, masked anew each time.

    A token that is the same on every page could be told from the size of compressed answers.
    """
    token = _compute_form_token(secret)
    mask = secrets.token_bytes(SECRET_BYTES)
    return base64.urlsafe_b64encode(mask + bytes(a ^ b for a, b in zip(mask, token, strict=True))).decode()


def fits_form_token(secret: str | None, given: str) -> bool:
    """Say whether *given* is a form token of the holder of the cookie *secret*."""
    if not secret:
        return False
    try:
        masked = base64.urlsafe_b64decode(given)
    except ValueError:
        return False
    if len(masked) != 2 * SECRET_BYTES:
        return False
    token = bytes(a ^ b for a, b in zip(masked[:SECRET_BYTES], masked[SECRET_BYTES:], strict=True))
    return hmac.compare_digest(token, _compute_form_token(secret))


def _compute_form_token(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"consign form token", hashlib.sha256)


async def read_form(request: Request, *, most_bytes: int) -> FormData:
    """Read the form that was sent, not beyond *most_bytes*.

    Raises:
        FormTooLarge: it is larger, or does not say how large it is.

    """
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > most_bytes:
        raise FormTooLarge(
            say("More was sent than the {most} MB this form takes; nothing was changed.", most=most_bytes >> 20)
        )
    return await request.form(max_files=20, max_fields=MOST_FIELDS, max_part_size=MOST_FORM_BYTES)


def texts_of(form: FormData) -> Mapping[str, str]:
    """Return the texts of a form by name, the last of each, line ends as one sign and without NUL."""
    return {
        name: value.replace("\r\n", "\n").replace("\x00", "")
        for name, value in form.multi_items()
        if isinstance(value, str)
    }
