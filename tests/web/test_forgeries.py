"""No form is taken that did not come from a page of the same person, and none by GET: nothing changes."""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from consign import clock
from consign.identity.administering import invite_user
from consign.identity.queries import get_actor
from consign.web.access import list_routes
from tests.builders import ADMIN, FINANCE, KERIPIK, gtin
from tests.conftest import REGION
from tests.web.bank_things import put_banks
from tests.web.browsing import PASSWORD, Browser, Sent
from tests.web.count_things import put_counts
from tests.web.debt_things import put_debts
from tests.web.label_things import put_labels
from tests.web.match_things import put_bank
from tests.web.paper_things import put_papers
from tests.web.payment_things import put_payments
from tests.web.payout_things import put_payouts
from tests.web.product_lists import put_lists
from tests.web.selling import hand_in_and_read, line, make_csv
from tests.web.stock_things import put_notes
from tests.web.store_day_things import put_closures
from tests.web.town import FIRST, HEAD, KANCIL, OFFICER, SECOND, T1, T2, VERIFIER, Town

NOBODY = ""
NEW_PASSWORD = "hujan kemarin dulu lampu"  # noqa: S105  # of invented people
AGREEMENT = {
    "partner": "BM",
    "producer": "P3",
    "first": "2026-11-01",
    "fee": "2,5",
    "fee_on": "reported_gross",
    "discount_borne_by": "store",
    "fee_tax": "0",
    "pph23": "0",
    "term": "15",
    "route": "direct",
    "min_payout": "0",
}
REGISTRATION = {
    "business_name": "Warung Baru",
    "owner_name": "Ibu Baru",
    "nib": "9120001234567",
    "login": "baru@umkm.example",
    "password": NEW_PASSWORD,
    "agreed": "yes",
}
STORE = {"code": "T9", "name": "Gerai T9", "zone": "Asia/Makassar", "opened_on": "2026-11-01"}
SETTINGS = {"fee_from": "2", "fee_to": "4", "office_name": "Palsu", "office_contact": "", "zone": "Asia/Jakarta"}
GROUP = {"partner": "BM", "reason": "product.unknown", "code": "99"}
DECISION = {"decision": "approve", "number": "1207210001234", "consulted": "oss.go.id", "reason": "palsu"}
GOODS = {"name": "Palsu", "net_content": "200", "net_unit": "g"}
WAIVER = {"producer": "P1", "kind": "halal", "reason": "palsu", "first": "2026-12-01", "last": "2026-12-31"}

