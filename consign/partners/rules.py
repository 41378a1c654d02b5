"""What an agreement may say, and the errors of this slice."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from compliance import nib as nib_numbers
from compliance.refusals import NumberRefused
from compliance.regions import is_known_regency
from consign.errors import BadInput, Conflict, NotFound
from consign.money import BP_WHOLE, Rupiah, format_rate
from consign.sentence import Sentence, say

LONGEST_TERM_DAYS = 365
HIGHEST_MIN_PAYOUT_RP = 100_000_000
HIGHEST_NEAR_RP = 100_000
"""By how much at most a payment may miss what is open and still be proposed for it."""
LONGEST_STOCK_DAYS = 90
"""For how long a loss may be contested, and how early goods are taken off the shelf, at most."""
PRODUCER_CODE = "UMKM-"
"""What the codes begin with that the region gives to producers who register."""
LONGEST_CODE = 20
FORMS = frozenset({"new", "import"})
"""Stand in addresses for forms, where a thing's code stands elsewhere, so no thing is called so."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PERCENTAGE = re.compile(r"(?P<whole>[0-9]{1,6})(?:[.,](?P<rest>[0-9]{0,2}))?\s*%?")


class FeeOn(StrEnum):
    """What the fee, and where it is the agreed price also the producer's due, is computed from."""

    AGREED_PRICE = "agreed_price"
    """Catalogue price of the day times quantity, whatever the till says."""
    REPORTED_GROSS = "reported_gross"
    REPORTED_NET = "reported_net"


class DiscountBorneBy(StrEnum):
    """Who bears a discount that the store gives."""

    STORE = "store"
    PRODUCER = "producer"


class Route(StrEnum):
    """How a partner's money reaches a producer."""

    DIRECT = "direct"
    """Straight to the producer, who says that it came."""
    COLLECTING = "collecting"
    """Into an account of the office, which pays it out."""
    COOPERATIVE = "cooperative"
    """To the producer's cooperative, whose receipt discharges the debt to its member."""


class CodeTaken(Conflict):
    """Something else has this code already; nothing was added."""

    code = "partners.code_taken"


class NibTaken(Conflict):
    """Another producer has this NIB already; nothing was added or changed."""

    code = "partners.nib_taken"


class NibInvalid(BadInput):
    """A NIB has 13 digits; nothing was added or changed."""

    code = "partners.nib_invalid"


class RegencyUnknown(BadInput):
    """There is no kabupaten or kota with this code; nothing was added or changed."""

    code = "partners.regency_unknown"


class UnknownCode(NotFound):
    """Nothing has this code; nothing was changed."""

    code = "partners.unknown_code"


class FeeOutOfBounds(BadInput):
    """The fee lies outside what the region allows; no agreement was added."""

    code = "partners.fee_out_of_bounds"


class AgreementOverlaps(Conflict):
    """An agreement of the same scope is in force on some of these days; no agreement was added."""

    code = "partners.agreement_overlaps"


class AgreementsOutside(Conflict):
    """Agreements in force take a fee outside the new bounds; nothing was changed."""

    code = "partners.agreements_outside"


class NotAMember(BadInput):
    """The producer has not mandated a cooperative on the agreement's first day; no agreement was added."""

    code = "partners.not_a_member"


class MemberTwice(Conflict):
    """The producer has mandated a cooperative on some of these days already; nothing was added."""

    code = "partners.member_twice"


class MembershipMissing(NotFound):
    """There is no such membership; nothing was changed."""

    code = "partners.membership_missing"


class MandateNeeded(Conflict):
    """What the cooperative signed for the member needs its mandate longer; the membership was not changed."""

    code = "partners.mandate_needed"


class NoMembers(BadInput):
    """Nobody has mandated the cooperative on that day; no agreement was added."""

    code = "partners.no_members"


class AgreementContinued(Conflict):
    """The agreement is continued by another one already; nothing was changed."""

    code = "partners.agreement_continued"


class AgreementMissing(NotFound):
    """There is no such agreement; nothing was changed."""

    code = "partners.agreement_missing"


class ProducerMissing(NotFound):
    """There is no such producer; nothing was changed."""

    code = "partners.producer_missing"


