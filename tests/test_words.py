"""Everything that is said to people is in the Indonesian catalogue, and every stable code has its word."""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from compliance.facts import GoodsClass, Kind
from compliance.findings import Verdict
from compliance.standing import Standing, State
from consign.catalogue.rules import NET_UNITS
from consign.identity.rules import Act
from consign.identity.rules import Role as Post
from consign.ledger.rules import AccountKind, TransferKind
from consign.models import RegionBase
from consign.partners.actions import PARTNER_KINDS
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.period import ZONES, Cycle
from consign.sales.finding_lists import FINDING_CODES
from consign.sales.known_layouts import load_known_layouts
from consign.sales.layout import KindEffect, Receipts, Role
from consign.sales.problems import PROBLEMS
from consign.sales.rules import DayState, Overlap
from consign.sentence import say
from consign.stock.loss_rules import LossState
from consign.stock.rules import MovementKind, NoteKind, NoteState, Reason, Refusal
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from consign.web.region_terms import BLOCKS, WARNS
from consign.web.words import WORDS, choice_word, merge_words, remedy, word
from reports.statement import KINDS
from tests.words import ROOT, find_untranslated, gather, read_catalogue

MODULES = sorted((ROOT / "consign").rglob("*.py"))


@pytest.fixture(scope="module")
def said() -> Catalog:
    return gather()


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return read_catalogue()


def assert_none(found: Iterable[object]) -> None:
    """Fail with every one of *found* on a line of its own."""
    lines = [str(one) for one in found]
    assert not lines, "\n".join([f"{len(lines)}:", *lines])


def messages_of(catalogue: Catalog) -> dict[object, Message]:
    return {message.id: message for message in catalogue if message.id}


def first_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_every_message_is_in_the_catalogue(said: Catalog, catalogue: Catalog):
    known = messages_of(catalogue)
    missing = [(first_of(one), *one.locations[:1]) for key, one in messages_of(said).items() if key not in known]
    assert_none(missing)  # `make words` takes them in


def test_every_message_is_translated(catalogue: Catalog):
    assert_none(first_of(message) for message in find_untranslated(catalogue))


def test_the_catalogue_holds_nothing_that_is_not_said(said: Catalog, catalogue: Catalog):
    now = messages_of(said)
    assert_none(first_of(message) for key, message in messages_of(catalogue).items() if key not in now)  # `make words`
    assert list(catalogue.obsolete) == []


def test_no_translation_is_a_guess(catalogue: Catalog):
    assert_none(first_of(message) for message in messages_of(catalogue).values() if message.fuzzy)