FORMS: dict[str, tuple[str, dict[str, str]]] = {
    # bank statements
    "POST /bank/new": (ADMIN, {"code": "PALSU", "bank_code": "014", "number": "1234567", "holder": "Palsu"}),
    "POST /bank/{bank_code}/post": (FINANCE, {}),
    "POST /bank/{bank_code}/close": (ADMIN, {"closed_on": "2026-09-30"}),
    "POST /bank/{bank_code}/reopen": (ADMIN, {}),
    "POST /bank/uploads/{bank_upload_id}/answer": (FINANCE, {}),
    "POST /bank/uploads/{bank_upload_id}/post": (FINANCE, {}),
    "POST /bank/uploads/{bank_upload_id}/drop": (FINANCE, {}),
    # the others
    # payments: notices, answers, proofs
    "POST /payments/new": (FINANCE, {"partner": "BM", "route": "direct", "paid_on": "{today}", "amount": "5"}),
    "POST /payments/{payment_number}/answer": (FIRST, {"answer": "received"}),
    "POST /payments/{payment_number}/take": (FINANCE, {"producer": "P1"}),
    "POST /payments/{payment_number}/withdraw": (FINANCE, {"reason": "palsu"}),
    "POST /sign-in": (NOBODY, {"login": SECOND, "password": PASSWORD}),
    "POST /forgotten": (NOBODY, {"login": SECOND}),
    "POST /link/{token}": (NOBODY, {"password": NEW_PASSWORD, "agreed": "yes"}),
    "POST /register": (NOBODY, REGISTRATION),
    "POST /language": (FIRST, {"language": "id"}),
    "POST /account/password": (FIRST, {"present": PASSWORD, "password": NEW_PASSWORD}),
    "POST /account/notices": (FIRST, {"channel": "none"}),
    "POST /account/second-factor": (FIRST, {"secret": "A" * 32, "code": "123456"}),
    "POST /account/sessions/{token_hash}/end": (T1, {}),
    "POST /acting-for": (OFFICER, {"producer": "{producer_id}"}),
    "POST /sign-out": (T2, {}),
    "POST /uploads/new": (FINANCE, {"partner": "BM", "store": "T1"}),
    "POST /uploads/sheet": (FINANCE, {"store": "{store_id}", "day": "2026-11-03", "then": "none"}),
    "POST /uploads/{upload_id}/mapping": (FINANCE, {}),
    "POST /uploads/{upload_id}/overlap": (FINANCE, {"overlap": "add"}),
    "POST /uploads/{upload_id}/cancel": (FINANCE, {"reason": "palsu"}),
    "POST /uploads/{upload_id}/reverse": (FINANCE, {"reason": "palsu"}),
    "POST /parked/product": (FINANCE, {**GROUP, "product": "PRD-1"}),
    "POST /parked/store": (ADMIN, {"partner": "BM", "reason": "store.unknown", "code": "t 1", "store": "T1"}),
    "POST /parked/accept": (FINANCE, {"take": '["BM", "product.unknown", "99", "PRD-1"]'}),
    "POST /aliases/end": (FINANCE, {"of": "product", "partner": "BM", "code": "PLU1", "reason": "palsu"}),
    "POST /parked/dismiss": (FINANCE, {**GROUP, "note": "palsu", "lines": "1"}),
    "POST /parked/dismissing": (FINANCE, {"foreign": '{{"BM":{{"product.unknown":{{"99":1}}}}}}', "note": "palsu"}),
    "POST /parked/foreign": (FINANCE, {"pick": "1"}),
    "POST /board/no-sales": (FINANCE, {"store": "{store_id}", "day": "2026-11-02"}),
    "POST /board/remind": (FINANCE, {"store": "{store_id}"}),
    "POST /closings/prepare": (FINANCE, {"partner": "BM", "until": "2026-11-30", "reason": "palsu"}),
    "POST /closings/withdraw": (FINANCE, {"partner": "BM"}),
    "POST /closings/new": (FINANCE, {"partner": "BM", "until": "2026-10-31", "reason": "palsu"}),
    "POST /carry-over/new": (FINANCE, {"partner": "BM", "first": "2026-10-01"}),
    "POST /carry-over/{carry_over_id}/confirm": (HEAD, {}),
    "POST /carry-over/{carry_over_id}/withdraw": (FINANCE, {}),
    "POST /statements/{number}/dispute": (FIRST, {"line": "{store_id}", "reason": "palsu"}),
    "POST /disputes/{dispute_id}/answer": (FINANCE, {"outcome": "rejected", "answer": "palsu"}),
    "POST /disputes/{dispute_id}/withdraw": (FIRST, {}),
    "POST /adjustments/new": (FINANCE, {"partner": "BM", "producer": "P1", "amount": "1", "reason": "palsu"}),
    "POST /adjustments/{adjustment_id}/decide": (HEAD, {"outcome": "approved"}),
    "POST /late/{code}/remind": (FINANCE, {"step": "friendly"}),
    "POST /goods/new": (
        FIRST,
        {"kind": "pull_back", "day": "{soon}", "item_1": "PRD-1", "quantity_1": "1", "reason_1": "unsold"},
    ),
    "POST /counts/new": (FINANCE, {"store": "{store_id}", "extent": "part", "day": "2026-11-20", "when": "closing"}),
    "POST /counts/{count_number}/scan": (FINANCE, {"code": KERIPIK}),
    "POST /counts/{count_number}/undo": (FINANCE, {"scan": "{scan_id}"}),
    "POST /counts/{count_number}/set": (FINANCE, {"found:1::": "3"}),
    "POST /losses/{loss_id}/contest": (FIRST, {"reason": "palsu"}),
    "POST /losses/{loss_id}/decide": (FINANCE, {"share": "40", "reason": "palsu"}),
    "POST /counts/{count_number}/record": (FINANCE, {}),
    "POST /counts/{count_number}/reverse": (FINANCE, {"reason": "palsu"}),
    "POST /counts/{count_number}/cancel": (FINANCE, {"reason": "palsu"}),
    "POST /goods/{note_number}/confirm": (FINANCE, {"on": "{today}", "refused_1_1": "12", "why_1_1": "damaged"}),
    "POST /goods/{note_number}/cancel": (FINANCE, {"reason": "palsu"}),
    "POST /goods/{note_number}/reverse": (FINANCE, {"reason": "palsu"}),
    "POST /papers/new": (FIRST, {"kind": "nib"}),
    "POST /papers/{document_id}/confirm": (FIRST, {"number": "1207210001234", "holder": "Palsu"}),
    "POST /review/next": (VERIFIER, {}),
    "POST /papers/{document_id}/claim": (VERIFIER, {}),
    "POST /papers/{document_id}/release": (VERIFIER, {}),
    "POST /papers/{document_id}/decide": (VERIFIER, DECISION),
    "POST /papers/{document_id}/change": (FIRST, {"note": "palsu"}),
    "POST /papers/{document_id}/stage": (VERIFIER, {}),
    "POST /papers/{document_id}/revoke": (VERIFIER, {"reason": "palsu"}),
    "POST /papers/{document_id}/withdraw": (FIRST, {}),
    "POST /waivers/new": (HEAD, WAIVER),
    "POST /waivers/{waiver_id}/end": (HEAD, {"last": "2026-12-01"}),
    "POST /references/new": (VERIFIER, {"kind": "nib", "issuer": "Palsu", "as_of": "2026-11-01"}),
    "POST /references/{list_id}/withdraw": (VERIFIER, {}),
    "POST /partners/{code}/demands": (ADMIN, {"kind": "slhs", "first": "2026-12-01"}),
    "POST /demands/{demand_id}/end": (ADMIN, {"last": "2026-12-31", "partner": "BM"}),
    "POST /products/{code}/class": (FIRST, {"goods_class": "craft", "food_group": ""}),
    "POST /partners/new": (ADMIN, {"code": "XX", "name": "Palsu", "kind": "hotel", "cycle": "week"}),
    "POST /partners/{code}/edit": (ADMIN, {"name": "Palsu", "cycle": "week"}),
    "POST /partners/{code}/stores/new": (ADMIN, STORE),
    "POST /stores/{store_id}/edit": (ADMIN, {"name": "Palsu", "closed_on": ""}),
    "POST /stores/{store_id}/alias": (ADMIN, {"alias": "Palsu"}),
    "POST /stores/{store_id}/week": (FINANCE, {"mon": "yes", "first": "2028-06-01"}),
    "POST /stores/{store_id}/closed-days": (FINANCE, {"from": "2028-06-01", "until": "2028-06-02", "reason": "palsu"}),
    "POST /partners/{code}/closed-days": (FINANCE, {"from": "2028-06-01", "until": "2028-06-02", "reason": "palsu"}),
    "POST /closed-days/{closure_id}/end": (FINANCE, {"last": "2028-05-02"}),
    "POST /agreements/new": (FINANCE, AGREEMENT),
    "POST /agreements/{agreement_id}/end": (FINANCE, {"last": "2026-12-31"}),
    "POST /agreements/{agreement_id}/continue": (FINANCE, {**AGREEMENT, "first": "2027-01-01"}),
    "POST /cooperatives/new": (ADMIN, {"code": "KOP-9", "name": "Palsu"}),
    "POST /cooperatives/{code}/sign": (FINANCE, {"partner": "BM", "first": "2026-12-01", "fee": "3"}),
    "POST /cooperatives/{code}/members": (ADMIN, {"producer": "P1", "first": "2026-12-01", "mandate": "Palsu"}),
    "POST /cooperatives/{code}/members/end": (ADMIN, {"member": "1", "last": "2026-12-31"}),
    "POST /producers/new": (VERIFIER, {"name": "Palsu", "owner_name": "Palsu", "regency": "6471", "agreed": "yes"}),
    "POST /producers/{code}/edit": (
        VERIFIER,
        {"name": "Palsu", "owner_name": "Palsu", "nib": "0000000000001", "regency": "6471"},
    ),
    "POST /producers/{code}/confirm": (VERIFIER, {}),
    "POST /products/new": (FIRST, {"name": "Palsu", "net_content": "1", "net_unit": "g"}),
    "POST /products/import": (FIRST, {}),
    "POST /products/import/{import_id}/take": (FIRST, {}),
    "POST /numbers/settings": (ADMIN, {"prefix": "29"}),
    "POST /numbers/ranges": (ADMIN, {"partner": "BM", "first": "28", "note": "palsu"}),
    "POST /numbers/ranges/{range_id}/withdraw": (ADMIN, {}),
    "POST /labels/new": (FIRST, {"stock": "{stock_id}", "symbol": "till", "start_at": "1"}),
    "POST /label-papers/new": (ADMIN, {"name": "Palsu", "dpi": "300"}),
    "POST /label-papers/{stock_id}/edit": (ADMIN, {"name": "Palsu", "dpi": "300"}),
    "POST /label-papers/{stock_id}/test-scan": (FIRST, {"dpi": "203"}),
    "POST /label-tests/{test_id}": (ADMIN, {"read": "9520000000000"}),
    "POST /products/{code}/price": (FIRST, {"price": "1", "price_from": "2026-12-01"}),
    "POST /products/{code}/barcode": (ADMIN, {"gtin": gtin(99), "gtin_from": "2026-12-01"}),
    "POST /products/{code}/alias": (ADMIN, {"partner": "BM", "alias": "PALSU"}),
    "POST /products/{code}/edit": (FIRST, {**GOODS, "same_goods": "yes"}),
    "POST /products/{code}/successor": (FIRST, {**GOODS, "reason": "size"}),
    "POST /products/{code}/photo": (FIRST, {}),
    "POST /products/{code}/number": (FIRST, {}),
    "POST /products/{code}/retire": (ADMIN, {"number": KERIPIK, "reason": "palsu"}),
    "POST /products/{code}/listings": (ADMIN, {"partner": "BM", "stores": "{store_id}", "first": "2026-12-01"}),
    "POST /products/{code}/listings/end": (ADMIN, {"partner": "BM", "listings": "1", "last": "2026-12-31"}),
    # matching the bank's statement
    "POST /matching/certain": (FINANCE, {"account": "COCOK"}),
    "POST /matching/{line_id}/accept": (FINANCE, {"proposal": "palsu"}),
    "POST /matching/{line_id}/split": (FINANCE, {"line-1": "1", "pay-1": "1"}),
    "POST /matching/{line_id}/charge": (FINANCE, {}),
    "POST /matching/{line_id}/refund": (FINANCE, {"other": "1"}),
    "POST /matches/{match_id}/undo": (FINANCE, {"reason": "palsu"}),
    "POST /write-offs/new": (
        FINANCE,
        {"statement": "NP-2026-000001", "amount": "1", "difference": "short", "borne_by": "office"},
    ),
    "POST /write-offs/{write_off_id}/decide": (HEAD, {"outcome": "approve"}),
    # payouts and where they go
    "POST /payouts/new": (FINANCE, {"account": "1", "on": "{today}"}),
    "POST /payouts/{batch_number}/approve": (HEAD, {}),
    "POST /payouts/{batch_number}/cancel": (FINANCE, {"reason": "palsu"}),
    "POST /payouts/{batch_number}/send": (FINANCE, {"on": "{today}"}),
    "POST /payouts/{batch_number}/found": (FINANCE, {"lines": "1", "payouts": "1"}),
    "POST /payouts/{batch_number}/{payout_reference}/out": (FINANCE, {"reason": "palsu"}),
    "POST /payouts/{batch_number}/{payout_reference}/found": (FINANCE, {"line": "1"}),
    "POST /payouts/{batch_number}/{payout_reference}/answer": (FIRST, {"answer": "received"}),
    "POST /payouts/{batch_number}/{payout_reference}/undo": (FINANCE, {"reason": "palsu"}),
    "POST /payouts/{batch_number}/{payout_reference}/return": (FINANCE, {"on": "{today}", "reason": "palsu"}),
    "POST /payouts/{batch_number}/{payout_reference}/undo-return": (FINANCE, {"reason": "palsu"}),
    "POST /payout-templates": (
        FINANCE,
        {"name": "Palsu", "kind": "csv", "separator": ",", "columns": "account\namount"},
    ),
    "POST /payees/{payee_id}/confirm": (VERIFIER, {}),
    "POST /payees/{payee_id}/refuse": (VERIFIER, {"reason": "palsu"}),
    "POST /payees/new": (FIRST, {"bank": "014", "number": "7777700001", "holder": "Palsu"}),
    "POST /users/new": (ADMIN, {"name": "Palsu", "login": "palsu@dinas.example", "role": "admin"}),
    "POST /users/{user_id}/invite": (ADMIN, {}),
    "POST /users/{user_id}/active": (ADMIN, {"active": "no"}),
    "POST /users/{user_id}/role": (ADMIN, {"role": "admin"}),
    "POST /users/{user_id}/second-factor": (ADMIN, {}),
    "POST /settings": (ADMIN, SETTINGS),
}
"""By changing route: who may send its form, and with what in it something changes."""
CHANGED_AT_LEAST = 64
"""So many of these forms change something when they are sent as they should be."""


