"""Nobody learns anything of another producer, store, partner or region: it is answered as what is not there at all.

Each try names a stranger's thing, in an address, a filter, a search or a form, and is compared to the same request
naming a thing that does not exist. Both answers must be the same, apart from the form's token and what was typed.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from itertools import islice, product
from urllib.parse import quote, quote_plus

import httpx
import pytest
from pypdfium2 import PdfDocument

import consign.catalogue.lists
from consign import clock
from consign.identity.queries import get_actor
from consign.identity.rules import Reach, Role
from consign.partners.cooperatives import add_cooperative, add_member, get_cooperative
from consign.partners.queries import get_producer
from consign.web.access import ACCESS, Open, list_routes, may_open
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, SAMBAL
from tests.conftest import REGION
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
from tests.web.test_forgeries import fingerprint
from tests.web.town import (
    BERUANG,
    COOPERATIVE,
    FIRST,
    K1,
    KANCIL,
    MADU,
    PEOPLE,
    SECOND,
    T1,
    T2,
    Town,
)

ACTING = "petugas atas nama P3"
NOWHERE = {"number": "NP-2026-987654", "code": "ZZ-987654321", "id": "987654321", "hash": "ff" * 32}
"""What exists nowhere, in the shapes of what does."""
FILTERS = {
    "cooperative": "cooperative",
    "partner": "partner",
    "producer": "producer",
    "store": "store",
    "product": "product",
    "upload": "upload",
    "number": "statement",
    "replaces": "document",
}
"""What lists may be asked for, and of which kind it is."""
BY_ID = {"store", "upload", "replaces"}
"""What is asked for by its id as well; else by its code alone."""
PLACES = {
    "store_id": "store",
    "agreement_id": "agreement",
    "upload_id": "upload",
    "number": "statement",
    "token_hash": "session",
    "document_id": "document",
    "import_id": "import",
    "order_id": "labels",
    "test_id": "scan_test",
    "closure_id": "closure",
    "note_number": "note",
    "count_number": "note",
    "loss_id": "loss",
    "partner_code": "partner",
    "payment_number": "payment",
    "batch_number": "batch",
    "payee_id": "payee",
    "dispute_id": "dispute",
}
CODES = {"cooperatives": "cooperative", "partners": "partner", "producers": "producer", "products": "product"}
"""Of which kind the code is that stands in an address."""
BESIDES = {
    "/board": "month=2026-11&day=2026-11-05",
    "/parked/rows": "reason=product.unknown",
    "/uploads/sheet": "day=2026-11-05",
    "/uploads/template": "first=2026-11-02&last=2026-11-05",
    "/parked/fix": "reason=product.unknown&code=98",
    "/parked/state": "reason=product.unknown&code=98",
    "/aliases": "of=product&code=PLU1",
    "/my-sales": "from=2026-10-01&until=2026-11-30",
    "/papers/new": "kind=nib",
    "/goods/new": "kind=return",
}
"""What a page must be asked besides, so that it would answer at all."""
FORMS = {
    # payments: notices, answers, proofs
    "/payments/new": {"paid_on": "2026-11-02"},
    "/payments/{payment_number}/answer": {"answer": "received"},
    "/payments/{payment_number}/withdraw": {"reason": "asing"},
    "/uploads/{upload_id}/cancel": {"reason": "asing"},
    "/uploads/{upload_id}/reverse": {"reason": "asing"},
    "/uploads/{upload_id}/overlap": {"overlap": "add"},
    "/parked/accept": {"take": '["BM", "product.unknown", "99", "PRD-1"]'},
    "/aliases/end": {"of": "product", "code": "PLU1", "reason": "asing"},
    "/parked/dismiss": {"reason": "product.unknown", "code": "98", "note": "asing", "lines": "1"},
    "/parked/dismissing": {"foreign": '{"BM":{"product.unknown":{"99":987}}}', "note": "asing"},
    "/board/no-sales": {"day": "2026-11-02"},
    "/stores/{store_id}/week": {"mon": "yes", "first": "2028-06-01"},
    "/stores/{store_id}/closed-days": {"from": "2028-06-01", "until": "2028-06-02", "reason": "asing"},
    "/partners/{code}/closed-days": {"from": "2028-06-01", "until": "2028-06-02", "reason": "asing"},
    "/closed-days/{closure_id}/end": {"last": "2028-05-02"},
    "/counts/{count_number}/scan": {"code": "1"},
    "/counts/{count_number}/undo": {"scan": "1"},
    "/counts/{count_number}/set": {"found:1::": "3"},
    "/counts/{count_number}/cancel": {"reason": "asing"},
    "/counts/{count_number}/reverse": {"reason": "asing"},
    "/losses/{loss_id}/contest": {"reason": "asing"},
    "/losses/{loss_id}/decide": {"share": "1", "reason": "asing"},
    "/statements/{number}/dispute": {"reason": "asing"},
    "/disputes/{dispute_id}/answer": {"outcome": "rejected", "answer": "asing"},
    "/counts/new": {"extent": "part", "day": "2026-11-02"},  # without `when`, so that no count of its own begins
    "/goods/{note_number}/confirm": {"on": "2026-11-22"},
    "/goods/{note_number}/cancel": {"reason": "asing"},
    "/goods/{note_number}/reverse": {"reason": "asing"},
    "/uploads/sheet": {"day": "2026-11-02", "then": "none"},
    "/products/{code}/price": {"price": "1", "price_from": "2026-12-01"},
    "/products/{code}/class": {"goods_class": "craft"},
    "/products/{code}/edit": {"name": "asing", "net_content": "200", "net_unit": "g", "same_goods": "yes"},
    "/products/{code}/successor": {"name": "asing", "net_content": "1", "net_unit": "g", "reason": "net_content"},
    "/label-tests/{test_id}": {"read": "9520000000000"},
    "/papers/{document_id}/confirm": {"number": "1207210001234", "holder": "asing"},
    "/papers/{document_id}/change": {"note": "asing"},
    "/payouts/{batch_number}/{payout_reference}/answer": {"answer": "received"},
}
"""What stands in a form, so that it would be taken if the thing were the person's own."""
OPEN = {Open.EVERYBODY, Open.SIGNED_IN}
SEARCHED = 3
AS_FILES = 1
"""How many things of a kind are asked for as a file as well: a list or a page is narrowed before it becomes one."""
LIKE_ANOTHER = {SECOND, KANCIL, T2, K1}
"""Who sees lists as another of the same role does; what they may not see is asked for by its address as well."""
OTHER_COOPERATIVE = "KOP-RAHASIA"
_CELL = re.compile(r"<[tv][^>]*>([^<]*)<")
_TOKEN = re.compile(r'name="form_token" value="[^"]*"')


