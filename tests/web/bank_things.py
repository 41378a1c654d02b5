"""A bank account for tests that look at every page: a posted statement with a gap after it, and one that waits."""

import io
import tempfile
from datetime import date
from pathlib import Path

from consign.banking.accounts import add_bank_account
from consign.banking.posting import post_bank_file
from consign.banking.uploads import receive_bank_file
from consign.identity.queries import get_actor
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca, write_mcm
from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.web.town import Town

CODE = "BCA-1"
OWN_FILE = (
    "SELECT min(bank_file.id) FROM bank_file JOIN bank_account ON bank_account.id = account_id WHERE code = :code"
)


def put_banks(town: Town) -> dict[str, str]:
    """Add an account with two posted statements, between which lines are missing, and a file that asks for its balances."""
    if not town.ask("SELECT id FROM bank_account WHERE code = :code", code=CODE):
        with town.database.transaction(REGION) as session:
            admin, finance = get_actor(session, ADMIN), get_actor(session, FINANCE)
            add_bank_account(session, by=admin, code=CODE, bank_code="014", number=NUMBER, holder=HOLDER)
            august = statement(
                10_000_000,
                [(date(2026, 8, 3), 1_500_000, "TRSF BERUANG MART"), (date(2026, 8, 5), -15_000, "BIAYA ADM")],
            )
            october = statement(12_000_000, [(date(2026, 10, 2), 250_000, "TRSF KANCIL MART")])
            for name, one in (("agustus.csv", august), ("oktober.csv", october)):
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / name
                    path.write_bytes(write_bca(one))
                    post_bank_file(session, town.files, by=finance, account_code=CODE, path=path, name=name)
            receive_bank_file(
                session,
                town.files,
                by=finance,
                account_code=CODE,
                source=io.BytesIO(write_mcm(october)),
                name="tanpa-saldo.csv",
            )
    return {
        "bank_code": CODE,
        "bank_file_id": str(town.ask(OWN_FILE, code=CODE)[0][0]),
        "bank_upload_id": str(town.ask("SELECT max(id) FROM bank_upload")[0][0]),
    }