def holes_of(text: str) -> set[str]:
    """Return the names that are filled in: `{day}` in sentences, `%(name)s` on pages."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} | set(re.findall(r"%\(\w+\)s", text))


def test_both_languages_name_the_same_facts(catalogue: Catalog):
    differs = []
    for message in messages_of(catalogue).values():
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string)
        wanted = holes_of(message.id if isinstance(message.id, str) else message.id[-1])
        differs += [(first_of(message), text) for text in strings if text and holes_of(text) != wanted]
    assert_none(differs)


def test_facts_are_named_without_a_format_of_their_own(said: Catalog):
    # Each language writes numbers and days its own way, so a template cannot.
    odd = []
    for message in messages_of(said).values():
        for _, name, form, conversion in string.Formatter().parse(first_of(message)):
            if name is not None and (form or conversion or not name.isidentifier()):
                odd.append(first_of(message))
    assert_none(odd)


GLOSSARY = {
    "agreement": "perjanjian",
    "audit trail": "jejak audit",
    "authenticator app": "aplikasi autentikator",
    "bank account": "rekening",
    "bank statement": "rekening koran",
    "bank's statement": "rekening koran",
    "barcode": "kode batang",
    "cooperative": "koperasi",
    "correction": "koreksi",
    "delivery note": "surat jalan",
    "discount": "diskon",
    "dismissed": "disingkirkan",
    "dispute": "sanggahan|menyanggah|sanggah|disanggah",
    "expiry": "kedaluwarsa",
    "fee": "komisi",
    "file": "berkas",
    "given up": "diurungkan|urungkan",
    "gross": "kotor",
    "handed in": "diunggah|mengunggah|diajukan|mengajukan|ajukan",
    "ignored": "diabaikan",
    "line": "baris",
    "link": "tautan",
    "mandate": "surat kuasa",
    "matching": "pencocokan",
    "net": "bersih",
    "opening balance": "saldo awal",
    "overlap": "tumpang tindih",
    "partner": "mitra",
    "password": "kata sandi",
    "payment notice": "pemberitahuan pembayaran",
    "payout": "pencairan|dicairkan|mencairkan|cairkan",
    "period": "periode",
    "privacy notice": "pemberitahuan privasi",
    "producer": "produsen",
    "product": "produk|produknya",
    "proof": "bukti",
    "pull-back": "penarikan",
    "quantity": "jumlah",
    "receipt": "struk",
    "row": "baris",
    "second factor": "verifikasi dua langkah",
    "statement": "nota perhitungan",
    "store": "gerai",
    "till": "kasir",
    "unallocated": "belum dialokasikan",
    "upload": "unggahan|mengunggah",
    "user": "pengguna",
    "waiver": "pengecualian|dispensasi",
    "withholds": "memotong|dipotong",
    "write-off": "penghapusan",
}
"""The one Indonesian word for each thing; a second one is another form of the same word."""
ANOTHER_THING = {"statement": ("bank ", "bank's ", "bank's next ")}
"""What makes another thing of a term when it stands before it."""
OTHERWISE = {
    ("agreement", "Without agreement to the privacy notice"),
    ("agreement", "You may see your data"),
    ("correction", "Save corrections"),
    ("correction", "correction asked for"),
    ("line", "What lines wait for"),
    ("product", "About, such as product or user:3"),
    ("receipt", "Copy the number from the certificate"),
    ("statement", "A halal certificate, or a statement"),
    ("statement", "A non-halal statement"),
    ("statement", "Accounts into which partners pay"),
    ("statement", "Earlier statements had brought"),
    ("statement", "From %(first)s to %(last)s: no statement"),
    ("statement", "Hand in a statement"),
    ("statement", "Hand in the statements of these days"),
    ("statement", "Lines of the statements"),
    ("statement", "Lines that this statement brought"),
    ("statement", "No file was chosen. Choose the statement."),
    ("statement", "No statement was posted yet."),
    ("statement", "Posted statements"),
    ("statement", "Rest below zero"),
    ("statement", "Statements do not follow each other"),
    ("statement", "Statements in the file"),
    ("statement", "Statements until"),
    ("statement", "The file is nested deeper than any statement"),
    ("statement", "The sheets {sheets} have different columns"),
    ("statement", "The statement after it"),
    ("statement", "Write the non-halal statement"),
    ("statement", "it holds no statement of a bank account"),
    ("statement", "it is nested deeper than any statement"),
    ("statement", "it is no CAMT.053 statement"),
    ("statement", "it stands before the first statement"),
    ("statement", "statement of non-halal materials"),
    ("statement", "the statement that begins there"),
    ("store", "Hand in the file of this day."),
    ("store", "Store days"),
    ("store", "The file {sha256} is not in the object store."),
    ("user", "About, such as product or user:3"),
}
"""Where a term means something else or goes without saying, by how the message begins."""
NEVER_SAID = (
    "barcode|closing|download|e-mail|email|faktur|fee|file|invoice|kadaluarsa|kadaluwarsa|keberatan|kesampingkan"
    "|kode bar|kontrak|laporan|line|link|login|logout|merchant|outlet|partner|password|payout|pelaku usaha|pemasok"
    "|rekonsiliasi|settlement|spreadsheet|statement|store|supplier|tagihan|tarik unggahan|toko|ukm|upload|user|vendor"
    "|warung"
)
"""Other words for the same things, and words that were left in English."""
NEVER_SAID_IN_ENGLISH = (
    "bill|commission|consignor|contract|disbursement|invoice|merchant|msme|objection|outlet|reconciliation|remittance"
    "|retailer|seller|shop|shrinkage|sku|spoilage|supplier|tenant|vendor"
)
"""Other English words for what has its own: fee, agreement, payout, statement, producer, dispute, store, matching, partner, loss."""
SAID_ALL_THE_SAME = {"About, such as product or user:3": {"user"}}
"""What is typed as it is stands in the message as it is."""


def without_holes(text: str) -> str:
    return re.sub(r"%\(\w+\)s|\{\w*\}", "", text)


@pytest.mark.parametrize("term", GLOSSARY)
def test_one_thing_has_one_word(term: str, catalogue: Catalog):
    apart = "".join(f"(?<!{before})" for before in ANOTHER_THING.get(term, ()))
    english = re.compile(rf"{apart}\b{term}(s|'s|s')?\b", re.IGNORECASE)
    indonesian = re.compile(rf"\b({GLOSSARY[term]})(nya|-\w+)?\b", re.IGNORECASE)
    said = [one for key, one in messages_of(catalogue).items() if english.search(without_holes(str(key)))]
    assert said
    otherwise = tuple(beginning for other, beginning in OTHERWISE if other == term)
    assert_none(
        (first_of(one), one.string)
        for one in said
        if not indonesian.search(str(one.string)) and not first_of(one).startswith(otherwise)
    )


def test_no_other_word_is_used_for_it(catalogue: Catalog):
    never = re.compile(rf"\b({NEVER_SAID})(nya)?\b", re.IGNORECASE)
    found = []
    for message in messages_of(catalogue).values():
        words = {one[0].lower() for one in never.finditer(without_holes(str(message.string)))}
        found += [(word, first_of(message)) for word in words - SAID_ALL_THE_SAME.get(first_of(message), set())]
    assert_none(found)


def test_no_other_english_word_is_used_for_it(catalogue: Catalog):
    never = re.compile(rf"\b({NEVER_SAID_IN_ENGLISH})s?\b", re.IGNORECASE)
    said = [str(form) for one in messages_of(catalogue).values() for form in ids_of(one)]
    assert_none((found[0], text) for text in said if (found := never.search(without_holes(text))))


def ids_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def begins_small(text: str) -> bool:
    """Say whether *text* stands inside a sentence; what begins with a fact or a sign may be anything."""
    return text[:1].islower()


def test_words_that_begin_small_do_so_in_both_languages(catalogue: Catalog):
    assert_none(
        (first_of(one), one.string)
        for one in messages_of(catalogue).values()
        if begins_small(first_of(one)) and not begins_small(str(one.string)) and str(one.string)[:1].isalpha()
    )


def test_the_catalogue_is_stored_the_way_it_is_written(catalogue: Catalog):
    # Otherwise the next new message would change lines that nobody touched.
    written = BytesIO()
    write_po(written, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    stored = Path(ROOT / "consign/web/locale/id/LC_MESSAGES/consign.po").read_text(encoding="utf-8")
    assert without_tool(written.getvalue().decode()) == without_tool(stored)


def without_tool(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith('"Generated-By')]


def read_checked(table: str, column: str) -> set[str]:
    """Return the texts that the database allows in a column."""
    rules = [str(one.sqltext) for one in RegionBase.metadata.tables[table].constraints if hasattr(one, "sqltext")]
    (listed,) = [found[1] for rule in rules if (found := re.fullmatch(rf"{column} IN \((.*)\)", rule))]
    return set(re.findall(r"'(\w+)'", listed))


def find_waiting_reasons() -> set[str]:
    """Return the reasons for which a readable line waits, read off the modules that give them."""
    text = "".join((ROOT / f"consign/sales/{name}.py").read_text(encoding="utf-8") for name in ("writing", "overlap"))
    return set(re.findall(r"[\"']((?:store|product|price|agreement|overlap)\.[a-z_]+)[\"']", text))


def find_ignored_reasons() -> set[str]:
    """Return the reasons for which a row is ignored, read off the reader."""
    tree = ast.parse((ROOT / "consign/sales/reading.py").read_text(encoding="utf-8"))
    reader = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Reader")
    judge = next(node for node in reader.body if getattr(node, "name", "") == "_why_no_sale")
    returned = {
        part.value
        for node in ast.walk(judge)
        if isinstance(node, ast.Return) and node.value is not None
        for part in ast.walk(node.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.fullmatch("[a-z_]+", part.value)
    }
    given = {
        node.args[2].value
        for node in ast.walk(reader)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "self._ignore"
        and isinstance(node.args[2], ast.Constant)
    }
    by_rules = {
        rule["reason"]
        for known in load_known_layouts()
        for rule in known.reading.get("rules", ())
        if rule["outcome"] == "leave_out"
    }
    return returned | given | by_rules | {"cancelled"}


def find_audit_acts() -> Iterator[tuple[str, str]]:
    """Return what every recorded event is called, with where it is recorded."""
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_event":
                (act,) = [one.value for one in node.keywords if one.arg == "act"]
                choices = (act.body, act.orelse) if isinstance(act, ast.IfExp) else (act,)
                for choice in choices:
                    for name in read_names(choice, tree):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", name


def read_names(written: ast.expr, tree: ast.Module) -> Iterable[str]:
    """Return the one text that is written out, or all those of the module's table that it is looked up in."""
    if not isinstance(written, ast.Subscript):
        return (ast.literal_eval(written),)
    table = ast.unparse(written.value)
    (found,) = [one.value for one in tree.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == table]
    names: dict[str, str] = ast.literal_eval(found)
    return names.values()


