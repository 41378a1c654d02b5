"""A few days of a real shop's lines through the whole path; the folder stays outside the project."""

from pathlib import Path

import pytest

from consign.checks import find_breaches
from consign.db import Database
from consign.files import Files
from consign.jobs.posting import Handover, post_sales_file
from consign.sales.file_posting import Decisions, Outcome
from consign.sales.layout import Layout
from tests.bench.uci_trial import (
    FINANCE,
    PROFILE,
    REGION,
    add_products,
    add_totals,
    find_totals,
    read_files,
    set_up,
)

FOLDER = Path(__file__).parents[3] / "shared" / "sales-files" / "uci-online-retail"
DAYS = 3


def test_a_real_shops_lines_tie_to_the_files(database: Database, files: Files) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the shop's files are not at {FOLDER}")
    paths = sorted(FOLDER.glob("*.csv"))[:DAYS]
    held, codes = read_files(paths)
    unknown = set_up(database, codes)
    decisions = Decisions(layout=Layout.from_json(PROFILE))

    def post_all() -> list[Outcome]:
        return [
            post_sales_file(
                database, files, region=REGION, login=FINANCE, handover=Handover(path, "UCI", "U1"), decisions=decisions
            )
            for path in paths
        ]

    outcomes = post_all()
    assert sum(one.rows_read for one in outcomes) == held.rows
    assert sum(one.parked for one in outcomes) > 0
    assert add_totals(find_totals(database).values()) == held
    placed = add_products(database, {code: codes[code] for code in unknown})
    assert placed == sum(one.parked for one in outcomes)
    totals = find_totals(database)
    assert (totals["posted"], totals["parked"].rows) == (held, 0)
    assert [one.posted for one in post_all()] == [one.rows_read for one in outcomes]
    assert find_totals(database) == totals
    with database.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []
