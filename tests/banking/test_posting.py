"""Posting bank files: once each line, whatever files bring it, and the ledger as the bank says."""

from datetime import date
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import func, select

from consign.banking.accounts import add_bank_account
from consign.banking.chain import find_account_gaps
from consign.banking.checks import CHECKS
from consign.banking.columns import BankAnswers, BankRole
from consign.banking.rules import (
    BankAccountTaken,
    BankStatement,
    OtherAccount,
    StatementDoesNotTie,
)
from consign.errors import BadInput, NeedsDecision, NotAllowed
from consign.ledger.rules import AccountKind
from consign.models.banking import BankFile, BankLine, BankProfile
from consign.models.ledger import Transfer
from tests.banking.conftest import AUGUST, Office
from tests.banking.writers import statement, write_bca, write_camt, write_kopra, write_mcm, write_mt940

FIRST, LAST = date(2026, 8, 1), date(2026, 8, 31)


def test_a_posted_file_makes_the_ledger_hold_what_the_bank_says(office: Office, august: BankStatement):
    posted = office.post(august)
    assert (posted.new_lines, posted.was_known, posted.gaps) == (5, False, ())
    (one,) = posted.statements
    assert (one.opening_rp, one.in_rp, one.out_rp, one.closing_rp) == (10_000_000, 1_698_600, 415_000, 11_283_600)
    assert office.balance() == 11_283_600
    assert office.balance(AccountKind.UNALLOCATED) == 1_283_600  # in less out, of which nobody has said what it is
    keys = set(office.session.scalars(select(Transfer.key).where(Transfer.kind == "bank_line")))
    assert keys == {f"bank:{line_id}" for line_id in office.session.scalars(select(BankLine.id))}


def test_twin_lines_of_one_file_are_both_kept(office: Office, august: BankStatement):
    office.post(august)
    assert [line for line in office.lines() if line[1] == 99_300] == [
        (date(2026, 8, 5), 99_300, 1),
        (date(2026, 8, 5), 99_300, 2),
    ]


def test_the_same_file_again_changes_nothing(office: Office, august: BankStatement):
    first = office.post(august)
    again = office.post(august, name="again.csv")
    assert (again.was_known, again.new_lines, again.statements[0].file_id) == (True, 0, first.statements[0].file_id)
    assert office.balance() == 11_283_600
    assert office.session.scalar(select(func.count(BankFile.id))) == 1


def test_a_dry_run_shows_the_same_and_keeps_nothing(office: Office, august: BankStatement):
    shown = office.post(august, dry_run=True)
    assert (shown.new_lines, shown.statements[0].closing_rp) == (5, 11_283_600)
    assert office.lines() == []
    assert office.balance() == 0
    assert office.post(august).new_lines == 5


def test_an_overlapping_file_adds_only_what_is_new(office: Office, august: BankStatement):
    office.post(statement(10_000_000, AUGUST[:3], from_on=FIRST, until_on=date(2026, 8, 5)))
    # The second twin of 5 August was booked after the first file was made.
    assert office.post(august, name="whole.csv").new_lines == 2
    assert office.balance() == 11_283_600
    assert find_account_gaps(office.session, office.account.id) == []


def test_a_file_from_before_the_first_moves_the_opening_balance(office: Office, august: BankStatement):
    office.post(august)
    july = statement(
        9_000_000, [(date(2026, 7, 20), 1_000_000, "SETORAN")], from_on=date(2026, 7, 1), until_on=date(2026, 7, 31)
    )
    assert office.post(july, name="july.csv").gaps == ()
    assert office.balance() == 11_283_600
    assert [breach for check in CHECKS for breach in check(office.session)] == []


def test_a_gap_between_files_is_told_and_closes_once_it_is_filled(office: Office, august: BankStatement):
    office.post(august)
    october = statement(
        12_000_000, [(date(2026, 10, 2), 5_000, "BUNGA")], from_on=date(2026, 10, 1), until_on=date(2026, 10, 31)
    )
    (gap,) = office.post(october, name="october.csv").gaps
    # 12.000.000 - 11.283.600
    assert (gap.from_on, gap.difference_rp) == (date(2026, 9, 1), 716_400)
    assert [breach for check in CHECKS for breach in check(office.session)] == []
    september = statement(
        11_283_600, [(date(2026, 9, 9), 716_400, "SETORAN")], from_on=date(2026, 9, 1), until_on=date(2026, 9, 30)
    )
    assert office.post(september, name="september.csv").gaps == ()
    assert office.balance() == 12_005_000


def test_days_that_no_file_covers_are_told_though_the_balance_stayed(office: Office, august: BankStatement):
    office.post(august)
    october = statement(
        11_283_600, [(date(2026, 10, 2), 5_000, "BUNGA")], from_on=date(2026, 10, 1), until_on=date(2026, 10, 31)
    )
    (gap,) = office.post(october, name="october.csv").gaps
    assert (gap.from_on, gap.until_on, gap.difference_rp) == (date(2026, 9, 1), date(2026, 9, 30), 0)


