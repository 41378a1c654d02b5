import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.chain import find_account_gaps
from consign.catalogue.numbers import parse_gtin
from consign.catalogue.rules import refuse_impossible_details
from consign.checks import find_breaches
from consign.cli import cli
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import find_users, get_actor
from consign.identity.rules import Role
from consign.models.banking import BankAccount, BankFile
from consign.models.catalogue import Product
from consign.models.partners import Agreement, Producer, StoreClosure, StoreWeek
from consign.models.sales import Sale, SalesParked, SalesUpload
from consign.models.settlement import Allocation, Closing, Statement
from consign.partners.actions import add_store
from consign.partners.queries import find_partners, find_stores, get_partner
from consign.period import ZONES, Cycle, Period
from consign.sales.ending import reverse_upload
from consign.sample.goods import Wares, make_unregistered, read_city_goods, read_goods, read_producers
from consign.sample.handing_in import make_files
from consign.sample.load import CLOSED_INCOMPLETE, load_city
from consign.sample.months import last_full_months, months_from
from consign.sample.people import ADMIN, FINANCE, LOGINS, NEWCOMERS, PASSWORD
from consign.sample.pictures import PICTURES, draw_picture
from consign.sample.setting_up import RegionInUse
from consign.sample.stores import HOTEL, MINIMARKET, PARTNERS, SUPERMARKET
from consign.settlement.late import find_ageing
from consign.settlement.queries import find_owed
from tests.ledger.beancounting import prove

REGION = "64.71"
MONTHS = months_from(date(2026, 9, 1))
FIRST_FILE = 49
"""Steps before the first file: 3 partners, 40 producers, a cooperative, changed terms, newcomers, users, passwords, what stood before."""


class Interrupted(BaseException):
    """Stands for a process that ends."""


def interrupt_before(step: int) -> Callable[[int, int, str], None]:
    def watch(place: int, total: int, what: str) -> None:  # noqa: ARG001  # called with three facts
        if place == step:
            raise Interrupted

    return watch


def ignore(place: int, total: int, what: str) -> None:
    """Watch nothing."""


