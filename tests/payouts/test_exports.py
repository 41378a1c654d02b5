"""Files for banks: they say what the books say, byte for byte the same each time, and nothing in them runs."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sepaxml
from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import select, text

from consign.db import finish
from consign.errors import NotAllowed
from consign.models.identity import AuditEvent
from consign.payouts.approving import approve_batch, take_out
from consign.payouts.exporting import ExportRefused, export_batch
from consign.payouts.rules import BatchState, BatchUnknown
from consign.payouts.sending import send_batch
from consign.payouts.templates import (
    TemplateRefused,
    TemplateUnknown,
    describe_columns,
    get_template,
    keep_template,
    parse_template,
)
from reports.pain import NAMESPACE, write_pain
from reports.payout_files import (
    BCA_HEADS,
    FileRefused,
    PayoutLine,
    PayoutSheet,
    write_bca,
    write_generic_csv,
    write_template,
)
from reports.payout_text import to_bank_text
from tests.payouts.paying import TODAY, Paying

SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"


def line(place: int, name: str, amount_rp: int, *, bank: str = "014", account: str = "0012345678") -> PayoutLine:
    return PayoutLine(
        place, f"PB20260001-{place:03d}", f"P{place}", name, bank, "BCA", account, amount_rp, is_firm=False
    )


def sheet(*lines: PayoutLine) -> PayoutSheet:
    return PayoutSheet(
        "PB-2026-0001", date(2026, 11, 20), datetime(2026, 11, 20, 4, 30, tzinfo=UTC), "Dinas Koperasi & UMKM", "124",
        "0010001234", len(lines), sum(one.amount_rp for one in lines), lines,
    )  # fmt: skip


TWO = sheet(line(1, "Siti Aminah", 12_500), line(2, '=HYPERLINK("x")', 1_000_000, bank="008", account="1230000000001"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Dapur Gëmbira", "Dapur Gembira"),
        ("Sari & Putri", "Sari dan Putri"),
        ("Ibu “Ani” \N{EN DASH} Kue", "Ibu Ani - Kue"),
        ("@SUM(A1)", "SUM(A1)"),
        ("+62 Kopi", "62 Kopi"),
        ("印尼", ""),
        ("a\tb\r\nc", "a b c"),
    ],
)
def test_text_is_written_in_signs_that_banks_take(given: str, expected: str):
    assert to_bank_text(given) == expected
    assert to_bank_text(given, limit=4, upper=True) == expected[:4].rstrip().upper()


def test_the_sheet_of_klikbca_has_its_thirteen_columns_and_accounts_as_text():
    written = write_bca(TWO)
    page = load_workbook(io.BytesIO(written.content))["Data"]
    rows = list(page.iter_rows(values_only=True))
    assert rows[0] == BCA_HEADS
    assert len(BCA_HEADS) == 13
    assert [None if cell == "" else cell for cell in rows[1]] == [
        1, "PB20260001-001", "BCA", "P1", "0012345678", "SITI AMINAH", 12_500, None, "PB20260001-001", None, None, "1", "1",
    ]  # fmt: skip
    assert (rows[2][2], rows[2][4], rows[2][5]) == ("LLG", "1230000000001", "HYPERLINK( X )")
    assert (page["E2"].data_type, page["E2"].number_format) == ("s", "@")
    assert [(one.reference, one.before, one.after) for one in written.changes] == [
        ("PB20260001-002", '=HYPERLINK("x")', "HYPERLINK( X )")
    ]


def test_a_large_amount_goes_by_rtgs_and_a_firm_is_named_as_one():
    large = replace(line(1, "CV Besar", 1_000_000_001, bank="008"), is_firm=True)
    (row,) = list(
        load_workbook(io.BytesIO(write_bca(sheet(large)).content))["Data"].iter_rows(min_row=2, values_only=True)
    )
    assert (row[2], row[11]) == ("RTG", "2")


def test_the_plain_csv_keeps_zeros_and_runs_nothing():
    written = write_generic_csv(TWO)
    rows = list(csv.reader(io.StringIO(written.content.decode())))
    assert rows == [
        ["no", "nama", "bank_kode", "rekening", "jumlah", "berita", "email"],
        ["1", "Siti Aminah", "014", "0012345678", "12500", "PB20260001-001", ""],
        ["2", "HYPERLINK( x )", "008", "1230000000001", "1000000", "PB20260001-002", ""],
    ]


def test_the_order_in_xml_is_valid_and_says_the_same():
    root = etree.fromstring(write_pain(TWO).content)
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    schema.assertValid(root)

    names = {"n": NAMESPACE}
    assert root.xpath("//n:InstdAmt/@Ccy", namespaces=names) == ["IDR", "IDR"]
    assert root.xpath("//n:InstdAmt/text()", namespaces=names) == ["12500.00", "1000000.00"]
    assert root.xpath("//n:CtrlSum/text()", namespaces=names) == ["1012500.00", "1012500.00"]
    assert root.xpath("//n:NbOfTxs/text()", namespaces=names) == ["2", "2"]
    ids = root.xpath("//n:EndToEndId/text()", namespaces=names)
    assert ids == ["PB20260001-001", "PB20260001-002"]
    assert root.xpath("//n:CdtrAcct/n:Id/n:Othr/n:Id/text()", namespaces=names) == ["0012345678", "1230000000001"]
    assert root.xpath("//n:Dbtr/n:Nm/text()", namespaces=names) == ["Dinas Koperasi dan UMKM"]


@pytest.mark.parametrize("write", [write_bca, write_generic_csv, write_pain])
def test_a_file_that_does_not_tie_to_the_books_is_not_made(write):
    for wrong in (replace(TWO, total_rp=TWO.total_rp + 1), replace(TWO, count=3), sheet(line(1, "A", 0))):
        with pytest.raises(FileRefused, match="no file was made"):
            write(wrong)
    assert write(TWO).content == write(TWO).content


LAYOUT = """no width=5
account title="x" width=16
name width=20 upper
amount width=12
"IDR" width=3"""


def test_a_layout_with_widths_fills_zeros_and_spaces():
    columns = LAYOUT.replace(' title="x"', "")
    template = parse_template(
        name="Bank Kita",
        kind="txt",
        separator="",
        header="P,{date_compact},{payer_account},{count},{total}",
        columns=columns,
    )
    assert write_template(TWO, template).content.decode().splitlines() == [
        "P,20261120,0010001234,2,1012500",
        "000010012345678      SITI AMINAH         000000012500IDR",
        "000021230000000001   HYPERLINK( X )      000001000000IDR",
    ]
    assert describe_columns(template.columns) == columns


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_layout_as_a_table_has_its_titles(kind: str):
    template = parse_template(
        name="Mandiri",
        kind=kind,
        separator=";",
        header="",
        columns='account title="Rek"\nname title="Nama" limit=4\namount title="Rp"',
    )
    written = write_template(TWO, template)
    if kind == "csv":
        rows = [tuple(row) for row in csv.reader(io.StringIO(written.content.decode()), delimiter=";")]
    else:
        rows = [
            tuple(map(str, row))
            for row in load_workbook(io.BytesIO(written.content))["Data"].iter_rows(values_only=True)
        ]
    assert rows == [("Rek", "Nama", "Rp"), ("0012345678", "Siti", "12500"), ("1230000000001", "HYPE", "1000000")]
    assert len(written.changes) == 2


@pytest.mark.parametrize(
    "given",
    [
        {"columns": "account\namount\nsaldo"},
        {"columns": "account\namount width=0"},
        {"columns": "account\ntext\namount"},
        {"columns": "account"},
        {"columns": "amount"},
        {"columns": "account\namount; DROP"},
        {"header": "{total.__class__}"},
        {"header": "{saldo}"},
        {"header": "{"},
        {"kind": "exe"},
        {"separator": "x"},
        {"kind": "csv", "separator": ""},
        {"kind": "txt", "separator": ""},
        {"name": " "},
        {"columns": "account\namount\n" + "name\n" * 60},
    ],
)
def test_a_layout_with_unknown_parts_is_refused(given: dict[str, str]):
    usual = {"name": "Bank", "kind": "csv", "separator": ",", "header": "", "columns": "account\namount"}
    parse_template(**usual)
    with pytest.raises(TemplateRefused, match="nothing was changed"):
        parse_template(**{**usual, **given})


def test_an_account_is_never_cut():
    template = parse_template(name="Bank", kind="csv", separator=",", header="", columns="account limit=9\namount")
    with pytest.raises(FileRefused, match="account has 9 signs"):
        write_template(TWO, template)


@pytest.fixture
def approved(paying: Paying) -> Paying:
    paying.account(0, number="0012345678", holder="Siti & Rekan")
    paying.account(1, bank="008", number="1230000000001")
    paying.pay((0, 12_500), (1, 1_000_000))
    batch = paying.plan()
    approve_batch(paying.session, by=paying.second, batch_id=batch.id)
    return paying


def export(paying: Paying, form: str, *, by=None):
    batch_id = paying.session.scalars(text("SELECT id FROM payout_batch")).one()
    return export_batch(paying.session, by=by or paying.city.finance, batch_id=batch_id, format=form, on=TODAY)


def test_a_batch_is_exported_and_each_export_stands_in_the_trail(approved: Paying):
    for form, name in (("bca", "PB-2026-0001.xlsx"), ("csv", "PB-2026-0001.csv"), ("pain", "PB-2026-0001.xml")):
        first, second = export(approved, form), export(approved, form)
        assert (first.name, first.content) == (name, second.content)
        assert [one.after for one in first.changes] in (["SITI DAN REKAN"], ["Siti dan Rekan"])
    assert [str(one) for one in export(approved, "bca").cautions] == [
        "Accounts at other banks: 1. Fill in their SWIFT codes before you hand the file to the bank."
    ]
    finish(approved.session)
    events = approved.session.scalars(select(AuditEvent).where(AuditEvent.act == "payouts exported")).all()
    assert len(events) == 7
    assert {one.detail["total_rp"] for one in events} == {1_012_500}
    before = export(approved, "pain").content
    send_batch(
        approved.session, by=approved.city.finance, on=TODAY,
        batch_id=approved.session.scalars(text("SELECT id FROM payout_batch")).one(),
    )  # fmt: skip
    assert export(approved, "pain").content == before


def test_what_was_taken_out_is_in_no_file(approved: Paying):
    payout = approved.session.scalars(text("SELECT max(id) FROM payout")).one()
    take_out(approved.session, by=approved.second, payout_id=payout, reason="uji")
    rows = export(approved, "csv").content.decode().splitlines()
    assert len(rows) == 2


def test_a_file_is_made_of_approved_batches_by_finance_only(paying: Paying):
    paying.account(0)
    paying.pay((0, 12_500))
    paying.plan()
    with pytest.raises(BatchState):
        export(paying, "csv")
    for by in (paying.head, paying.verifier, paying.city.admin, paying.owners[0]):
        with pytest.raises(NotAllowed):
            export(paying, "csv", by=by)
    with pytest.raises(BatchUnknown):
        export_batch(paying.session, by=paying.city.finance, batch_id=999_999, format="csv", on=TODAY)


def test_books_that_do_not_tie_give_no_file(approved: Paying):
    approved.session.execute(text("SELECT set_config('role', 'none', true)"))
    approved.session.execute(text("UPDATE payout_part SET amount_rp = amount_rp + 1"))
    with pytest.raises(ExportRefused, match="no file was made"):
        export(approved, "bca")


def test_a_kept_layout_is_used_by_its_name(approved: Paying):
    template = parse_template(name="Bank Kita", kind="txt", separator="|", header="", columns="account\namount")
    keep_template(approved.session, template, by=approved.city.finance)
    assert get_template(approved.session, "Bank Kita") == template
    file = export(approved, "layout:Bank Kita")
    assert (file.name, file.content.decode().splitlines()) == (
        "PB-2026-0001.txt", ["0012345678|12500", "1230000000001|1000000"],
    )  # fmt: skip
    again = parse_template(name="Bank Kita", kind="csv", separator=";", header="", columns="amount\naccount")
    keep_template(approved.session, again, by=approved.second)
    assert export(approved, "layout:Bank Kita").name == "PB-2026-0001.csv"
    with pytest.raises(TemplateUnknown):
        export(approved, "layout:Bank Lain")
    with pytest.raises(NotAllowed):
        keep_template(approved.session, template, by=approved.head)
