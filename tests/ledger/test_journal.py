"""The ledger as a file: Beancount reads it without an error and comes to the same balances."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.ledger.actions import post_transfers
from consign.ledger.journal import compute_trial_balance, open_journal
from consign.ledger.rules import AccountKind, AccountName, TransferKind
from consign.models.banking import BankAccount
from consign.models.partners import Partner, Producer
from reports.journal import Journal, JournalAccount, JournalTransfer, name_account, write_beancount, write_csv
from tests.builders import City
from tests.ledger.beancounting import add_up, bean_check, export, prove
from tests.ledger.books import order, owes, reverse
from tests.ledger.test_histories import HISTORIES, run

CODES = st.text(max_size=6) | st.text(alphabet="xX-AZa05:_", max_size=6)
AT = datetime(2026, 11, 1, 1, 2, 3, 4, tzinfo=UTC)


def add_bank_account(city: City, code: str = "BPD", number: str = "0011223344") -> int:
    account = BankAccount(code=code, bank_code="124", number=number, holder="Dinas", added_at=AT)
    city.session.add(account)
    city.session.flush()
    return account.id


def all_kinds(city: City, bank_account_id: int) -> list[AccountName]:
    """Name an account of every kind."""
    pair, names = (city.partner.id, city.producers[0].id), []
    for kind in AccountKind:
        match kind:
            case AccountKind.PARTNER_OWES | AccountKind.PRODUCER_IS_OWED | AccountKind.PRODUCER_PAYABLE:
                names.append(AccountName(kind, *pair))
            case AccountKind.BANK | AccountKind.UNALLOCATED | AccountKind.IN_TRANSIT:
                names.append(AccountName(kind, bank_account_id=bank_account_id))
            case _:
                names.append(AccountName(kind))
    return names


@pytest.fixture
def lived_in(city: City) -> City:
    """Post between accounts of all kinds, to each its own amount, and take one back."""
    names = all_kinds(city, add_bank_account(city))
    for place, (debit, credit) in enumerate(zip(names, [*names[1:], names[0]], strict=True)):
        post_transfers(city.session, [order(city, f"K{place}", 10**place, debit=debit, credit=credit)])
    reverse(city.session, "K0", cause='salah "catat"\\')
    return city


def journal_of(*transfers: JournalTransfer, codes: tuple[str, str] = ("A", "B")) -> Journal:
    accounts = (
        JournalAccount(1, "bank", codes[:1], sum(one.amount_rp for one in transfers), 0),
        JournalAccount(2, "unallocated", codes[1:], 0, sum(one.amount_rp for one in transfers)),
    )
    return Journal("x", accounts, iter(transfers))


def move(cause: str = "bank:1", key: str = "bank:1", amount_rp: int = 5) -> JournalTransfer:
    return JournalTransfer(1, date(2026, 11, 1), key, "bank_line", cause, 1, 2, amount_rp, None, AT)


def test_the_file_reads_as_it_is_meant():
    text_ = "".join(write_beancount(journal_of(move())))
    assert text_ == (
        'option "title" "x"\noption "operating_currency" "IDR"\n\n'
        "2026-11-01 open Assets:Bank:A IDR\n2026-11-01 open Liabilities:Unallocated:B IDR\n\n"
        '2026-11-01 * "bank:1" ^t1\n  key: "bank:1"\n  kind: "bank_line"\n  posted: "2026-11-01T01:02:03.000004Z"\n'
        "  Assets:Bank:A  5 IDR\n  Liabilities:Unallocated:B  -5 IDR\n\n"
        "2026-11-02 balance Assets:Bank:A  5 IDR\n2026-11-02 balance Liabilities:Unallocated:B  -5 IDR\n"
    )


def test_accounts_of_all_kinds_are_proven(lived_in: City, tmp_path: Path):
    path = tmp_path / "ledger.beancount"
    assert prove(lived_in.session, path) == 10
    assert export(lived_in.session, path) == {
        # Each is debited 10 to its own place and credited 10 to the place before; the first pair was taken back.
        "Assets:PartnerOwes:BM:P1": -100_000_000,
        "Liabilities:ProducerIsOwed:BM:P1": 10,
        "Liabilities:Payable:BM:P1": 100 - 10,
        "Assets:Bank:BPD": 1_000 - 100,
        "Liabilities:Unallocated:BPD": 10_000 - 1_000,
        "Liabilities:InTransit:BPD": 100_000 - 10_000,
        "Expenses:BankCharges": 1_000_000 - 100_000,
        "Expenses:WrittenOff": 10_000_000 - 1_000_000,
        "Equity:Opening": 100_000_000 - 10_000_000,
    }


def test_a_transaction_tells_its_key_kind_and_what_it_takes_back(lived_in: City, tmp_path: Path):
    path = tmp_path / "ledger.beancount"
    export(lived_in.session, path)
    entries, _, _ = loader.load_file(str(path))
    by_key = {one.meta["key"]: one for one in entries if isinstance(one, data.Transaction)}
    back, there = by_key["K0:reversal"], by_key["K0"]
    assert (there.meta["kind"], there.narration, back.meta["kind"], back.narration) == (
        "sales", "NP-1", "reversal", 'salah "catat"\\',
    )  # fmt: skip
    assert there.links < back.links
    assert [one.units.number for one in there.postings] == [1, -1]


@pytest.mark.parametrize("drift", [1, -1])
def test_a_stored_balance_that_is_wrong_by_one_rupiah_is_refused_by_bean_check(
    lived_in: City, tmp_path: Path, drift: int
):
    path = tmp_path / "ledger.beancount"
    for (account,) in lived_in.session.execute(text("SELECT id FROM account ORDER BY id")).all():
        with lived_in.session.begin_nested() as planted:
            change = text("UPDATE account SET debits_rp = debits_rp + :drift WHERE id = :id")
            lived_in.session.execute(change, {"drift": drift, "id": account})
            export(lived_in.session, path)
            planted.rollback()
        checked = bean_check(path)
        assert checked.returncode == 1
        assert checked.stderr.count("Balance failed for") == 1


def test_a_ledger_without_a_transfer_is_proven(city: City, tmp_path: Path):
    assert prove(city.session, tmp_path / "ledger.beancount") == 0


def test_equal_ledgers_give_equal_bytes(lived_in: City, tmp_path: Path):
    first, second = tmp_path / "a.beancount", tmp_path / "b.beancount"
    export(lived_in.session, first)
    export(lived_in.session, second)
    assert first.read_bytes() == second.read_bytes()


def test_the_csv_holds_every_transfer_and_runs_nothing(lived_in: City):
    reverse(lived_in.session, "K1", cause="=1+1")
    with open_journal(lived_in.session) as journal:
        rows = list(csv.DictReader(io.StringIO("".join(write_csv(journal)))))
    assert len(rows) == 11
    assert sum(int(one["amount_rp"]) for one in rows) == 111_111_111 + 1 + 10
    by_key = {one["key"]: one for one in rows}
    assert by_key["K1:reversal"]["cause"] == "'=1+1"
    assert by_key["K1:reversal"]["reverses_id"] == by_key["K1"]["id"]
    assert (
        by_key["K1"]["debit_account"] == by_key["K1:reversal"]["credit_account"] == "Liabilities:ProducerIsOwed:BM:P1"
    )


def test_codes_of_any_signs_stay_apart_and_are_read(tmp_path: Path):
    seen: dict[str, tuple[str, str]] = {}

    @settings(max_examples=300)
    @given(CODES, CODES)
    def hold(one: str, other: str) -> None:
        name = name_account(JournalAccount(1, "partner_owes", (one, other), 0, 0))
        assert seen.setdefault(name, (one, other)) == (one, other)

    hold()
    path = tmp_path / "names.beancount"
    path.write_text("".join(f"2026-01-01 open {name} IDR\n" for name in seen), encoding="utf-8")
    _, errors, _ = loader.load_file(str(path))
    assert (len(seen) > 100, errors) == (True, [])


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("UMKM-007", "UMKM-007"), ("Eng", "Eng"), ("eng", "X65xng"), ("A_B", "Ax5fxB"), ("-1", "X2dx1"), ("XYZ", "X58xYZ"),
        ("taxi", "X74xax78xi"), ("", "X"), ("É1", "Xc9x1"), ("7:8", "7x3ax8"),
    ],
)  # fmt: skip
def test_a_code_is_written_so(code: str, written: str):
    account = JournalAccount(1, "bank", (code,), 0, 0)
    assert name_account(account) == f"Assets:Bank:{written}"


def test_words_of_any_signs_come_back_as_they_were(tmp_path: Path):
    path = tmp_path / "words.beancount"
    signs = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")

    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(st.text(signs, max_size=20) | st.text('"\\\n\r\t^#;nt', max_size=12))
    def hold(words: str) -> None:
        path.write_text("".join(write_beancount(journal_of(move(words, words)))), encoding="utf-8", newline="")
        entries, errors, _ = loader.load_file(str(path))
        found = [one for one in entries if isinstance(one, data.Transaction)]
        assert (errors, [one.narration for one in found], [one.meta["key"] for one in found]) == ([], [words], [words])

    hold()


def test_any_history_is_proven(city: City, tmp_path: Path):
    path, bank_account_id = tmp_path / "ledger.beancount", add_bank_account(city)

    @settings(max_examples=25)
    @given(HISTORIES)
    def hold(history: list[tuple[object, ...]]) -> None:
        start = city.session.begin_nested()
        for step in history:
            run(city, step)
        stored = export(city.session, path)
        assert add_up(path) == stored
        start.rollback()

    assert bank_account_id
    hold()


def test_a_million_transfers_are_never_held_together():
    read = 0

    def many() -> Iterator[JournalTransfer]:
        nonlocal read
        for _ in range(100_000):
            read += 1
            yield move()

    pieces = write_beancount(Journal("x", journal_of(move()).accounts, many()))
    next(pieces)
    longest = 0
    for piece in pieces:
        longest = max(longest, len(piece))
    assert (read, longest < 1_000_000) == (100_000, True)


def test_the_trial_balance_sums_by_kind(city: City):
    new = [order(city, amount_rp=1_000), order(city, "K2", 500, debit=owes(city, 1), kind=TransferKind.SALES)]
    post_transfers(city.session, new)
    trial = compute_trial_balance(city.session)
    assert [(one.kind, one.accounts, one.debits_rp, one.credits_rp) for one in trial.kinds] == [
        (AccountKind.PARTNER_OWES, 2, 1_500, 0),
        (AccountKind.PRODUCER_IS_OWED, 1, 0, 1_500),
    ]
    assert (trial.debits_rp, trial.credits_rp, trial.transfers, trial.last_on) == (1_500, 1_500, 2, date(2026, 10, 31))


def test_a_journal_is_one_moment_even_while_others_post(session: Session, city: City):
    post_transfers(session, [order(city)])
    with open_journal(session) as journal:
        post_transfers(session, [order(city, "K2", 7)])
        assert [one.key for one in journal.transfers] == ["K1"]
        assert {one.debits_rp for one in journal.accounts} == {1_000, 0}


def test_codes_of_the_region_are_those_of_its_parties(city: City):
    session = city.session
    session.get_one(Partner, city.partner.id).code = "eng_1"
    session.get_one(Producer, city.producers[0].id).code = "UMKM/7"
    session.flush()
    post_transfers(session, [order(city)])
    with open_journal(session) as journal:
        names = sorted(name_account(one) for one in journal.accounts)
    assert names == ["Assets:PartnerOwes:X65xngx5fx1:UMKMx2fx7", "Liabilities:ProducerIsOwed:X65xngx5fx1:UMKMx2fx7"]
