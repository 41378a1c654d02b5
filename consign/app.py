"""The web edge: `create_app` composes pages over one database and one region."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from consign.db import Database
from consign.files import Files
from consign.web import (
    account,
    adjustments,
    agreements,
    aliases,
    assets,
    audit,
    bank,
    bank_closing,
    bank_uploads,
    board,
    board_days,
    carry_over,
    chasing,
    closings,
    continuity,
    cooperative_signing,
    cooperatives,
    counting,
    counts,
    day_sheet,
    deciding,
    demands,
    disputes,
    drafts,
    expiring,
    expiry,
    goods,
    goods_new,
    goods_note,
    goods_paper,
    handing_in,
    health,
    home,
    journal,
    labels,
    late,
    listings,
    losses,
    mapping,
    matches,
    matching,
    my_money,
    my_papers,
    my_sales,
    owed,
    paper_form,
    papers,
    parked,
    parked_dismissing,
    parked_fix,
    parked_foreign,
    parked_meaning,
    partners,
    payees,
    payments,
    payments_new,
    payout,
    payout_templates,
    payouts,
    producers,
    product_changes,
    product_import,
    product_numbers,
    product_photo,
    products,
    proofs,
    public,
    references,
    region_terms,
    register,
    review,
    signing_in,
    statement_paper,
    statements,
    stock,
    stocks,
    store_days,
    store_sums,
    suggestions,
    upload_rows,
    uploads,
    users,
    waivers,
    write_offs,
)
from consign.web.access import refuse_undeclared_routes
from consign.web.errors import add_error_pages
from consign.web.guard import SecurityHeaders
from consign.web.visit import MOST_UPLOAD_BYTES

AREAS = (
    assets, health, home, signing_in, account, store_sums, day_sheet, handing_in, uploads, upload_rows, mapping,
    parked, parked_dismissing, parked_fix, parked_foreign, parked_meaning, aliases, board, board_days,
    chasing, closings, statement_paper, statements, drafts, owed, journal, my_sales, goods_new, goods, goods_note,
    goods_paper, my_papers, paper_form, papers, review, deciding, expiry, waivers, references, demands, partners,
    store_days, my_money, payments_new, payments, proofs, stock, counts, counting, losses, agreements,
    cooperatives, cooperative_signing, producers, product_import, products, product_changes, product_numbers,
    product_photo, listings, public, register, labels, stocks, bank, bank_closing, bank_uploads, expiring, suggestions,
    continuity, users, region_terms, audit, matching, matches, write_offs, payouts, payout, payout_templates,
    payees, carry_over, disputes, adjustments, late,
)  # fmt: skip
AT_ONCE = 2
"""Pages that one process makes at once, and besides them files that it takes in. With more, the interpreter only lets them take
turns, and all of them are late."""
COMPRESSION = 5
"""gzip's level; the next ones take twice the time for two hundredths of the size."""
SPARE_BYTES = 1 << 20

Beside = Callable[[], AbstractAsyncContextManager[None]]
"""Something that runs as long as the application does, such as a worker."""


def create_app(
    database: Database,
    files: Files,
    *,
    region: str,
    region_name: str,
    beside: Beside | None = None,
    channels: Collection[str] = (),
) -> FastAPI:
    """Return the web application of the region with the code *region*, shown as *region_name*; it reads no settings.

    *beside* runs from the application's start to its end. *channels* are the ways in which notices can reach people.
    """

    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        if beside is None:
            yield
            return
        async with beside():
            yield

    app = FastAPI(
        title="consign", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=live,
        max_body_size=MOST_UPLOAD_BYTES + SPARE_BYTES,
    )  # fmt: skip
    app.state.database = database
    app.state.files = files
    app.state.region = region
    app.state.channels = frozenset(channels)
    app.state.kept = OrderedDict()
    app.state.page_threads = CapacityLimiter(AT_ONCE)
    app.state.file_threads = CapacityLimiter(AT_ONCE)
    app.state.region_name = region_name
    for area in AREAS:
        app.router.routes += area.router.routes  # as they are: the table of rights reads them
    add_error_pages(app)
    refuse_undeclared_routes(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=COMPRESSION)
    app.add_middleware(SecurityHeaders)
    return app
