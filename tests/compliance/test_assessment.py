"""A paper beside business, goods, other papers, lists and what was read; all people and firms are invented."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assessment import ReferenceHit, assess_paper, load_fitting
from compliance.facts import Business, Goods, GoodsClass, Kind, Paper
from compliance.findings import Finding, Verdict, combine
from compliance.kinds import KINDS
from tests.compliance.judging import TODAY, by_code

SARI = Business("CV Dapur Sari", owner_name="Hj. Sari Wulandari", nib="9120001234567", regency="6471")
CHIPS = Goods("Keripik Pisang", GoodsClass.DRY_FOOD, food_group="14")
# Plastic, fruit (14), Balikpapan, product 01 of producer 0123, until 2028.
NUMBER = "P-IRT 2146471010123-28"
PIRT = Paper(
    Kind.PIRT, number=NUMBER, issued_on=date(2023, 5, 4), valid_until=date(2028, 5, 3), holder="Dapur Sari"
)  # fmt: skip
NIB = Paper(Kind.NIB, number="9120 0012 34567", holder="SARI WULANDARI")


def pirt(**facts: object) -> Paper:
    return Paper(**{name: getattr(PIRT, name) for name in Paper.__dataclass_fields__} | facts)


def assess(
    paper: Paper,
    *,
    business: Business = SARI,
    goods: Sequence[Goods] = (CHIPS,),
    read: Mapping[str, str] | None = None,
    others: Sequence[Paper] = (),
    reference: Sequence[ReferenceHit] = (),
) -> tuple[Finding, ...]:
    return assess_paper(
        paper, business=business, goods=goods, read=read or {}, others=others, reference=reference, on=TODAY
    )


def doubts(found: Sequence[Finding]) -> dict[str, Verdict]:
    return {code: verdict for code, verdict in by_code(found).items() if verdict is not Verdict.VALID}


def test_a_paper_that_fits_everything_is_valid():
    found = assess(
        PIRT,
        read={
            "number": "2146471010123-28",
            "issued_on": "2023-05-04",
            "valid_until": "2028-05-03",
            "holder": "CV DAPUR SARI",
        },
        others=[pirt(number="2146471020123-27"), NIB],
        reference=[ReferenceHit("Dapur Sari, CV", "Dinas Kesehatan Kota Balikpapan", date(2026, 10, 1))],
    )
    assert combine(found) is Verdict.VALID
    assert set(by_code(found)) == {"pirt.form_right", "pirt.in_force", "pirt.listed"}


def test_the_findings_of_the_kind_come_first():
    assert assess(pirt(number="12"))[0].code == "pirt.form"


def test_what_is_missing_is_asked_for():
    assert doubts(assess(Paper(Kind.NIB, number=" "))) == {
        "nib.number_missing": Verdict.WARNING,
        "nib.holder_missing": Verdict.UNVERIFIABLE,
    }
    assert "label.number_missing" not in by_code(assess(Paper(Kind.LABEL)))


def test_the_name_of_an_account_is_its_holder():
    account = Paper(Kind.BANK_ACCOUNT, "0123456789", details={"bank": "014", "account_name": "SARI WULANDARI"})
    assert doubts(assess(account)) == {}


@pytest.mark.parametrize("goods_class", [GoodsClass.CHILLED_FOOD, GoodsClass.COSMETIC])
def test_a_pirt_for_goods_that_cannot_have_one_is_the_wrong_kind(goods_class: GoodsClass):
    found = assess(PIRT, goods=[Goods("Nugget Ayam Beku", goods_class, food_group="14")])
    assert doubts(found) == {"pirt.wrong_kind": Verdict.INVALID}


def test_a_pirt_for_food_of_the_day_is_only_unusual():
    found = assess(PIRT, goods=[Goods("Kue", GoodsClass.READY_TO_EAT, food_group="14")])
    assert doubts(found) == {"pirt.unusual_kind": Verdict.WARNING}


def test_goods_whose_sort_nobody_said_are_not_judged():
    assert doubts(assess(PIRT, goods=[Goods("Keripik Pisang", None)])) == {}
    assert doubts(assess(NIB, goods=[Goods("Sabun", GoodsClass.COSMETIC)])) == {}


def test_only_permits_can_be_of_the_wrong_kind():
    assert set(load_fitting()) == {Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD, Kind.PSAT}
    assert all(not one.wrong & one.unusual for one in load_fitting().values())


@pytest.mark.parametrize("regency", ["6471", "64.71", None, ""])
def test_a_pirt_of_the_own_regency_fits(regency: str | None):
    assert doubts(assess(PIRT, business=Business("Dapur Sari", regency=regency))) == {}


@pytest.mark.parametrize("regency", ["6472", "0000"])
def test_a_pirt_of_another_regency_is_looked_at(regency: str):
    found = assess(PIRT, business=Business("Dapur Sari", regency=regency))
    assert doubts(found) == {"pirt.other_regency": Verdict.WARNING}


def test_a_regency_that_no_list_knows_is_shown_by_its_code():
    found = assess(pirt(number="2140071010123-28"))
    assert doubts(found) == {"pirt.regency_unknown": Verdict.WARNING, "pirt.other_regency": Verdict.WARNING}
    assert any("issued in 0071" in str(one.reason) for one in found)


def test_an_old_code_of_the_same_place_fits():
    # 6473 was Tarakan before Kalimantan Utara.
    found = assess(pirt(number="2146473010123-28"), business=Business("Dapur Sari", regency="6571"))
    assert doubts(found) == {}


def test_another_food_group_is_looked_at():
    found = assess(PIRT, goods=[Goods("Kopi Bubuk", GoodsClass.DRY_FOOD, food_group="10")])
    assert doubts(found) == {"pirt.other_food_group": Verdict.WARNING}


def test_a_name_that_sounds_like_another_group_counts_only_where_none_was_chosen():
    assert doubts(assess(PIRT, goods=[Goods("Kopi Bubuk", GoodsClass.DRY_FOOD)])) == {
        "pirt.food_group_unlikely": Verdict.UNVERIFIABLE
    }
    assert doubts(assess(PIRT, goods=[Goods("Kopi Bubuk", GoodsClass.DRY_FOOD, food_group="14")])) == {}
    assert doubts(assess(PIRT, goods=[Goods("Zzz", GoodsClass.DRY_FOOD)])) == {}
    assert doubts(assess(PIRT, goods=[Goods("Zzz", GoodsClass.DRY_FOOD, food_group="99")])) == {}


def test_a_group_that_the_number_does_not_have_is_said_once():
    assert doubts(assess(pirt(number="2996471010123-28"))) == {"pirt.food_group_unknown": Verdict.WARNING}


def test_a_liquid_with_a_pirt_for_drinks_is_looked_at():
    drink = Goods("Sari Jahe", GoodsClass.DRY_FOOD, food_group="13", is_liquid=True)
    powder = Goods("Jahe Bubuk", GoodsClass.DRY_FOOD, food_group="13")
    assert doubts(assess(pirt(number="2136471010123-28"), goods=[drink, powder])) == {"pirt.liquid": Verdict.WARNING}


def test_two_producer_numbers_of_one_business_in_one_regency_are_looked_at():
    others = [pirt(number="2146471020999-27")]
    assert doubts(assess(PIRT, others=others)) == {"pirt.other_producer": Verdict.WARNING}
    elsewhere = [pirt(number="2146472020999-27"), pirt(number=None), pirt(number="12")]
    assert doubts(assess(PIRT, others=elsewhere)) == {}


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (Paper(Kind.NIB, number="9120007654321", holder="Dapur Sari"), "nib.other_nib"),
        (pirt(details={"nib": "9120007654321"}), "pirt.other_nib"),
    ],
)
def test_another_nib_than_the_business_has_is_looked_at(paper: Paper, code: str):
    assert doubts(assess(paper)) == {code: Verdict.WARNING}
    assert doubts(assess(paper, business=Business("Dapur Sari", nib=" "))) == {}


def test_another_name_than_the_business_and_its_owner_have_is_looked_at():
    assert doubts(assess(pirt(holder="Kriuk Mandiri"))) == {"pirt.other_holder": Verdict.WARNING}
    account = Paper(
        Kind.BANK_ACCOUNT, "0123456789", holder="Dapur Sari", details={"bank": "014", "account_name": "Budi Prakoso"}
    )
    assert doubts(assess(account)) == {"bank_account.other_holder": Verdict.WARNING}


def test_a_name_that_is_written_a_little_otherwise_is_no_doubt():
    assert doubts(assess(pirt(holder="Dapur Sari Balikpapan"))) == {}


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("number", "P-IRT 2146471010128-23", "214647101012823"),
        ("issued_on", "2023-05-05", "2023-05-05"),
        ("valid_until", "2028-04-03", "2028-04-03"),
        ("holder", "Kriuk Mandiri", "Kriuk Mandiri"),
    ],
)
def test_what_was_read_and_typed_otherwise_is_looked_at(field: str, value: str, shown: str):
    found = assess(PIRT, read={field: value})
    assert doubts(found) == {"read.differs": Verdict.WARNING}
    assert shown in str(found[-1].reason)


@pytest.mark.parametrize(
    "read",
    [
        {"number": ""},
        {"number": "No. P-IRT: 2146471010123 - 28"},
        {"issued_on": "4 Mei"},
        {"valid_until": ""},
        {"holder": " "},
        {"holder": "DAPUR SAR1"},
        {"owner": "Budi Prakoso"},
    ],
)
def test_what_was_not_read_or_only_written_otherwise_differs_from_nothing(read: dict[str, str]):
    assert doubts(assess(PIRT, read=read)) == {}


def test_what_was_not_typed_differs_from_nothing():
    paper = Paper(Kind.HALAL)
    read = {"number": "ID35110001298450123", "issued_on": "2024-01-02", "valid_until": "2028-01-01", "holder": "Sari"}
    assert "read.differs" not in by_code(assess(paper, read=read))


def test_a_personal_number_that_was_read_is_masked_in_the_finding():
    card = Paper(Kind.NIK, number="6471014508850001", holder="Sari Wulandari")
    found = assess(card, read={"number": "6471014508850007"})
    assert doubts(found) == {"read.differs": Verdict.WARNING}
    assert "6471********0007" in str(found[-1].reason)
    assert "45088500" not in "".join(str(one.reason) for one in found)


def test_a_number_listed_under_another_name_is_looked_at():
    hit = ReferenceHit("Kriuk Mandiri", "Dinas Kesehatan", date(2026, 10, 1))
    assert doubts(assess(PIRT, reference=[hit])) == {"pirt.listed_otherwise": Verdict.WARNING}


def test_a_list_may_name_the_owner():
    hit = ReferenceHit("SARI WULANDARI", "BKPM", date(2026, 10, 1))
    assert by_code(assess(NIB, reference=[hit]))["nib.listed"] is Verdict.VALID
    nameless = Business("", nib="9120001234567")
    assert by_code(assess(NIB, business=nameless, reference=[hit]))["nib.listed_otherwise"] is Verdict.WARNING


texts = st.one_of(st.none(), st.text(max_size=30), st.sampled_from([NUMBER, "2996471020999-27", "9120001234567"]))
days = st.one_of(st.none(), st.dates())
papers = st.builds(
    Paper,
    kind=st.sampled_from(Kind),
    number=texts,
    issued_on=days,
    valid_until=days,
    holder=texts,
    stage=st.none(),
    details=st.dictionaries(st.sampled_from(["bank", "account_name", "nib", "nice_class"]), st.text(max_size=20)),
)
businesses = st.builds(Business, name=st.text(max_size=30), owner_name=texts, nib=texts, regency=texts)
goods = st.builds(
    Goods,
    name=st.text(max_size=30),
    goods_class=st.one_of(st.none(), st.sampled_from(GoodsClass)),
    food_group=st.one_of(st.none(), st.sampled_from(["01", "13", "14", "99"])),
    is_liquid=st.booleans(),
)
reading = st.dictionaries(st.sampled_from(["number", "issued_on", "valid_until", "holder"]), st.text(max_size=30))
hits = st.builds(ReferenceHit, name=st.text(max_size=30), issuer=st.text(max_size=30), as_of=st.dates())
INVALID = {"form", "expired", "wrong_kind", "old_form", "year_past", "wallet"}


@given(
    paper=papers,
    business=businesses,
    goods=st.lists(goods, max_size=3),
    read=reading,
    others=st.lists(papers, max_size=3),
    reference=st.lists(hits, max_size=2),
)
def test_any_paper_is_judged_and_only_form_end_and_kind_are_invalid(*, paper, business, goods, read, others, reference):
    found = assess(paper, business=business, goods=goods, read=read, others=others, reference=reference)
    assert {one.code.partition(".")[2] for one in found if one.verdict is Verdict.INVALID} <= INVALID
    assert all(str(one.reason) and one.code.partition(".")[0] in {paper.kind, "read"} for one in found)
    own = KINDS[paper.kind].module.assess(paper, on=TODAY)
    assert list(found)[: len(own)] == own


def test_a_number_listed_under_a_similar_name_is_no_proof():
    hit = ReferenceHit("Dapur Sari Balikpapan", "Dinas Kesehatan", TODAY)
    found = by_code(assess(NIB, business=Business("Dapur Sari"), reference=[hit]))
    assert found["nib.listed_similarly"] is Verdict.UNVERIFIABLE
    assert "nib.listed" not in found


def test_the_old_and_the_new_form_of_an_npwp_are_one_number():
    typed = Paper(Kind.NPWP, "0092542943407000")
    assert "read.differs" not in by_code(assess(typed, read={"number": "09.254.294.3-407.000"}))
    assert "read.differs" in by_code(assess(typed, read={"number": "09.254.294.3-407.001"}))


def test_a_paper_of_goods_without_goods_is_remarked():
    assert by_code(assess(PIRT, goods=()))["pirt.goods_missing"] is Verdict.UNVERIFIABLE
    assert "nib.goods_missing" not in by_code(assess(NIB, goods=()))
