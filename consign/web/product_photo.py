"""The photo of a product: taking one in, and sending it."""

from fastapi import APIRouter, Response

from consign.catalogue.changing import set_photo
from consign.catalogue.lists import get_product_seen
from consign.catalogue.rules import ProductUnknown
from consign.sentence import say
from consign.web.forms import new_form
from consign.web.product_page import PHOTO, find_path, show_product_page
from consign.web.visit import A_YEAR_SECONDS, PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
A_MINUTE_SECONDS = 60


@router.post("/products/{code}/photo")
def do_set_photo(visit: Visiting, code: str) -> Response:
    """Take in a photo of a product; it is written anew, without what the camera added."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = new_form((PHOTO,))
    sent = visit.file("photo") or visit.file("camera")
    if sent is None:
        form.blame("photo", say("No photo was chosen. Take one, or choose one."))
    else:
        with visit.attempt(form, photo="catalogue.photo_refused"):
            set_photo(visit.db, by=visit.actor, product=product, source=sent.file, files=visit.files)
    if not form.ok:
        return show_product_page(visit, code, status=422, photo=form)
    return visit.lead_on(find_path(code), say("The photo was saved."))


@router.get("/products/{code}/photo")
def send_photo(visit: Visiting, code: str) -> Response:
    """Send a product's photo to those who may see the product."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    return answer_photo(visit, product.photo_sha256)


@router.get("/products/{code}/thumb")
def send_thumb(visit: Visiting, code: str) -> Response:
    """Send the same small."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    return answer_photo(visit, product.thumb_sha256)


def answer_photo(visit: Visit, sha256: str | None, *, cache: str = "private") -> Response:
    """Answer with a stored photo; *cache* says who may keep it: the person's own browser (`private`), or all (`public`).

    Where the address names its fingerprint it never changes, so it is kept for a year; else for a minute.

    Raises:
        ProductUnknown: there is none.

    """
    if sha256 is None:
        raise ProductUnknown(say("There is no photo of this product that you may see."))
    is_named = visit.asked.get("v", "") == name_photo(sha256)
    kept = f"{cache}, max-age={A_YEAR_SECONDS}, immutable" if is_named else f"{cache}, max-age={A_MINUTE_SECONDS}"
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    return Response(b"".join(visit.files.read(sha256)), media_type="image/jpeg", headers=headers)


def name_photo(sha256: str) -> str:
    """Return what the address of a photo names it by."""
    return sha256[:16]