@dataclass(frozen=True)
class Stranger:
    """What a person must not learn of: ids and codes by kind, and words that give it away; and *own* things by kind."""

    refs: dict[str, list[str]]
    words: Sequence[str]
    own: dict[str, str]


@dataclass(frozen=True)
class Try:
    """A request that names a stranger's thing, and the same one that names nothing."""

    asked: Sent
    nothing: Sent
    ref: str
    none: str


@dataclass
class Found:
    """What a sweep came to."""

    tried: int = 0
    leaked: list[str] = field(default_factory=list)


def things_of(town: Town, *, partners: list[str], stores: list[str], producers: list[str]) -> dict[str, list[str]]:
    """Return ids, codes and numbers of what belongs to the named partners, stores and producers; of cooperatives the other."""

    def found(columns: str, source: str, codes: list[str]) -> list[str]:
        rows = town.ask(f"SELECT {columns} FROM {source}", codes=codes)
        return list(dict.fromkeys(str(value) for row in rows for value in row))

    by_partner, by_producer, by_store = (
        f"JOIN {kind} ON {kind}.id = {kind}_id WHERE {kind}.code = ANY(:codes)"
        for kind in ("partner", "producer", "store")
    )
    return {
        "cooperative": [OTHER_COOPERATIVE],
        "partner": found("code, id", "partner WHERE code = ANY(:codes)", partners),
        "store": found("code, id", "store WHERE code = ANY(:codes)", stores),
        "producer": found("code, id", "producer WHERE code = ANY(:codes)", producers),
        "product": found("product.code, product.id", f"product {by_producer}", producers),
        "agreement": found("agreement.id", f"agreement {by_partner}", partners)
        + found("agreement.id", f"agreement {by_producer}", producers),
        "upload": found("sales_upload.id", f"sales_upload {by_partner}", partners),
        "statement": found("number", f"statement {by_partner}", partners)
        + found("number", f"statement {by_producer}", producers),
        "document": found("document.id", f"document {by_producer}", producers),
        "import": found("product_import.id", f"product_import {by_producer}", producers),
        "labels": found("label_order.id", f"label_order {by_producer}", producers),
        "scan_test": found("scan_test.id", f"scan_test {by_producer}", producers),
        "note": found("number", f"stock_note {by_store}", stores)
        + found("number", f"stock_note {by_producer}", producers),
        "loss": found("stock_loss.id", f"stock_loss {by_store}", stores)
        + found("stock_loss.id", f"stock_loss {by_producer}", producers),
        "payment": found("payment_notice.number", f"payment_notice {by_partner}", partners)
        + found(
            "notice.number",
            "payment_notice AS notice JOIN payment_notice_line ON notice_id = notice.id"
            " JOIN statement ON statement.id = statement_id JOIN producer ON producer.id = producer_id"
            " WHERE producer.code = ANY(:codes)",
            producers,
        ),
        "batch": found(
            "payout_batch.number",
            f"payout_batch JOIN payout ON payout.batch_id = payout_batch.id {by_producer}",
            producers,
        ),
        "payee": found("payee_account.id", f"payee_account {by_producer}", producers),
        "dispute": found("dispute.id", f"dispute JOIN statement ON statement.id = statement_id {by_partner}", partners)
        + found("dispute.id", f"dispute JOIN statement ON statement.id = statement_id {by_producer}", producers),
        "closure": found("store_closure.id", f"store_closure {by_store}", stores),
        "session": found(
            "encode(token_hash, 'hex')",
            f"user_session JOIN user_account ON user_account.id = user_id {by_store}".replace(
                "store_id", "user_account.store_id"
            ),
            stores,
        ),
    }