@dataclass(frozen=True)
class Aim:
    """One form of one person, and tokens: the person's own, and that of somebody else."""

    route: str
    browser: Browser
    path: str
    data: dict[str, str]
    own: str
    others: str


def fingerprint(town: Town) -> dict[str, str]:
    """Return a hash of every table of the region; when a session was last seen does not count."""
    with town.database.transaction(REGION) as session:
        names = session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        ).all()
        parts = [
            f"SELECT '{name}' AS name, md5(COALESCE(string_agg(line, '|' ORDER BY line), '')) AS hash"
            f" FROM (SELECT (to_jsonb(one) - 'seen_at')::text AS line FROM {name} AS one) AS lines"
            for name in names
            if name != "alembic_version"
        ]
        return {row.name: row.hash for row in session.execute(text(" UNION ALL ".join(parts)))}


def take_aim(town: Town) -> list[Aim]:
    """Return every changing form of the application, ready to be sent; a line waits for a store besides."""
    hand_in_and_read(town, FINANCE, make_csv(line(store="t 1", receipt="R7")))
    ids = {
        "producer_id": str(town.id("producer", code="P3")),
        "user_id": str(town.id("user_account", login="verifikator@dinas.example")),
        "store_id": str(town.id("store", code="T1")),
        "upload_id": str(town.id("sales_upload", name="november-beruang.csv")),
        "agreement_id": str(town.ask("SELECT min(id) FROM agreement")[0][0]),
        "token": invite(town, KANCIL),
        **put_papers(town),
        **put_lists(town),
        **put_labels(town),
        **put_closures(town),
        **put_notes(town),
        **put_counts(town),
        **put_banks(town),
        **put_bank(town),
        **put_payments(town),
        **put_payouts(town),
        **put_debts(town),
        "number": str(town.ask("SELECT min(number) FROM statement")[0][0]),
        "today": clock.today("Asia/Makassar").isoformat(),
        "soon": (clock.today("Asia/Makassar") + timedelta(3)).isoformat(),
    }
    nobody, another = Browser(town.app), town.browser(KANCIL).get("/privacy").form_token()
    nobody.get("/privacy")
    aims = []
    for route, (login, data) in FORMS.items():
        browser = town.browser(login) if login else nobody
        hashes = town.ask(
            "SELECT encode(token_hash, 'hex') FROM user_session JOIN user_account ON user_account.id = user_id"
            " WHERE login = :login",
            login=login,
        )
        kind = route.split("/")[1]
        codes = {"late": "BM", "partners": "BM", "producers": "P1", "products": "PRD-1", "cooperatives": "KOP-1"}
        known = {**ids, "code": codes.get(kind, ""), "token_hash": str(hashes[0][0]) if hashes else ""}
        filled = {name: value.format_map(known) for name, value in data.items()}
        own = browser.get("/privacy").form_token()
        aims.append(Aim(route, browser, route.partition(" ")[2].format_map(known), filled, own, another))
    return aims


