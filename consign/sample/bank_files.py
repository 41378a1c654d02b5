"""Statements of the office's bank in the sample city, as KlikBCA writes them. Bank, account and people are invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NUMBER, HOLDER = "0640012345", "DINAS KOPERASI DAN UMKM CONTOH"


@dataclass(frozen=True)
class Booking:
    """One line: positive into the account, negative out of it."""

    amount_rp: int
    words: str


def write_statement(day: date, opening_rp: int, bookings: Sequence[Booking]) -> bytes:
    """Return the statement of one day with its heading, its lines with the balance after each, and its sums."""
    rows = [
        "Informasi Rekening - Mutasi Rekening",
        f"No. rekening : {NUMBER}",
        f"Nama : {HOLDER}",
        f"Periode : {day:%d/%m/%Y} - {day:%d/%m/%Y}",
        "Kode Mata Uang : IDR",
        "",
        "Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo",
    ]
    balance = opening_rp
    for one in bookings:
        balance += one.amount_rp
        mark = "CR" if one.amount_rp > 0 else "DB"
        rows.append(f'\'{day:%d/%m},{one.words},\'0000,"{_write(abs(one.amount_rp))}",{mark},"{_write(balance)}"')
    came = sum(one.amount_rp for one in bookings if one.amount_rp > 0)
    went = sum(-one.amount_rp for one in bookings if one.amount_rp < 0)
    rows += [
        "",
        f'Saldo Awal,=,"{_write(opening_rp)}"',
        f'Mutasi Kredit,=,"{_write(came)}"',
        f'Mutasi Debet,=,"{_write(went)}"',
        f'Saldo Akhir,=,"{_write(balance)}"',
    ]
    return ("\r\n".join(rows) + "\r\n").encode()


def _write(amount_rp: int) -> str:
    return f"{amount_rp:,}.00"
