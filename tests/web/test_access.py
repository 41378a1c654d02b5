"""Every route is tried by nobody and by every role, against a table written by hand."""

import re
from collections import Counter

import pytest

from consign.catalogue.numbers import as_same_length
from consign.web.access import list_routes
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK
from tests.web.bank_things import put_banks
from tests.web.browsing import Browser, Sent
from tests.web.count_things import put_counts
from tests.web.debt_things import put_debts
from tests.web.goods_things import put_goods
from tests.web.label_things import put_labels
from tests.web.match_things import put_bank
from tests.web.paper_things import put_papers
from tests.web.payment_things import put_payments
from tests.web.payout_things import put_payouts
from tests.web.product_lists import put_lists
from tests.web.shelf_things import put_shelves
from tests.web.stock_things import put_notes
from tests.web.store_day_things import put_closures
from tests.web.town import BERUANG, COOPERATIVE, FIRST, HEAD, OFFICER, T1, VERIFIER, Town

NOBODY, ACTING = "N", "X"
LETTERS = {
    "P": FIRST,
    "C": COOPERATIVE,
    "S": T1,
    "F": BERUANG,
    "O": OFFICER,
    "V": VERIFIER,
    "D": FINANCE,
    "H": HEAD,
    "U": AUDITOR,
    "A": ADMIN,
}
"""Producer, cooperative, store manager, partner finance, field officer, verifier, dinas finance, head, auditor, admin; an `X` is a
field officer who acts for a producer, and an `N` is nobody."""
SIGNED_IN = "PCSFOVDHUAX"
EVERYBODY = SIGNED_IN + NOBODY
EXPECTED = {
    # bank statements
    "GET /bank": "DHUA",
    "GET /bank/new": "A",
    "POST /bank/new": "A",
    "GET /bank/files/{bank_file_id}": "DHUA",
    "GET /bank/files/{bank_file_id}/file": "DHUA",
    "GET /bank/uploads/{bank_upload_id}": "D",
    "POST /bank/uploads/{bank_upload_id}/answer": "D",
    "POST /bank/uploads/{bank_upload_id}/post": "D",
    "POST /bank/uploads/{bank_upload_id}/drop": "D",
    "GET /bank/{bank_code}": "DHUA",
    "GET /bank/{bank_code}/files": "DHUA",
    "GET /bank/{bank_code}/post": "D",
    "POST /bank/{bank_code}/post": "D",
    "GET /bank/{bank_code}/close": "A",
    "POST /bank/{bank_code}/close": "A",
    "POST /bank/{bank_code}/reopen": "A",
    # the others
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /static/{digest}/{name}": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-out": SIGNED_IN,
    "GET /forgotten": EVERYBODY,
    "POST /forgotten": EVERYBODY,
    "GET /link/{token}": EVERYBODY,
    "POST /link/{token}": EVERYBODY,
    "GET /register": EVERYBODY,
    "POST /register": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "POST /language": EVERYBODY,
    "GET /p/{number}": EVERYBODY,
    "GET /p/{number}/photo": EVERYBODY,
    "GET /p/{number}/thumb": EVERYBODY,
    "GET /01/{gtin}": EVERYBODY,
    "GET /01/{gtin}/10/{batch}": EVERYBODY,
    "GET /": SIGNED_IN,
    "GET /account": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "POST /account/notices": SIGNED_IN,
    "GET /account/second-factor": SIGNED_IN,
    "POST /account/second-factor": SIGNED_IN,
    "POST /account/sessions/{token_hash}/end": SIGNED_IN,
    "POST /acting-for": "COX",
    "GET /uploads": "SFVDHUA",
    "GET /uploads/new": "SFD",
    "POST /uploads/new": "SFD",
    "GET /uploads/sheet": "SFD",
    "POST /uploads/sheet": "SFD",
    "GET /uploads/template": "SFD",
    "GET /uploads/{upload_id}": "SFVDHUA",
    "GET /uploads/{upload_id}/state": "SFVDHUA",
    "GET /uploads/{upload_id}/problems": "SFVDHUA",
    "GET /uploads/{upload_id}/ignored": "SFVDHUA",
    "GET /uploads/{upload_id}/lines": "SFVDHUA",
    "GET /uploads/{upload_id}/findings": "SFVDHUA",
    "GET /uploads/{upload_id}/report.xlsx": "SFVDHUA",
    "GET /uploads/{upload_id}/file": "SFVDHUA",
    "POST /uploads/{upload_id}/mapping": "SFD",
    "POST /uploads/{upload_id}/overlap": "SFD",
    "POST /uploads/{upload_id}/cancel": "SFD",
    "POST /uploads/{upload_id}/reverse": "FD",
    "GET /parked": "SFVDHUA",
    "GET /parked/rows": "SFVDHUA",
    "GET /parked/fix": "SFVDHUA",
    "GET /parked/state": "SFVDHUA",
    "POST /parked/product": "VDA",
    "POST /parked/store": "A",
    "POST /parked/accept": "VDA",
    "POST /parked/dismiss": "SFD",
    "GET /parked/dismissing": "SFD",
    "POST /parked/dismissing": "SFD",
    "GET /parked/foreign": "SFVDHUA",
    "POST /parked/foreign": "SFD",
    "GET /aliases": "SFVDHUA",
    "POST /aliases/end": "VDA",
    "GET /board": "SFVDHUA",
    "POST /board/no-sales": "SFD",
    "GET /board/days": "SFVDHUA",
    "GET /board/chasing": "SFVDHUA",
    "POST /board/remind": "FDA",
    "GET /closings": "VDHUA",
    "GET /closings/new": "D",
    "POST /closings/new": "D",
    "GET /closings/{closing_id}": "VDHUA",
    "GET /statements": "PFVDHUAX",
    "GET /statements/{number}": "PFVDHUAX",
    "GET /statements/{number}/lines": "PFVDHUAX",
    # statements as files, drafts, closings by two people
    "POST /closings/prepare": "D",
    "POST /closings/withdraw": "D",
    "GET /closings/{closing_id}/statements.pdf": "VDHUA",
    "GET /statements/{number}/paper.pdf": "PFVDHUAX",
    "GET /statements/{number}/paper.xlsx": "PFVDHUAX",
    "GET /statements/{number}/paper.csv": "PFVDHUAX",
    "GET /drafts": "PFVDHUAX",
    "GET /drafts/{partner_code}/{producer_code}": "PFVDHUAX",
    "GET /drafts/{partner_code}/{producer_code}/lines": "PFVDHUAX",
    "GET /drafts/{partner_code}/{producer_code}/paper.pdf": "PFVDHUAX",
    "GET /owed": "PFVDHUAX",
    "GET /my-sales": "PX",
    "GET /carry-over": "VDHUA",
    "GET /carry-over/new": "DA",
    "POST /carry-over/new": "DA",
    "GET /carry-over/template": "DA",
    "GET /carry-over/{carry_over_id}": "VDHUA",
    "GET /carry-over/{carry_over_id}/file": "VDHUA",
    "POST /carry-over/{carry_over_id}/confirm": "DH",
    "POST /carry-over/{carry_over_id}/withdraw": "DA",
    "GET /disputes": "PFVDHUAX",
    "GET /statements/{number}/dispute": "PFX",
    "POST /statements/{number}/dispute": "PFX",
    "GET /disputes/{dispute_id}": "PFVDHUAX",
    "POST /disputes/{dispute_id}/answer": "D",
    "POST /disputes/{dispute_id}/withdraw": "PFX",
    "GET /adjustments": "VDHUA",
    "GET /adjustments/new": "D",
    "POST /adjustments/new": "D",
    "GET /adjustments/{adjustment_id}": "VDHUA",
    "POST /adjustments/{adjustment_id}/decide": "DH",
    "GET /late": "VDHUA",
    "GET /late/report.pdf": "VDHUA",
    "GET /late/report.xlsx": "VDHUA",
    "GET /late/{code}": "VDHUA",
    "POST /late/{code}/remind": "D",
    "GET /late/{code}/letter.pdf": "VDHUA",
    # the whole ledger
    "GET /sales": "SFVDHUA",
    "GET /journal": "DUA",
    "GET /journal/accounts": "DUA",
    "GET /journal/accounts/{account_id}": "DUA",
    "GET /journal/ledger.beancount": "DUA",
    "GET /journal/ledger.csv": "DUA",
    "GET /counts": "PSFVDHUAX",
    "GET /counts/new": "SFD",
    "POST /counts/new": "SFD",
    "GET /counts/{count_number}": "PSFVDHUAX",
    "GET /counts/{count_number}/sheet": "PSFVDHUAX",
    "POST /counts/{count_number}/scan": "SFD",
    "POST /counts/{count_number}/undo": "SFD",
    "POST /counts/{count_number}/set": "SFD",
    "GET /counts/{count_number}/record": "SFD",
    "POST /counts/{count_number}/record": "SFD",
    "POST /counts/{count_number}/cancel": "SFD",
    "POST /counts/{count_number}/reverse": "FD",
    "GET /stock": "PSFVDHUAX",
    "GET /stock/{store_id}/{product_code}": "PSFVDHUAX",
    "GET /losses": "PSFVDHUAX",
    "GET /losses/{loss_id}": "PSFVDHUAX",
    "POST /losses/{loss_id}/contest": "PSFX",
    "POST /losses/{loss_id}/decide": "D",
    "GET /goods": "PSFVDHUAX",
    "GET /goods/find": "PSFVDHUAX",
    "GET /goods/new": "PSFVDAX",
    "POST /goods/new": "PSFVDAX",
    "GET /goods/{note_number}": "PSFVDHUAX",
    "GET /goods/{note_number}/paper": "PSFVDHUAX",
    "GET /goods/{note_number}/lines.csv": "PSFVDHUAX",
    "GET /goods/{note_number}/lines.xlsx": "PSFVDHUAX",
    "POST /goods/{note_number}/confirm": "PSFDAX",
    "POST /goods/{note_number}/cancel": "PSFVDAX",
    "POST /goods/{note_number}/reverse": "FD",
    "GET /my-papers": "PX",
    "GET /papers": "PVHUAX",
    "GET /papers/new": "PVAX",
    "POST /papers/new": "PVAX",
    "GET /papers/{document_id}": "PVHUAX",
    "GET /papers/{document_id}/file": "PVHUAX",
    "GET /papers/{document_id}/pages/{number}": "PVHUAX",
    "GET /papers/{document_id}/confirm": "PVAX",
    "POST /papers/{document_id}/confirm": "PVAX",
    "POST /papers/{document_id}/withdraw": "PVAX",
    "POST /papers/{document_id}/change": "PVAX",
    "GET /producers/{code}/papers": "VHUA",
    "GET /review": "V",
    "POST /review/next": "V",
    "POST /papers/{document_id}/claim": "V",
    "POST /papers/{document_id}/release": "V",
    "POST /papers/{document_id}/decide": "V",
    "POST /papers/{document_id}/stage": "V",
    "POST /papers/{document_id}/revoke": "V",
    "GET /expiry": "PVHUAX",
    "GET /waivers": "VHUA",
    "GET /waivers/new": "H",
    "POST /waivers/new": "H",
    "GET /waivers/{waiver_id}": "VHUA",
    "POST /waivers/{waiver_id}/end": "H",
    "GET /references": "VHUA",
    "GET /references/new": "VA",
    "POST /references/new": "VA",
    "GET /references/{list_id}": "VHUA",
    "GET /references/{list_id}/problems": "VHUA",
    "POST /references/{list_id}/withdraw": "VA",
    "POST /partners/{code}/demands": "A",
    "POST /demands/{demand_id}/end": "A",
    "POST /products/{code}/class": "PVAX",
    "GET /partners": "SFVDHUA",
    "GET /partners/new": "A",
    "POST /partners/new": "A",
    "GET /partners/{code}": "SFVDHUA",
    "GET /partners/{code}/edit": "A",
    "POST /partners/{code}/edit": "A",
    "GET /partners/{code}/stores/new": "A",
    "POST /partners/{code}/stores/new": "A",
    "GET /stores/{store_id}": "SFVDHUA",
    "GET /stores/{store_id}/edit": "A",
    "POST /stores/{store_id}/edit": "A",
    "POST /stores/{store_id}/alias": "A",
    "GET /stores/{store_id}/days": "SFVDHUA",
    "POST /stores/{store_id}/week": "FDA",
    "POST /stores/{store_id}/closed-days": "SFDA",
    "GET /partners/{code}/closed-days": "SFVDHUA",
    "POST /partners/{code}/closed-days": "FDA",
    "POST /closed-days/{closure_id}/end": "SFDA",
    "GET /agreements": "CPFVDHUAX",
    "GET /agreements/new": "DA",
    "POST /agreements/new": "DA",
    "GET /agreements/{agreement_id}": "CPFVDHUAX",
    "POST /agreements/{agreement_id}/end": "DA",
    "GET /agreements/{agreement_id}/continue": "DA",
    "POST /agreements/{agreement_id}/continue": "DA",
    "GET /cooperatives": "CVDHUA",
    "GET /cooperatives/new": "A",
    "POST /cooperatives/new": "A",
    "GET /cooperatives/{code}": "CVDHUA",
    "GET /cooperatives/{code}/sign": "DA",
    "POST /cooperatives/{code}/sign": "DA",
    "POST /cooperatives/{code}/members": "A",
    "POST /cooperatives/{code}/members/end": "A",
    "GET /producers": "COVDHUA",
    "GET /producers/new": "OVA",
    "POST /producers/new": "OVA",
    "GET /producers/{code}": "COVDHUA",
    "GET /producers/{code}/edit": "VA",
    "POST /producers/{code}/edit": "VA",
    "POST /producers/{code}/confirm": "VA",
    "GET /products": "POVDHUAX",
    "GET /products/new": "PVAX",
    "POST /products/new": "PVAX",
    "GET /products/import": "PVAX",
    "POST /products/import": "PVAX",
    "GET /products/import/template": "PVAX",
    "GET /products/import/products": "PVAX",
    "GET /products/import/{import_id}": "PVAX",
    "GET /products/import/{import_id}/problems": "PVAX",
    "POST /products/import/{import_id}/take": "PVAX",
    "GET /products/{code}": "POVDHUAX",
    "POST /products/{code}/price": "PVAX",
    "POST /products/{code}/barcode": "VDA",
    "POST /products/{code}/alias": "VDA",
    "GET /products/{code}/edit": "PVAX",
    "POST /products/{code}/edit": "PVAX",
    "GET /products/{code}/successor": "PVAX",
    "POST /products/{code}/successor": "PVAX",
    "GET /products/{code}/photo": "POVDHUAX",
    "GET /products/{code}/thumb": "POVDHUAX",
    "POST /products/{code}/photo": "PVAX",
    "POST /products/{code}/number": "PVAX",
    "POST /products/{code}/retire": "VA",
    "GET /products/{code}/listings": "VA",
    "POST /products/{code}/listings": "VA",
    "POST /products/{code}/listings/end": "VA",
    "GET /numbers": "SFVDHUA",
    "GET /numbers/print": "SFVDHUA",
    "GET /numbers/settings": "A",
    "POST /numbers/settings": "A",
    "POST /numbers/ranges": "A",
    "POST /numbers/ranges/{range_id}/withdraw": "A",
    "GET /expiring": "PSFVDHUAX",
    "GET /continuity": "PSFVDHUAX",
    "GET /continuity/{store_id}/{product_code}": "PSFVDHUAX",
    "GET /suggestions": "PSFVDHUAX",
    "GET /labels": "PVHUAX",
    "GET /labels/new": "PVAX",
    "POST /labels/new": "PVAX",
    "GET /labels/{order_id}": "PVHUAX",
    "GET /labels/{order_id}/state": "PVHUAX",
    "GET /labels/{order_id}/sheet": "PVHUAX",
    "GET /labels/{order_id}/preview": "PVHUAX",
    "GET /label-papers": "PVHUAX",
    "GET /label-papers/new": "A",
    "POST /label-papers/new": "A",
    "GET /label-papers/{stock_id}": "PVHUAX",
    "GET /label-papers/{stock_id}/edit": "A",
    "POST /label-papers/{stock_id}/edit": "A",
    "GET /label-papers/{stock_id}/test-page": "PVHUAX",
    "POST /label-papers/{stock_id}/test-scan": "PVAX",
    "GET /label-tests/{test_id}": "PVAX",
    "POST /label-tests/{test_id}": "PVAX",
    "GET /label-tests/{test_id}/sheet": "PVAX",
    # payouts and where they go
    "GET /payouts": "PDHUAX",
    "GET /payouts/new": "D",
    "POST /payouts/new": "D",
    "GET /payouts/{batch_number}": "PDHUAX",
    "GET /payouts/{batch_number}/file": "D",
    "POST /payouts/{batch_number}/approve": "DH",
    "POST /payouts/{batch_number}/cancel": "DH",
    "POST /payouts/{batch_number}/send": "D",
    "POST /payouts/{batch_number}/found": "D",
    "GET /payouts/{batch_number}/{payout_reference}": "PDHUAX",
    "POST /payouts/{batch_number}/{payout_reference}/out": "DH",
    "POST /payouts/{batch_number}/{payout_reference}/found": "D",
    "POST /payouts/{batch_number}/{payout_reference}/undo": "D",
    "POST /payouts/{batch_number}/{payout_reference}/return": "D",
    "POST /payouts/{batch_number}/{payout_reference}/undo-return": "D",
    "POST /payouts/{batch_number}/{payout_reference}/answer": "PX",
    "GET /payout-templates": "D",
    "POST /payout-templates": "D",
    "GET /payees": "PVDHUAX",
    "GET /payees/new": "PDAX",
    "POST /payees/new": "PDAX",
    "GET /payees/{payee_id}": "PVDHUAX",
    "POST /payees/{payee_id}/confirm": "VD",
    "POST /payees/{payee_id}/refuse": "VD",
    "GET /users": "HUA",
    "GET /users/new": "A",
    "POST /users/new": "A",
    "GET /users/{user_id}": "HUA",
    "POST /users/{user_id}/invite": "A",
    "POST /users/{user_id}/active": "A",
    "POST /users/{user_id}/role": "A",
    "POST /users/{user_id}/second-factor": "A",
    "GET /audit": "HUA",
    "GET /settings": "A",
    "POST /settings": "A",
    # matching the bank's statement
    "GET /matching": "DHUA",
    "POST /matching/certain": "D",
    "GET /matching/{line_id}": "DHUA",
    "POST /matching/{line_id}/accept": "D",
    "POST /matching/{line_id}/split": "D",
    "POST /matching/{line_id}/charge": "D",
    "POST /matching/{line_id}/refund": "D",
    "GET /matches": "DHUA",
    "GET /matches/{match_id}": "DHUA",
    "POST /matches/{match_id}/undo": "D",
    "GET /write-offs": "DHUA",
    "GET /write-offs/new": "D",
    "POST /write-offs/new": "D",
    "GET /write-offs/{write_off_id}": "DHUA",
    "POST /write-offs/{write_off_id}/decide": "DH",
    # payments: notices, answers, proofs
    "GET /payments": "PFVDHUAX",
    "GET /payments/new": "FD",
    "POST /payments/new": "FD",
    "GET /payments/{payment_number}": "PFVDHUAX",
    "GET /payments/{payment_number}/proof": "PFVDHUAX",
    "POST /payments/{payment_number}/answer": "PX",
    "POST /payments/{payment_number}/take": "D",
    "POST /payments/{payment_number}/withdraw": "FD",
    "GET /my-money": "PX",
    "GET /proofs": "VDHUA",
    "GET /proofs/{number}": "VDHUA",
}
SIGN_OUT = "POST /sign-out"
LAST = ("POST /acting-for", SIGN_OUT)
"""Routes that make somebody else of the person, so they are tried after all others, one after the other."""
WITHOUT_EXAMPLE = {
    "GET /static/{digest}/{name}", "GET /link/{token}", "GET /closings/new", "GET /late/{code}/letter.pdf",
}  # fmt: skip
"""Routes that answer nobody 200 here: the files' names and links are secret, no period is there to be closed, and nothing is due."""
GROUP = "?partner=BM&reason=product.unknown&code=99"
ASKED = {
    "GET /payouts/{batch_number}/file": "?format=csv",
    "GET /parked/fix": GROUP, "GET /parked/state": GROUP, "GET /parked/dismissing": "?all=yes", "GET /aliases": "?of=product&partner=BM&code=PLU1",
    "GET /write-offs/new": "?statement=NP-2026-000001",
}  # fmt: skip
"""What stands behind the question mark where a page needs it."""


