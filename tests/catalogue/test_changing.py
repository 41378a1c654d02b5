"""Changing a product, what takes its place, and its photo."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from consign.catalogue.actions import add_product
from consign.catalogue.changes import Facts, Reason
from consign.catalogue.changing import MOST_PHOTO_BYTES, change_product, find_facts, set_photo, succeed_product
from consign.catalogue.queries import get_product
from consign.catalogue.rules import Details, NewNumberNeeded, PhotoRefused, ProductCodeTaken
from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.files import Files
from consign.identity.rules import Actor, Role
from consign.models.catalogue import Product
from tests.builders import KERIPIK, City
from tests.identity.people import events
from tests.web.handing_in import make_pdf

TOLD = Details(brand="Dapur Ratmi", packaging="plastic", shelf_life_days=120, ingredients="Singkong, minyak, cabai")
JUN = date(2026, 6, 30)


def facts_of(city: City, **changed: object) -> Facts:
    """Return what is known of the first product, with some of it told otherwise."""
    present = find_facts(city.products[0])
    return replace(present, **changed)  # type: ignore[arg-type]


def change(city: City, facts: Facts, *, same_goods: bool = False, by: Actor | None = None) -> bool:
    return change_product(
        city.session, by=by or city.admin, product=city.products[0], facts=facts, same_goods=same_goods
    )


def owner(city: City, place: int = 0) -> Actor:
    return Actor(city.admin.user_id, "p@umkm.example", Role.PRODUCER, producer_id=city.producers[place].id)


def told(city: City) -> list[tuple[str, str, int | None, dict[str, object]]]:
    """Return the audit trail with what this transaction did."""
    finish(city.session)
    return events(city.session)


def due(city: City) -> list[int]:
    finish(city.session)
    return sorted(city.session.scalars(text("DELETE FROM eligibility_due RETURNING producer_id")))


# Changing.


def test_what_was_blank_is_told_recorded_and_judged(city: City):
    due(city)
    assert change(city, facts_of(city, details=TOLD), by=owner(city)) is True
    keripik = city.products[0]
    assert find_facts(keripik) == Facts("Keripik Singkong", 200, "g", TOLD)
    assert due(city) == [keripik.producer_id]
    act, subject, _, detail = told(city)[-1]
    assert (act, subject) == ("product changed", f"product:{keripik.id}")
    assert detail == {
        "before": {"brand": None, "packaging": None, "shelf_life_days": None, "ingredients": None},
        "after": {
            "brand": "Dapur Ratmi", "packaging": "plastic", "shelf_life_days": 120,
            "ingredients": "Singkong, minyak, cabai",
        },
    }  # fmt: skip


def test_done_twice_it_changes_nothing(city: City):
    wanted = facts_of(city, details=replace(TOLD, sold_from=date(2026, 1, 1), sold_until=JUN))
    assert change(city, wanted) is True
    due(city)
    before = len(told(city))
    assert change(city, wanted) is False
    assert len(told(city)) == before
    assert due(city) == []


def test_other_goods_are_refused_with_every_reason_and_nothing_is_changed(city: City):
    change(city, facts_of(city, details=TOLD))
    before = find_facts(city.products[0])
    other = Facts("Keripik Talas", 250, "g", replace(TOLD, packaging="foil"))
    with pytest.raises(NewNumberNeeded, match=KERIPIK) as refused:
        change(city, other)
    assert refused.value.reasons == (Reason.NET_CONTENT, Reason.PACKAGING, Reason.VARIETY)
    assert "Make a new product of it" in str(refused.value)
    city.session.expire_all()
    assert find_facts(city.products[0]) == before


def test_the_same_goods_may_be_called_better(city: City):
    with pytest.raises(NewNumberNeeded):
        change(city, facts_of(city, name="Kripik Singkong"))
    assert change(city, facts_of(city, name="  Kripik   Singkong "), same_goods=True) is True
    assert city.products[0].name == "Kripik Singkong"


def test_a_product_without_a_number_may_still_become_anything(city: City):
    bare = add_product(
        city.session, by=city.admin, producer_id=city.producers[0].id, code="PRD-9", name="Abon", net_content=100,
        net_unit="g", goods_class=None, food_group=None, details=TOLD,
    )  # fmt: skip
    wanted = Facts("Sambal", 1, "l", Details(pieces=3))
    assert change_product(city.session, by=city.admin, product=bare, facts=wanted, same_goods=False) is True
    assert find_facts(bare) == wanted


def test_a_number_that_is_out_of_use_means_the_same_goods_all_the_same(city: City):
    city.session.execute(
        text("UPDATE barcode SET until_on = '2026-06-30' WHERE product_id = :id"), {"id": city.products[0].id}
    )
    with pytest.raises(NewNumberNeeded):
        change(city, facts_of(city, net_content=250))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts(" ", 200, "g", Details()), "blank"),
        (Facts("Keripik", 0, "g", Details()), "above zero"),
        (Facts("Keripik", 200, "ons", Details()), "above zero in"),
        (Facts("Keripik", 200, "g", Details(packaging="kaleng")), "no packaging"),
        (Facts("Keripik", 200, "g", Details(pieces=0)), "from 1 to"),
        (Facts("Keripik", 200, "g", Details(pieces=10_001)), "from 1 to"),
        (Facts("Keripik", 200, "g", Details(shelf_life_days=0)), "from 1 to"),
        (Facts("Keripik", 200, "g", Details(ingredients="x" * 1_001)), "more than"),
        (Facts("Keripik", 200, "g", Details(sold_from=JUN, sold_until=date(2026, 6, 29))), "before it begins"),
    ],
)
def test_what_cannot_be_is_refused(city: City, facts: Facts, why: str):
    with pytest.raises(BadInput, match=why):
        change(city, facts)


def test_only_its_producer_and_the_dinas_change_a_product(city: City):
    for by in (owner(city, 1), city.auditor):
        with pytest.raises(NotAllowed):
            change(city, facts_of(city, details=TOLD), by=by)


# What takes its place.


def succeed(city: City, **changed: object) -> Product:
    facts = {
        "by": city.admin, "product": city.products[0], "code": "PRD-1B", "reason": Reason.NET_CONTENT, "last": None,
        "facts": Facts("Keripik Singkong", 250, "g", TOLD), **changed,
    }  # fmt: skip
    return succeed_product(city.session, **facts)  # type: ignore[arg-type]


def test_a_successor_begins_with_what_was_told_and_the_class_of_before(city: City):
    keripik = city.products[0]
    keripik.goods_class, keripik.food_group = "dry_food", "15"
    city.session.flush()
    new = succeed(city, by=owner(city), last=JUN)
    assert (new.follows_id, new.producer_id) == (keripik.id, keripik.producer_id)
    assert find_facts(new) == Facts("Keripik Singkong", 250, "g", TOLD)
    assert (new.goods_class, new.food_group) == ("dry_food", "15")
    assert keripik.sold_until == JUN
    assert find_facts(keripik).net_content == 200
    # Its numbers, prices and tills' codes are those of other goods.
    for table in ("barcode", "product_price", "product_alias"):
        count = text(f"SELECT count(*) FROM {table} WHERE product_id = :id")
        assert city.session.scalar(count, {"id": new.id}) == 0
        assert city.session.scalar(count, {"id": keripik.id}) == 1
    assert [act for act, *_ in told(city)[-2:]] == ["product added", "product succeeded"]
    assert told(city)[-1][3] == {"by_code": "PRD-1B", "reason": "net_content", "last": "2026-06-30"}


def test_without_a_last_day_both_are_offered(city: City):
    succeed(city)
    assert city.products[0].sold_until is None


def test_a_successor_with_a_taken_code_or_before_the_old_one_began_is_refused(city: City):
    with pytest.raises(ProductCodeTaken):
        succeed(city, code="PRD-2")
    city.products[0].sold_from = date(2026, 7, 1)
    city.session.flush()
    with pytest.raises(BadInput, match="before it begins"):
        succeed(city, last=JUN)


def test_only_its_producer_and_the_dinas_make_a_successor(city: City):
    for by in (owner(city, 1), city.auditor):
        with pytest.raises(NotAllowed):
            succeed(city, by=by)


# Its photo.


def make_photo(width: int, height: int, *, turned: bool = False, colour: int = 120) -> bytes:
    """Return a JPEG as a phone makes it: with the place where it was taken, perhaps to be turned upright."""
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    if turned:
        exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (1.0, 16.0, 3.0)
    written = io.BytesIO()
    Image.new("RGB", (width, height), (colour, 90, 60)).save(written, "JPEG", exif=exif)
    return written.getvalue()


def photograph(city: City, files: Files, content: bytes, *, by: Actor | None = None) -> None:
    product = get_product(city.session, "PRD-1")
    set_photo(city.session, by=by or city.admin, product=product, source=io.BytesIO(content), files=files)


def open_kept(city: City, files: Files, column: str, folder: Path) -> Image.Image:
    sha256 = city.session.scalar(text(f"SELECT {column} FROM product WHERE code = 'PRD-1'"))
    path = folder / column
    files.copy_to(sha256, path)
    with Image.open(path) as picture:
        picture.load()
        return picture


def test_a_photo_is_written_anew_small_upright_and_without_where_it_was_taken(city: City, files: Files, tmp_path: Path):
    sent = make_photo(3_000, 2_000, turned=True)
    assert b"Kamera Rahasia" in sent
    photograph(city, files, sent, by=owner(city))
    photo = open_kept(city, files, "photo_sha256", tmp_path)
    thumb = open_kept(city, files, "thumb_sha256", tmp_path)
    assert (photo.size, thumb.size) == ((933, 1_400), (213, 320))  # 2:3, turned
    for picture in (photo, thumb):
        assert picture.format == "JPEG"
        assert picture.width < picture.height  # it was turned
        assert dict(picture.getexif()) == {}
    for column in ("photo_sha256", "thumb_sha256"):
        assert b"Rahasia" not in (tmp_path / column).read_bytes()
    assert told(city)[-1][0] == "product's photo set"


def test_the_same_photo_again_changes_nothing_and_another_replaces_it(city: City, files: Files):
    photograph(city, files, make_photo(800, 600))
    before = (city.products[0].photo_sha256, len(told(city)))
    photograph(city, files, make_photo(800, 600))
    assert (city.products[0].photo_sha256, len(told(city))) == before
    photograph(city, files, make_photo(800, 600, colour=200))
    assert city.products[0].photo_sha256 != before[0]
    assert told(city)[-1][3]["before"] == before[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (make_pdf("Keripik"), "PDF"),
        (make_photo(800, 600)[:900], "nothing was kept"),
        (b"GIF89a" + bytes(40), "nothing was kept"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "nothing was kept"),
        (b"", "nothing was kept"),
        (make_photo(800, 600) + bytes(MOST_PHOTO_BYTES), "nothing was kept"),
    ],
    ids=["a PDF", "cut off", "a broken GIF", "a drawing with a script", "nothing at all", "too large"],
)
def test_what_is_no_photo_is_refused_and_the_earlier_one_stays(city: City, files: Files, content: bytes, why: str):
    photograph(city, files, make_photo(800, 600))
    before = (city.products[0].photo_sha256, city.products[0].thumb_sha256)
    with pytest.raises(PhotoRefused, match=why):
        photograph(city, files, content)
    city.session.expire_all()
    assert (city.products[0].photo_sha256, city.products[0].thumb_sha256) == before


def test_nobody_puts_a_photo_to_anothers_product(city: City, files: Files):
    for by in (owner(city, 1), city.auditor, city.finance):
        with pytest.raises(NotAllowed):
            photograph(city, files, make_photo(80, 60), by=by)