KANCILS = (
    *("Merek Rahasia 3", "Kancil", "Loka", "Dapur 3", "Madu Kelulut", "PRD-3", MADU),
    *("KM", "K1", "154.000", "147.840", "77.000", "385.000", "2.222"),
)
BERUANGS = (
    *("Beruang", "Gerai T", "Dapur 1", "Keripik", "PRD-2", KERIPIK),
    *("BM", "T1", "T2", "Dapur 2", "Sambal", "PRD-1", SAMBAL, "65.812", "43.875", "1.111"),
)
FIRSTS = ("Merek Rahasia 1", "Bu Rahasia 1", "Dapur 1", "Keripik", "PRD-1", KERIPIK, "43.875", "Barang Asing")
SECONDS = ("Merek Rahasia 2", "Bu Rahasia 2", "Dapur 2", "Sambal", "PRD-2", SAMBAL, "21.937", "Barang Asing")


def put_cooperatives(town: Town) -> None:
    """Let the town's cooperative have the first producer as its member; another has the second."""
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_cooperative(session, by=admin, code=OTHER_COOPERATIVE, name="Koperasi Rahasia", phone=None)
        for code, producer in (("KOP-1", "P1"), (OTHER_COOPERATIVE, "P2")):
            add_member(
                session, by=admin, cooperative=get_cooperative(session, code), first=date(2026, 1, 1), last=None,
                producer_id=get_producer(session, producer).id, mandate="Surat kuasa 1/2026",
            )  # fmt: skip


