"""The one table of who may open what. A route that is not in it cannot be opened; the application refuses to start."""

from enum import Enum

from fastapi import FastAPI
from fastapi.routing import APIRoute

from consign.identity.rules import PERMITTED, Act, Role


class Open(Enum):
    """Who may open a route that needs no particular right."""

    EVERYBODY = "everybody"
    SIGNED_IN = "whoever is signed in"


Access = Act | Open | tuple[Act, ...]
"""Who may open a route: who may do an act, or one of several; the action asks for the right one again."""

ACCESS: dict[str, Access] = {
    "GET /healthz": Open.EVERYBODY,
    "GET /static/{digest}/{name}": Open.EVERYBODY,
    "GET /sign-in": Open.EVERYBODY,
    "POST /sign-in": Open.EVERYBODY,
    "POST /sign-out": Open.SIGNED_IN,
    "GET /forgotten": Open.EVERYBODY,
    "POST /forgotten": Open.EVERYBODY,
    "GET /link/{token}": Open.EVERYBODY,
    "POST /link/{token}": Open.EVERYBODY,
    "GET /register": Open.EVERYBODY,
    "POST /register": Open.EVERYBODY,
    "GET /privacy": Open.EVERYBODY,
    "POST /language": Open.EVERYBODY,
    "GET /p/{number}": Open.EVERYBODY,  # what the code on a pack leads to
    "GET /p/{number}/photo": Open.EVERYBODY,
    "GET /p/{number}/thumb": Open.EVERYBODY,
    "GET /01/{gtin}": Open.EVERYBODY,
    "GET /01/{gtin}/10/{batch}": Open.EVERYBODY,
    "GET /": Open.SIGNED_IN,
    "GET /account": Open.SIGNED_IN,
    "POST /account/password": Open.SIGNED_IN,
    "GET /account/second-factor": Open.SIGNED_IN,
    "POST /account/second-factor": Open.SIGNED_IN,
    "POST /account/sessions/{token_hash}/end": Open.SIGNED_IN,
    "POST /acting-for": Open.SIGNED_IN,
    # bank statements
    "GET /bank": Act.READ_BANK,
    "GET /bank/new": Act.MANAGE_BANK_ACCOUNTS,
    "POST /bank/new": Act.MANAGE_BANK_ACCOUNTS,
    "GET /bank/files/{bank_file_id}": Act.READ_BANK,
    "GET /bank/files/{bank_file_id}/file": Act.READ_BANK,
    "GET /bank/uploads/{bank_upload_id}": Act.POST_BANK,
    "POST /bank/uploads/{bank_upload_id}/answer": Act.POST_BANK,
    "POST /bank/uploads/{bank_upload_id}/post": Act.POST_BANK,
    "POST /bank/uploads/{bank_upload_id}/drop": Act.POST_BANK,
    "GET /bank/{bank_code}": Act.READ_BANK,
    "GET /bank/{bank_code}/files": Act.READ_BANK,
    "GET /bank/{bank_code}/post": Act.POST_BANK,
    "POST /bank/{bank_code}/post": Act.POST_BANK,
    # sales files
    "GET /uploads": Act.READ_SALES,
    "GET /uploads/new": Act.POST_SALES,
    "POST /uploads/new": Act.POST_SALES,
    "GET /uploads/sheet": Act.POST_SALES,
    "POST /uploads/sheet": Act.POST_SALES,
    "GET /uploads/template": Act.POST_SALES,
    "GET /uploads/{upload_id}": Act.READ_SALES,
    "GET /uploads/{upload_id}/state": Act.READ_SALES,
    "GET /uploads/{upload_id}/problems": Act.READ_SALES,
    "GET /uploads/{upload_id}/report.xlsx": Act.READ_SALES,
    "GET /uploads/{upload_id}/ignored": Act.READ_SALES,
    "GET /uploads/{upload_id}/lines": Act.READ_SALES,
    "GET /uploads/{upload_id}/findings": Act.READ_SALES,
    "GET /uploads/{upload_id}/file": Act.READ_SALES,
    "POST /uploads/{upload_id}/mapping": Act.POST_SALES,
    "POST /uploads/{upload_id}/overlap": Act.POST_SALES,
    "POST /uploads/{upload_id}/cancel": Act.POST_SALES,
    "POST /uploads/{upload_id}/reverse": Act.REVERSE_SALES,
    "GET /parked": Act.READ_SALES,
    "GET /parked/rows": Act.READ_SALES,
    "GET /parked/fix": Act.READ_SALES,
    "GET /parked/state": Act.READ_SALES,
    "POST /parked/product": Act.MANAGE_CODES,
    "POST /parked/store": Act.MANAGE_PARTNERS,
    "POST /parked/accept": Act.MANAGE_CODES,
    "POST /parked/dismiss": Act.POST_SALES,
    "GET /aliases": Act.READ_SALES,
    "POST /aliases/end": Act.MANAGE_CODES,  # of a store it needs the right to manage partners besides
    "GET /board": Act.READ_SALES,
    "POST /board/no-sales": Act.POST_SALES,
    "GET /board/chasing": Act.READ_SALES,
    "POST /board/remind": Act.CHASE_SALES,
    # cooperatives, and other terms of agreements
    "GET /cooperatives": Act.READ_COOPERATIVES,
    "GET /cooperatives/new": Act.MANAGE_COOPERATIVES,
    "POST /cooperatives/new": Act.MANAGE_COOPERATIVES,
    "GET /cooperatives/{code}": Act.READ_COOPERATIVES,
    "GET /cooperatives/{code}/sign": Act.MANAGE_AGREEMENTS,
    "POST /cooperatives/{code}/sign": Act.MANAGE_AGREEMENTS,
    "POST /cooperatives/{code}/members": Act.MANAGE_COOPERATIVES,
    "POST /cooperatives/{code}/members/end": Act.MANAGE_COOPERATIVES,
    "GET /agreements/{agreement_id}/continue": Act.MANAGE_AGREEMENTS,
    "POST /agreements/{agreement_id}/continue": Act.MANAGE_AGREEMENTS,
    # settlement
    "GET /closings": Act.READ_CLOSINGS,
    "GET /closings/new": Act.CLOSE_PERIOD,
    "POST /closings/new": Act.CLOSE_PERIOD,
    "GET /closings/{closing_id}": Act.READ_CLOSINGS,
    "GET /statements": Act.READ_STATEMENTS,
    "GET /statements/{number}": Act.READ_STATEMENTS,
    "GET /statements/{number}/lines": Act.READ_STATEMENTS,
    # statements as files, drafts, closings by two people
    "POST /closings/prepare": Act.PREPARE_CLOSING,
    "POST /closings/withdraw": Act.PREPARE_CLOSING,
    "GET /closings/{closing_id}/statements.pdf": Act.READ_CLOSINGS,
    "GET /statements/{number}/paper.pdf": Act.READ_STATEMENTS,
    "GET /statements/{number}/paper.xlsx": Act.READ_STATEMENTS,
    "GET /statements/{number}/paper.csv": Act.READ_STATEMENTS,
    "GET /drafts": Act.READ_STATEMENTS,
    "GET /drafts/{partner_code}/{producer_code}": Act.READ_STATEMENTS,
    "GET /drafts/{partner_code}/{producer_code}/paper.pdf": Act.READ_STATEMENTS,
    "GET /owed": Act.READ_OWED,
    "GET /my-sales": Act.READ_OWN_SALES,
    # payments: notices, answers, proofs
    "GET /payments": Act.READ_PAYMENTS,
    "GET /payments/new": Act.NOTE_PAYMENTS,
    "POST /payments/new": Act.NOTE_PAYMENTS,
    "GET /payments/{payment_number}": Act.READ_PAYMENTS,
    "GET /payments/{payment_number}/proof": Act.READ_PAYMENTS,
    "POST /payments/{payment_number}/answer": Act.ANSWER_PAYMENTS,
    "POST /payments/{payment_number}/take": Act.TAKE_AS_RECEIVED,
    "POST /payments/{payment_number}/withdraw": Act.NOTE_PAYMENTS,
    "GET /my-money": Act.ANSWER_PAYMENTS,
    "GET /proofs": Act.READ_CLOSINGS,
    "GET /proofs/{number}": Act.READ_CLOSINGS,
    # what stood before these books, disputes, corrections, late payments
    "GET /carry-over": Act.READ_CLOSINGS,
    "GET /carry-over/new": Act.CARRY_OVER_DEBTS,
    "POST /carry-over/new": Act.CARRY_OVER_DEBTS,
    "GET /carry-over/template": Act.CARRY_OVER_DEBTS,
    "GET /carry-over/{carry_over_id}": Act.READ_CLOSINGS,
    "GET /carry-over/{carry_over_id}/file": Act.READ_CLOSINGS,
    "POST /carry-over/{carry_over_id}/confirm": Act.CONFIRM_DEBTS,
    "POST /carry-over/{carry_over_id}/withdraw": Act.CARRY_OVER_DEBTS,
    "GET /disputes": Act.READ_STATEMENTS,
    "GET /statements/{number}/dispute": Act.DISPUTE_STATEMENTS,
    "POST /statements/{number}/dispute": Act.DISPUTE_STATEMENTS,
    "GET /disputes/{dispute_id}": Act.READ_STATEMENTS,
    "POST /disputes/{dispute_id}/answer": Act.ANSWER_DISPUTES,
    "POST /disputes/{dispute_id}/withdraw": Act.DISPUTE_STATEMENTS,
    "GET /adjustments": Act.READ_CLOSINGS,
    "GET /adjustments/new": Act.PROPOSE_ADJUSTMENTS,
    "POST /adjustments/new": Act.PROPOSE_ADJUSTMENTS,
    "GET /adjustments/{adjustment_id}": Act.READ_CLOSINGS,
    "POST /adjustments/{adjustment_id}/decide": Act.DECIDE_ADJUSTMENTS,
    "GET /late": Act.READ_LATE,
    "GET /late/report.pdf": Act.READ_LATE,
    "GET /late/report.xlsx": Act.READ_LATE,
    "GET /late/{code}": Act.READ_LATE,
    "POST /late/{code}/remind": Act.CHASE_PAYMENTS,
    "GET /late/{code}/letter.pdf": Act.READ_LATE,
    # the whole ledger
    "GET /journal": Act.EXPORT_JOURNAL,
    "GET /journal/ledger.beancount": Act.EXPORT_JOURNAL,
    "GET /journal/ledger.csv": Act.EXPORT_JOURNAL,
    # goods in stores
    "GET /goods": Act.READ_STOCK,
    "GET /goods/find": Act.READ_STOCK,
    "GET /goods/new": (Act.SEND_DELIVERIES, Act.MOVE_STOCK, Act.ASK_GOODS_BACK),
    "POST /goods/new": (Act.SEND_DELIVERIES, Act.MOVE_STOCK, Act.ASK_GOODS_BACK),
    "GET /goods/{note_number}": Act.READ_STOCK,
    "GET /goods/{note_number}/paper": Act.READ_STOCK,
    "GET /goods/{note_number}/lines.csv": Act.READ_STOCK,
    "GET /goods/{note_number}/lines.xlsx": Act.READ_STOCK,
    "POST /goods/{note_number}/confirm": (Act.MOVE_STOCK, Act.TAKE_GOODS_BACK),
    "POST /goods/{note_number}/cancel": (Act.SEND_DELIVERIES, Act.MOVE_STOCK, Act.ASK_GOODS_BACK),
    "POST /goods/{note_number}/reverse": Act.REVERSE_STOCK,
    # papers
    "GET /my-papers": Act.READ_OWN_PAPERS,
    "GET /papers": Act.READ_PAPERS,
    "GET /papers/new": Act.SUBMIT_PAPERS,
    "POST /papers/new": Act.SUBMIT_PAPERS,
    "GET /papers/{document_id}": Act.READ_PAPERS,
    "GET /papers/{document_id}/file": Act.READ_PAPERS,
    "GET /papers/{document_id}/pages/{number}": Act.READ_PAPERS,
    "GET /papers/{document_id}/confirm": Act.SUBMIT_PAPERS,
    "POST /papers/{document_id}/confirm": Act.SUBMIT_PAPERS,
    "POST /papers/{document_id}/withdraw": Act.SUBMIT_PAPERS,
    "POST /papers/{document_id}/change": Act.SUBMIT_PAPERS,
    "GET /producers/{code}/papers": Act.READ_WAIVERS,  # it shows them as well; a producer has its own page
    "GET /review": Act.REVIEW_PAPERS,
    "POST /review/next": Act.REVIEW_PAPERS,
    "POST /papers/{document_id}/claim": Act.REVIEW_PAPERS,
    "POST /papers/{document_id}/release": Act.REVIEW_PAPERS,
    "POST /papers/{document_id}/decide": Act.REVIEW_PAPERS,
    "POST /papers/{document_id}/stage": Act.REVIEW_PAPERS,
    "POST /papers/{document_id}/revoke": Act.REVIEW_PAPERS,
    "GET /expiry": Act.READ_PAPERS,
    "GET /waivers": Act.READ_WAIVERS,
    "GET /waivers/new": Act.GRANT_WAIVERS,
    "POST /waivers/new": Act.GRANT_WAIVERS,
    "GET /waivers/{waiver_id}": Act.READ_WAIVERS,
    "POST /waivers/{waiver_id}/end": Act.GRANT_WAIVERS,
    "GET /references": Act.READ_REFERENCES,
    "GET /references/new": Act.MANAGE_REFERENCES,
    "POST /references/new": Act.MANAGE_REFERENCES,
    "GET /references/{list_id}": Act.READ_REFERENCES,
    "GET /references/{list_id}/problems": Act.READ_REFERENCES,
    "POST /references/{list_id}/withdraw": Act.MANAGE_REFERENCES,
    "POST /partners/{code}/demands": Act.MANAGE_PARTNERS,
    "POST /demands/{demand_id}/end": Act.MANAGE_PARTNERS,
    "POST /products/{code}/class": Act.MANAGE_PRODUCTS,
    # who and what is there
    "GET /partners": Act.READ_PARTNERS,
    "GET /partners/new": Act.MANAGE_PARTNERS,
    "POST /partners/new": Act.MANAGE_PARTNERS,
    "GET /partners/{code}": Act.READ_PARTNERS,
    "GET /partners/{code}/edit": Act.MANAGE_PARTNERS,
    "POST /partners/{code}/edit": Act.MANAGE_PARTNERS,
    "GET /partners/{code}/stores/new": Act.MANAGE_PARTNERS,
    "POST /partners/{code}/stores/new": Act.MANAGE_PARTNERS,
    "GET /stores/{store_id}": Act.READ_PARTNERS,
    "GET /stores/{store_id}/edit": Act.MANAGE_PARTNERS,
    "POST /stores/{store_id}/edit": Act.MANAGE_PARTNERS,
    "POST /stores/{store_id}/alias": Act.MANAGE_PARTNERS,
    "GET /stores/{store_id}/days": Act.READ_PARTNERS,
    "POST /stores/{store_id}/week": Act.SET_STORE_WEEK,
    "POST /stores/{store_id}/closed-days": Act.SAY_STORE_CLOSED,
    "GET /partners/{code}/closed-days": Act.READ_PARTNERS,
    "POST /partners/{code}/closed-days": Act.SET_STORE_WEEK,  # all of its stores: no store manager's to say
    "POST /closed-days/{closure_id}/end": Act.SAY_STORE_CLOSED,
    "GET /agreements": Act.READ_AGREEMENTS,
    "GET /agreements/new": Act.MANAGE_AGREEMENTS,
    "POST /agreements/new": Act.MANAGE_AGREEMENTS,
    "GET /agreements/{agreement_id}": Act.READ_AGREEMENTS,
    "POST /agreements/{agreement_id}/end": Act.MANAGE_AGREEMENTS,
    "GET /producers": Act.READ_PRODUCERS,
    "GET /producers/new": Act.REGISTER_PRODUCERS,
    "POST /producers/new": Act.REGISTER_PRODUCERS,
    "GET /producers/{code}": Act.READ_PRODUCERS,
    "GET /producers/{code}/edit": Act.MANAGE_PRODUCERS,
    "POST /producers/{code}/edit": Act.MANAGE_PRODUCERS,
    "POST /producers/{code}/confirm": Act.MANAGE_PRODUCERS,
    "GET /products": Act.READ_PRODUCTS,
    "GET /products/new": Act.MANAGE_PRODUCTS,
    "POST /products/new": Act.MANAGE_PRODUCTS,
    "GET /products/import": Act.MANAGE_PRODUCTS,
    "POST /products/import": Act.MANAGE_PRODUCTS,
    "GET /products/import/template": Act.MANAGE_PRODUCTS,
    "GET /products/import/products": Act.MANAGE_PRODUCTS,
    "GET /products/import/{import_id}": Act.MANAGE_PRODUCTS,
    "GET /products/import/{import_id}/problems": Act.MANAGE_PRODUCTS,
    "POST /products/import/{import_id}/take": Act.MANAGE_PRODUCTS,
    "GET /products/{code}": Act.READ_PRODUCTS,
    "POST /products/{code}/price": Act.MANAGE_PRODUCTS,
    "POST /products/{code}/barcode": Act.MANAGE_CODES,
    "POST /products/{code}/alias": Act.MANAGE_CODES,
    "GET /products/{code}/edit": Act.MANAGE_PRODUCTS,
    "POST /products/{code}/edit": Act.MANAGE_PRODUCTS,
    "GET /products/{code}/successor": Act.MANAGE_PRODUCTS,
    "POST /products/{code}/successor": Act.MANAGE_PRODUCTS,
    "GET /products/{code}/photo": Act.READ_PRODUCTS,
    "GET /products/{code}/thumb": Act.READ_PRODUCTS,
    "POST /products/{code}/photo": Act.MANAGE_PRODUCTS,
    "POST /products/{code}/number": Act.ISSUE_NUMBERS,
    "POST /products/{code}/retire": Act.MANAGE_NUMBERS,
    "GET /products/{code}/listings": Act.MANAGE_LISTINGS,
    "POST /products/{code}/listings": Act.MANAGE_LISTINGS,
    "POST /products/{code}/listings/end": Act.MANAGE_LISTINGS,
    "GET /numbers": Act.READ_NUMBERS,
    "GET /numbers/print": Act.READ_NUMBERS,
    "GET /numbers/settings": Act.MANAGE_NUMBERS_TERMS,
    "POST /numbers/settings": Act.MANAGE_NUMBERS_TERMS,
    "POST /numbers/ranges": Act.MANAGE_NUMBERS_TERMS,
    "POST /numbers/ranges/{range_id}/withdraw": Act.MANAGE_NUMBERS_TERMS,
    # what is to come of goods in stores
    "GET /expiring": Act.READ_STOCK,
    "GET /continuity": Act.READ_STOCK,
    "GET /continuity/{store_id}/{product_code}": Act.READ_STOCK,
    "GET /suggestions": Act.READ_STOCK,
    # goods in stores
    "GET /counts": Act.READ_STOCK,
    "GET /counts/new": Act.MOVE_STOCK,
    "POST /counts/new": Act.MOVE_STOCK,
    "GET /counts/{count_number}": Act.READ_STOCK,
    "GET /counts/{count_number}/sheet": Act.READ_STOCK,
    "POST /counts/{count_number}/scan": Act.MOVE_STOCK,
    "POST /counts/{count_number}/undo": Act.MOVE_STOCK,
    "POST /counts/{count_number}/set": Act.MOVE_STOCK,
    "GET /counts/{count_number}/record": Act.MOVE_STOCK,
    "POST /counts/{count_number}/record": Act.MOVE_STOCK,
    "POST /counts/{count_number}/cancel": Act.MOVE_STOCK,
    "POST /counts/{count_number}/reverse": Act.REVERSE_STOCK,
    "GET /stock": Act.READ_STOCK,
    "GET /stock/{store_id}/{product_code}": Act.READ_STOCK,
    "GET /losses": Act.READ_STOCK,
    "GET /losses/{loss_id}": Act.READ_STOCK,
    "POST /losses/{loss_id}/contest": Act.CONTEST_LOSSES,
    "POST /losses/{loss_id}/decide": Act.DECIDE_LOSSES,
    "GET /labels": Act.READ_LABELS,
    "GET /labels/new": Act.PRINT_LABELS,
    "POST /labels/new": Act.PRINT_LABELS,
    "GET /labels/{order_id}": Act.READ_LABELS,
    "GET /labels/{order_id}/state": Act.READ_LABELS,
    "GET /labels/{order_id}/sheet": Act.READ_LABELS,
    "GET /labels/{order_id}/preview": Act.READ_LABELS,
    "GET /label-papers": Act.READ_LABELS,
    "GET /label-papers/new": Act.MANAGE_LABEL_STOCK,
    "POST /label-papers/new": Act.MANAGE_LABEL_STOCK,
    "GET /label-papers/{stock_id}": Act.READ_LABELS,
    "GET /label-papers/{stock_id}/edit": Act.MANAGE_LABEL_STOCK,
    "POST /label-papers/{stock_id}/edit": Act.MANAGE_LABEL_STOCK,
    "GET /label-papers/{stock_id}/test-page": Act.READ_LABELS,
    "POST /label-papers/{stock_id}/test-scan": Act.PRINT_LABELS,
    "GET /label-tests/{test_id}": Act.PRINT_LABELS,
    "POST /label-tests/{test_id}": Act.PRINT_LABELS,
    "GET /label-tests/{test_id}/sheet": Act.PRINT_LABELS,
    # payouts and where they go
    "GET /payouts": Act.READ_PAYOUTS,
    "GET /payouts/new": Act.PLAN_PAYOUTS,
    "POST /payouts/new": Act.PLAN_PAYOUTS,
    "GET /payouts/{batch_number}": Act.READ_PAYOUTS,
    "GET /payouts/{batch_number}/file": Act.SEND_PAYOUTS,
    "POST /payouts/{batch_number}/approve": Act.APPROVE_PAYOUTS,
    "POST /payouts/{batch_number}/cancel": (Act.PLAN_PAYOUTS, Act.APPROVE_PAYOUTS),
    "POST /payouts/{batch_number}/send": Act.SEND_PAYOUTS,
    "POST /payouts/{batch_number}/found": Act.MATCH_BANK,
    "GET /payouts/{batch_number}/{payout_reference}": Act.READ_PAYOUTS,
    "POST /payouts/{batch_number}/{payout_reference}/out": (Act.PLAN_PAYOUTS, Act.APPROVE_PAYOUTS),
    "POST /payouts/{batch_number}/{payout_reference}/found": Act.MATCH_BANK,
    "POST /payouts/{batch_number}/{payout_reference}/undo": Act.MATCH_BANK,
    "POST /payouts/{batch_number}/{payout_reference}/return": Act.SEND_PAYOUTS,
    "POST /payouts/{batch_number}/{payout_reference}/answer": Act.ANSWER_PAYMENTS,
    "GET /payout-templates": Act.SEND_PAYOUTS,
    "POST /payout-templates": Act.SEND_PAYOUTS,
    "GET /payees": Act.READ_PAYEE_ACCOUNTS,
    "GET /payees/new": Act.STATE_PAYEE_ACCOUNTS,
    "POST /payees/new": Act.STATE_PAYEE_ACCOUNTS,
    "GET /payees/{payee_id}": Act.READ_PAYEE_ACCOUNTS,
    "POST /payees/{payee_id}/confirm": Act.CONFIRM_PAYEE_ACCOUNTS,
    "POST /payees/{payee_id}/refuse": Act.CONFIRM_PAYEE_ACCOUNTS,
    "GET /users": Act.READ_USERS,
    "GET /users/new": Act.MANAGE_USERS,
    "POST /users/new": Act.MANAGE_USERS,
    "GET /users/{user_id}": Act.READ_USERS,
    "POST /users/{user_id}/invite": Act.MANAGE_USERS,
    "POST /users/{user_id}/active": Act.MANAGE_USERS,
    "POST /users/{user_id}/role": Act.MANAGE_USERS,
    "POST /users/{user_id}/second-factor": Act.MANAGE_USERS,
    "GET /audit": Act.READ_AUDIT,
    "GET /settings": Act.MANAGE_REGION,
    "POST /settings": Act.MANAGE_REGION,
    # matching the bank's statement
    "GET /matching": Act.READ_BANK,
    "POST /matching/certain": Act.MATCH_BANK,
    "GET /matching/{line_id}": Act.READ_BANK,
    "POST /matching/{line_id}/accept": Act.MATCH_BANK,
    "POST /matching/{line_id}/split": Act.MATCH_BANK,
    "POST /matching/{line_id}/charge": Act.MATCH_BANK,
    "POST /matching/{line_id}/refund": Act.MATCH_BANK,
    "GET /matches": Act.READ_BANK,
    "GET /matches/{match_id}": Act.READ_BANK,
    "POST /matches/{match_id}/undo": Act.MATCH_BANK,
    "GET /write-offs": Act.READ_BANK,
    "GET /write-offs/new": Act.PROPOSE_WRITE_OFFS,
    "POST /write-offs/new": Act.PROPOSE_WRITE_OFFS,
    "GET /write-offs/{write_off_id}": Act.READ_BANK,
    "POST /write-offs/{write_off_id}/decide": Act.DECIDE_WRITE_OFFS,
}

