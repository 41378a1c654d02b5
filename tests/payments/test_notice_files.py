"""The list of a notice as a file: numbers of statements and amounts, and every row that cannot be is named."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from consign.errors import ConsignError
from consign.partners.rules import Route
from consign.payments.notice_file import NoticeFileRefused, read_notice_file
from consign.settlement.shares import Share
from tests.builders import City
from tests.payments.noting import Noting, build_noting, hold_clock


@pytest.fixture
def noting(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    return build_noting(city, tmp_path, hold_clock(monkeypatch))


def read(noting: Noting, content: str | bytes) -> list[Share]:
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return read_notice_file(
        noting.session, by=noting.payer, partner_id=noting.city.partner.id, route=Route.DIRECT, source=source
    )


def test_a_csv_file_is_read_with_indonesian_amounts(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    rows = f"Nomor Nota;Jumlah Dibayar\n{september.number};43.875\n\n{other.number.lower()};Rp1.500\n{october.number};14625\n"
    expected = [Share(september.id, 43_875), Share(other.id, 1_500), Share(october.id, 14_625)]
    assert read(noting, rows) == expected


def test_a_workbook_is_read(noting: Noting):
    september = noting.statements(0)[0]
    workbook, target = Workbook(), io.BytesIO()
    workbook.active.append(["Statement number", "Remark", "Amount"])
    workbook.active.append([september.number, "lunas", 43_875])
    workbook.save(target)
    assert read(noting, target.getvalue()) == [Share(september.id, 43_875)]


def test_every_row_that_cannot_be_is_named(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    rows = "\n".join(
        [
            "nota,jumlah,catatan", f"{september.number},99999999,", "NP-2026-999999,5,", f"{other.number},,", ",5,",
            f"{october.number},abc,", f"{other.number},10,", f"{other.number},10,",
        ]
    )  # fmt: skip
    with pytest.raises(NoticeFileRefused) as refused:
        read(noting, rows)
    assert [(row, one.code) for row, one in refused.value.problems] == [
        (2, "payments.notice_too_much"), (3, "payments.notice_line_unknown"), (4, "cell.blank"), (5, "cell.blank"),
        (6, "number.invalid"), (8, "payments.notice_line_twice"),
    ]  # fmt: skip
    assert "6 rows" in str(refused.value)


@pytest.mark.parametrize(("content", "code"), [
    ("nota,toko\nNP-1,T1\n", "payments.notice_file_columns"),
    ("nota,nomor,jumlah\nNP-1,NP-1,5\n", "payments.notice_file_columns"),
    ("nota,jumlah\n,\n", "payments.notice_file_empty"),
    ("nota,jumlah\n" + "NP-2026-000001,1\n" * 2_001, "payments.notice_file_too_large"),
])  # fmt: skip
def test_a_file_that_is_no_list_is_refused(noting: Noting, content: str, code: str):
    with pytest.raises(ConsignError) as refused:
        read(noting, content)
    assert refused.value.code == code
    assert "nothing was noted" in str(refused.value)