@pytest.fixture(scope="module")
def strangers(shared_town: Town) -> dict[str, Stranger]:
    """Return for everybody whose role is held for something what is strange to them."""
    town = shared_town
    put_papers(town)
    put_lists(town)
    put_goods(town)
    put_labels(town)
    put_closures(town)
    put_shelves(town)
    put_notes(town)
    put_counts(town)
    put_bank(town)
    put_payments(town)
    put_payouts(town)
    put_debts(town)
    put_cooperatives(town)
    for login in (T1, T2, K1):
        town.browser(login)  # their sessions are strange to others
    kancil = things_of(town, partners=["KM"], stores=["K1"], producers=["P3"])
    beruang = things_of(town, partners=["BM"], stores=["T1", "T2"], producers=["P1", "P2"])

    def own(**codes: list[str]) -> dict[str, str]:
        owned = things_of(town, **{"partners": [], "stores": [], "producers": [], **codes})
        return {kind: refs[0] for kind, refs in owned.items() if refs}

    def strange(words: Sequence[str], own_things: dict[str, str], **codes: list[str]) -> Stranger:
        return Stranger(things_of(town, **{"partners": [], "stores": [], "producers": [], **codes}), words, own_things)

    of_beruang = own(partners=["BM"], stores=["T1"])
    return {
        FIRST: strange((*SECONDS, *KANCILS), own(producers=["P1"]), partners=["KM"], stores=["K1"], producers=["P2", "P3"]),
        SECOND: strange((*FIRSTS, *KANCILS), own(producers=["P2"]), partners=["KM"], stores=["K1"], producers=["P1", "P3"]),
        COOPERATIVE: strange(
            ("Koperasi Rahasia", *SECONDS, *KANCILS), own(producers=["P1"]), partners=["KM"], stores=["K1"],
            producers=["P2", "P3"],
        ),
        ACTING: Stranger(beruang, BERUANGS, own(producers=["P3"])),
        BERUANG: Stranger(kancil, KANCILS, of_beruang),
        KANCIL: Stranger(beruang, BERUANGS, own(partners=["KM"], stores=["K1"])),
        T1: strange(("Gerai T2", *KANCILS), of_beruang, partners=["KM"], stores=["K1", "T2"], producers=["P3"]),
        T2: strange(("Gerai T1", *KANCILS), own(partners=["BM"], stores=["T2"]), partners=["KM"], stores=["K1", "T1"], producers=["P3"]),
        K1: Stranger(beruang, BERUANGS, own(partners=["KM"], stores=["K1"])),
    }  # fmt: skip


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock stand still while answers are compared, so that they differ by what is asked alone."""
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)


@pytest.fixture(scope="module")
def browsers(shared_town: Town) -> dict[str, Browser]:
    """Return the browser of everybody, and of an officer who acts for the third producer; the other region is there."""
    assert shared_town.other
    people = [*PEOPLE, COOPERATIVE, ADMIN, FINANCE, AUDITOR]
    return {**{login: shared_town.browser(login) for login in people}, ACTING: shared_town.act_for("P3")}


def role_of(login: str) -> Role:
    """Return the role a person acts in."""
    office = {
        COOPERATIVE: Role.COOPERATIVE,
        ADMIN: Role.ADMIN,
        FINANCE: Role.DINAS_FINANCE,
        AUDITOR: Role.AUDITOR,
        ACTING: Role.PRODUCER,
    }
    return office.get(login) or PEOPLE[login][0]


def paths_for(town: Town, login: str, method: str) -> list[str]:
    """Return the paths of the routes of *method* that need a right which the person has."""
    routes = [route for route in list_routes(town.app) if route.startswith(f"{method} ")]
    return [
        route.partition(" ")[2]
        for route in routes
        if ACCESS[route] not in OPEN and may_open(role_of(login), ACCESS[route])
    ]


def nothing_like(ref: str) -> str:
    """Return the name of nothing in the shape of *ref*."""
    if len(ref) == len(NOWHERE["hash"]):
        return NOWHERE["hash"]
    return NOWHERE["id" if ref.isdigit() else "number" if ref.startswith("NP-") else "code"]


def kind_of(path: str) -> tuple[str, str]:
    """Return the hole in an address, and of which kind the thing is that fills it; blanks where there is none."""
    hole = re.search(r"\{(\w+)\}", path)
    if hole is None:
        return "", ""
    return hole[0], PLACES.get(hole[1]) or CODES.get(path.split("/")[1], "")


def filled(path: str, ref: str) -> str:
    """Return the address with *ref* in its hole."""
    path = path.replace(kind_of(path)[0], quote(ref)).replace("{number}", "1")  # of a paper's page
    path = path.replace("{payout_reference}", f"{ref.replace('-', '')}-001")
    return path.replace("{product_code}", "PRD-1").replace("{producer_code}", "P1")


def try_readings(path: str, strange: Stranger) -> Iterator[Try]:
    """Return the ways to ask a page for a stranger's thing: in its address, its filters and its search, and as a file."""
    hole, kind = kind_of(path)
    besides = f"&{BESIDES[path]}" if path in BESIDES else ""
    if not hole:
        yield from _try_filters(path, strange, (besides, f"{besides}&format=csv"))
        yield from _try_searches(path, strange, (besides, f"{besides}&format=xlsx"))
        return
    for place, ref in enumerate(strange.refs.get(kind, ())):
        none = nothing_like(ref)
        for asked in ("", "?format=csv")[: 2 if place < AS_FILES else 1]:
            yield Try(Sent("GET", filled(path, ref) + asked), Sent("GET", filled(path, none) + asked), ref, none)
    if kind in strange.own:
        yield from _try_filters(filled(path, strange.own[kind]), strange, ("",))


