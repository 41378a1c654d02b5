"""A browser for tests: keeps cookies, reads pages, fills in and sends their forms. No network is used."""

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from html.parser import HTMLParser

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from starlette.routing import Match

from consign.db import Database
from consign.identity.accounts import PRIVACY_NOTICE
from consign.identity.secrets import hash_password
from consign.web.access import find_routes
from tests.conftest import REGION

sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # else it is looked for on the disk at every request
PASSWORD = "empat kata tanpa kaitan 64"  # noqa: S105  # of invented people
BASE = "http://127.0.0.1"
AT_ONCE = 4
"""Requests that are under way together, where many are sent."""
Files = Mapping[str, tuple[str, bytes]]


_kinds: dict[str, str | None] = {}
"""Of which kind the page at an address is: every application has the same."""


def find_route(app: FastAPI, path: str) -> str | None:
    """Return the kind of page that an address without its query leads to, as its route writes it; blank where there is none."""
    if path not in _kinds:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        _kinds[path] = next((one.path for one in find_routes(app) if one.matches(scope)[0] is Match.FULL), None)
    return _kinds[path]


@cache
def known_hash() -> str:
    """Hash the password of all people in tests once."""
    return hash_password(PASSWORD)


def give_passwords(database: Database, region: str = REGION) -> None:
    """Give every user of the region the same password, and let all go without a second factor."""
    with database.transaction(region) as session:
        session.execute(text("UPDATE user_account SET password_hash = :hash"), {"hash": known_hash()})
        session.execute(text("UPDATE region_terms SET second_factor_required = false"))
        session.execute(
            text("""
            INSERT INTO consent (user_id, notice, given_at, recorded_by) SELECT id, :notice, now(), id FROM user_account"""),
            {"notice": PRIVACY_NOTICE},
        )


class Page(HTMLParser):
    """One answer: its tags, and its text without styles and scripts."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.source = answer.text
        self.bare = re.sub(r'name="form_token" value="[^"]*"', "", self.source)
        """The source without form tokens, which may hold any short code by chance."""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._hidden = 0
        if "html" in answer.headers.get("content-type", ""):
            self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """Return what a person reads, blank space as one space."""
        return " ".join(" ".join(self.texts).split())

    @property
    def path(self) -> str:
        """Return the address of the page, after all redirects."""
        return self.answer.url.raw_path.decode()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of one kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        """Return where the page's links lead."""
        return [str(one["href"]) for one in self.all("a") if one.get("href")]

    def actions(self) -> list[str]:
        """Return where the page's changing forms lead, without those of the frame."""
        found = [str(one.get("action")) for one in self.all("form") if one.get("method") == "post"]
        return [one for one in found if one not in {"/sign-out", "/language"}]

    def form_token(self) -> str:
        """Return a form token of the page."""
        found = re.search(r'name="form_token" value="([^"]*)"', self.source)
        return unescape(found[1]) if found else ""

    def typed(self, name: str) -> str | None:
        """Return what stands in the field *name*."""
        return next((one.get("value") for one in self.all("input") if one.get("name") == name), None)

    def problem(self, name: str) -> str:
        """Return what is said to be wrong with the field *name*; blank where nothing is."""
        found = re.search(rf'id="problem-{name}">(.*?)</p>', self.source, re.DOTALL)
        return unescape(found[1]) if found else ""

    def is_refused(self) -> bool:
        """Say whether a form was sent back with what is wrong, as the page's title says first."""
        return self.status == 422 and "<title>Problem: " in self.source


@dataclass(frozen=True)
class Sent:
    """A request to be sent as it is."""

    method: str
    path: str
    data: Mapping[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Browser:
    """One browser of one person."""

    app: FastAPI
    base: str = BASE
    headers: dict[str, str] = field(default_factory=dict)
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    language: str | None = "en"

    def __post_init__(self) -> None:
        if self.language:
            self.cookies.set("consign-language", self.language)

    def send(
        self,
        method: str,
        path: str,
        *,
        data: Mapping[str, str | Sequence[str]] | None = None,
        files: Files | None = None,
        headers: Mapping[str, str] | None = None,
        follow: bool = True,
    ) -> Page:
        """Send a request as it is, and keep the cookies that come back."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base, cookies=self.cookies, follow_redirects=follow
            ) as client:
                answer = await client.request(
                    method, path, data=data, files=files, headers={**self.headers, **(headers or {})}
                )
                self.cookies = client.cookies
                return answer

        return Page(asyncio.run(ask()))

    def send_all(self, requests: Sequence["Sent"]) -> list[httpx.Response]:
        """Send many requests as they are, some at once, and follow no redirects; cookies that come back are not kept."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            some = asyncio.Semaphore(AT_ONCE)
            plain = {"accept-encoding": "identity"}
            async with httpx.AsyncClient(transport=transport, base_url=self.base, headers=plain) as client:

                async def one(sent: Sent) -> httpx.Response:
                    async with some:
                        client.cookies = httpx.Cookies(self.cookies)
                        return await client.request(sent.method, sent.path, data=sent.data, headers=dict(sent.headers))

                return await asyncio.gather(*(one(sent) for sent in requests))

        return asyncio.run(ask())

    def get(self, path: str, *, follow: bool = True) -> Page:
        """Open a page."""
        return self.send("GET", path, follow=follow)

    def post(
        self, path: str, data: Mapping[str, str | Sequence[str]], *, page: str | None = None, files: Files | None = None,
        follow: bool = True,
    ) -> Page:  # fmt: skip
        """Open the page with the form (*page*, else the first page), and send the form to *path*."""
        token = self.get(page or "/privacy").form_token()
        return self.send("POST", path, data={"form_token": token, **data}, files=files, follow=follow)

    def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        """Sign in as *login*; the language of the person's pages is set to the browser's."""
        page = self.post("/sign-in", {"login": login, "password": password}, page="/sign-in")
        if page.status == 200 and self.language:
            self.post("/language", {"language": self.language, "back": "/"}, page="/account")
        return page