class PeriodClosed(Conflict):
    """Days of a closed period would be settled otherwise than they were; nothing was changed."""

    code = "partners.period_closed"


@dataclass(frozen=True)
class Terms:
    """What an agreement says about money. Rates in basis points."""

    fee_rate_bp: int
    fee_on: FeeOn
    discount_borne_by: DiscountBorneBy
    fee_tax_bp: int
    pph23_bp: int
    payment_term_days: int
    loss_store_bp: int | None
    """Share that the store bears of goods missing or damaged in its care; blank where nothing is agreed."""
    route: Route
    min_payout_rp: int
    """Below this much, in rupiah, the office does not pay out but waits for more."""


@dataclass(frozen=True)
class RegionSettings:
    """What a dinas sets for its region. See `models.partners.RegionTerms` for each field."""

    fee_from_bp: int
    fee_to_bp: int
    fee_source: str
    office_name: str
    office_contact: str
    zone: str
    halal_blocks: bool
    loss_contest_days: int
    pull_back_days: int
    closes_by_two: bool
    dispute_days: int
    silent_days: int
    account_wait_days: int
    near_amount_rp: int
    legal_term_days: int


def is_plain_code(text: str) -> bool:
    """Say whether *text* may be the code of something new: it stands in addresses and files, so it is kept plain."""
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None and text.lower() not in FORMS


def parse_rate_bp(text: str) -> int:
    """Read a percentage with at most two decimals, comma or dot, into basis points: `2,5%` is 250.

    Raises:
        BadInput: the text is not such a percentage.

    """
    match = _PERCENTAGE.fullmatch(text.strip())
    if match is None:
        raise BadInput(say("'{text}' is not a percentage with at most two decimals, such as 2,5%.", text=text))
    return int(match["whole"]) * 100 + int((match["rest"] or "").ljust(2, "0"))


def parse_nib(text: str) -> str:
    """Return the 13 digits of a NIB.

    Raises:
        NibInvalid: the text is not 13 digits.

    """
    try:
        return nib_numbers.parse(text).compact
    except NumberRefused as error:
        refusal = Sentence(error.template, error.facts)
        raise NibInvalid(say("{refusal}; nothing was changed.", refusal=refusal)) from error


def parse_regency(text: str) -> str:
    """Return the four digits of a kabupaten's or kota's code: `64.71` is `6471`.

    Raises:
        RegencyUnknown: there is none, and was none, with this code.

    """
    digits = text.replace(".", "").strip()
    if not is_known_regency(digits):
        raise RegencyUnknown(
            say("'{text}' is no code of a kabupaten or kota, such as 64.71; nothing was changed.", text=text)
        )
    return digits


def format_producer_code(number: int) -> str:
    """Return the code that the region gives its producer of this number: `UMKM-007`."""
    return f"{PRODUCER_CODE}{number:03d}"


def refuse_impossible_bounds(from_bp: int, to_bp: int) -> None:
    """Refuse bounds of the fee outside 0 to 100 %, or in the wrong order.

    Raises:
        BadInput: accordingly.

    """
    if not 0 <= from_bp <= to_bp <= BP_WHOLE:
        raise BadInput(
            say(
                "A lowest fee of {lowest} and a highest of {highest} cannot be; nothing was changed."
                " They lie between 0% and 100%, the lowest first.",
                lowest=format_rate(from_bp),
                highest=format_rate(to_bp),
            )
        )


def refuse_impossible_settings(settings: RegionSettings) -> None:
    """Refuse bounds of the fee, times and amounts that cannot be; both ends of what can be are inside.

    Raises:
        BadInput: accordingly.

    """
    refuse_impossible_bounds(settings.fee_from_bp, settings.fee_to_bp)
    longest = LONGEST_STOCK_DAYS
    for days, least, most in (
        (settings.loss_contest_days, 0, longest),
        (settings.pull_back_days, 0, longest),
        (settings.dispute_days, 0, longest),
        (settings.silent_days, 1, longest),
        (settings.account_wait_days, 0, longest),
        (settings.legal_term_days, 0, LONGEST_TERM_DAYS),
    ):
        if not least <= days <= most:
            raise BadInput(
                say(
                    "{days} days cannot be, from {least} to {longest} can; nothing was changed.",
                    days=days,
                    least=least,
                    longest=most,
                )
            )
    if not 0 <= settings.near_amount_rp <= HIGHEST_NEAR_RP:
        raise BadInput(
            say(
                "A difference of {amount} cannot be, from {lowest} to {highest} can; nothing was changed.",
                amount=Rupiah(settings.near_amount_rp),
                lowest=Rupiah(0),
                highest=Rupiah(HIGHEST_NEAR_RP),
            )
        )