def _try_filters(path: str, strange: Stranger, asked: Sequence[str]) -> Iterator[Try]:
    for name, of_kind in FILTERS.items():
        if name == "replaces" and path != "/papers/new":
            continue
        for place, ref in enumerate(strange.refs[of_kind]):
            if ref.isdigit() and name not in BY_ID:
                continue
            none = nothing_like(ref)
            for more in asked if place < AS_FILES else asked[:1]:
                given, other = f"{path}?{name}={quote_plus(ref)}{more}", f"{path}?{name}={none}{more}"
                yield Try(Sent("GET", given), Sent("GET", other), ref, none)


def _try_searches(path: str, strange: Stranger, asked: Sequence[str]) -> Iterator[Try]:
    words = [word for word in strange.words if " " not in word]  # a search looks for every word by itself
    none = NOWHERE["code"]
    for word, more in (*product(words[:SEARCHED], asked[:1]), *product(words[:AS_FILES], asked[1:])):
        yield Try(Sent("GET", f"{path}?q={quote_plus(word)}{more}"), Sent("GET", f"{path}?q={none}{more}"), word, none)


def try_changes(path: str, strange: Stranger, token: str) -> Iterator[Try]:
    """Return every way to send a form about a stranger's thing: in its address, or in its fields."""
    data = {"form_token": token, **FORMS.get(path, {})}
    hole, kind = kind_of(path)
    if hole:
        for ref in strange.refs.get(kind, ()):
            none = nothing_like(ref)
            yield Try(Sent("POST", filled(path, ref), data), Sent("POST", filled(path, none), data), ref, none)
        return
    fields = {"producer": "producer"} if path == "/acting-for" else FILTERS  # a form without it stops acting
    for name, of_kind in fields.items():
        for ref in strange.refs[of_kind]:
            none = nothing_like(ref)
            yield Try(Sent("POST", path, {**data, name: ref}), Sent("POST", path, {**data, name: none}), ref, none)


