"""A producer's product from photo to successor, and what a customer sees of it: pages that no link alone leads to."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PHONE, open_context, sign_in
from tests.browser.test_every_page import Survey, _look

PRODUCT = "BPN-001"
INGREDIENTS = "Singkong (82%), minyak kelapa sawit, cabai, gula, garam."


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "keripik.jpg"
    Image.new("RGB", (1_600, 1_200), (176, 60, 30)).save(path, "JPEG")
    return path


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_product_is_told_photographed_and_followed_and_nothing_is_wrong_on_the_way(
    chromium: Browser, sample_app: FastAPI, sample_site: str, photo: Path, script: bool
):
    survey = Survey(sample_app)
    context = open_context(chromium, sample_site, size=PHONE, script=script, language="en")
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")  # else a colour may be looked at while it changes to that of the dark
    sign_in(page, "ratmi@umkm.example", language="en")
    page.goto(f"/products/{PRODUCT}")
    page.locator("#photo summary").click()
    page.set_input_files("#field-photo", photo)
    page.locator("#photo button").click()
    expect(page.locator(".product .photo img")).to_be_visible()
    tell(page)
    expect(page.locator("main")).to_contain_text(INGREDIENTS)
    if script:
        look(survey, page, "product")
    ask_for_other_goods(page)
    if script:
        look(survey, page, "change refused")
    page.locator("button[name=begin]").click()
    expect(page.locator("#field-net_content")).to_have_value("250")
    expect(page.locator("#field-ingredients")).to_have_value(INGREDIENTS)
    expect(page.locator("input[name=reason][value=net_content]")).to_be_checked()
    if script:
        look(survey, page, "successor")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("h1")).to_have_text("Keripik Singkong Balado")
    expect(page.locator(".line-of a")).to_have_attribute("href", f"/products/{PRODUCT}")
    context.close()
    assert "\n".join(survey.problems) == ""


def tell(page: Page) -> None:
    """Fill in what is folded away."""
    page.goto(f"/products/{PRODUCT}/edit")
    if not page.locator("#field-ingredients").is_visible():
        page.locator("details.more summary").click()
    page.fill("#field-ingredients", INGREDIENTS)
    page.fill("#field-shelf_life_days", "120")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/products/{PRODUCT}")


def ask_for_other_goods(page: Page) -> None:
    """Say another content, which its number does not allow."""
    page.goto(f"/products/{PRODUCT}/edit")
    page.fill("#field-net_content", "250")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#problems")).to_be_visible()


def look(survey: Survey, page: Page, where: str) -> None:
    _look(survey, page, where, source=page.content())
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a mapping of two whole numbers


def test_what_a_customer_sees_is_in_order_with_photo_batch_and_stores(
    chromium: Browser, sample_app: FastAPI, sample_site: str, photo: Path
):
    survey = Survey(sample_app)
    context = open_context(chromium, sample_site)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.on("console", lambda message: survey.problems.append(f"console: {message.text}"))
    sign_in(page, "admin@dinas.example")
    page.goto(f"/products/{PRODUCT}")
    number = page.locator(".number-card p").inner_text()
    if page.locator("a.no-photo").count():
        page.locator("a.no-photo").click()  # opens what is folded away
        expect(page.locator("#field-photo")).to_be_visible()
        page.set_input_files("#field-photo", photo)
        page.locator("#photo button").click()
        expect(page.locator(".product .photo img")).to_be_visible()
    page.goto(f"/products/{PRODUCT}/listings?partner=ENG")
    if page.locator("input[name=stores]").count():
        page.locator("form[action$='/listings'] button.btn-primary").click()
    page.goto(f"/products/{PRODUCT}/listings?partner=ENG")
    _look(survey, page, "listings", source=page.content())
    context.close()
    customer = open_context(chromium, sample_site, size=PHONE)
    page = customer.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.on("console", lambda message: survey.problems.append(f"console: {message.text}"))
    answer = page.goto(f"/01/0{number}/10/B2611-03")
    assert answer is not None
    expect(page.locator(".shot img")).to_be_visible()
    assert page.locator(".shot img").evaluate("one => one.complete && one.naturalWidth") > 0
    expect(page.locator(".places")).to_contain_text("Enggang")
    assert customer.cookies() == [one for one in customer.cookies() if one["name"] == "consign-language"]
    _look(survey, page, "public page", source=answer.text())
    customer.close()
    assert "\n".join(survey.problems) == ""
