"""Which partner, store and product a row of a list means."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.partners import Partner, Store, StoreAlias
from consign.sentence import say
from consign.stock.codes import get_coded
from consign.stock.count_rules import CodeUnknown
from consign.stock.import_columns import Role
from consign.stock.import_rules import CellRefused


@dataclass
class Lookup:
    """Finds what codes mean, each asked of the database once."""

    session: Session
    by: Actor
    partners: dict[str, Partner | None] = field(default_factory=dict)
    stores: dict[tuple[int, str], Store | None] = field(default_factory=dict)
    products: dict[tuple[int, str], Product | None] = field(default_factory=dict)

    def get_partner(self, code: str | None) -> Partner:
        """Return the partner with *code*; the only one of whoever works for one, where it is blank.

        Raises:
            CellRefused: there is none, or none is named.

        """
        if code is None and self.by.partner_id is not None:
            return self.session.get_one(Partner, self.by.partner_id)
        if code is None:
            raise CellRefused(say("This cell is blank. Fill it in."), "cell.blank", Role.PARTNER)
        key = code.casefold()
        if key not in self.partners:
            self.partners[key] = self.session.scalar(select(Partner).where(func.lower(Partner.code) == key))
        found = self.partners[key]
        if found is None:
            raise CellRefused(
                say("No partner has this code. Look it up in the list of partners."), "partner.unknown", Role.PARTNER
            )
        return found

    def get_store(self, partner: Partner, code: str, role: Role) -> Store:
        """Return the partner's store with *code*, or the one that its files call so.

        Raises:
            CellRefused: there is none.

        """
        key = (partner.id, code.casefold())
        if key not in self.stores:
            self.stores[key] = self._find_store(partner, code)
        found = self.stores[key]
        if found is None:
            raise CellRefused(
                say(
                    "{partner} has no store with this code. Look it up in the list of its stores.", partner=partner.code
                ),
                "store.unknown",
                role,
            )
        return found

    def get_product(self, partner_id: int, code: str) -> Product:
        """Return the product that *code* means in stores of a partner.

        Raises:
            CellRefused: there is none.

        """
        key = (partner_id, code)
        if key not in self.products:
            try:
                self.products[key] = get_coded(self.session, code, partner_id=partner_id)
            except CodeUnknown:
                self.products[key] = None
        found = self.products[key]
        if found is None:
            raise CellRefused(
                say("No product has this code or number. Write the product's code."), "product.unknown", Role.PRODUCT
            )
        return found

    def _find_store(self, partner: Partner, code: str) -> Store | None:
        query = select(Store).where(Store.partner_id == partner.id)
        found = self.session.scalar(query.where(func.lower(Store.code) == code.casefold()))
        if found is not None:
            return found
        called = select(StoreAlias.store_id).where(
            StoreAlias.partner_id == partner.id,
            func.lower(StoreAlias.alias) == code.casefold(),
            StoreAlias.ended_at.is_(None),
        )
        return self.session.scalars(query.where(Store.id.in_(called))).first()