def text_of(answer: httpx.Response) -> str:
    """Return what an answer says: where it leads, a workbook's cells, a paper's text, or a page without its form token."""
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            names = [name for name in book.namelist() if "sharedStrings" in name or "worksheets/" in name]
            return "\n".join(cell for name in sorted(names) for cell in _CELL.findall(book.read(name).decode()))
    if answer.content.startswith(b"%PDF"):
        paper = PdfDocument(answer.content)
        return "\n".join(page.get_textpage().get_text_bounded() for page in paper)
    return _TOKEN.sub("", answer.headers.get("location", "") + answer.content.decode("utf-8-sig", errors="replace"))


def without(text: str, one: Try) -> str:
    """Return a text without what was asked: addresses, and names as they stand in fields, links and sentences."""
    addresses = [sent.path for sent in (one.asked, one.nothing)]
    queries = [address.partition("?")[2] for address in addresses]
    paths = [path for address in addresses if (path := address.partition("?")[0]).count("/") > 1]
    for typed in sorted((*addresses, *queries, *paths), key=len, reverse=True):  # one may begin as another does
        for written in (typed, escape(typed)) if typed else ():
            text = text.replace(written, "¤")
    for name in (one.ref, one.none):
        text = re.sub(rf'={re.escape(quote_plus(name))}(?=["&])', "=¤", text)
        for written in (f'value="{escape(name)}"', f"“{escape(name)}”", f"&#39;{escape(name)}&#39;"):
            text = text.replace(written, "¤")
    return text


