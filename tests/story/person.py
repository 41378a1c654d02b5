"""What everybody in the story can do: open a page from the menu, press the button that stands out, read what is shown."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import sign_in
from tests.story.place import Place
from tests.web.browsing import PASSWORD

PATIENCE_MS, WAIT_MS = 30_000, 250


class Person:
    """Somebody with a browser of their own."""

    login = ""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.page: Page = place.get_page(self.login)

    def comes_in(self) -> None:
        """Sign in, if the page asks for it."""
        sign_in(self.page, self.login, PASSWORD)

    def goes_to(self, path: str) -> None:
        """Open a page from the menu, which a phone folds away; who was away for a week signs in again first."""
        page = self.page
        if page.url == "about:blank":
            self.comes_in()
        entry = page.locator(f"#menu a[href='{path}']")
        if not entry.is_visible():
            page.locator(".menu-open").click()
        entry.click()
        page.wait_for_url(re.compile(rf"{path}$|/sign-in"))
        if "/sign-in" in page.url:
            self.comes_in()
            self.goes_to(path)

    def follows(self, link: str) -> None:
        """Follow the first link on the page whose address is, or begins with, *link*."""
        before = self.page.url
        self.page.locator(f"main a[href='{link}'], main a[href^='{link}']").first.click()
        self.page.wait_for_url(lambda address: address != before)

    def opens_in_list(self, words: str, link: str = "a") -> None:
        """Open the first thing of a list in whose row these words stand, or another link of its row."""
        before = self.page.url
        self.page.locator("main table tbody tr").filter(has_text=words).first.locator(link).first.click()
        self.page.wait_for_url(lambda address: address != before)

    def presses(self, selector: str = "main form button.btn-primary") -> None:
        """Press a button, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def fills(self, **fields: str) -> None:
        """Fill in a form: texts are typed, and answers of a selection, radios and boxes chosen."""
        for name, value in fields.items():
            box = self.page.locator(f"main [name='{name}']").first
            kind = box.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
            if kind == "select":
                box.select_option(value)
            elif kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind == "checkbox":
                box.check()
            elif kind == "file":
                box.set_input_files(value)
            else:
                box.fill(value)

    def reads(self, *words: str) -> None:
        """Find words on the page, one after the other or apart."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one, timeout=PATIENCE_MS)

    def is_told(self, words: str = "") -> None:
        """Read the green line with which the page says that it was done."""
        said = self.page.locator("main .alert-success[role=status]").first
        expect(said).to_be_visible(timeout=PATIENCE_MS)
        if words:
            expect(said).to_contain_text(words)

    def waits_for(self, selector: str) -> None:
        expect(self.page.locator(selector).first).to_be_visible(timeout=PATIENCE_MS)

    def fetches(self, link: str) -> bytes:
        """Download the file that a link leads to whose address ends like this."""
        with self.page.expect_download() as coming:
            self.page.locator(f"main a[href$='{link}']").first.click()
        return Path(coming.value.path()).read_bytes()

    def waits_until(self, selector: str) -> None:
        """Look again until something is there that the worker does meanwhile."""
        for _ in range(PATIENCE_MS // WAIT_MS):
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(WAIT_MS)
            self.page.reload()
        expect(self.page.locator(selector).first).to_be_visible()

    @property
    def number_here(self) -> str:
        """Return the number or code with which the address of the page ends."""
        return re.sub(r"[#?].*", "", self.page.url).rpartition("/")[2]
