"""What everybody sees who scans the code on a pack: the product, where it is sold, and its papers. Nobody signs in."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from consign import clock
from consign.catalogue.public import PublicProduct, get_public_photo, get_public_product, parse_batch
from consign.partners.queries import get_region_terms
from consign.web import rendering
from consign.web.bars import draw_bars
from consign.web.language import LANGUAGES, choose_language
from consign.web.product_photo import answer_photo, name_photo
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
A_MINUTE = "public, max-age=60"


@router.get("/p/{number}")
def show_public(visit: Visiting, number: str) -> Response:
    """Show a product by a number that stands on its pack."""
    return _public_page(visit, number)


@router.get("/01/{gtin}")
def show_linked(visit: Visiting, gtin: str) -> Response:
    """Show the product that a GS1 Digital Link names."""
    return _public_page(visit, gtin)


@router.get("/01/{gtin}/10/{batch}")
def show_linked_batch(visit: Visiting, gtin: str, batch: str) -> Response:
    """Show the product that a GS1 Digital Link names, with the batch that the pack is of."""
    return _public_page(visit, gtin, batch=parse_batch(batch))


@router.get("/p/{number}/photo")
def send_public_photo(visit: Visiting, number: str) -> Response:
    """Send the photo of a product that everybody may see."""
    photo, _ = get_public_photo(visit.db, number=number)
    return answer_photo(visit, photo, cache="public")


@router.get("/p/{number}/thumb")
def send_public_thumb(visit: Visiting, number: str) -> Response:
    """Send the same small."""
    _, thumb = get_public_photo(visit.db, number=number)
    return answer_photo(visit, thumb, cache="public")


def _public_page(visit: Visit, number: str, *, batch: str | None = None) -> Response:
    """Answer with the page; the same address says the same to everybody, so that anybody may keep it for a minute.

    Its language is the one that the address asks for, else Indonesian: a cookie has no say in it, and none is set.
    """
    terms = get_region_terms(visit.db)
    today = clock.today(terms.zone)
    product = get_public_product(visit.db, number=number, on=today)
    language = choose_language(visit.asked.get("lang"))
    facts = {
        "product": product,
        "batch": batch,
        "today": today,
        "region": visit.request.app.state.region_name,
        "office": terms.office_name,
        "others": _find_other_languages(visit, language.code),
        "path": f"/p/{product.number}",
        "bars": draw_bars(product.current or product.number),
        "photo": _find_photo(product),
    }
    html = rendering.render("public.html", language=language, facts=facts)
    return HTMLResponse(html, headers={"Cache-Control": A_MINUTE})


def _find_other_languages(visit: Visit, present: str) -> Mapping[str, str]:
    """Return where the same page is in the other languages, by their codes."""
    path = quote(visit.request.url.path)
    return {code: f"{path}?lang={code}" for code in LANGUAGES if code != present}


def _find_photo(product: PublicProduct) -> Mapping[str, str]:
    """Return the addresses of the photo, large and small; none where there is no photo."""
    if product.photo_sha256 is None or product.thumb_sha256 is None:
        return {}
    path = f"/p/{product.number}"
    return {
        "large": f"{path}/photo?v={name_photo(product.photo_sha256)}",
        "small": f"{path}/thumb?v={name_photo(product.thumb_sha256)}",
    }