def test_every_recorded_act_has_its_word():
    found = list(find_audit_acts())
    assert len(found) > 20
    assert_none((where, act) for where, act in found if act not in WORDS["audit_act"])
    assert_none(set(WORDS["audit_act"]) - {act for _, act in found})


WAITING_REASONS = find_waiting_reasons()
CODES: dict[str, set[str]] = {
    "upload_status": read_checked("sales_upload", "status"),
    "problem": set(PROBLEMS) - {""} | WAITING_REASONS,
    "finding": set(FINDING_CODES),
    "ignored": find_ignored_reasons(),
    "parked_state": read_checked("sales_parked", "state"),
    "posting_kind": read_checked("sales_posting", "kind"),
    "cover": read_checked("sales_cover", "kind"),
    "fee_rate_from": read_checked("sale", "fee_rate_from"),
    "account_kind": {*AccountKind},
    "transfer_kind": {*TransferKind},
    "line_kind": set(KINDS),
    "role": {*Post},
    "act": {*Act},
    "column": {*Role},
    "number_style": {*NumberStyle},
    "date_order": {*DateOrder},
    "kind": {*KindEffect},
    "receipts": {*Receipts},
    "overlap": {*Overlap, "cancel"},
    "yes_no": {"yes", "no"},
    "fee_on": {*FeeOn},
    "discount_borne_by": {*DiscountBorneBy},
    "partner_kind": set(PARTNER_KINDS),
    "cycle": {*Cycle},
    "zone": set(ZONES),
    "net_unit": set(NET_UNITS),
    "store_day": {*DayState},
    "goods_class": {*GoodsClass},
    "halal": {BLOCKS, WARNS},
    "paper_kind": {*Kind},
    "paper_state": {*State},
    "standing": {*Standing},
    "verdict": {*Verdict},
    "loss_state": {*LossState},
    "note_kind": {*NoteKind},
    "note_state": {*NoteState},
    "stock_reason": {*Reason},
    "refusal": {*Refusal},
    "movement_kind": {*MovementKind},
}


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_its_word_and_no_word_is_left_over(group: str):
    assert set(WORDS[group]) == {str(code) for code in CODES[group]}


