"""Writers of bank statements in the layouts of banks, from plain lines: for tests, benches and the sample city."""

import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import xlsxwriter

from consign.banking.rules import BankStatement, StatementLine

NUMBER = "0111222333"
HOLDER = "DINAS KOPERASI DAN UMKM"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
ENGLISH_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
LONG_MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember")  # fmt: skip


def statement(
    opening_rp: int,
    moves: Sequence[tuple[date, int, str]],
    *,
    from_on: date | None = None,
    until_on: date | None = None,
) -> BankStatement:
    """Return the statement of *moves* (day, amount, words) with all of its balances."""
    balance, lines = opening_rp, []
    for row, (day, amount, words) in enumerate(moves, start=1):
        balance += amount
        lines.append(StatementLine(row, day, amount, words, balance_rp=balance))
    days = [day for day, _, _ in moves]
    first, last = from_on or min(days), until_on or max(days)
    return BankStatement("written", first, last, opening_rp, balance, tuple(lines))


def english(amount: int) -> str:
    return f"{amount:,}.00"


def indonesian(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + ",00"


def quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def write_bca(
    one: BankStatement, *, number: str = NUMBER, pending: Sequence[tuple[int, str]] = (), marked: bool = False
) -> bytes:
    """KlikBCA; *marked* is the variant with full days and the mark behind the amount in one cell."""
    rows = [
        "Informasi Rekening - Mutasi Rekening", f"No. rekening : {number}", f"Nama : {HOLDER}",
        f"Periode : {one.from_on:%d/%m/%Y} - {one.until_on:%d/%m/%Y}", "Kode Mata Uang : IDR", "",
        f"Tanggal Transaksi,Keterangan,Cabang,Jumlah,{'' if marked else ','}Saldo",
    ]  # fmt: skip
    for line in one.lines:
        mark, amount, balance = (
            "CR" if line.amount_rp > 0 else "DB",
            english(abs(line.amount_rp)),
            english(line.balance_rp or 0),
        )
        if marked:
            rows.append(
                f"{line.booked_on:%d/%m/%Y},{quote(line.description)},0000,{quote(f'{amount} {mark}')},{quote(balance)}"
            )
        else:
            rows.append(
                f"'{line.booked_on:%d/%m},{quote(line.description)},'0000,{quote(amount)},{mark},{quote(balance)}"
            )
    for amount_rp, words in pending:
        mark, amount = "CR" if amount_rp > 0 else "DB", english(abs(amount_rp))
        rows.append(
            f"PEND,{quote(words)},0000,{quote(f'{amount} {mark}')},"
            if marked
            else f"PEND,{quote(words)},'0000,{quote(amount)},{mark},"
        )
    came = [line.amount_rp for line in one.lines if line.amount_rp > 0]
    went = [-line.amount_rp for line in one.lines if line.amount_rp < 0]
    rows += [
        "", f"Saldo Awal,=,{quote(english(one.opening_rp))}", f"Mutasi Kredit,=,{quote(english(sum(came)))},{len(came)}",
        f"Mutasi Debet,=,{quote(english(sum(went)))},{len(went)}", f"Saldo Akhir,=,{quote(english(one.closing_rp))}",
    ]  # fmt: skip
    return "\r\n".join(rows).encode() + b"\r\n"


def write_bca_marked(one: BankStatement) -> bytes:
    return write_bca(one, marked=True)


def write_kopra(one: BankStatement, *, number: str = NUMBER, months: Sequence[str] = ENGLISH_MONTHS) -> bytes:
    rows = ["AccountNo;Ccy;PostDate;Remarks;AdditionalDesc;Credit Amount;Debit Amount;Close Balance"]
    for line in one.lines:
        day = f"{line.booked_on.day:02} {months[line.booked_on.month - 1]} {line.booked_on.year} 11:27:10"
        credit, debit = max(line.amount_rp, 0), max(-line.amount_rp, 0)
        rows.append(f"{number};IDR;{day};{line.description:<60};{'':<20};{credit}.00;{debit}.00;{line.balance_rp}.00")
    return "\n".join(rows).encode() + b"\n"


def write_kopra_indonesian(one: BankStatement) -> bytes:
    return write_kopra(one, months=LONG_MONTHS)


def write_mcm(one: BankStatement, *, number: str = NUMBER) -> bytes:
    """Mandiri's newer layout: no balances at all, and two columns of one name."""
    rows = ["Account No,Date,Val. Date,Transaction Code,Description,Description,Reference No.,Debit,Credit"]
    for line in one.lines:
        credit, debit = english(max(line.amount_rp, 0)), english(max(-line.amount_rp, 0))
        day = f"{line.booked_on:%d/%m/%y}"
        rows.append(f"{number},{day},{day},5602,{quote(line.description)},,,{quote(debit)},{quote(credit)}")
    return "\n".join(rows).encode() + b"\n"


def write_livin(one: BankStatement) -> bytes:
    rows: list[list[object]] = [["Nomor Rekening", NUMBER], ["Periode", f"{one.from_on:%d/%m/%Y} - {one.until_on:%d/%m/%Y}"], [], ["No", "Tanggal", "Keterangan", "Nominal (IDR)", "Saldo (IDR)"]]  # fmt: skip
    rows[-1] = ["No", "Tanggal", "Keterangan", "Nominal", "Saldo"]
    for number, line in enumerate(one.lines, start=1):
        day = f"{line.booked_on.day:02} {MONTHS[line.booked_on.month - 1]} {line.booked_on.year}"
        sign = "+" if line.amount_rp > 0 else "-"
        rows.append(
            [
                str(number),
                day,
                line.description,
                f"{sign}{indonesian(abs(line.amount_rp))}",
                _signed(indonesian, line.balance_rp),
            ]
        )
    return write_workbook(rows)


def _signed(style: Callable[[int], str], amount: int | None) -> str:
    return f"-{style(-amount)}" if amount is not None and amount < 0 else style(amount or 0)


def write_bri(one: BankStatement, *, remark: bool = False) -> bytes:
    heads = "ID,NOREK,TGL_TRAN,TGL_EFEKTIF,JAM_TRAN,SEQ,DESK_TRAN,SALDO_AWAL_MUTASI,MUTASI_DEBET,MUTASI_KREDIT,SALDO_AKHIR_MUTASI,GLSIGN,TRUSER,KODE_TRAN,KODE_TRAN_TELLER,TRREMK,TLBDS1,TLBDS2"  # fmt: skip
    rows = [heads + (",REMARK_CUSTOM" if remark else "")]
    before = one.opening_rp
    for number, line in enumerate(one.lines, start=1):
        credit, debit = max(line.amount_rp, 0), max(-line.amount_rp, 0)
        day = f"{line.booked_on:%d/%m/%Y}"
        rows.append(
            f"{number},{NUMBER},{day},{day},3153,{number},{quote(line.description)},{before}.00,{debit}.00,{credit}.00,{line.balance_rp}.00,"
            f"{'C' if credit else 'D'},8888123,1234,,,," + (",-" if remark else "")
        )
        before = line.balance_rp or 0
    return "\n".join(rows).encode() + b"\n"


def write_bri_remark(one: BankStatement) -> bytes:
    return write_bri(one, remark=True)


def write_bri_short(one: BankStatement) -> bytes:
    rows = [f"NOREK;{NUMBER}", "TGL_TRAN;DESK_TRAN;MUTASI_DEBET;MUTASI_KREDIT;SALDO_AKHIR_MUTASI"]
    for line in one.lines:
        credit, debit = max(line.amount_rp, 0), max(-line.amount_rp, 0)
        rows.append(f"{line.booked_on:%d/%m/%Y};{line.description};{debit}.00;{credit}.00;{line.balance_rp}.00")
    return "\n".join(rows).encode() + b"\n"


def write_bri_internet(one: BankStatement) -> bytes:
    rows = [f"Nomor Rekening,{NUMBER}", "Tanggal Transaksi,Uraian Transaksi,Teller,Debet,Kredit,Saldo"]
    for line in one.lines:
        credit, debit = indonesian(max(line.amount_rp, 0)), indonesian(max(-line.amount_rp, 0))
        cells = (
            f"{line.booked_on:%d/%m/%y}",
            line.description,
            "8888123",
            debit,
            credit,
            _signed(indonesian, line.balance_rp),
        )
        rows.append(",".join(map(quote, cells)))
    return "\n".join(rows).encode() + b"\n"


def write_bni(one: BankStatement) -> bytes:
    rows = ["Account Number,'" + NUMBER, "Post Date,Branch,Journal No,Description,Debit,Credit,Balance"]
    for line in one.lines:
        credit, debit = english(max(line.amount_rp, 0)), english(max(-line.amount_rp, 0))
        cells = (
            f"{line.booked_on:%d/%m/%y} 09:15:00",
            "0259",
            "",
            line.description,
            debit,
            credit,
            english(line.balance_rp or 0),
        )
        rows.append(",".join(map(quote, cells)))
    return "\n".join(rows).encode() + b"\n"


def write_bni_workbook(one: BankStatement) -> bytes:
    """BNI Direct: cells below other columns than their headings, days as numbers, D and K, the page's head every few rows."""
    heads: list[object] = ["", "Posting Date", "", "", "Effective Date", "", "Journal", "", "Transaction Description", "", "", "Amount", "", "DB/CR", "", "Balance"]  # fmt: skip
    top: list[list[object]] = [["", "Account No", "", f": {NUMBER}"], ["", "Period", "", f": {one.from_on:%d/%m/%Y} to {one.until_on:%d/%m/%Y}"], []]  # fmt: skip
    rows: list[list[object]] = [["", "BNI Direct"], *top, heads]
    for number, line in enumerate(one.lines, start=1):
        serial = (line.booked_on - date(1899, 12, 30)).days
        row: list[object] = [""] * 17
        row[0], row[3], row[5], row[8] = serial, serial, f"J{number:06}", line.description
        row[10], row[12], row[15] = abs(line.amount_rp), "K" if line.amount_rp > 0 else "D", line.balance_rp
        rows.append(row)
        if number % 25 == 0 and number < len(one.lines):
            rows += [["", f"Page {number // 25 + 1}"], *top, heads]
    return write_workbook(rows)


def write_cimb(one: BankStatement) -> bytes:
    rows = ["Tanggal;Deskripsi;Debit;Kredit;Saldo"]
    for line in one.lines:
        day = f"{line.booked_on.day:02}-{MONTHS[line.booked_on.month - 1]}-{line.booked_on.year}"
        credit, debit = ("" if amount <= 0 else indonesian(amount) for amount in (line.amount_rp, -line.amount_rp))
        rows.append(f"{day};{quote(line.description)};{debit};{credit};{_signed(indonesian, line.balance_rp)}")
    return "\n".join(rows).encode() + b"\n"


def write_permata(one: BankStatement) -> bytes:
    rows = ["Posting Date,Eff Date,Transaction Desc,Debit,Credit,Balance"]
    for line in one.lines:
        credit, debit = ("" if amount <= 0 else quote(english(amount)) for amount in (line.amount_rp, -line.amount_rp))
        day = f"{line.booked_on:%d/%m/%Y}"
        rows.append(f"{day},{day},{quote(line.description)},{debit},{credit},{quote(english(line.balance_rp or 0))}")
    return "\n".join(rows).encode() + b"\n"


def write_ocbc(one: BankStatement) -> bytes:
    rows: list[list[object]] = [["Account Number", NUMBER], ["Currency", "IDR"], [], ["Transaction Date", "Value Date", "Reference No.", "Cheque No.", "Description", "Debit", "Credit", "Balance"]]  # fmt: skip
    for line in reversed(one.lines):
        day = f"{line.booked_on:%d/%m/%Y}"
        credit, debit = (amount if amount > 0 else "" for amount in (line.amount_rp, -line.amount_rp))
        rows.append([day, day, "", "", line.description, debit, credit, line.balance_rp])
    return write_workbook(rows)


def write_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Mutasi")
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell not in ("", None):
                    sheet.write_string(number, column, str(cell))
    return target.getvalue()


def write_mt940(one: BankStatement, *more: BankStatement, number: str = NUMBER) -> bytes:
    return "".join(_write_message(each, place, number) for place, each in enumerate((one, *more), start=1)).encode()


def _write_message(one: BankStatement, place: int, number: str) -> str:
    rows = ["{1:F01BMRIIDJAAXXX0000000000}{2:I940BMRIIDJAXXXXN}{4:", f":20:STMT{place:06}", f":25:{number}", f":28C:{place:05}/00001"]  # fmt: skip
    rows.append(f":60F:{_balance(one.opening_rp, one.from_on - timedelta(1))}")
    for line in one.lines:
        mark, amount = "C" if line.amount_rp > 0 else "D", abs(line.amount_rp)
        rows.append(f":61:{line.booked_on:%y%m%d}{line.booked_on:%m%d}{mark}{amount},00NTRFNONREF")
        rows += [
            f":86:{line.description[:65]}",
            *(line.description[at : at + 65] for at in range(65, len(line.description), 65)),
        ]
    rows += [f":62F:{_balance(one.closing_rp, one.until_on)}", "-}"]
    return "\r\n".join(rows) + "\r\n"


def _balance(amount: int, day: date) -> str:
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}IDR{abs(amount)},00"