def test_the_table_names_every_route(shared_town: Town):
    assert sorted(EXPECTED) == sorted(list_routes(shared_town.app))


@pytest.fixture(scope="module")
def addresses(shared_town: Town) -> dict[str, str]:
    """Return for each route an address that leads to something which is there, of Beruang and of its first producer."""
    town = shared_town
    papers = put_papers(town)
    lists = put_lists(town)
    put_goods(town)
    labels = put_labels(town)
    closures = put_closures(town)
    put_shelves(town)
    notes = put_notes(town)
    counts = put_counts(town)
    codes = {"late": "BM", "partners": "BM", "producers": "P1", "products": "PRD-1", "cooperatives": "KOP-1"}
    bank = put_bank(town)
    payments = put_payments(town)
    payouts = put_payouts(town)
    debts = put_debts(town)
    known = {
        "token": "x" * 43,
        "token_hash": "00" * 32,
        "digest": "x",
        "name": "consign.css",
        "store_id": str(town.id("store", code="T1")),
        "user_id": str(town.id("user_account", login="t2@beruang.example")),
        "upload_id": str(town.id("sales_upload", name="oktober-beruang.csv")),
        "agreement_id": str(town.ask("SELECT min(id) FROM agreement")[0][0]),
        "account_id": str(town.ask("SELECT min(id) FROM account")[0][0]),
        "closing_id": str(town.ask("SELECT min(id) FROM closing")[0][0]),
        "number": str(town.ask("SELECT min(number) FROM statement")[0][0]),
        "gtin": as_same_length(KERIPIK),
        "batch": "B-7",
        "product_code": "PRD-1",
        "partner_code": "BM",
        "producer_code": "P1",
        **papers,
        **lists,
        **labels,
        **closures,
        **notes,
        **counts,
        **put_banks(town),
        **bank,
        **payments,
        **payouts,
        **debts,
    }
    found = {}
    for route in EXPECTED:
        path = route.partition(" ")[2]
        names = {**known, "code": codes.get(path.split("/")[1], "")}
        if path.startswith("/papers/"):
            names["number"] = "1"  # of a page
        if path.startswith("/p/"):
            names["number"] = KERIPIK
        found[route] = re.sub(r"\{(\w+)\}", lambda name, names=names: names[name[1]], path) + ASKED.get(route, "")
    return found


