"""What partners ask for beyond the law: shown on the partner's page, added and ended by the admin."""

from datetime import timedelta

import pytest

from consign import clock
from tests.builders import ADMIN, AUDITOR
from tests.web.browsing import Page
from tests.web.town import BERUANG, T1, Town

TODAY = clock.today("Asia/Makassar")
PATH = "/partners/BM"
NEW = {"kind": "slhs", "goods_class": "ready_to_eat", "first": TODAY.isoformat(), "until": ""}


def ask_for(town: Town, **changed: str) -> Page:
    return town.browser(ADMIN).post(f"{PATH}/demands", {**NEW, **changed}, page=PATH)


def test_a_demand_stands_on_the_partners_page_for_all_who_see_it(town: Town):
    assert "asks for nothing beyond the law" in town.browser(ADMIN).get(PATH).text
    page = ask_for(town)
    assert page.path == PATH
    assert "Beruang Mart now asks for" in page.text
    ask_for(town, kind="label", goods_class="")
    for login in (ADMIN, AUDITOR, BERUANG, T1):
        page = town.browser(login).get(PATH)
        assert "all goods" in page.text
        assert [one for one in page.actions() if "demands" in one] == ([] if login != ADMIN else page.actions())


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"kind": ""}, "kind", "This is missing"),
        ({"kind": "lain"}, "kind", "Choose one"),
        ({"goods_class": "lain"}, "goods_class", "Choose one"),
        ({"first": "besok"}, "first", "is no day"),
        ({"until": (TODAY - timedelta(1)).isoformat()}, "until", "before the first"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**NEW, **changed}
    page = ask_for(shared_town, **changed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("first") == typed["first"]
    assert page.typed("until") == typed["until"]
    assert shared_town.ask("SELECT count(*) FROM partner_demand") == [(0,)]


def test_a_demand_is_ended_but_not_before_its_first_day(town: Town):
    ask_for(town)
    ((demand_id,),) = town.ask("SELECT id FROM partner_demand")
    admin, path = town.browser(ADMIN), f"/demands/{demand_id}/end"
    early = (TODAY - timedelta(1)).isoformat()
    page = admin.post(path, {"last": early, "partner": "BM"}, page=PATH)
    assert page.is_refused()
    assert "before the first" in page.problem("last")
    assert page.typed("last") == early
    assert PATH in page.links()
    page = admin.post(path, {"last": TODAY.isoformat(), "partner": "BM"}, page=PATH)
    assert page.path == PATH
    assert "is asked for until" in page.text
    assert path not in page.actions()


def test_only_the_admin_changes_them_and_what_is_not_there_is_said(town: Town):
    ask_for(town)
    ((demand_id,),) = town.ask("SELECT id FROM partner_demand")
    browser = town.browser(BERUANG)
    assert browser.post(f"{PATH}/demands", NEW, page=PATH).status == 403
    assert browser.post(f"/demands/{demand_id}/end", {"last": TODAY.isoformat()}, page=PATH).status == 403
    page = town.browser(ADMIN).post("/demands/987654/end", {"last": TODAY.isoformat()}, page=PATH)
    assert "There is no such demand" in page.text
    assert town.browser(ADMIN).post("/partners/XX/demands", NEW, page=PATH).status == 404