def test_the_codes_were_found_where_they_are_given():
    assert {"store.unknown", "agreement.missing", "overlap.differs"} <= WAITING_REASONS
    assert {"cancelled", "nothing_sold", "total_row", "note"} <= CODES["ignored"]
    assert "needs_mapping" in CODES["upload_status"]


GROUPS = re.compile(
    r"""\bCode\(\s*["'](\w+)["']|\bword\(\s*["'](\w+)["']\s*\)|\bbadge\([^)]*,\s*["'](\w+)["']\s*\)|\bwords=["'](\w+)["']"""
)
"""How a group is named: for a code in a sentence, and on pages."""


def find_code_groups() -> Iterator[tuple[str, str]]:
    """Return every group that a module or a page names, with where."""
    for path in [*MODULES, *sorted((ROOT / "consign/web/templates").rglob("*.html"))]:
        for found in GROUPS.finditer(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), next(filter(None, found.groups()))


def test_every_group_that_is_named_has_words():
    found = list(find_code_groups())
    assert len(found) > 10
    assert_none((where, group) for where, group in found if group not in WORDS)


@pytest.mark.parametrize("code", sorted(CODES["problem"]))
def test_every_waiting_row_says_what_to_do(code: str):
    assert str(remedy(code)).endswith(".")


def test_two_areas_share_a_group_and_no_code_of_it():
    goods, money = {"subject": {"product": say("product")}}, {"subject": {"payout": say("payout")}}
    assert merge_words((goods, money)) == {"subject": {"product": "product", "payout": "payout"}}
    with pytest.raises(ValueError, match="The group subject has two words for payout"):
        merge_words((goods, money, money))


def test_a_code_without_a_word_is_shown_as_it_is():
    assert word("upload_status", "{new}") == "{new}"
    assert word("no such group", "posted") == "posted"
    assert remedy("no.such_code") == ""


@pytest.mark.parametrize(
    ("about", "choice", "found"),
    [
        ("number_style", "id", "Indonesian (1.234.567,00)"),
        ("date_order", "mdy", "month first (08/31/2026)"),
        ("kind:tukar", "return", "return"),
        ("overlap", "cancel", "give up this upload"),
        ("mapping", "yes", "yes"),
        ("column:quantity", "Terjual", "Terjual"),
    ],
)
def test_the_answers_to_a_question_have_words(about: str, choice: str, found: str):
    assert choice_word(about, choice) == found