def first_difference(one: str, other: str) -> str:
    """Return the first lines in which two texts differ."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{left.strip()} | {right.strip()}" for left, right in pairs if left != right), "how long it is")


def judge(strange: Stranger, one: Try, answer: httpx.Response, nothing: httpx.Response) -> str | None:
    """Return what an answer gives away; blank where it is the same as for nothing."""
    told, told_nothing = without(text_of(answer), one), without(text_of(nothing), one)
    form = {name: value for name, value in (one.asked.data or {}).items() if name != "form_token"}
    what = f"{one.asked.method} {one.asked.path} {form or ''}"
    if answer.status_code != nothing.status_code:
        return f"{what}: {answer.status_code}, for nothing {nothing.status_code}"
    if answer.status_code >= 500:
        return f"{what}: {answer.status_code}"
    if told != told_nothing:
        return f"{what}: answered otherwise than nothing is: {first_difference(told, told_nothing)}"
    given_away = [word for word in strange.words if re.search(rf"(?<!\w){re.escape(word)}", told)]
    return f"{what}: says {given_away}" if given_away else None


def sweep(browser: Browser, strange: Stranger, tries: Sequence[Try], found: Found) -> None:
    """Ask for everything, and for nothing in its place, and note what was given away."""
    others = list({repr(one.nothing): one.nothing for one in tries}.values())
    nothing = dict(zip(map(repr, others), browser.send_all(others), strict=True))
    for one, answer in zip(tries, browser.send_all([one.asked for one in tries]), strict=True):
        found.tried += 1
        given_away = judge(strange, one, answer, nothing[repr(one.nothing)])
        if given_away:
            found.leaked.append(given_away)


def tell(capsys: pytest.CaptureFixture[str], what: str, found: Found) -> None:
    with capsys.disabled():
        print(f"\n{what}: tried {found.tried}, leaked {len(found.leaked)}")


def test_nobody_learns_anything_of_a_stranger(
    shared_town: Town,
    strangers: dict[str, Stranger],
    browsers: dict[str, Browser],
    capsys: pytest.CaptureFixture[str],
):
    found = Found()
    for login, strange in strangers.items():
        paths = paths_for(shared_town, login, "GET")
        if login in LIKE_ANOTHER:
            paths = [path for path in paths if kind_of(path)[0]]
        tries = [one for path in paths for one in try_readings(path, strange)]
        sweep(browsers[login], strange, tries, found)
    tell(capsys, "strangers' things read", found)
    assert "\n".join(found.leaked[:40]) == ""
    assert found.tried >= 2_000


def test_nobody_changes_anything_of_a_stranger(
    shared_town: Town,
    strangers: dict[str, Stranger],
    browsers: dict[str, Browser],
    capsys: pytest.CaptureFixture[str],
):
    found, before = Found(), fingerprint(shared_town)
    for login, strange in strangers.items():
        token = browsers[login].get("/privacy").form_token()
        paths = ["/acting-for", "/account/sessions/{token_hash}/end", *paths_for(shared_town, login, "POST")]
        sweep(browsers[login], strange, [one for path in paths for one in try_changes(path, strange, token)], found)
    tell(capsys, "strangers' things changed", found)
    assert "\n".join(found.leaked[:40]) == ""
    assert fingerprint(shared_town) == before
    assert found.tried >= 150


def test_a_list_that_forgets_whose_it_is_is_found(
    strangers: dict[str, Stranger],
    browsers: dict[str, Browser],
    monkeypatch: pytest.MonkeyPatch,
):
    def sweep_products() -> Found:
        found = Found()
        for path in ("/products", "/products/{code}"):
            sweep(browsers[FIRST], strangers[FIRST], list(try_readings(path, strangers[FIRST])), found)
        return found

    assert sweep_products().leaked == []
    monkeypatch.setattr(consign.catalogue.lists, "get_reach", lambda *_: Reach(None, None, None))
    found = sweep_products()
    assert len(found.leaked) > found.tried // 3


ELSEWHERE = Stranger(
    {
        "cooperative": ["KOP-S"],
        "partner": ["SM"],
        "store": ["S1"],
        "producer": ["S20", "S39"],
        "product": ["SMR-20", "SMR-39"],
        "agreement": [],
        "upload": [],
        "statement": [],
        "document": [],
        "import": [],
        "labels": [],
        "scan_test": [],
        "closure": [],
        "note": [],
        "loss": [],
        "payment": [],
        "session": [],
    },
    ("SMR", "Loka Mahakam", "Rumah Mahakam", "Mahakam Mart", "Orang Samarinda"),  # the places alone are known to all
    {},
)


def test_another_region_is_not_there_for_anybody(
    shared_town: Town, browsers: dict[str, Browser], capsys: pytest.CaptureFixture[str]
):
    found = Found()
    one_of_each = {role_of(login): (login, browser) for login, browser in browsers.items()}
    for login, browser in one_of_each.values():
        for path in paths_for(shared_town, login, "GET"):
            sweep(browser, ELSEWHERE, list(islice(try_readings(path, ELSEWHERE), 4)), found)
    tell(capsys, "another region's things read", found)
    assert "\n".join(found.leaked[:40]) == ""
    assert found.tried >= 500


def test_a_session_of_one_region_is_nothing_in_another(shared_town: Town, browsers: dict[str, Browser]):
    nobody = Browser(shared_town.other)
    tried = 0
    for login, browser in browsers.items():
        other = Browser(shared_town.other, cookies=httpx.Cookies(browser.cookies))
        sent = [Sent("GET", path) for path in paths_for(shared_town, login, "GET") if not kind_of(path)[0]]
        answers = zip(sent, other.send_all(sent), nobody.send_all(sent), strict=True)
        for one, answer, for_nobody in answers:
            tried += 1
            assert answer.status_code == for_nobody.status_code, one.path
            assert answer.headers.get("location") == for_nobody.headers.get("location"), one.path
            assert "Mahakam" not in answer.text
    assert tried >= 100


def test_people_of_another_region_cannot_sign_in_and_are_as_unknown_as_anybody(shared_town: Town):
    def refused(login: str) -> str:
        page = Browser(shared_town.app).sign_in(login)
        assert page.status == 422
        return _TOKEN.sub("", page.source).replace(login, "¤")

    assert refused("admin@samarinda.example") == refused("tidak-ada@samarinda.example")
    admin = Browser(shared_town.other)
    assert admin.sign_in("admin@samarinda.example").path == "/"
