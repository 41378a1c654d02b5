"""The city register: numbers for products whose producers have none of their own.

Numbers are given one after the other, without a gap, and each means one product for ever. The row of the series is locked
until the transaction ends, so of many who ask at once each waits for the one before, and a number that was not given after
all is the next one's. Order of locks: product, series, and the audit trail's head last.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from compliance.standing import Standing
from consign import clock
from consign.catalogue.actions import lock_product
from consign.catalogue.goods import as_goods
from consign.catalogue.numbers import (
    NumberRange,
    find_free_serial,
    make_city_number,
    parse_city_prefix,
    parse_range,
)
from consign.catalogue.rules import (
    AddressInvalid,
    NoPrefix,
    NotEligible,
    NumberMissing,
    NumberRetired,
    NumberStands,
    PrefixOverlaps,
    RangeMissing,
)
from consign.db import insert_rows
from consign.documents.eligibility import find_kept, judge
from consign.errors import refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text
from consign.models.catalogue import (
    Barcode,
    NumberSeries,
    NumberSkipped,
    Product,
    RegisterTerms,
    ReservedRange,
)
from consign.sentence import say

LONGEST_ADDRESS = 60
"""Signs of the pages' address: a QR code on a small label holds no more."""


_TERMS = text("""
    SELECT prefix, before_papers,
      (SELECT number FROM barcode WHERE product_id = :product_id AND until_on IS NULL LIMIT 1) AS standing
    FROM register_terms""")
_RANGES = text("SELECT first, last FROM reserved_range WHERE withdrawn_at IS NULL")
_LOCK_SERIES = text("SELECT next_serial FROM number_series WHERE prefix = :prefix FOR UPDATE")
_GIVE = text("""
    WITH taken AS (
      UPDATE number_series SET next_serial = :serial + 1
      WHERE prefix = :prefix AND NOT EXISTS (
        SELECT FROM reserved_range
        WHERE withdrawn_at IS NULL AND CAST(left(:number, 12) AS bigint) BETWEEN first AND last)
      RETURNING prefix)
    INSERT INTO barcode (number, product_id, kind, prefix, serial, from_on, added_by, added_at)
    SELECT :number, :product_id, 'city', prefix, :serial, CAST(:from_on AS date), :added_by, CAST(:added_at AS timestamptz)
    FROM taken RETURNING number""")
"""Gives the number unless a partner uses it itself; then it gives none."""


def get_register_terms(session: Session) -> RegisterTerms:
    """Return how the register works."""
    return session.get_one(RegisterTerms, 1)


def issue_number(session: Session, *, by: Actor, product: Product, on: date) -> str:
    """Give the product the next number of the city register, from the day *on* on, and return it.

    Raises:
        NumberStands: it has a number in use, its own or one of the city.
        NoPrefix: the dinas has not yet said with which digits city numbers begin.
        NotEligible: its papers do not allow to deliver it, and the register waits for them.
        NumbersExhausted: the prefix has no number left.

    """
    authorize(by, Act.ISSUE_NUMBERS, producer_id=product.producer_id)
    lock_product(session, product)
    terms = session.execute(_TERMS, {"product_id": product.id}).one()
    _refuse_second(product, terms.standing)
    if terms.prefix is None:
        raise NoPrefix(
            say(
                "The dinas has not yet agreed with the stores on how city numbers begin; no number was issued."
                " An admin sets it in the settings of the register."
            )
        )
    if not terms.before_papers:
        _refuse_not_eligible(session, product, on=on)
    number = _give_next(session, terms.prefix, {"product_id": product.id, "from_on": on, "added_by": by.user_id})
    record_event(session, by=by, act="number issued", subject=f"product:{product.id}", number=number)
    return number


