"""What a product's page says of its papers: what sort of goods it is, whether it may be delivered, what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from sqlalchemy import RowMapping

from compliance.facts import GoodsClass
from compliance.food_groups import FoodGroup, find_group, load_groups, suggest_group, suggest_groups
from compliance.standing import Standing
from consign.catalogue.goods import as_goods
from consign.documents.eligibility import judge
from consign.documents.wording import to_sentence
from consign.sentence import Sentence, say
from consign.web.forms import Choice, Field
from consign.web.visit import Visit
from consign.web.words import word

EXAMPLES_SHOWN = 4
"""Foods that are named with each group."""


@dataclass(frozen=True)
class ShownTask:
    """One step towards delivery, ready to show."""

    reason: Sentence
    next_step: Sentence
    source: str


@dataclass(frozen=True)
class ShownEligibility:
    """Whether a product may be delivered today, and what is to be done."""

    standing: Standing
    tasks: Sequence[ShownTask]


EXAMPLES = {
    GoodsClass.DRY_FOOD: say(
        "It keeps for seven days or more at room temperature: chips, biscuits, ground coffee, sambal."
    ),
    GoodsClass.CHILLED_FOOD: say("Kept cold or frozen, milk, pasteurised or canned food, bottled water."),
    GoodsClass.READY_TO_EAT: say("It keeps for less than seven days: cake, rice boxes, fresh drinks."),
    GoodsClass.FRESH_PRODUCE: say("Not processed: fruit, vegetables, rice, fresh spices."),
    GoodsClass.COSMETIC: say("For skin or hair: soap, lotion, body scrub, perfume."),
    GoodsClass.TRADITIONAL_MEDICINE: say("For health: jamu, herbal oil, capsules."),
    GoodsClass.HOUSEHOLD: say("For the house: detergent, dish soap, room fragrance."),
    GoodsClass.CRAFT: say("Bags, cloth, clothes, wood, souvenirs."),
}
CLASS = Field(
    "goods_class",
    say("Which class of goods is it?"),
    kind="radio",
    choices=[Choice(one.value, word("goods_class", one), hint) for one, hint in EXAMPLES.items()],
    hint=say("This decides which papers it needs."),
)
GROUP = Field(
    "food_group",
    say("Group of home-industry food"),
    kind="select",
    required=False,
    hint=say("Only for food that keeps. It stands in the number of its P-IRT. Not sure? Leave it blank."),
)


def find_papers_link(visit: Visit) -> str | None:
    """Return where a producer's papers are, for those who may see them."""
    if visit.may("GET /my-papers"):
        return "/my-papers"
    return "/producers/{producer_code}/papers" if visit.may("GET /producers/{code}/papers") else None


def make_group_field() -> Field:
    """Return the field with the groups of home-industry food."""
    groups = load_groups().values()
    return replace(GROUP, choices=[Choice(one.code, _name_group(one)) for one in groups])


def _name_group(group: FoodGroup) -> str:
    """Return a group as the list of 2012 names it, with foods that people know."""
    return f"{group.code} {group.name} ({', '.join(group.examples[:EXAMPLES_SHOWN])})"


def show_eligibility(visit: Visit, product: RowMapping, *, on: date) -> ShownEligibility:
    """Judge the product as things stand now; what lists show may be a minute old."""
    found = judge(visit.db, goods=[as_goods(product)], on=on)[product["id"]]
    tasks = [ShownTask(to_sentence(one.reason), to_sentence(one.next_step), one.source) for one in found.tasks]
    return ShownEligibility(found.standing, tasks)


def suggest_other_group(product: RowMapping) -> FoodGroup | None:
    """Return the group that the name speaks for where another, or none, was said of food that keeps."""
    if product["goods_class"] != GoodsClass.DRY_FOOD or product["food_group"] in suggest_groups(product["name"]):
        return None
    return find_group(suggest_group(product["name"]) or "")


def find_papers_path(visit: Visit, product: RowMapping) -> str:
    """Return where the papers of this product's producer are; blank for those who may not see them."""
    link = find_papers_link(visit)
    return link.format(producer_code=quote(product["producer_code"], safe="")) if link else ""
