"""Whether goods may be brought to a store on a day: by their papers, an agreement, and whether both still sell."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from compliance.standing import Standing
from consign.catalogue.goods import as_goods
from consign.documents.eligibility import judge
from consign.documents.wording import to_sentence
from consign.models.catalogue import Product
from consign.models.partners import Agreement, Partner, Store
from consign.sentence import Sentence, say, say_all

_JUDGED = ("id", "producer_id", "name", "goods_class", "food_group", "net_unit")


def find_lacks(
    session: Session, *, products: Collection[Product], store: Store, on: date, papers: bool
) -> Mapping[int, list[Sentence]]:
    """Return by product what keeps it from being brought to *store* on a day; products that lack nothing are left out.

    *papers*: whether those are judged, too, with what the store's partner asks for; goods that a partner has already
    move between its stores without.
    """
    lacks: defaultdict[int, list[Sentence]] = defaultdict(list)
    if papers:
        goods = [as_goods({name: getattr(one, name) for name in _JUDGED}) for one in products]
        for product_id, judged in judge(session, goods=goods, partner_id=store.partner_id, on=on).items():
            if judged.standing is Standing.BLOCKED:
                lacks[product_id] += [to_sentence(task.reason) for task in judged.tasks if task.blocks]
    covered = find_covered(session, product_ids=[one.id for one in products], store=store, on=on)
    partner = session.get_one(Partner, store.partner_id)
    for one in products:
        if one.id not in covered:
            lacks[one.id].append(
                say("No agreement with {partner} covers it in {store} on {day}.",
                    partner=partner.name, store=store.name, day=on)
            )  # fmt: skip
        if papers and one.sold_until is not None and one.sold_until < on:
            lacks[one.id].append(say("It is offered until {last} only.", last=one.sold_until))
        closed = _tell_closed(store, on)
        if closed is not None:
            lacks[one.id].append(closed)
    return dict(lacks)


def describe_lacks(products: Mapping[int, Product], lacks: Mapping[int, list[Sentence]]) -> tuple[Sentence, ...]:
    """Return of each product what it lacks, as a sentence, by the products' names."""
    named = sorted((products[product_id].name, product_id) for product_id in lacks)
    return tuple(
        say("{product}: {reasons}", product=name, reasons=say_all(lacks[product_id])) for name, product_id in named
    )


def find_covered(session: Session, *, product_ids: Collection[int], store: Store, on: date) -> set[int]:
    """Return which products an agreement with the store's partner covers in that store on a day."""
    query = (
        select(Product.id)
        .join(Agreement, Agreement.producer_id == Product.producer_id)
        .where(
            Product.id.in_(product_ids),
            Agreement.partner_id == store.partner_id,
            Agreement.days.contains(on),
            func.coalesce(Agreement.store_id, store.id) == store.id,
            or_(Agreement.product_id.is_(None), Agreement.product_id == Product.id),
        )
    )
    return set(session.scalars(query))


def _tell_closed(store: Store, on: date) -> Sentence | None:
    if on < store.opened_on:
        return say("{store} sells consigned goods from {first} on only.", store=store.name, first=store.opened_on)
    if store.closed_on is not None and on > store.closed_on:
        return say("{store} sells consigned goods until {last} only.", store=store.name, last=store.closed_on)
    return None
