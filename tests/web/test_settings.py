"""The region's settings: saving, refusals with what holds now beside them, and the trail of what was."""

import pytest

from tests.builders import ADMIN
from tests.web.town import Town

GOOD = {
    "fee_from": "2%",
    "fee_to": "4,5",
    "office_name": "Dinas Koperasi Contoh",
    "office_contact": "Jalan Contoh 1",
    "zone": "Asia/Makassar",
    "halal": "warns",
    "loss_contest_days": "10",
    "pull_back_days": "14",
    "fee_source": "SE Contoh 7/2025",
    "closes_by_two": "two",
    "dispute_days": "9",
    "silent_days": "8",
    "account_wait_days": "4",
    "legal_term_days": "20",
    "near_amount": "7000",
}


def test_settings_are_saved_and_what_was_before_is_kept(town: Town):
    admin = town.browser(ADMIN)
    page = admin.post("/settings", GOOD, page="/settings")
    assert "The settings were saved." in page.text
    assert [page.typed(name) for name in ("fee_from", "fee_to", "office_name")] == [
        "2%",
        "4,5%",
        "Dinas Koperasi Contoh",
    ]
    audit = admin.get("/audit?subject=region").text
    assert "highest fee: 5% → 4,5%" in audit
    assert "Jalan Contoh 1" in admin.get("/privacy").text
    assert town.ask("SELECT halal_blocks, loss_contest_days, pull_back_days FROM region_terms") == [(False, 10, 14)]
    assert town.ask(
        "SELECT fee_source, closes_by_two, dispute_days, silent_days, account_wait_days, legal_term_days, near_amount_rp"
        " FROM region_terms"
    ) == [("SE Contoh 7/2025", True, 9, 8, 4, 20, 7_000)]
    assert town.ask("SELECT count(DISTINCT producer_id) = (SELECT count(*) FROM producer) FROM eligibility_due") == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"fee_from": "5", "fee_to": "2"}, "", "cannot be"),
        ({"fee_to": "101"}, "", "cannot be"),
        ({"fee_to": "lima"}, "fee_to", "not a percentage"),
        ({"fee_to": "3,99"}, "fee_to", "Agreements in force with a fee outside these bounds: 1"),
        ({"office_name": ""}, "office_name", "missing"),
        ({"zone": "Europe/Berlin"}, "zone", "Choose one"),
        ({"halal": ""}, "halal", "missing"),
        ({"halal": "maybe"}, "halal", "Choose one"),
        ({"loss_contest_days": "91"}, "", "91 days cannot be, from 0 to 90 can"),
        ({"pull_back_days": "91"}, "", "91 days cannot be, from 0 to 90 can"),
        ({"loss_contest_days": "x"}, "loss_contest_days", "no whole number"),
        ({"pull_back_days": ""}, "pull_back_days", "missing"),
    ],
)
def test_a_refusal_shows_what_was_typed_and_what_holds_now(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**GOOD, **changed}
    page = shared_town.browser(ADMIN).post("/settings", typed)
    assert page.is_refused()
    assert says in (page.problem(field) if field else page.text)
    names = ("fee_from", "fee_to", "office_name", "office_contact")
    assert [page.typed(name) for name in names] == [typed[name] for name in names]
    assert "What holds now Lowest fee 2% Highest fee 5%" in page.text
    assert shared_town.ask("SELECT fee_to_bp FROM region_terms") == [(500,)]
