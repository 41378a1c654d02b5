"""Lists of money fit a desk: nothing on them must be scrolled sideways, also where amounts are large."""

import pytest
from playwright.sync_api import Browser

from tests.browser.people import DESK, open_context, sign_in

LARGE = "() => document.querySelectorAll('td .money').forEach(one => { one.textContent = 'Rp128.776.857'; })"
WIDER = "() => [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length"


@pytest.mark.parametrize("language", ["id", "en"])
def test_lists_of_money_fit_a_desk(chromium: Browser, sample_site: str, language: str):
    context = open_context(chromium, sample_site, size=DESK, language=language)
    page = context.new_page()
    sign_in(page, "keuangan@dinas.example", language=language)
    page.goto("/payouts")
    batch = page.locator(".scroll tbody th a").first.get_attribute("href") or ""
    for path in ("/proofs", "/late", "/payouts", batch):
        page.goto(path)
        assert page.locator(".scroll td .money").count() > 0, path
        page.evaluate(LARGE)
        assert page.evaluate(WIDER) == 0, path
    context.close()
