"""Bank accounts, shown by the passbook's first page: digits without a check digit, so they stay text.

`details` say the `bank` by its code of three digits and the `account_name`. A wallet on a phone is no bank account.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.banks import Bank, find_bank
from compliance.dates import assess_issue, assess_printed_end
from compliance.digits import (
    NUMBER_WORDS,
    count_digits,
    find_digits,
    fold_digits,
    read_digits,
    shorten,
    squeeze,
    strip_words,
)
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import tell

SOURCE: Final = "kebiasaan penomoran rekening bank"
SHORTEST: Final = 5
LONGEST: Final = 20
_WORDS: Final = re.compile(
    rf"(?:{NUMBER_WORDS}|REKENING|REK|ACCOUNT|ACCT|ACC|AC|BANKALT[I1]MTARA|KALT[I1]MTARA|KALT[I1]M|BANK|BPD|BCA|BNI"
    r"|BR[I1]|BTN|BS[I1]|MAND[I1]R[I1]|DANAMON|PERMATA|MUAMALAT|C[I1]MB|N[I1]AGA)+",
    re.IGNORECASE,
)
_WALLET: Final = re.compile(r"go-?pay|dana|ovo|shopee-?pay|link-?aja|isaku|doku", re.IGNORECASE)
_WALLET_BEFORE: Final = re.compile(rf"(?<![A-Z])(?:{_WALLET.pattern})(?:[^A-Z]*[0-9]|[^A-Z]*$)", re.IGNORECASE)
_OTHER_NUMBER: Final = re.compile(r"(?<![A-Z])(?:hp|telp?|telepon|nik|ktp|npwp|nib)(?![A-Z])", re.IGNORECASE)
_LENGTHS: Final = range(SHORTEST, LONGEST + 1)
_PHONE_ABROAD: Final = re.compile(r"\+\s*62")
_PHONE: Final = re.compile(r"08[1-9][0-9]{8,9}")
_PERHAPS_PHONE: Final = re.compile(r"08[1-9][0-9]{7}|08[1-9][0-9]{10}|628[1-9][0-9]{7,10}")


@dataclass(frozen=True)
class AccountNumber(Number):
    """The number of a bank account. It is personal: whoever shows it masks it."""


def compact(text: str) -> str:
    """Return *text* without words before it and the spaces, dots and dashes people write into it.

    Digits among other words are taken too, unless one of them says that they are another number, `NIK`.
    """
    if _OTHER_NUMBER.search(fold_digits(text)):
        return read_digits(strip_words(squeeze(text), _WORDS))
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def parse(text: str) -> AccountNumber:
    """Return the digits of an account.

    Raises:
        NumberRefused: there are other signs than digits, too few or too many, or it is the number of a phone. The
            number itself is not repeated in the sentence, as it is personal.

    """
    digits, folded = compact(text), fold_digits(text)
    if _PHONE_ABROAD.search(folded) or _PHONE.fullmatch(digits) or _WALLET_BEFORE.search(folded):
        raise NumberRefused(
            "This is the number of a phone or a wallet such as GoPay, DANA or OVO, not of a bank account."
        )
    if count_digits(digits) not in _LENGTHS:
        raise NumberRefused(
            "The number of a bank account is 5 to 20 digits, and nothing but digits. This number is not."
        )
    return AccountNumber(digits)


def format(number: AccountNumber) -> str:
    """Return the number in one piece; every bank sets it apart in its own way."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number, the bank, the name of the account and the days; lengths only warn."""
    next_step = tell(
        "Copy the number from your passbook (buku tabungan) or the bank's app. Wallets on a phone cannot be paid to."
    )
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    bank, about_bank = _judge_bank(paper.details.get("bank", ""))
    found += about_bank
    if number is not None:
        found += _assess_number(number.compact, bank)
    if not paper.details.get("account_name", "").strip():
        reason = tell("The name of the account is not known.")
        next_step = tell("Type the name in which the account is held, as the passbook prints it.")
        found.append(Finding("bank_account.name_missing", Verdict.WARNING, reason, next_step, SOURCE))
    return [*found, *assess_issue(paper, on=on, source=SOURCE), *assess_printed_end(paper, on=on, source=SOURCE)]


def _judge_bank(written: str) -> tuple[Bank | None, list[Finding]]:
    code = squeeze(written)
    if not code:
        reason = tell("It is not known at which bank the account is.")
        next_step = tell("Choose the bank.")
        return None, [Finding("bank_account.bank_missing", Verdict.WARNING, reason, next_step, SOURCE)]
    if _WALLET.fullmatch(code):
        reason = tell("A wallet such as GoPay, DANA or OVO is no bank account.")
        next_step = tell("Give an account at a bank. Money cannot be paid to a wallet.")
        return None, [Finding("bank_account.wallet", Verdict.INVALID, reason, next_step, SOURCE)]
    bank = find_bank(code)
    if bank is None:
        reason = tell("'{bank}' is not the code of a bank that is known.", bank=shorten(written))
        next_step = tell("Choose the bank from the list. If yours is missing, tell the dinas.")
        return None, [Finding("bank_account.bank_unknown", Verdict.WARNING, reason, next_step, SOURCE)]
    return bank, []


def _assess_number(digits: str, bank: Bank | None) -> list[Finding]:
    found = list[Finding]()
    length = len(digits)
    if bank and bank.shortest and bank.longest and not bank.shortest <= length <= bank.longest:
        found.append(_warn_of_length(length, bank=bank, shortest=bank.shortest, longest=bank.longest))
    if _PERHAPS_PHONE.fullmatch(digits):
        reason = tell("This number looks like that of a phone.")
        next_step = tell("Look whether it is the number in the passbook. Wallets on a phone cannot be paid to.")
        found.append(Finding("bank_account.like_a_phone", Verdict.WARNING, reason, next_step, SOURCE))
    return found


def _warn_of_length(length: int, *, bank: Bank, shortest: int, longest: int) -> Finding:
    if shortest == longest:
        reason = tell(
            "This number has {count} digits. Those of {bank} usually have {usual}.",
            count=length,
            bank=bank.name,
            usual=shortest,
        )
    else:
        reason = tell(
            "This number has {count} digits. Those of {bank} usually have {shortest} to {longest}.",
            count=length,
            bank=bank.name,
            shortest=shortest,
            longest=longest,
        )
    next_step = tell("Compare every digit with the passbook. If they are right, hand it in as it is.")
    return Finding("bank_account.length", Verdict.WARNING, reason, next_step, bank.source)
