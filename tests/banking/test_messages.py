"""MT940, CAMT.053 and OFX as banks write them, and what breaks their format."""

from datetime import date
from pathlib import Path

import pytest

from consign.banking.columns import BankAnswers
from consign.banking.reading import BankReading, inspect_bank_file
from consign.banking.rules import (
    BankFileRefused,
    BankStatement,
    MessageInvalid,
    NothingInFile,
    OtherCurrency,
    TotalsDiffer,
)
from consign.tabular.refusals import FileDamaged, FileRefused
from tests.banking.conftest import AUGUST
from tests.banking.writers import NUMBER, statement, write_camt, write_mt940, write_ofx

TODAY = date(2026, 11, 29)
ONE = statement(10_000_000, AUGUST)
MT940 = """:20:STMT
:25:BMRI/0111222333
:28C:00001/00001
:60F:C251230IDR1000,00
{lines}
:62F:C260102IDR{closing},00
"""


def inspect(folder: Path, content: bytes, answers: BankAnswers | None = None) -> BankReading:
    path = folder / "file"
    path.write_bytes(content)
    return inspect_bank_file(path, number=NUMBER, today=TODAY, answers=answers)


def read(folder: Path, content: bytes, answers: BankAnswers | None = None) -> list[BankStatement]:
    reading = inspect(folder, content, answers)
    assert reading.questions == ()
    return list(reading.statements)


def read_lines(folder: Path, *lines: str, closing: int = 1000) -> BankStatement:
    (found,) = read(folder, MT940.format(lines="\n".join(lines), closing=closing).encode())
    return found


def test_mt940_days_of_booking_marks_and_subfields(tmp_path: Path):
    found = read_lines(
        tmp_path,
        ":61:2512310102CR500,NTRFNONREF//BANK1",  # valued in the old year, booked in the new one
        ":86:005?00TRANSFER?20BAYAR NP-2025-?21000012?32PT SINAR?33 SWALAYAN",
        ":61:260102RD100,00NCHGREF9",  # a debit that came back
        ":61:260102RC50,NTRFNONREF",  # a credit that was taken back
        ":61:260102EC70,00NTRFNONREF",  # only expected
        ":86:BELUM",
        ":86:",
        closing=1550,
    )
    assert [(line.booked_on, line.amount_rp, line.reference) for line in found.lines] == [
        (date(2026, 1, 2), 500, "BANK1"),
        (date(2026, 1, 2), 100, "REF9"),
        (date(2026, 1, 2), -50, ""),
    ]
    assert (found.lines[0].description, found.lines[0].counterparty) == (
        "TRANSFER BAYAR NP-2025- 000012",
        "PT SINAR SWALAYAN",
    )
    assert (found.pending, found.from_on, found.until_on) == (1, date(2025, 12, 31), date(2026, 1, 2))


@pytest.mark.parametrize(
    "line",
    [
        ":61:260230C500,00NTRFNONREF",  # 30 February is no 29 February
        ":61:260102C500.000,00NTRFNONREF",
        ":61:260102X500,00NTRFNONREF",
        ":61:260102C500,00",
        ":61:260102C0,00NTRFNONREF",
        ":61:260102C1,50NTRFNONREF",
        ":61:270102C500,00NTRFNONREF",  # has not come yet
        ":99:?",
        ":60F:C251230IDR1000,00",
    ],
)
def test_mt940_that_breaks_its_format_is_refused_with_its_line(tmp_path: Path, line: str):
    with pytest.raises(MessageInvalid, match=r"[Ll]ine 5 "):
        read_lines(tmp_path, line, closing=1500)


@pytest.mark.parametrize("left_out", [":60F:", ":62F:", ":25:"])
def test_mt940_without_balances_or_account_is_refused(tmp_path: Path, left_out: str):
    whole = MT940.format(lines=":61:260102C500,00NTRFNONREF", closing=1500).splitlines()
    kept = "\n".join(line for line in whole if not line.startswith(left_out))
    with pytest.raises((MessageInvalid, FileRefused)):
        read(tmp_path, kept.encode())


def test_mt940_sums_of_its_own_are_held_against_its_lines(tmp_path: Path):
    content = MT940.format(lines=":61:260102C500,00NTRFNONREF", closing=1500)
    assert len(read(tmp_path, (content + ":90C:1IDR500,00\n").encode())) == 1
    with pytest.raises(TotalsDiffer):
        read(tmp_path, (content + ":90C:2IDR500,00\n").encode())


def test_several_statements_in_one_message_are_proven_one_by_one(tmp_path: Path):
    september = statement(11_283_600, [(date(2026, 9, 9), 700_000, "SETORAN")])
    for write in (write_mt940, write_camt):
        assert [len(one.lines) for one in read(tmp_path, write(ONE, september))] == [5, 1]


