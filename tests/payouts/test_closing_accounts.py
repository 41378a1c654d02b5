"""Bank accounts of the office are closed only once nothing of them is open; each code has its smallest case here."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from consign.banking import rules
from consign.banking.accounts import reopen_bank_account
from consign.banking.posting import post_bank_file
from consign.banking.rules import BankAccountInUse, BankAccountUnknown
from consign.banking.uploads import receive_bank_file
from consign.db import finish
from consign.errors import BadInput, ConsignError
from consign.files import Files
from consign.identity.rules import NotAllowed
from consign.ledger.rules import AccountKind
from consign.payouts.approving import cancel_batch
from consign.payouts.bank_lines import confirm_payouts
from consign.payouts.closing_accounts import close_office_account
from consign.payouts.planning import preview_plan
from consign.payouts.rules import BatchUnknown
from tests.banking.writers import statement, write_bca
from tests.builders import City
from tests.identity.people import events
from tests.payouts.paying import TODAY, Paying, build_paying, freeze

YESTERDAY = TODAY - timedelta(1)


@pytest.fixture
def paying(city: City, monkeypatch: pytest.MonkeyPatch) -> Paying:
    return build_paying(city, freeze(monkeypatch))


def close(paying: Paying) -> None:
    close_office_account(paying.session, by=paying.city.admin, code="BPD", closed_on=TODAY)


def reopen(paying: Paying) -> None:
    reopen_bank_account(paying.session, by=paying.city.admin, code="BPD")


def pay_in(paying: Paying) -> None:
    paying.account(0)
    paying.pay((0, 10_000))


def refuse(paying: Paying) -> str:
    with pytest.raises(BankAccountInUse) as refused:
        close(paying)
    assert paying.bank.closed_on is None
    return str(refused.value)


def post(paying: Paying) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutasi.csv"
        path.write_bytes(write_bca(statement(0, [(YESTERDAY, 5_000, "SETORAN")]), number=paying.bank.number))
        files = Files.open(url=None, folder=Path(folder) / "files")
        post_bank_file(paying.session, files, by=paying.city.finance, account_code="BPD", path=path, name=path.name)


def test_an_account_with_unallocated_money_stays_open(paying: Paying):
    paying.book((7_500, "SETORAN"))
    assert "Of the account BPD Rp7.500 are unallocated; it was not closed." in refuse(paying)


def test_an_account_with_an_open_batch_stays_open_until_the_batch_is_cancelled(paying: Paying):
    pay_in(paying)
    batch = paying.plan()
    assert batch.number in refuse(paying)
    cancel_batch(paying.session, by=paying.second, batch_id=batch.id, reason="uji")
    close(paying)
    assert paying.bank.closed_on == TODAY


def test_an_account_with_payouts_on_their_way_stays_open_until_the_bank_shows_them(paying: Paying):
    pay_in(paying)
    batch = paying.send()
    assert batch.number in refuse(paying)
    (line,) = paying.book((-10_000, "C"))
    assert "unallocated" not in refuse(paying)  # the batch stands in the way before its line does
    payouts = [one.id for one in paying.payouts(batch)]
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[line.id], payout_ids=payouts)
    close(paying)
    assert (paying.of_bank(AccountKind.IN_TRANSIT), paying.of_bank(AccountKind.UNALLOCATED)) == (0, 0)
    paying.assert_sound()


def test_a_closed_account_takes_no_file_and_pays_nobody_until_it_is_reopened(paying: Paying, tmp_path: Path):
    pay_in(paying)
    close(paying)
    for act in (post, Paying.plan):
        with pytest.raises(ConsignError):
            act(paying)
    files = Files.open(url=None, folder=tmp_path)
    with pytest.raises(rules.BankAccountClosed):
        receive_bank_file(
            paying.session, files, by=paying.city.finance, account_code="BPD", source=BytesIO(b"x"), name="x.csv"
        )
    with pytest.raises(BatchUnknown):
        preview_plan(paying.session, by=paying.city.finance, bank_account_id=paying.bank.id, on=TODAY)
    reopen(paying)
    assert paying.plan().bank_account_id == paying.bank.id
    finish(paying.session)
    told = [(act, detail) for act, _, _, detail in events(paying.session) if act.startswith("bank account")]
    assert [act for act, _ in told] == ["bank account closed", "bank account reopened"]
    assert told[1][1]["before"] == TODAY.isoformat()


def test_only_an_admin_closes_an_account_that_is_there_and_not_ahead_of_its_day(paying: Paying):
    for by in (paying.city.finance, paying.head):
        with pytest.raises(NotAllowed):
            close_office_account(paying.session, by=by, code="BPD", closed_on=TODAY)
        with pytest.raises(NotAllowed):
            reopen_bank_account(paying.session, by=by, code="BPD")
    with pytest.raises(BankAccountUnknown):
        close_office_account(paying.session, by=paying.city.admin, code="NONE", closed_on=TODAY)
    with pytest.raises(BadInput):
        close_office_account(paying.session, by=paying.city.admin, code="BPD", closed_on=TODAY + timedelta(1))


def close_with_money(paying: Paying) -> None:
    paying.book((7_500, "SETORAN"))
    close(paying)


def post_to_closed(paying: Paying) -> None:
    close(paying)
    post(paying)


CASES: dict[str, Callable[[Paying], None]] = {
    "bank.account_in_use": close_with_money,
    "bank.account_closed": post_to_closed,
    "bank.account_not_closed": reopen,
}


@pytest.mark.parametrize("code", CASES)
def test_what_cannot_be_is_refused_for_its_reason_and_nothing_is_done(paying: Paying, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](paying)
    assert refused.value.code == code
    assert "no" in refused.value.sentence.lower()
