"""How long a bank's statement of 100,000 lines takes to be read, and to be posted: `python -m tests.bench.banking`."""

import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from consign.banking.accounts import add_bank_account
from consign.banking.posting import post_bank_file
from consign.banking.reading import inspect_bank_file
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.regions import add_region
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca, write_bri, write_mt940
from tests.builders import ADMIN, FINANCE

LINES = 100_000
REGION = "64.71"


def main() -> None:
    """Read and post one file of each of three layouts, and post one of them again."""
    rng = random.Random(7)  # noqa: S311  # of a bench
    moves = [
        (
            date(2026, 1, 1) + timedelta(number // 300),
            rng.randint(1, 900) * 1_000,
            f"TRSF CR {number} TOKO {rng.randint(1, 999)}",
        )
        for number in range(LINES)
    ]
    one = statement(10_000_000, [(day, amount, words) for day, amount, words in moves if day <= date(2026, 11, 1)])
    print(f"{len(one.lines):,} lines")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "statement"
        for name, content in (("bri", write_bri(one)), ("mt940", write_mt940(one)), ("bca", write_bca(one))):
            path.write_bytes(content)
            began = time.perf_counter()
            reading = inspect_bank_file(path, number=NUMBER, today=date(2026, 11, 29))
            print(
                f"{name}: {len(content) >> 20} MB read in {time.perf_counter() - began:.1f} s, {len(reading.statements[0].lines):,} lines"
            )
        _post(path, Path(folder))


def _post(path: Path, folder: Path) -> None:
    database = Database.open(url=None, data_dir=folder)
    files = Files.open(url=None, folder=folder / "files")
    add_region(database, code=REGION, name="Bench")
    with database.transaction(REGION) as session:
        add_user(session, by=None, login=ADMIN, name="A", role=Role.ADMIN)
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=FINANCE, name="F", role=Role.DINAS_FINANCE)
        add_bank_account(session, by=admin, code="B", bank_code="014", number=NUMBER, holder=HOLDER)
    for what in ("posted", "posted again"):
        began = time.perf_counter()
        with database.transaction(REGION) as session:
            by = get_actor(session, FINANCE)
            posted = post_bank_file(session, files, by=by, account_code="B", path=path, name="b")
        print(f"{what}: {posted.new_lines:,} new lines in {time.perf_counter() - began:.1f} s")
    path.write_bytes(path.read_bytes() + b"\r\n")
    began = time.perf_counter()
    with database.transaction(REGION) as session:
        posted = post_bank_file(session, files, by=get_actor(session, FINANCE), account_code="B", path=path, name="b")
    print(f"the same lines in another file: {posted.new_lines:,} new lines in {time.perf_counter() - began:.1f} s")
    database.close()


if __name__ == "__main__":
    main()
