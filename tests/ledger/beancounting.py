"""Reading the exported ledger with Beancount, which is the second opinion on every balance."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from beancount import loader
from beancount.core import data, realization
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.ledger.journal import open_journal
from reports.journal import name_account, write_beancount

BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def export(session: Session, path: Path) -> dict[str, int]:
    """Write the ledger to *path*; return what each account stores, debits less credits, by its name in the file."""
    with open_journal(session) as journal:
        path.write_text("".join(write_beancount(journal)), encoding="utf-8")
        return {name_account(one): one.debits_rp - one.credits_rp for one in journal.accounts}


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, "--no-cache", path], capture_output=True, text=True, check=False)


def add_up(path: Path) -> dict[str, int]:
    """Return what Beancount itself makes of each account."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    real = realization.realize(entries)
    sums = {}
    for entry in entries:
        if isinstance(entry, data.Open):
            found = realization.get(real, entry.account)
            sums[entry.account] = int(found.balance.get_currency_units("IDR").number)
    return sums


def prove(session: Session, path: Path) -> int:
    """Have Beancount prove the ledger; return how many transactions it read."""
    stored = export(session, path)
    checked = bean_check(path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert add_up(path) == stored
    accounts = session.scalar(text("SELECT count(*) FROM account"))
    assert len(stored) == accounts
    assert sum(stored.values()) == 0
    entries, _, _ = loader.load_file(str(path))
    transactions = [entry for entry in entries if isinstance(entry, data.Transaction)]
    assert [entry.date for entry in transactions] == sorted(entry.date for entry in transactions)
    assert all(entry.date > date(1970, 1, 1) for entry in transactions)
    return len(transactions)
