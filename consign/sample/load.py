"""Loading the sample city, step by step.

A step that was done before changes nothing, so a load goes on where one was interrupted.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import Database
from consign.files import Files, hash_file
from consign.identity.queries import get_actor
from consign.jobs.posting import Handover, post_sales_file
from consign.models.partners import Store
from consign.models.sales import SalesUpload
from consign.partners.queries import find_partners, find_stores, get_partner
from consign.period import Period
from consign.sales.file_posting import Decisions
from consign.sales.no_sales import confirm_no_sales
from consign.sales.queries import find_missing_days
from consign.sample import (
    catalogue_steps,
    cooperatives,
    money_steps,
    paper_steps,
    setting_up,
    stock_steps,
    stock_story,
    store_days,
    welcoming,
)
from consign.sample.goods import SampleProducer, read_producers
from consign.sample.handing_in import SalesFile, make_files
from consign.sample.months import Months, last_full_months, months_from
from consign.sample.people import FINANCE, get_partner_finance
from consign.sample.stores import PARTNERS, ZONE, SamplePartner
from consign.settlement.actions import close_period
from consign.settlement.queries import find_last_closing

REGION = "64.71"
REGION_NAME = "Kota Balikpapan"
CLOSED_INCOMPLETE = "Kode yang belum dikenal dan hari tanpa laporan menyusul pada nota berikutnya."
UNEXPLAINED_DAYS = 2
"""Store-days without sales that nobody confirms, so that there is something to chase."""

Watch = Callable[[int, int, str], None]
"""Told before each step how many are done, how many there are, and what comes now."""


@dataclass(frozen=True)
class Site:
    """Where the city is loaded, and which months it knows. *folder* takes files before they are handed in."""

    database: Database
    files: Files
    region: str
    months: Months
    folder: Path


@dataclass(frozen=True)
class Step:
    """One thing to do; *run* returns whether it changed anything."""

    what: str
    run: Callable[[], bool]


def load_city(database: Database, files: Files, *, region: str, watch: Watch) -> int:
    """Load the sample city into *region*; return how many steps changed something: none where it is complete.

    The months are the last two full ones when it is loaded first, and stay.

    Raises:
        RegionInUse: the region belongs to others; nothing was loaded.
        NotAllowed: real people use it besides those of the sample city, who therefore get no password.

    """
    changed = 0
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        with database.transaction(region) as session:
            changed += setting_up.ensure_office(session)
            months = _find_months(session) or last_full_months(clock.today(ZONE))
        steps = _list_steps(Site(database, files, region, months, Path(folder)))
        for place, step in enumerate(steps):
            watch(place, len(steps), step.what)
            changed += step.run()
    return changed


def _find_months(session: Session) -> Months | None:
    """Return the months of the city that is there; its stores are open since it began."""
    own = {(partner.code, store.code) for partner in PARTNERS for store in partner.stores}
    opened = [
        store.opened_on
        for partner in find_partners(session)
        for store in find_stores(session, partner_id=partner.id)
        if (partner.code, store.code) in own
    ]
    return months_from(min(opened)) if opened else None


def _list_steps(site: Site) -> list[Step]:
    months = site.months
    steps = [
        *(
            _setting_up(site, one.name, partial(setting_up.ensure_partner, sample=one, months=months))
            for one in PARTNERS
        ),
        *(
            _setting_up(site, one.name, partial(setting_up.ensure_producer, sample=one, months=months))
            for one in read_producers()
        ),
        _setting_up(site, "cooperative", partial(cooperatives.ensure_cooperative, months=months)),
        _setting_up(site, "changed terms", partial(cooperatives.ensure_changed_terms, months=months)),
        _setting_up(site, "newcomers", welcoming.ensure_newcomers),
        _setting_up(site, "users", setting_up.ensure_people),
        _setting_up(site, "passwords", welcoming.ensure_way_in),
    ]
    steps.append(
        _setting_up(site, "what stood before", partial(money_steps.ensure_carried, months=months, files=site.files))
    )
    for partner in PARTNERS:
        for period in months.split(partner.cycle):
            steps += [Step(file.name, partial(_hand_in, site, file)) for file in make_files(partner, period, months)]
            if period.last <= months.first.last:
                steps.append(Step(f"closing {partner.name}", partial(_close, site, partner, period)))
    steps.append(_setting_up(site, "goods of the city register", partial(catalogue_steps.ensure_goods, months=months)))
    steps.append(_setting_up(site, "closed days of stores", partial(store_days.ensure_store_days, months=months)))
    return [
        *steps,
        *_list_paper_steps(site),
        *_list_catalogue_steps(site),
        *_list_stock_steps(site),
        *_list_money_steps(site),
    ]


def _list_paper_steps(site: Site) -> list[Step]:
    on = clock.today(ZONE)
    return [
        _setting_up(
            site, "list of another office", partial(paper_steps.ensure_reference_list, files=site.files, on=on)
        ),
        *(Step(f"papers of {one.name}", partial(_hand_in_papers, site, one, on)) for one in read_producers()),
        _setting_up(site, "waivers and demands", partial(paper_steps.ensure_exceptions, on=on)),
        _setting_up(site, "what may be delivered", partial(paper_steps.judge_due, on=on)),
    ]


def _list_catalogue_steps(site: Site) -> list[Step]:
    months, on = site.months, clock.today(ZONE)
    return [
        _setting_up(site, "city register", catalogue_steps.ensure_register),
        _setting_up(site, "numbers of the city", partial(catalogue_steps.ensure_numbers, months=months)),
        *(
            _setting_up(
                site, f"shelves of {one.name}", partial(catalogue_steps.ensure_listings, sample=one, months=months)
            )
            for one in PARTNERS
        ),
        _setting_up(site, "photos", partial(catalogue_steps.ensure_photos, files=site.files)),
        _setting_up(site, "labels", partial(catalogue_steps.ensure_labels, files=site.files, on=on)),
        _setting_up(site, "list of products", partial(catalogue_steps.ensure_list, files=site.files, on=on)),
    ]


def _list_stock_steps(site: Site) -> list[Step]:
    months, on = site.months, clock.today(ZONE)
    return [
        *(
            _setting_up(
                site,
                f"goods in {store.name}",
                partial(stock_steps.ensure_stock, partner=partner, sample=store, months=months, on=on),
            )
            for partner in PARTNERS
            for store in partner.stores
        ),
        _setting_up(site, "goods on their way", partial(stock_story.ensure_story, months=months, on=on)),
    ]


def _list_money_steps(site: Site) -> list[Step]:
    files, on = site.files, clock.today(ZONE)
    return [
        _setting_up(site, "where producers are paid", money_steps.ensure_payees),
        _setting_up(
            site, "payments over the office", partial(money_steps.ensure_paid_over_account, files=files, on=on)
        ),
        _setting_up(site, "payments to producers", partial(money_steps.ensure_paid_straight, files=files, on=on)),
        _setting_up(site, "payouts", partial(money_steps.ensure_payouts, files=files, on=on)),
        _setting_up(site, "doubts and reminders", money_steps.ensure_doubts),
    ]


def _hand_in_papers(site: Site, producer: SampleProducer, on: date) -> bool:
    """Hand in a producer's papers unless it has handed in any before."""
    with site.database.transaction(site.region) as session:
        if paper_steps.has_papers(session, producer):
            return False
    papers = paper_steps.plan_all(producer, on=on)
    taken = paper_steps.take_files_in(papers, files=site.files)
    with site.database.transaction(site.region) as session:
        paper_steps.hand_in(session, producer, papers, taken, on=on)
    return True