def test_camt_reversals_pending_and_batches(tmp_path: Path):
    content = write_camt(ONE).decode()
    entry = (
        '<Ntry><Amt Ccy="IDR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}<Sts>{status}</Sts><BookgDt><DtTm>2026-08-29T10:00:00+07:00'
        "</DtTm></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )
    detail = (
        '<TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs><Amt Ccy="IDR">{amount}</Amt><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>'
        "</RltdPties><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>"
    )
    batch = detail.format(ref="E1", amount=60, name="TOKO A", words="NP-1") + detail.format(
        ref="E2", amount=40, name="TOKO B", words="NP-2"
    )
    added = (
        entry.format(amount=100, side="CRDT", more="", status="BOOK", details=batch)
        + entry.format(amount=100, side="DBIT", more="<RvslInd>true</RvslInd>", status="BOOK", details="")
        + entry.format(amount=999, side="CRDT", more="", status="PDNG", details="")
    )
    (found,) = read(tmp_path, content.replace("</Stmt>", f"{added}</Stmt>").encode())
    assert [line.amount_rp for line in found.lines[-2:]] == [100, -100]
    assert (found.lines[-2].counterparty, found.lines[-2].description) == ("TOKO A, TOKO B", "NP-1 NP-2")
    assert (found.lines[-1].description, found.pending) == ("reversal", 1)


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        ('Ccy="IDR">1500000.00', 'Ccy="IDR">1500000.50', MessageInvalid),
        ('Ccy="IDR">1500000.00', 'Ccy="USD">1500000.00', OtherCurrency),
        ("<Dt>2026-08-03</Dt></BookgDt>", "<Dt>2026-02-30</Dt></BookgDt>", MessageInvalid),
        ("<Cd>OPBD</Cd>", "<Cd>ITBD</Cd>", MessageInvalid),
        ("<Cd>BOOK</Cd>", "<Cd>WHAT</Cd>", MessageInvalid),
        ("<BkToCstmrStmt>", "<BkToCstmrStmt><!-- --><Stmt></Stmt>", MessageInvalid),
        ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", MessageInvalid),
        ("<Document", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document', FileDamaged),
        ("</Document>", "", FileDamaged),
    ],
)
def test_camt_that_breaks_its_format_is_refused(
    tmp_path: Path, before: str, after: str, error: type[BankFileRefused] | type[FileRefused]
):
    content = write_camt(ONE).decode()
    assert before in content
    with pytest.raises(error):
        read(tmp_path, content.replace(before, after).encode())


def test_a_bomb_of_entities_and_one_of_depth_are_refused(tmp_path: Path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY b{n} "&b{n - 1};&b{n - 1};">' for n in range(1, 40))
        + "]><l>&b39;</l>"
    )
    with pytest.raises(FileRefused):
        read(tmp_path, bomb.encode())
    with pytest.raises(FileRefused):
        read(tmp_path, ("<Document>" + "<a>" * 50_000 + "</a>" * 50_000 + "</Document>").encode())


@pytest.mark.parametrize("xml", [False, True])
def test_ofx_needs_its_opening_balance_stated(tmp_path: Path, xml: bool):  # a parameter
    asked = inspect(tmp_path, write_ofx(ONE, xml=xml))
    assert (asked.statements, [one.about for one in asked.questions]) == ((), ["opening"])
    (found,) = read(tmp_path, write_ofx(ONE, xml=xml), BankAnswers(opening_rp=10_000_000))
    assert found.closing_rp == 11_283_600


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<TRNAMT>1500000.00", b"<TRNAMT>1.500.000"), (b"<TRNAMT>1500000.00", b"<TRNAMT>1500000.50"),
        (b"<DTPOSTED>20260803", b"<DTPOSTED>20260230"), (b"<STMTRS>", b"<CCSTMTRS>"), (b"</OFX>", b""),
        (b"<CURDEF>IDR", b"<CURDEF>USD"),
    ],
)  # fmt: skip
def test_ofx_that_breaks_its_format_is_refused(tmp_path: Path, before: bytes, after: bytes):
    content = write_ofx(ONE)
    assert before in content
    with pytest.raises(BankFileRefused):
        read(tmp_path, content.replace(before, after), BankAnswers(opening_rp=10_000_000))


def test_xml_of_another_kind_is_no_statement(tmp_path: Path):
    with pytest.raises((MessageInvalid, NothingInFile)):
        read(tmp_path, b'<?xml version="1.0"?><invoice><total>5</total></invoice>')
