"""Signing in as people of the sample city."""

from playwright.sync_api import Browser, BrowserContext, Page

from consign.sample.people import PASSWORD

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


def open_context(
    browser: Browser, base: str, *, size: dict[str, int] | None = None, script: bool = True, language: str = "id",
    dark: bool = False,
) -> BrowserContext:  # fmt: skip
    """Open a browser profile of its own, with its own cookies."""
    context = browser.new_context(
        base_url=base,
        viewport=size or DESK,
        java_script_enabled=script,
        locale="id-ID" if language == "id" else "en-GB",
        timezone_id="Asia/Makassar",
        color_scheme="dark" if dark else "light",
    )  # type: ignore[arg-type]  # a viewport is a mapping of two whole numbers
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": "consign-language", "value": language, "url": base}])
    return context


def sign_in(page: Page, login: str, password: str = PASSWORD, *, language: str = "id") -> None:
    """Sign in through the form, as a person does, and choose the language of the pages."""
    page.goto("/sign-in")
    page.fill("#field-login", login)
    page.fill("#field-password", password)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"footer button[value={language}]").click()
        page.wait_for_load_state()
