"""Photos, listings and a city register for tests that look at every page of products."""

import io

from sqlalchemy import text

from consign.catalogue.changing import set_photo
from consign.catalogue.listings import list_product
from consign.catalogue.queries import get_product
from consign.identity.queries import get_actor
from tests.builders import ADMIN, OPENED
from tests.conftest import REGION
from tests.web.handing_in import make_photo
from tests.web.town import Town

PREFIX = "21"
LISTED = (("PRD-1", "T1"), ("PRD-2", "T2"), ("PRD-3", "K1"))
"""Which product stands in which store, each one of another producer."""


def open_register(town: Town, *, before_papers: bool = True) -> None:
    """Let the city give numbers, by default also to products whose papers are not in order."""
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO number_series (prefix, opened_by, opened_at)
            SELECT :prefix, id, now() FROM user_account WHERE login = :login"""),
            {"prefix": PREFIX, "login": ADMIN},
        )
        session.execute(
            text("UPDATE register_terms SET prefix = :prefix, before_papers = :before_papers"),
            {"prefix": PREFIX, "before_papers": before_papers},
        )


def put_goods(town: Town) -> None:
    """Give each product a photo, and a store that offers it."""
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        for place, (code, store) in enumerate(LISTED):
            product = get_product(session, code)
            photo = io.BytesIO(make_photo(400, 300 + place))
            set_photo(session, by=admin, product=product, source=photo, files=town.files)
            list_product(
                session, by=admin, product=product, store_id=town.id("store", code=store), first=OPENED
            )  # fmt: skip