def invite(town: Town, login: str) -> str:
    """Make a link for a user and return its token."""
    with town.database.transaction(REGION) as session:
        return invite_user(session, by=get_actor(session, ADMIN), user_id=town.id("user_account", login=login))


def forge(aim: Aim) -> dict[str, Sent]:
    """Return all forged ways of sending a form; only the first four lack the right token."""
    wrong = base64.urlsafe_b64encode(secrets.token_bytes(64)).decode()
    right = {**aim.data, "form_token": aim.own}

    def with_headers(*headers: tuple[str, str]) -> Sent:
        return Sent("POST", aim.path, right, headers)

    return {
        "no token": Sent("POST", aim.path, aim.data),
        "blank token": Sent("POST", aim.path, {**aim.data, "form_token": ""}),
        "wrong token": Sent("POST", aim.path, {**aim.data, "form_token": wrong}),
        "another user's token": Sent("POST", aim.path, {**aim.data, "form_token": aim.others}),
        "foreign Origin": with_headers(("origin", "https://jahat.example")),
        "Origin of the same name without encryption": with_headers(("origin", "http://127.0.0.1:8080")),
        "Origin that hides": with_headers(("origin", "null")),
        "cross-site fetch": with_headers(("sec-fetch-site", "cross-site")),
        "fetch from a sister site": with_headers(("sec-fetch-site", "same-site")),
        "foreign Referer": with_headers(("referer", "https://jahat.example/")),
        "GET": Sent("GET", f"{aim.path}?{urlencode(right)}"),
    }