BEFORE_ENROLMENT = frozenset(
    {
        "GET /account/second-factor",
        "POST /account/second-factor",
        "POST /sign-out",
        "POST /language",
        "GET /privacy",
        "GET /healthz",
        "GET /static/{digest}/{name}",
    }
)
"""What is open to a person who must first set up an authenticator app."""


def may_open(role: Role | None, access: Access) -> bool:
    """Say whether a person with *role*, or nobody, may open a route with *access*."""
    if access is Open.EVERYBODY:
        return True
    if role is None:
        return False
    if isinstance(access, Open):
        return access is Open.SIGNED_IN
    acts = access if isinstance(access, tuple) else (access,)
    return any(role in PERMITTED[act] for act in acts)


def list_routes(app: FastAPI) -> list[str]:
    """Return all routes of *app* as they are written in the table: method, space, path."""
    return [
        f"{method} {route.path}" for route in find_routes(app) for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def find_routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes of *app* that answer to people."""
    return [route for route in app.routes if isinstance(route, APIRoute)]


def refuse_undeclared_routes(app: FastAPI) -> None:
    """Refuse to start with a route that the table does not name.

    Raises:
        RuntimeError: there is one.

    """
    undeclared = sorted(set(list_routes(app)) - set(ACCESS))
    if undeclared:
        raise RuntimeError(f"Nobody may open {', '.join(undeclared)}: say who may in consign/web/access.py.")