def write_camt(one: BankStatement, *more: BankStatement, number: str = NUMBER) -> bytes:
    body = "".join(_write_stmt(each, place, number) for place, each in enumerate((one, *more), start=1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-09-01T06:00:00</CreDtTm></GrpHdr>{body}</BkToCstmrStmt></Document>\n"
    ).encode()


def _write_stmt(one: BankStatement, place: int, number: str) -> str:
    entries = "".join(
        f'<Ntry><Amt Ccy="IDR">{abs(line.amount_rp)}.00</Amt><CdtDbtInd>{_indicator(line.amount_rp)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{line.booked_on}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>{_escape(line.description)}</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
        for line in one.lines
    )
    return (
        f"<Stmt><Id>S{place}</Id><FrToDt><FrDtTm>{one.from_on}T00:00:00</FrDtTm><ToDtTm>{one.until_on}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>IDR</Ccy></Acct>{_bal('OPBD', one.opening_rp, one.from_on)}"
        f"{_bal('CLBD', one.closing_rp, one.until_on)}{entries}</Stmt>"
    )


def _bal(code: str, amount: int, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">{abs(amount)}.00</Amt>'
        f"<CdtDbtInd>{_indicator(amount)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _indicator(amount: int) -> str:
    return "CRDT" if amount >= 0 else "DBIT"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write_ofx(one: BankStatement, *, number: str = NUMBER, xml: bool = False) -> bytes:
    """OFX without its opening balance, which the format has not; version 1 leaves out the ends of elements."""

    def leaf(name: str, text: object) -> str:
        return f"<{name}>{_escape(str(text))}" + (f"</{name}>" if xml else "\n")

    head = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n' if xml else "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nCHARSET:1252\n\n"  # fmt: skip
    lines = "".join(
        "<STMTTRN>" + leaf("TRNTYPE", "CREDIT" if line.amount_rp > 0 else "DEBIT") + leaf("DTPOSTED", f"{line.booked_on:%Y%m%d}120000[+7:WIB]")
        + leaf("TRNAMT", f"{line.amount_rp}.00") + leaf("FITID", "") + leaf("MEMO", line.description) + "</STMTTRN>\n"
        if xml
        else "<STMTTRN>" + leaf("TRNTYPE", "CREDIT" if line.amount_rp > 0 else "DEBIT") + leaf("DTPOSTED", f"{line.booked_on:%Y%m%d}120000[+7:WIB]")
        + leaf("TRNAMT", f"{line.amount_rp}.00") + leaf("MEMO", line.description) + "</STMTTRN>\n"
        for line in one.lines
    )  # fmt: skip
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{leaf('CURDEF', 'IDR')}<BANKACCTFROM>{leaf('BANKID', '008')}{leaf('ACCTID', number)}"
        f"</BANKACCTFROM><BANKTRANLIST>{leaf('DTSTART', f'{one.from_on:%Y%m%d}')}{leaf('DTEND', f'{one.until_on:%Y%m%d}')}{lines}"
        f"</BANKTRANLIST><LEDGERBAL>{leaf('BALAMT', f'{one.closing_rp}.00')}{leaf('DTASOF', f'{one.until_on:%Y%m%d}')}</LEDGERBAL>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def write_ofx_xml(one: BankStatement) -> bytes:
    return write_ofx(one, xml=True)


WRITERS: dict[str, Callable[[BankStatement], bytes]] = {
    "bca": write_bca, "bca_marked": write_bca_marked, "kopra": write_kopra, "kopra_indonesian": write_kopra_indonesian,
    "mcm": write_mcm, "livin": write_livin, "bri": write_bri, "bri_remark": write_bri_remark, "bri_short": write_bri_short,
    "bri_internet": write_bri_internet, "bni": write_bni, "bni_workbook": write_bni_workbook, "cimb": write_cimb,
    "permata": write_permata, "ocbc": write_ocbc, "mt940": write_mt940, "camt": write_camt, "ofx": write_ofx,
    "ofx_xml": write_ofx_xml,
}  # fmt: skip
"""Every layout that is written here, by a name of its own."""
WITHOUT_OPENING = frozenset({"mcm", "ofx", "ofx_xml"})
"""Layouts that do not say what stood in the account before."""
SIGNED = frozenset(
    {
        "livin",
        "bri",
        "bri_remark",
        "bri_short",
        "bri_internet",
        "cimb",
        "kopra",
        "kopra_indonesian",
        "bni_workbook",
        "ocbc",
        "mt940",
        "camt",
        "ofx",
        "ofx_xml",
        "mcm",
    }
)