@pytest.fixture(scope="module")
def browsers(shared_town: Town) -> dict[str, Browser]:
    """Return the browser of nobody, of everybody, and of an officer who acts for a producer without an account."""
    found = {letter: shared_town.browser(login) for letter, login in LETTERS.items()}
    nobody = Browser(shared_town.app)
    nobody.get("/privacy")
    return {**found, NOBODY: nobody, ACTING: shared_town.act_for("P3")}


def is_let_in(status: int, location: str, *, route: str) -> bool:
    """Say whether an answer lets the person in; what is not there for this person lets in, and an error of ours fails."""
    assert status < 500, route
    to_sign_in = status == 303 and location.startswith("/sign-in") and route != SIGN_OUT
    return status not in {401, 403} and not to_sign_in


def test_every_route_is_open_to_whom_the_table_says_and_to_nobody_else(
    addresses: dict[str, str], browsers: dict[str, Browser], capsys: pytest.CaptureFixture[str]
):
    tried, unexpected = 0, []
    answered: Counter[str] = Counter()
    routes = [*sorted(set(EXPECTED) - set(LAST)), *LAST]
    for letter, browser in browsers.items():
        token = browser.get("/privacy").form_token()
        sent = []
        for route in routes:
            method = route.partition(" ")[0]
            sent.append(Sent(method, addresses[route], {"form_token": token} if method == "POST" else None))
        answers = browser.send_all(sent[:-2]) + browser.send_all(sent[-2:-1]) + browser.send_all(sent[-1:])
        for route, answer in zip(routes, answers, strict=True):
            tried += 1
            let_in = is_let_in(answer.status_code, answer.headers.get("location", ""), route=route)
            answered[route] += answer.status_code == 200
            if let_in != (letter in EXPECTED[route]):
                unexpected.append((letter, route, answer.status_code))
    with capsys.disabled():
        print(f"\nroutes x roles: tried {tried}, unexpected {len(unexpected)}")
    assert unexpected == []
    assert tried == len(EXPECTED) * 12
    pages = [route for route in EXPECTED if route.startswith("GET ") and not answered[route]]
    assert sorted(set(pages) - WITHOUT_EXAMPLE) == []


def test_an_address_that_is_no_route_is_not_found_by_anybody(browsers: dict[str, Browser]):
    for browser in browsers.values():
        for path in ("/docs", "/openapi.json", "/redoc", "/admin", "/static/../app.py", "/%2e%2e/settings"):
            assert browser.get(path).status == 404
