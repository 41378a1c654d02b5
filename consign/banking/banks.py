"""Indonesian banks by the three digits that Bank Indonesia gives them, and how many digits their accounts usually have."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Bank:
    """A bank; `digits` is blank where the usual length of its account numbers is not known."""

    code: str
    name: str
    digits: str


@cache
def load_banks() -> Mapping[str, Bank]:
    """Return the banks by their codes, in the order of the codes."""
    text = files("consign.banking").joinpath("banks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    found = (Bank(row["kode"], row["nama"], row["panjang_rekening_umum"] or "") for row in rows)
    return {bank.code: bank for bank in sorted(found, key=lambda bank: bank.code)}


def name_bank(code: str) -> str:
    """Return the bank's name; its code where it is not known."""
    bank = load_banks().get(code)
    return bank.name if bank else code