def refuse_change_in_closed_period(before: date | None, after: date | None, *, closed_until: date | None) -> None:
    """Refuse to move an agreement's last day from *before* to *after* where a closed day would be settled otherwise.

    A blank last day means that the agreement goes on; *closed_until* is the last closed day, blank where none is.

    Raises:
        PeriodClosed: a day between the two is closed.

    """
    ends = [day for day in (before, after) if day is not None]
    if closed_until is None or not ends or before == after:
        return
    if min(ends) + timedelta(1) <= closed_until:
        raise PeriodClosed(
            say(
                "The partner is closed until {day}; the agreement was not changed. Its last day cannot move before that.",
                day=closed_until,
            )
        )


def refuse_fee_out_of_bounds(fee_rate_bp: int, *, from_bp: int, to_bp: int, source: str) -> None:
    """Refuse a fee outside *from_bp* to *to_bp*, both inside; *source* is the rule that says so, blank where nobody said.

    Raises:
        FeeOutOfBounds: it is outside.

    """
    if not from_bp <= fee_rate_bp <= to_bp:
        facts = {"fee": format_rate(fee_rate_bp), "lowest": format_rate(from_bp), "highest": format_rate(to_bp)}
        if source:
            raise FeeOutOfBounds(
                say(
                    "A fee of {fee} is outside the region's {lowest} to {highest} ({source}); no agreement was added.",
                    source=source,
                    **facts,
                )
            )
        raise FeeOutOfBounds(
            say("A fee of {fee} is outside the region's {lowest} to {highest}; no agreement was added.", **facts)
        )


def refuse_impossible_terms(terms: Terms) -> None:
    """Refuse rates and shares outside 0 to 100 % and a payment term outside 0 to 365 days, both ends inside.

    Raises:
        BadInput: one lies outside; no agreement was added.

    """
    if not 0 <= terms.fee_tax_bp <= BP_WHOLE:
        rate = format_rate(terms.fee_tax_bp)
        raise BadInput(say("The tax on the fee is {rate}; from 0% to 100% can be. No agreement was added.", rate=rate))
    if not 0 <= terms.pph23_bp <= BP_WHOLE:
        rate = format_rate(terms.pph23_bp)
        raise BadInput(say("The PPh 23 is {rate}; from 0% to 100% can be. No agreement was added.", rate=rate))
    if not 0 <= terms.payment_term_days <= LONGEST_TERM_DAYS:
        raise BadInput(
            say(
                "A payment term of {days} days cannot be, from 0 to {longest} can. No agreement was added.",
                days=terms.payment_term_days,
                longest=LONGEST_TERM_DAYS,
            )
        )
    if not 0 <= terms.min_payout_rp <= HIGHEST_MIN_PAYOUT_RP:
        raise BadInput(
            say(
                "A smallest payout of {amount} cannot be, from {lowest} to {highest} can. No agreement was added.",
                amount=Rupiah(terms.min_payout_rp),
                lowest=Rupiah(0),
                highest=Rupiah(HIGHEST_MIN_PAYOUT_RP),
            )
        )
    if terms.loss_store_bp is not None and not 0 <= terms.loss_store_bp <= BP_WHOLE:
        rate = format_rate(terms.loss_store_bp)
        raise BadInput(
            say("The store's share of goods lost is {rate}; from 0% to 100% can be. No agreement was added.", rate=rate)
        )


def refuse_days_out_of_order(first: date, last: date | None) -> None:
    """Refuse a last day before the first.

    Raises:
        BadInput: *last* lies before *first*.

    """
    if last is not None and last < first:
        raise BadInput(
            say("The last day {last} lies before the first day {first}; nothing was changed.", last=last, first=first)
        )