def test_the_table_names_every_changing_route(shared_town: Town):
    assert sorted(FORMS) == sorted(route for route in list_routes(shared_town.app) if not route.startswith("GET "))


def test_no_forged_form_is_accepted_and_nothing_changes(town: Town, capsys: pytest.CaptureFixture[str]):
    aims = take_aim(town)
    before, tried, accepted = fingerprint(town), 0, []
    for aim in aims:
        forged = forge(aim)
        for (how, sent), answer in zip(forged.items(), aim.browser.send_all(list(forged.values())), strict=True):
            tried += 1
            refused = answer.status_code == 403 if sent.method == "POST" else answer.status_code in {200, 303, 404, 405}
            if not refused:
                accepted.append((aim.route, how, answer.status_code))
    changed = [name for name, digest in fingerprint(town).items() if digest != before[name]]
    with capsys.disabled():
        print(f"\nforgeries: tried {tried}, accepted {len(accepted)}, tables changed {len(changed)}")
    assert accepted == []
    assert changed == []
    assert tried == len(FORMS) * 11


def test_the_same_forms_are_accepted_from_their_own_pages(town: Town):
    changing = 0
    for aim in take_aim(town):
        before = fingerprint(town)
        own_site = (("origin", "http://127.0.0.1"), ("sec-fetch-site", "same-origin"))
        (answer,) = aim.browser.send_all([Sent("POST", aim.path, {**aim.data, "form_token": aim.own}, own_site)])
        assert answer.status_code not in {401, 403}, (aim.route, answer.status_code)
        changing += fingerprint(town) != before
    assert changing >= CHANGED_AT_LEAST