def retire_number(session: Session, *, by: Actor, number: str, reason: str, on: date) -> None:
    """Take a number out of use after the day *on*; it goes on finding its product, and is never given again.

    Raises:
        BadInput: no reason is given.
        NumberMissing: there is no such number.
        NumberRetired: it is in use no more.

    """
    authorize(by, Act.MANAGE_NUMBERS)
    refuse_blank(reason=reason)
    found = session.get(Barcode, number, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NumberMissing(say("There is no number {number}; nothing was changed.", number=number))
    if found.until_on is not None:
        raise NumberRetired(
            say("{number} is in use no more since {day}; nothing was changed.", number=number, day=found.until_on)
        )
    found.until_on = max(on, found.from_on - timedelta(1))
    found.retired_at, found.retired_reason = clock.now(), clean_text(reason)
    session.flush()
    subject = f"product:{found.product_id}"
    record_event(
        session, by=by, act="number retired", subject=subject, number=number, reason=found.retired_reason, on=str(on)
    )


def set_register_terms(
    session: Session, *, by: Actor, prefix: str | None, before_papers: bool, public_address: str
) -> None:
    """Say how new numbers begin, whether they wait for papers, and where everybody reaches the pages.

    Numbers that were given stay what they are. A prefix that was used before goes on where it was left.

    Raises:
        PrefixInvalid: city numbers cannot begin so.
        PrefixOverlaps: another series begins with it, or it begins with another.
        AddressInvalid: the address is not one of a web server, or too long for a QR code.

    """
    authorize(by, Act.MANAGE_NUMBERS_TERMS)
    wanted = parse_city_prefix(prefix) if prefix else None
    address = _read_address(public_address)
    terms = session.get_one(RegisterTerms, 1, with_for_update=True, populate_existing=True)
    if wanted is not None:
        _open_series(session, by=by, prefix=wanted)
    before = {"prefix": terms.prefix, "before_papers": terms.before_papers, "public_address": terms.public_address}
    after = {"prefix": wanted, "before_papers": before_papers, "public_address": address}
    if before == after:
        return
    terms.prefix, terms.before_papers, terms.public_address = wanted, before_papers, address
    session.flush()
    record_event(session, by=by, act="register's settings changed", subject="region", before=before, after=after)


def reserve_range(
    session: Session, *, by: Actor, partner_id: int, first: str, last: str | None, note: str
) -> Sequence[Barcode]:
    """Note that a partner uses some numbers itself: none of them is given any more.

    Returns the numbers in use that lie among them: their products need others before the partner takes them.

    Raises:
        RangeInvalid: there is no such range.
        BadInput: nothing says what the partner uses them for.

    """
    authorize(by, Act.MANAGE_NUMBERS_TERMS)
    refuse_blank(note=note)
    found = parse_range(first, last)
    # No number is given meanwhile: it would be neither among the ones found here nor kept from being given.
    session.execute(select(NumberSeries.prefix).order_by(NumberSeries.prefix).with_for_update())
    row = ReservedRange(
        partner_id=partner_id,
        first=found.first,
        last=found.last,
        note=clean_text(note),
        added_by=by.user_id,
        added_at=clock.now(),
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    facts = {"first": found.first, "last": found.last, "note": row.note}
    record_event(session, by=by, act="numbers reserved", subject=f"partner:{partner_id}", **facts)
    return _find_inside(session, found)


def withdraw_range(session: Session, *, by: Actor, range_id: int) -> ReservedRange:
    """Note that a partner uses the numbers of a range no more; done again it changes nothing.

    Numbers that were passed over meanwhile stay passed over.

    Raises:
        RangeMissing: there is no such range.

    """
    authorize(by, Act.MANAGE_NUMBERS_TERMS)
    found = session.get(ReservedRange, range_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise RangeMissing(say("There is no such range of numbers; nothing was changed."))
    if found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        session.flush()
        facts = {"first": found.first, "last": found.last}
        record_event(session, by=by, act="reservation withdrawn", subject=f"partner:{found.partner_id}", **facts)
    return found


def find_active_ranges(session: Session) -> list[NumberRange]:
    """Return the numbers that partners use themselves."""
    return [NumberRange(row.first, row.last) for row in session.execute(_RANGES)]


def _refuse_second(product: Product, standing: str | None) -> None:
    if standing is not None:
        raise NumberStands(
            say(
                "{product} has the number {number}; no number was issued. Goods in another size or packaging are"
                " another product.",
                product=product.name,
                number=standing,
            )
        )


def _refuse_not_eligible(session: Session, product: Product, *, on: date) -> None:
    if find_kept(session, product_id=product.id, on=on) in {Standing.ELIGIBLE, Standing.WARNED}:
        return
    goods = as_goods(
        {
            "id": product.id,
            "producer_id": product.producer_id,
            "name": product.name,
            "goods_class": product.goods_class,
            "food_group": product.food_group,
            "net_unit": product.net_unit,
        }
    )
    found = judge(session, goods=[goods], on=on)[product.id]
    if found.standing is Standing.BLOCKED:
        raise NotEligible(
            say(
                "{product} lacks papers, so it may not be delivered yet, and no number was issued."
                " Its page says which papers, in order.",
                product=product.name,
            )
        )


def _give_next(session: Session, prefix: str, facts: Mapping[str, object]) -> str:
    """Give the series' next number; those that partners use themselves are passed over, and noted."""
    # The series stays locked: the number is the next one for nobody else, and no range is noted meanwhile.
    wanted = int(session.execute(_LOCK_SERIES, {"prefix": prefix}).scalar_one())
    facts = {**facts, "prefix": prefix, "added_at": clock.now()}
    number = make_city_number(prefix, wanted)
    if session.scalar(_GIVE, {**facts, "number": number, "serial": wanted}) is not None:
        return number
    serial = find_free_serial(prefix, wanted, find_active_ranges(session))
    number = make_city_number(prefix, serial)  # where the prefix has none left, nothing is passed over
    insert_rows(
        session, NumberSkipped.__tablename__, [{"prefix": prefix, "first_serial": wanted, "last_serial": serial - 1}]
    )
    session.execute(_GIVE, {**facts, "number": number, "serial": serial})
    return number


def _open_series(session: Session, *, by: Actor, prefix: str) -> None:
    # Of two who open series at once one waits here for the terms' row, which the caller holds.
    others = session.scalars(select(NumberSeries.prefix)).all()
    if prefix in others:
        return
    near = next((one for one in others if one.startswith(prefix) or prefix.startswith(one)), None)
    if near is not None:
        raise PrefixOverlaps(
            say(
                "Numbers beginning with {prefix} could be the same as those beginning with {other}, which were given"
                " before; nothing was changed.",
                prefix=prefix,
                other=near,
            )
        )
    session.add(NumberSeries(prefix=prefix, next_serial=1, opened_by=by.user_id, opened_at=clock.now()))
    session.flush()


def _read_address(given: str) -> str:
    """Return the address without the slash at its end; blank stays blank.

    Raises:
        AddressInvalid: it is not that of a web server alone, or too long.

    """
    address = given.strip().rstrip("/")
    if not address:
        return ""
    refused = AddressInvalid(
        say(
            "'{given}' is no address such as https://titipjual.example, with at most {longest} signs;"
            " nothing was changed.",
            given=address,
            longest=LONGEST_ADDRESS,
        )
    )
    try:
        parts = urlsplit(address)
        plain = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
        bare = not (parts.path or parts.query or parts.fragment) and parts.port != 0
    except ValueError as error:
        raise refused from error
    if not plain or not bare or len(address) > LONGEST_ADDRESS or not address.isascii() or " " in address:
        raise refused
    return address


def _find_inside(session: Session, found: NumberRange) -> Sequence[Barcode]:
    """Return the numbers in use that lie in the range, by number."""
    first, last = f"{found.first}0", f"{found.last}9"
    query = select(Barcode).where(
        Barcode.kind == "city", Barcode.until_on.is_(None), Barcode.number.between(first, last)
    )
    return session.scalars(query.order_by(Barcode.number)).all()
