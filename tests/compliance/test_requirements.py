from datetime import date, timedelta

import pytest

from compliance.facts import Business, Goods, GoodsClass, Kind
from compliance.requirements import find_demands, find_turns, load_requirements
from compliance.standing import Demand, PartnerDemand, Policy
from tests.compliance.judging import TODAY

PERSON = Business("Dapur Sari")
FIRM = Business("PT Dapur Sari", is_entity=True)
ALL_SELLERS = ["nib", "identity", "bank_account"]
HALAL_FROM = date(2026, 10, 18)


def find(
    goods_class: GoodsClass | None,
    *,
    business: Business = PERSON,
    partner_demands: list[PartnerDemand] | None = None,
    policy: Policy | None = None,
    on: date = TODAY,
) -> tuple[Demand, ...]:
    return find_demands(
        Goods("Keripik", goods_class),
        business=business,
        partner_demands=partner_demands or [],
        policy=policy or Policy(),
        on=on,
    )


def ask(
    kind: Kind,
    *,
    partner: str = "Hotel Melati",
    goods_class: GoodsClass | None = None,
    from_on: date = date(2026, 1, 1),
    until_on: date | None = None,
) -> PartnerDemand:
    return PartnerDemand(partner=partner, kind=kind, goods_class=goods_class, from_on=from_on, until_on=until_on)


def codes(demands: tuple[Demand, ...]) -> list[str]:
    return [one.code for one in demands]


def test_every_seller_needs_nib_ktp_and_bank_account():
    assert codes(find(GoodsClass.CRAFT)) == codes(find(None)) == ALL_SELLERS


def test_only_a_firm_needs_an_npwp():
    assert codes(find(GoodsClass.CRAFT, business=FIRM)) == [*ALL_SELLERS, "npwp"]


@pytest.mark.parametrize(
    ("goods_class", "wanted"),
    [
        (GoodsClass.DRY_FOOD, {"food_permit": {Kind.PIRT, Kind.MD}, "halal": {Kind.HALAL, Kind.NON_HALAL}}),
        (GoodsClass.CHILLED_FOOD, {"food_permit": {Kind.MD}, "halal": {Kind.HALAL, Kind.NON_HALAL}}),
        (GoodsClass.READY_TO_EAT, {"hygiene": {Kind.SLHS}, "halal": {Kind.HALAL, Kind.NON_HALAL}}),
        (GoodsClass.FRESH_PRODUCE, {"fresh_food": {Kind.PSAT}}),
        (GoodsClass.COSMETIC, {"cosmetic": {Kind.NA}}),
        (GoodsClass.TRADITIONAL_MEDICINE, {"medicine": {Kind.TR}}),
        (GoodsClass.HOUSEHOLD, {"household": {Kind.PKD}}),
        (GoodsClass.CRAFT, {}),
    ],
)
def test_goods_of_each_sort_need_their_papers(goods_class: GoodsClass, wanted: dict[str, set[Kind]]):
    own = [one for one in find(goods_class) if one.code not in ALL_SELLERS and one.blocks]
    assert {one.code: set(one.kinds) for one in own} == wanted


def test_a_label_is_only_asked_for():
    assert [one.code for one in find(GoodsClass.DRY_FOOD) if not one.blocks] == ["label"]
    assert [one.code for one in find(GoodsClass.COSMETIC) if not one.blocks] == ["halal"]


def test_halal_is_demanded_of_food_from_its_day_on():
    assert "halal" in codes(find(GoodsClass.DRY_FOOD, on=HALAL_FROM))
    assert "halal" not in codes(find(GoodsClass.DRY_FOOD, on=HALAL_FROM - timedelta(days=1)))


def test_a_region_may_only_warn_of_halal():
    relaxed = find(GoodsClass.DRY_FOOD, policy=Policy(halal_blocks=False))
    assert [one.code for one in relaxed if not one.blocks] == ["halal", "label"]


def test_a_partner_may_ask_for_more():
    demands = find(GoodsClass.CRAFT, partner_demands=[ask(Kind.TRADEMARK), ask(Kind.SLHS), ask(Kind.LABEL)])
    assert codes(demands) == [*ALL_SELLERS, "partner.slhs", "partner.trademark", "partner.label"]
    assert all(one.blocks and one.source == "Hotel Melati" for one in demands[3:])
    assert [one.per_goods for one in demands[3:]] == [False, False, True]


@pytest.mark.parametrize(
    "demand",
    [
        ask(Kind.SLHS, goods_class=GoodsClass.DRY_FOOD),
        ask(Kind.SLHS, from_on=TODAY + timedelta(days=1)),
        ask(Kind.SLHS, until_on=TODAY - timedelta(days=1)),
    ],
)
def test_a_partner_asks_only_for_its_goods_and_in_its_days(demand: PartnerDemand):
    assert codes(find(GoodsClass.CRAFT, partner_demands=[demand])) == ALL_SELLERS


def test_both_days_of_a_partners_demand_are_inside():
    demand = ask(Kind.SLHS, from_on=TODAY, until_on=TODAY, goods_class=GoodsClass.CRAFT)
    assert codes(find(GoodsClass.CRAFT, partner_demands=[demand])) == [*ALL_SELLERS, "partner.slhs"]


def test_partners_who_ask_for_the_same_are_named_together():
    asked = [ask(Kind.SLHS, partner="Toko Maju", from_on=TODAY), ask(Kind.SLHS), ask(Kind.SLHS)]
    demand = find(GoodsClass.CRAFT, partner_demands=asked)[-1]
    assert (demand.source, demand.from_on) == ("Hotel Melati, Toko Maju", date(2026, 1, 1))


def test_what_the_law_asks_for_is_not_asked_twice():
    asked = codes(find(GoodsClass.CRAFT, partner_demands=[ask(Kind.NIB)]))
    assert asked == ["partner.nib", *(code for code in ALL_SELLERS if code != "nib")]


def test_a_stricter_demand_takes_the_place_of_the_law():
    demands = find(GoodsClass.DRY_FOOD, partner_demands=[ask(Kind.HALAL), ask(Kind.LABEL), ask(Kind.MD)])
    assert codes(demands) == [*ALL_SELLERS, "partner.md", "partner.halal", "partner.label"]


def test_the_days_on_which_demands_turn():
    asked = (
        ask(Kind.SLHS, from_on=date(2027, 1, 1), until_on=date(2027, 6, 30)),
        ask(Kind.NIB, from_on=date(2027, 2, 1), until_on=date.max),
    )
    assert find_turns(asked) == (HALAL_FROM, date(2027, 1, 1), date(2027, 2, 1), date(2027, 7, 1))
    assert find_turns(()) == (HALAL_FROM,)


def test_every_requirement_names_its_source_and_what_is_not_settled_does_not_block():
    assert all(one.demand.source and one.read_on <= TODAY for one in load_requirements())
    assert all(one.certainty == "high" for one in load_requirements() if one.demand.blocks)
