"""Whoever pays over the office's account is told which account that is, wherever the statement is read."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from consign import clock
from consign.db import region_name
from consign.models.banking import BankAccount
from tests.builders import AUDITOR
from tests.conftest import REGION
from tests.reports.test_statement_pdf import pages_of
from tests.web.test_payments import statement_of
from tests.web.town import BERUANG, FIRST, Town

IN_WORDS = "Bank Central Asia (BCA) 5550001234 a.n. Kas Titip Jual Dinas"


def route_over_the_office(town: Town) -> str:
    """Let a statement be paid into the office's account, of which one is in use and one is not; return its number."""
    number = statement_of(town, "P1")
    with town.database.owner() as connection:
        connection.execute(
            text(f"UPDATE \"{region_name(REGION)}\".statement SET route = 'collecting' WHERE number = :number"),
            {"number": number},
        )
    with town.database.transaction(REGION) as session:
        for code, digits, closed_on in (("A", "5550001234", None), ("B", "7770001234", clock.today("Asia/Makassar"))):
            session.add(
                BankAccount(
                    code=code, bank_code="014", number=digits, holder="Kas Titip Jual Dinas", added_at=clock.now(),
                    closed_on=closed_on,
                )
            )  # fmt: skip
    return number


@pytest.mark.parametrize("login", [BERUANG, FIRST, AUDITOR])
def test_the_statement_names_the_account_to_pay_into(town: Town, login: str):
    number = route_over_the_office(town)
    page = town.browser(login).get(f"/statements/{number}")
    assert (
        "Into the account Bank Central Asia (BCA) 5550001234, in the name of Kas Titip Jual Dinas To be written"
        in page.text
    )
    assert "7770001234" not in page.text


def test_its_files_name_it_too(town: Town):
    number = route_over_the_office(town)
    browser = town.browser(BERUANG)
    assert f"Rekening tujuan,{IN_WORDS}" in browser.get(f"/statements/{number}/paper.csv").source
    sheet = load_workbook(io.BytesIO(browser.get(f"/statements/{number}/paper.xlsx").answer.content)).active
    assert sheet is not None
    assert ("Rekening tujuan", IN_WORDS) in [row[:2] for row in sheet.iter_rows(values_only=True)]
    assert IN_WORDS in " ".join(pages_of(browser.get(f"/statements/{number}/paper.pdf").answer.content))


def test_a_payment_is_announced_into_an_account_that_is_named(town: Town):
    route_over_the_office(town)
    page = town.browser(BERUANG).get("/payments/new?route=collecting")
    assert "Bank Central Asia (BCA) 5550001234, in the name of Kas Titip Jual Dinas" in page.text
    assert "7770001234" not in page.text
    (chosen,) = [one["value"] for one in page.all("option") if "selected" in one and one.get("value")]
    assert town.ask("SELECT number FROM bank_account WHERE id = :id", id=int(str(chosen))) == [("5550001234",)]


def test_what_goes_straight_to_the_producer_names_no_account_of_the_office(town: Town):
    route_over_the_office(town)
    number = statement_of(town, "P2")
    browser = town.browser(BERUANG)
    assert "5550001234" not in browser.get(f"/statements/{number}").text
    assert "5550001234" not in browser.get(f"/statements/{number}/paper.csv").source