@pytest.mark.parametrize("seed", range(12))
def test_a_month_cut_into_overlapping_files_in_any_order_is_the_month(office: Office, seed: int):
    random = Random(seed)  # noqa: S311  # of a test
    days = sorted(random.choices(range(1, 29), k=30))
    moves = [
        (date(2026, 8, day), random.choice((1, -1)) * random.randint(1, 9) * 1_000, f"{number}")
        for number, day in enumerate(days)
    ]
    moves[11] = moves[10]  # twins
    cuts = sorted({0, *random.sample(range(1, 30), 4), 30})
    cuts = [cut + 1 if cut == 11 else cut for cut in cuts]  # twins of a day stay in one file
    parts = []
    for start, end in pairwise(cuts):
        begin = start - (start != 11 and random.choice((0, 0, 1)) if start > 12 else 0)
        end_ = min(30, end + random.choice((0, 2)))
        opening = 1_000_000 + sum(amount for _, amount, _ in moves[:begin])
        parts.append(statement(opening, moves[begin:end_]))
    random.shuffle(parts)
    for number, part in enumerate(parts):
        office.post(part, name=f"{number}.csv", answers=BankAnswers(lines_are_new=True))
    assert len(office.lines()) == 30
    assert office.balance() == 1_000_000 + sum(amount for _, amount, _ in moves)
    assert [gap for gap in find_account_gaps(office.session, office.account.id) if gap.difference_rp] == []
    assert [breach for check in CHECKS for breach in check(office.session)] == []


def test_lines_inside_an_earlier_file_are_asked_about(office: Office, august: BankStatement):
    office.post(august)
    other_words = statement(10_000_000, [(day, amount, f"{words} /X") for day, amount, words in AUGUST])
    with pytest.raises(NeedsDecision) as asked:
        office.post(write_kopra(other_words), name="kopra.csv")
    assert [question.about for question in asked.value.questions] == ["lines_are_new"]
    assert len(office.lines()) == 5


def test_several_statements_of_one_file_are_each_kept(office: Office, august: BankStatement):
    september = statement(
        11_283_600, [(date(2026, 9, 9), 700_000, "SETORAN")], from_on=date(2026, 9, 1), until_on=date(2026, 9, 30)
    )
    posted = office.post(write_mt940(august, september), name="mt940.txt")
    assert [(one.statement_no, one.lines) for one in posted.statements] == [(1, 5), (2, 1)]
    assert (office.balance(), posted.gaps) == (11_983_600, ())


def test_a_file_of_another_account_is_refused(office: Office, august: BankStatement):
    with pytest.raises(OtherAccount, match="0999888777"):
        office.post(write_camt(august, number="0999888777"))
    assert office.lines() == []


def test_a_statement_that_does_not_tie_names_the_difference(office: Office, august: BankStatement):
    content = write_mt940(august).replace(b"C1500000,00", b"C1400000,00")
    with pytest.raises(StatementDoesNotTie, match=r"difference of Rp100\.000"):
        office.post(content)


def test_a_file_without_balances_needs_them_stated(office: Office, august: BankStatement):
    with pytest.raises(NeedsDecision) as asked:
        office.post(write_mcm(august))
    assert [question.about for question in asked.value.questions] == ["opening", "closing"]
    stated = BankAnswers(opening_rp=10_000_000, closing_rp=11_283_600)
    assert office.post(write_mcm(august), answers=stated).new_lines == 5
    with pytest.raises(StatementDoesNotTie):
        office.post(write_mcm(august) + b"\n", answers=BankAnswers(opening_rp=10_000_000, closing_rp=1))


def test_columns_that_a_person_named_are_kept_for_the_next_file(office: Office):
    content = b"Hari,Apa,Debet,Kredit,Saldo\n2026-08-03,SETORAN,0,1000,6000\n"
    with pytest.raises(NeedsDecision) as asked:
        office.post(content)
    assert [question.about for question in asked.value.questions] == ["column.date", "column.description"]
    answers = BankAnswers(columns={BankRole.DATE: "Hari", BankRole.DESCRIPTION: "#2"})
    assert office.post(content, answers=answers).new_lines == 1
    assert office.session.scalar(select(func.count()).select_from(BankProfile)) == 1
    second = b"Hari,Apa,Debet,Kredit,Saldo\n2026-08-04,SETORAN,0,2000,8000\n"
    assert office.post(second, name="second.csv").new_lines == 1
    assert office.balance() == 8_000
    with pytest.raises(BadInput, match="no single column"):
        office.post(content + b"\n", answers=BankAnswers(columns={BankRole.DATE: "Tanggal"}))


def test_only_finance_posts_and_only_admins_add_accounts(office: Office, august: BankStatement):
    with pytest.raises(NotAllowed):
        office.post(august, by=office.city.auditor)
    with pytest.raises(NotAllowed):
        add_bank_account(office.session, by=office.city.finance, code="X", bank_code="014", number="12345", holder="X")


def test_accounts_have_a_code_a_bank_and_a_number_of_their_own(office: Office):
    facts = {"code": "BRI", "bank_code": "002", "number": "0001 0100-0123.301", "holder": "Dinas"}
    added = add_bank_account(office.session, by=office.city.admin, **facts)
    assert added.number == "000101000123301"
    with pytest.raises(BankAccountTaken):
        add_bank_account(office.session, by=office.city.admin, **{**facts, "code": "BRI2"})
    for wrong in ({"code": "a b"}, {"bank_code": "999"}, {"number": "12x45"}, {"number": "1234"}, {"holder": " "}):
        with pytest.raises(BadInput):
            add_bank_account(office.session, by=office.city.admin, **{**facts, "code": "OTHER", **wrong})


def test_what_is_pending_is_told_and_not_posted(office: Office, august: BankStatement):
    content = write_bca(august, pending=[(-500_000, "TRSF E-BANKING DB")])
    posted = office.post(content)
    assert (posted.statements[0].pending, posted.new_lines, office.balance()) == (1, 5, 11_283_600)
