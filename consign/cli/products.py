"""Products, prices, barcodes and tills' codes."""

from datetime import datetime

import click
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass
from consign.catalogue import actions
from consign.catalogue.queries import get_product
from consign.cli.context import DAY, Context, as_user, pass_context
from consign.identity.rules import Actor
from consign.money import Rupiah
from consign.partners.queries import find_partners, get_partner, get_producer
from consign.sales.placing import place_parked


@click.group()
def product() -> None:
    """Add products, prices, barcodes and the codes tills use."""


@product.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--producer", "producer_code", metavar="CODE", required=True)
@click.option("--content", type=int, required=True, help="Declared content of one pack.")
@click.option("--unit", type=click.Choice(["g", "kg", "ml", "l", "pcs"]), required=True)
@click.option(
    "--class", "goods_class", type=click.Choice([one.value for one in GoodsClass]), help="What sort of goods it is."
)
@click.option("--food-group", help="Group of home-industry food, 01 to 15; only of dry food.")
@click.option("--price", type=int, help="Consumer price in rupiah.")
@click.option("--gtin", help="The producer's own barcode number.")
@click.option("--from", "from_on", type=DAY, required=True, help="Day from which price and barcode hold.")
@as_user
@pass_context
def add(
    context: Context,
    *,
    code: str,
    name: str,
    producer_code: str,
    content: int,
    unit: str,
    goods_class: str | None,
    food_group: str | None,
    price: int | None,
    gtin: str | None,
    from_on: datetime,
    login: str,
) -> None:
    """Add the product NAME of a producer."""
    with context.acting(login) as (session, by):
        owner = get_producer(session, producer_code)
        new = actions.add_product(
            session,
            by=by,
            producer_id=owner.id,
            code=code,
            name=name,
            net_content=content,
            net_unit=unit,
            goods_class=goods_class,
            food_group=food_group,
        )
        if price is not None:
            actions.set_price(session, by=by, product=new, price_rp=price, from_on=from_on.date())
        if gtin is not None:
            actions.add_gtin(session, by=by, product=new, gtin=gtin, from_on=from_on.date())
        placed = place_everywhere(session, by)
    click.echo(f"Product {code} was added; {placed} parked lines were placed.")


@product.command("class")
@click.argument("code")
@click.argument("goods_class", metavar="CLASS", type=click.Choice([one.value for one in GoodsClass]))
@click.option("--food-group", help="Group of home-industry food, 01 to 15; only of dry food.")
@as_user
@pass_context
def class_(context: Context, *, code: str, goods_class: str, food_group: str | None, login: str) -> None:
    """Say what sort of goods the product is: its CLASS decides which papers it needs."""
    with context.acting(login) as (session, by):
        chosen = get_product(session, code)
        actions.set_class(session, by=by, product=chosen, goods_class=goods_class, food_group=food_group)
    click.echo(f"{code} is {goods_class} from now on.")


@product.command("price")
@click.argument("code")
@click.argument("price", type=int)
@click.option("--from", "from_on", type=DAY, required=True)
@as_user
@pass_context
def price_(context: Context, *, code: str, price: int, from_on: datetime, login: str) -> None:
    """Set the consumer PRICE in rupiah from a day on."""
    with context.acting(login) as (session, by):
        actions.set_price(session, by=by, product=get_product(session, code), price_rp=price, from_on=from_on.date())
        placed = place_everywhere(session, by)
    click.echo(f"{code} costs {Rupiah(price)} from {from_on:%d/%m/%Y} on; {placed} parked lines were placed.")


@product.command("gtin")
@click.argument("code")
@click.argument("number")
@click.option("--from", "from_on", type=DAY, required=True)
@as_user
@pass_context
def gtin_(context: Context, *, code: str, number: str, from_on: datetime, login: str) -> None:
    """Give the product its own barcode NUMBER from a day on; the one before goes on finding it."""
    with context.acting(login) as (session, by):
        number = actions.add_gtin(
            session, by=by, product=get_product(session, code), gtin=number, from_on=from_on.date()
        )
        placed = place_everywhere(session, by)
    click.echo(f"{number} now means {code}; {placed} parked lines were placed.")


@product.command("alias")
@click.argument("code")
@click.argument("alias")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@as_user
@pass_context
def alias_(context: Context, *, code: str, alias: str, partner_code: str, login: str) -> None:
    """Let the partner's tills call the product CODE also ALIAS."""
    with context.acting(login) as (session, by):
        partner = get_partner(session, partner_code)
        actions.add_product_alias(
            session, by=by, partner_id=partner.id, product=get_product(session, code), alias=alias
        )
        placed = place_parked(session, by=by, partner_id=partner.id)
    click.echo(f"{alias!r} now means {code} for {partner_code}; {placed} parked lines were placed.")


def place_everywhere(session: Session, by: Actor) -> int:
    """Place the parked lines of all partners that can be placed now; return how many."""
    return sum(place_parked(session, by=by, partner_id=partner.id) for partner in find_partners(session))