def _setting_up(site: Site, what: str, ensure: Callable[[Session], bool]) -> Step:
    def run() -> bool:
        with site.database.transaction(site.region) as session:
            return ensure(session)

    return Step(what, run)


def _hand_in(site: Site, file: SalesFile) -> bool:
    """Hand in a file unless it is posted, or was and somebody reversed it."""
    path = site.folder / file.name
    path.write_bytes(file.content)
    sha256 = hash_file(path)
    with site.database.transaction(site.region) as session:
        partner = get_partner(session, file.partner)
        done = select(SalesUpload.id).where(
            SalesUpload.partner_id == partner.id,
            SalesUpload.sha256 == sha256,
            SalesUpload.status.in_(("posted", "reversed")),
        )
        if session.scalars(done).first() is not None:
            return False
    post_sales_file(
        site.database,
        site.files,
        region=site.region,
        login=file.login,
        handover=Handover(path, file.partner, file.store),
        decisions=Decisions(layout=file.layout),
    )
    return True


def _close(site: Site, sample: SamplePartner, period: Period) -> bool:
    """Close a period unless it or a later one is closed; most days without sales are confirmed before."""
    with site.database.transaction(site.region) as session:
        partner = get_partner(session, sample.code)
        last = find_last_closing(session, partner.id)
        if last is not None and last.until_on >= period.last:
            return False
        stores = {store.code: store for store in find_stores(session, partner_id=partner.id)}
        _confirm_days_without_sales(session, sample, stores, period)
    with site.database.transaction(site.region) as session:
        close_period(
            session,
            by=get_actor(session, FINANCE),
            partner_id=partner.id,
            until=period.last,
            incomplete_reason=CLOSED_INCOMPLETE,
        )
    return True


def _confirm_days_without_sales(
    session: Session, sample: SamplePartner, stores: dict[str, Store], period: Period
) -> None:
    by = get_actor(session, get_partner_finance(sample.code))
    partner_id = next(iter(stores.values())).partner_id
    missing = find_missing_days(session, partner_id=partner_id, first=period.first, last=period.last)
    for code, day in missing[:-UNEXPLAINED_DAYS]:
        confirm_no_sales(session, by=by, store=stores[code], day=day)