def count(session: Session, model: type, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def snapshot(session: Session) -> dict[str, int]:
    """Return how many rows every table has."""
    tables = session.scalars(
        text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace")
    )
    return {
        table: session.scalar(text(f'SELECT count(*) FROM "{table}"'))
        for table in sorted(tables)
        if table != "alembic_version"
    }


def test_the_city_is_whole_and_nothing_in_it_contradicts_anything(whole_city: tuple[Database, Files]) -> None:
    database, files = whole_city
    with database.transaction(REGION) as session:
        # 40 who sell, two who wait, and one whom the field officer helps.
        assert (count(session, Producer), count(session, Product)) == (43, 88)
        partners = find_partners(session)
        assert len(partners) == 3
        assert sum(len(find_stores(session, partner_id=one.id)) for one in partners) == 12
        users = find_users(session)
        assert {user.login for user in users} == set(LOGINS)
        assert {user.role for user in users} == {role.value for role in Role}
        # One hash for all whom the dinas added; those who registered chose their password themselves.
        assert len({user.password_hash for user in users}) == 1 + len(NEWCOMERS)

        # One file a month from supermarket and hotel, and one a half-month from each of five minimarkets.
        assert (
            count(session, SalesUpload, SalesUpload.status == "posted") == count(session, SalesUpload) == 2 + 2 + 4 * 5
        )
        assert count(session, Sale) > 5_000
        parked = set(session.scalars(select(SalesParked.reason).where(SalesParked.state == "open")))
        assert parked == {"product.unknown", "store.unknown", "agreement.missing", "number.invalid"}

        assert list(session.scalars(select(StoreWeek.weekdays))) == [0b0111111]  # one store rests on Sundays
        closed = session.execute(select(StoreClosure.reason, StoreClosure.until_on - StoreClosure.from_on)).all()
        assert [tuple(one) for one in closed] == [("Renovasi rak dan lantai", 4)]

        # What was paid was paid on the day its statement was issued, and the bank's statements follow each other.
        on, finance = clock.today(ZONES[-1]), get_actor(session, FINANCE)
        assert {one.promptness.average_days for one in find_ageing(session, by=finance, on=on)} == {0, None}
        issued = select(func.min(Closing.closed_at)).where(~Closing.carries_over)
        assert count(session, Allocation, Allocation.booked_on < func.date(issued.scalar_subquery())) == 0
        (account,) = session.scalars(select(BankAccount.id))
        assert (count(session, BankFile), find_account_gaps(session, account)) == (2, [])

        assert list(find_breaches(session, files)) == []


def test_the_first_month_is_closed_and_owed(whole_city: tuple[Database, Files]) -> None:
    database, _ = whole_city
    with database.transaction(REGION) as session:
        opened = {
            store.opened_on for one in find_partners(session) for store in find_stores(session, partner_id=one.id)
        }
        months = months_from(*opened)
        # Supermarket and hotel are settled by the month, the minimarket at its middle and its end.
        closings = session.scalars(select(Closing).where(~Closing.carries_over)).all()
        assert sorted(one.until_on for one in closings) == [
            months.first.first.replace(day=15),
            *[months.first.last] * 3,
        ]
        assert {one.incomplete_reason for one in closings} == {CLOSED_INCOMPLETE}
        assert {one.closed_until for one in find_owed(session)} == {months.first.last}
        assert all(one.owed_rp > 0 for one in find_owed(session))

        # Each kind of tax stands on some statement, and lines that came late on another.
        for column in (Statement.fee_tax_rp, Statement.pph23_rp, Statement.late_rp):
            assert count(session, Statement, column > 0) > 0
        assert count(session, Agreement, Agreement.product_id.is_not(None)) == 1
        # Every return found the sale it gives back, on its own day.
        returns = session.scalars(select(Sale).where(Sale.quantity < 0)).all()
        assert returns
        assert {one.fee_rate_from for one in returns} == {"sale"}
        # Tills that go on with an old price are told from the agreed one.
        assert count(session, Sale, Sale.unit_price_rp != Sale.agreed_price_rp) > 0


def test_an_interrupted_load_goes_on_and_a_whole_one_changes_nothing(
    database: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (2, 20, 45, 54, 62, 75, 121):
        with pytest.raises(Interrupted):
            load_city(database, files, region=REGION, watch=interrupt_before(step))
    monkeypatch.setenv("CONSIGN_DATABASE_URL", database._engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CONSIGN_DATA_DIR", str(tmp_path))  # its folder "files" is that of the fixture
    first = CliRunner().invoke(cli, ["demo"], catch_exceptions=False)
    assert "The sample city was loaded." in first.output
    with database.transaction(REGION) as session:
        before = snapshot(session)
        assert (before["producer"], before["product"], before["sales_upload"], before["closing"]) == (43, 88, 24, 5)
        assert list(find_breaches(session, files)) == []
        assert prove(session, tmp_path / "ledger.beancount") > 100

    second = CliRunner().invoke(cli, ["demo"], catch_exceptions=False)
    assert "nothing was changed" in second.output
    assert all(second.output.count(login) >= 1 for login in LOGINS)
    assert second.output.count(PASSWORD) == second.output.count("http://127.0.0.1:8000") == 1
    assert re.search(r"yuni@umkm\.example +Yuni Astuti +producer +UMKM-041", second.output)
    with database.transaction(REGION) as session:
        assert snapshot(session) == before


def test_a_file_that_somebody_reversed_is_not_handed_in_again(database: Database, files: Files) -> None:
    with pytest.raises(Interrupted):
        load_city(database, files, region=REGION, watch=interrupt_before(FIRST_FILE + 1))
    with database.transaction(REGION) as session:
        upload = session.scalars(select(SalesUpload)).one()
        reverse_upload(session, by=get_actor(session, FINANCE), upload_id=upload.id, reason="salah unggah")
    with pytest.raises(Interrupted):
        load_city(database, files, region=REGION, watch=interrupt_before(FIRST_FILE + 1))
    with database.transaction(REGION) as session:
        assert session.scalars(select(SalesUpload.status)).all() == ["reversed"]


def test_a_store_that_somebody_added_does_not_move_the_months(database: Database, files: Files) -> None:
    with pytest.raises(Interrupted):
        load_city(database, files, region=REGION, watch=interrupt_before(FIRST_FILE + 1))
    with database.transaction(REGION) as session:
        partner_id, by = get_partner(session, SUPERMARKET.code).id, get_actor(session, ADMIN)
        new = {"code": "ENG09", "name": "Enggang Lama", "zone": "Asia/Makassar", "opened_on": date(2020, 1, 1)}
        add_store(session, by=by, partner_id=partner_id, **new)
        before = session.scalars(select(SalesUpload.sha256)).all()
    with pytest.raises(Interrupted):
        load_city(database, files, region=REGION, watch=interrupt_before(FIRST_FILE + 1))
    with database.transaction(REGION) as session:
        assert session.scalars(select(SalesUpload.sha256)).all() == before


def test_a_region_of_others_is_left_alone(database: Database, files: Files) -> None:
    with database.transaction(REGION) as session:
        add_user(session, by=None, login="rini@balikpapan.example", name="Rini", role=Role.ADMIN)
    with pytest.raises(RegionInUse):
        load_city(database, files, region=REGION, watch=ignore)
    with database.transaction(REGION) as session:
        assert [user.login for user in find_users(session)] == ["rini@balikpapan.example"]


def test_files_are_the_same_bytes_whenever_they_are_made() -> None:
    for partner in PARTNERS:
        for period in MONTHS.split(partner.cycle):
            assert make_files(partner, period, MONTHS) == make_files(partner, period, MONTHS)


def test_each_partner_writes_its_own_layout() -> None:
    head_office = make_files(SUPERMARKET, MONTHS.second, MONTHS)[0].content.decode()
    assert head_office.startswith("Transaction Date,Store Code,")
    assert head_office.splitlines()[-1].startswith("Grand Total,")

    tills = {file.name: file.content for file in make_files(MINIMARKET, MONTHS.split(Cycle.HALF_MONTH)[0], MONTHS)}
    old, new = tills["penjualan_P01_20260901_20260915.csv"], tills["penjualan_P02_20260901_20260915.csv"]
    assert old.decode("cp1252").splitlines()[2].startswith("Tanggal;Jam;")
    with pytest.raises(UnicodeDecodeError):
        old.decode("utf-8")
    assert new.startswith(b"\xef\xbb\xbf")

    assert make_files(HOTEL, MONTHS.first, MONTHS)[0].content.startswith(b"PK")


@pytest.mark.parametrize(
    ("today", "first", "second"),
    [
        (date(2026, 11, 1), (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 10, 31), (date(2026, 8, 1), date(2026, 8, 31)), (date(2026, 9, 1), date(2026, 9, 30))),
        (date(2027, 1, 15), (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2026, 12, 31))),
        (date(2027, 3, 31), (date(2027, 1, 1), date(2027, 1, 31)), (date(2027, 2, 1), date(2027, 2, 28))),
    ],
)
def test_the_months_are_the_last_two_that_are_over(
    today: date, first: tuple[date, date], second: tuple[date, date]
) -> None:
    months = last_full_months(today)
    assert (months.first, months.second) == (Period(*first), Period(*second))


def test_goods_and_producers_fit_together() -> None:
    goods, of_city, producers = read_goods(), read_city_goods(), read_producers()
    assert {one.producer for one in goods} == {one.code for one in producers}
    assert all(one.phone is None or re.fullmatch(r"\+62840000[0-9]{5}", one.phone) for one in producers)  # no network's
    assert all(200 <= fee <= 500 for one in producers for fee in one.fees_bp.values())
    assert len({one.plu for one in goods} | {make_unregistered().plu}) == 81
    assert {parse_gtin(one.gtin)[:3] for one in goods} == {"899"}
    every: list[Wares] = [*goods, *of_city]
    assert len({one.code for one in every}) == len(every) == 88
    assert {one.producer for one in of_city} <= {one.code for one in producers}
    assert [one.follows for one in of_city if one.follows] == ["BPN-063"]
    assert set(PICTURES) <= {one.code for one in every}
    for one in every:
        refuse_impossible_details(one.details)
        assert one.details.brand
        assert one.details.packaging
    # Whatever is eaten or put on the skin says what is in it; of one thing nobody has said what it is.
    silent = {one.goods_class for one in every if one.details.ingredients is None}
    assert silent == {"craft", None}


def test_pictures_are_the_same_bytes_whenever_they_are_made_and_differ_by_product() -> None:
    made = [[draw_picture(one, name=code, brand="Contoh") for code, one in PICTURES.items()] for _ in range(2)]
    assert made[0] == made[1]
    assert len(set(made[0])) == len(PICTURES)
    for content in made[0]:
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (1_000, 1_000), {})


def test_the_city_has_numbers_shelves_photos_and_a_list(whole_city: tuple[Database, Files]) -> None:
    database, _ = whole_city
    with database.transaction(REGION) as session:

        def ask(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in session.execute(text(query))]

        # Eight products without a GTIN got numbers of the city, one after the other and without a gap.
        assert ask("SELECT prefix, next_serial FROM number_series") == [("20", 9)]
        assert ask("SELECT count(*), min(serial), max(serial) FROM barcode WHERE kind = 'city'") == [(8, 1, 8)]
        assert ask("SELECT public_address FROM register_terms") == [("http://127.0.0.1:8000",)]
        assert ask("SELECT first, last FROM reserved_range") == [(210_000_000_000, 214_999_999_999)]
        # A GTIN took over from one, the day after its last; another was retired.
        taken_over = "kind, until_on + 1 = (SELECT from_on FROM barcode WHERE number = '8990000000860')"
        assert ask(f"SELECT {taken_over} FROM barcode WHERE number = '2000000000060'") == [("city", True)]
        assert ask(
            "SELECT product.code FROM barcode JOIN product ON product.id = product_id WHERE retired_at > '-infinity'"
        ) == [("BPN-083",)]
        # One product took another's place: its content changed, and so did its number.
        follows = "old.code, old.net_content, new.code, new.net_content, new.sold_from - old.sold_until"
        assert ask(f"SELECT {follows} FROM product AS new JOIN product AS old ON old.id = new.follows_id") == [
            ("BPN-063", 150, "BPN-088", 125, 1)
        ]
        # A product stands on the shelves of the partners that agreed with its producer, and of no others.
        stray = """SELECT 1 FROM product_listing JOIN product ON product.id = product_id JOIN store ON store.id = store_id
            WHERE NOT EXISTS (SELECT 1 FROM agreement WHERE agreement.producer_id = product.producer_id
              AND agreement.partner_id = store.partner_id)"""
        assert ask(stray) == []
        assert ask("SELECT count(DISTINCT store_id), count(DISTINCT product_id) FROM product_listing") == [(12, 88)]
        ended = "SELECT DISTINCT code FROM product_listing JOIN product ON product.id = product_id WHERE NOT upper_inf(days)"
        assert sorted(ask(ended)) == [("BPN-063",), ("BPN-083",)]
        assert ask("SELECT count(*), count(DISTINCT photo_sha256) FROM product WHERE photo_sha256 > ''") == [(9, 9)]
        # A producer's list was tried, and nobody has taken it over.
        assert ask("SELECT state, counts FROM product_import") == [
            ("tried", {"added": 1, "changed": 1, "unchanged": 1, "problem": 1})
        ]
