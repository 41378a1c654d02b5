"""Which line pays what, by the rules alone."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.payments.match_book import Book
from consign.payments.match_facts import FreeLine, OpenItem, OpenNotice, Payer, Proposal, ReasonCode, Rule, cut_shares
from consign.payments.match_kinds import MatchKind
from consign.payments.match_out import propose_others
from consign.payments.match_rules import propose_all
from consign.payments.match_sums import find_only_sum
from consign.payments.match_text import Names, Strength, find_readings, tidy_name
from consign.settlement.shares import Share

DUE, LATER = date(2026, 10, 15), date(2026, 11, 15)
BERUANG, MAJU, MAJU_JAYA = 1, 2, 3
PAYERS = [
    Payer(BERUANG, "PT Beruang Mart Nusantara", "Beruang Mart"),
    Payer(MAJU, "Toko Maju", "Toko Maju"),
    Payer(MAJU_JAYA, "Toko Maju Jaya", "Toko Maju Jaya"),
]


def item(
    number: int, open_rp: int, *, partner: int = BERUANG, due: date = DUE, closing: int = 1, **more: object
) -> OpenItem:
    return OpenItem(number, f"NP-2026-{number:06d}", partner, closing, due, open_rp, **more)  # type: ignore[arg-type]


def book(*items: OpenItem, notices: tuple[OpenNotice, ...] = (), near_rp: int = 6_500) -> Book:
    return Book(items=items, notices=notices, payers=PAYERS, near_rp=near_rp)


def line(amount: int, text: str, *, number: int = 1, day: int = 1) -> FreeLine:
    return FreeLine(number, date(2026, 10, day), amount, text)


def first(found: list[Proposal]) -> Proposal:
    return found[0]


@pytest.mark.parametrize(
    "written",
    [
        "NP-2026-000123",
        "np-2026-000123",
        "NP 2026 000123",
        "NP2026000123",
        "NP/2026/000123",
        "NP.2026.000123",
        "NP-2026-123",
        "NP-2026-0 00123",
        "NP-20 26-000123",
        "NP-2026-OOO123",
        "TRSF E-BANKING CR 2711/FTSCY/WS95031 NP-2026-000123 2711 BERUANG MART",
    ],
)
def test_a_number_in_any_writing_with_its_amount_is_certain(written: str):
    one = first(propose_all(book(item(123, 75_000), item(124, 75_000)), [line(75_000, written)]))
    assert (one.rule, one.certain, one.shares) == (Rule.REFERENCE, True, (Share(123, 75_000),))
    assert one.reason_code is None


def test_a_number_that_the_bank_cut_needs_the_name_as_well():
    opened = book(item(123, 75_000), item(199, 80_000), item(345, 75_000))
    with_name = first(propose_all(opened, [line(75_000, "BERUANG MART NP-2026-0001")]))
    assert (with_name.certain, with_name.shares) == (True, (Share(123, 75_000),))
    assert not any(one.certain for one in propose_all(opened, [line(75_000, "NP-2026-0001")]))


def test_a_cut_number_that_fits_two_of_the_same_amount_is_not_certain():
    found = propose_all(book(item(123, 75_000), item(124, 75_000)), [line(75_000, "BERUANG MART NP-2026-00012")])
    assert [one.certain for one in found] == [False, False]


def test_a_number_under_the_name_of_another_partner_is_not_certain():
    found = propose_all(book(item(123, 75_000)), [line(75_000, "TOKO MAJU JAYA NP-2026-000123")])
    assert (first(found).shares, first(found).certain) == ((Share(123, 75_000),), False)


def test_a_statement_whose_money_goes_past_the_office_is_never_certain():
    found = propose_all(book(item(123, 75_000, collecting=False)), [line(75_000, "NP-2026-000123")])
    assert [one.certain for one in found] == [False]


def test_two_lines_that_tie_to_one_statement_are_both_left_to_a_person():
    lines = [line(75_000, "NP-2026-000123", number=1), line(75_000, "NP-2026-000123", number=2, day=2)]
    found = propose_all(book(item(123, 75_000)), lines)
    assert [one.certain for one in found] == [False, False]
    assert all("Another line ties to it as well." in one.why for one in found)


def test_a_transfer_cost_that_is_missing_is_named_and_not_posted():
    # 75.000 - 72.500 = 2.500, the fee of BI-FAST.
    one = first(propose_all(book(item(123, 75_000)), [line(72_500, "NP-2026-000123")]))
    assert (one.rule, one.certain, one.difference_rp) == (Rule.REFERENCE_NEAR, False, -2_500)
    assert (one.reason_code, one.shares) == (ReasonCode.TRANSFER_COST, (Share(123, 72_500),))


@pytest.mark.parametrize(
    ("amount", "reason", "given"),
    [
        (74_950, ReasonCode.ROUNDING, 74_950),
        (73_000, ReasonCode.SHORT, 73_000),
        (76_000, ReasonCode.OVER, 75_000),
    ],
)
def test_a_near_amount_has_its_reason_and_what_is_over_stays(amount: int, reason: ReasonCode, given: int):
    one = first(propose_all(book(item(123, 75_000)), [line(amount, "BERUANG MART")]))
    assert (one.rule, one.reason_code) == (Rule.NEAR_AND_NAME, reason)
    assert (one.taken, one.shares) == (((1, given),), (Share(123, given),))


def test_a_number_with_another_amount_is_a_hint_below_everything_else():
    found = propose_all(book(item(123, 75_000), item(124, 40_000)), [line(40_000, "BERUANG MART NP-2026-000123")])
    assert [one.rule for one in found] == [Rule.AMOUNT_AND_NAME, Rule.REFERENCE_ONLY]
    assert found[1].shares == (Share(123, 40_000),)


def test_amount_and_name_propose_and_are_not_certain():
    one = first(
        propose_all(book(item(1, 75_000), item(2, 75_000, partner=MAJU)), [line(75_000, "TRSF E-BANKING CR TOKO MAJU")])
    )
    assert (one.rule, one.certain, one.shares) == (Rule.AMOUNT_AND_NAME, False, (Share(2, 75_000),))


def test_twins_of_one_partner_are_both_named_and_weaker():
    found = propose_all(book(item(1, 75_000), item(2, 75_000)), [line(75_000, "BERUANG MART")])
    assert {one.shares for one in found} == {(Share(1, 75_000),), (Share(2, 75_000),)}
    assert {(one.score, one.certain) for one in found} == {(60, False)}


def test_several_numbers_that_come_to_the_amount_are_certain():
    # 75.000 + 40.000 = 115.000
    opened = book(item(123, 75_000), item(124, 40_000), item(130, 115_000))
    one = first(propose_all(opened, [line(115_000, "BERUANG MART NP-2026-000123/NP-2026-000124")]))
    assert (one.rule, one.certain, set(one.shares)) == (Rule.REFERENCES, True, {Share(123, 75_000), Share(124, 40_000)})
    short = first(propose_all(opened, [line(115_000, "NP-2026-000123,124")]))
    assert (short.rule, set(short.shares)) == (Rule.REFERENCES, {Share(123, 75_000), Share(124, 40_000)})


def test_all_that_is_due_on_one_day_is_one_payment():
    # 10.000 + 20.000 = 30.000 are due first; with 5.000 later all is 35.000.
    opened = book(item(1, 10_000), item(2, 20_000), item(3, 5_000, due=LATER, closing=2))
    due = first(propose_all(opened, [line(30_000, "BERUANG MART")]))
    assert (due.rule, due.shares) == (Rule.DUE_DATE, (Share(1, 10_000), Share(2, 20_000)))
    everything = first(propose_all(opened, [line(35_000, "BERUANG MART")]))
    assert (everything.rule, len(everything.shares)) == (Rule.ALL_OPEN, 3)


def test_a_closing_over_several_due_dates_is_one_payment():
    opened = book(
        item(1, 10_000), item(2, 20_000, due=LATER), item(3, 5_000, closing=2), item(4, 7_000, due=LATER, closing=2)
    )  # fmt: skip
    one = first(propose_all(opened, [line(12_000, "BERUANG MART")]))
    assert (one.rule, set(one.shares)) == (Rule.CLOSING, {Share(3, 5_000), Share(4, 7_000)})


def test_the_only_few_that_come_to_it_are_proposed_and_explained():
    # Of 10.000, 20.000, 45.000 only 10.000 + 45.000 make 55.000.
    one = first(propose_all(book(item(1, 10_000), item(2, 20_000), item(3, 45_000)), [line(55_000, "BERUANG MART")]))
    assert (one.rule, set(one.shares)) == (Rule.SEVERAL, {Share(1, 10_000), Share(3, 45_000)})
    assert "No other 2 of its statements" in " ".join(one.why)


def test_several_ways_to_a_sum_are_no_proposal():
    assert find_only_sum([10, 20, 30, 40, 100], 50) is None  # 10 + 40, and 20 + 30
    assert find_only_sum([10, 20, 45, 100], 55) == (0, 2)
    assert find_only_sum([10, 20, 40, 100], 70) == (0, 1, 2)
    assert find_only_sum([70, 100], 70) is None


def test_a_sum_of_too_many_is_not_tried():
    assert find_only_sum(list(range(1_000, 2_000)), 2_001) is None


def test_two_lines_with_one_number_that_come_to_it_are_certain_together():
    # 30.000 + 45.000 = 75.000
    lines = [line(30_000, "NP-2026-000123 1/2", number=1), line(45_000, "NP-2026-000123 2/2", number=2, day=3)]
    one = first(propose_all(book(item(123, 75_000)), lines))
    assert (one.rule, one.certain, one.taken) == (Rule.PARTS, True, ((1, 30_000), (2, 45_000)))


def test_two_lines_of_one_partner_that_only_together_come_to_a_statement():
    lines = [line(30_000, "BERUANG MART", number=1), line(45_000, "BERUANG MART", number=2, day=3)]
    found = [one for one in propose_all(book(item(123, 75_000)), lines) if one.rule is Rule.PARTS_AND_NAME]
    assert [one.taken for one in found] == [((1, 30_000), (2, 45_000))] * 2  # it stands with each of its lines


def notice(amount: int, *shares: Share, reference: str = "") -> OpenNotice:
    return OpenNotice(7, "BY-2026-000007", BERUANG, reference, date(2026, 10, 1), amount, shares)


@pytest.mark.parametrize("text", ["BY-2026-000007", "TRX-88/991 BERUANG", "TRX88991"])
def test_a_notice_by_its_number_or_reference_pays_its_list(text: str):
    shares = (Share(1, 10_000), Share(2, 15_000))
    opened = book(item(1, 10_000), item(2, 20_000), notices=(notice(25_000, *shares, reference="TRX-88-991"),))
    one = first(propose_all(opened, [line(25_000, text)]))
    assert (one.rule, one.certain, one.shares, one.notice_id) == (Rule.REFERENCE, True, shares, 7)


def test_a_notice_by_amount_and_name_comes_before_sums():
    opened = book(item(1, 10_000), item(2, 20_000), notices=(notice(30_000, Share(1, 10_000), Share(2, 20_000)),))
    found = propose_all(opened, [line(30_000, "BERUANG MART")])
    assert [one.rule for one in found] == [Rule.LIST_AND_NAME, Rule.ALL_OPEN]
    assert not any(one.certain for one in found)


def test_two_lines_that_name_one_notice_are_both_left_to_a_person():
    # Its statement has more open than both lines give, and still only one of them can be the partner's payment.
    opened = book(item(1, 90_000), notices=(notice(25_000, Share(1, 25_000)),))
    lines = [line(25_000, "BY-2026-000007", number=1), line(25_000, "BY-2026-000007 lagi", number=2)]
    assert not any(one.certain for one in propose_all(opened, lines))


@given(st.lists(st.integers(1, 30), max_size=9), st.integers(1, 120))
def test_a_sum_is_found_just_where_one_smallest_choice_makes_it(amounts: list[int], wanted: int):
    places = range(len(amounts))
    for size in range(2, len(amounts) + 1):
        ways = [one for one in combinations(places, size) if sum(amounts[place] for place in one) == wanted]
        if ways:
            assert find_only_sum(amounts, wanted) == (ways[0] if len(ways) == 1 else None)
            return
    assert find_only_sum(amounts, wanted) is None


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=8), st.integers(0, 9_000))
def test_cut_shares_give_what_is_paid_and_no_more_than_each_has(amounts: list[int], paid: int):
    shares = [Share(place, amount) for place, amount in enumerate(amounts)]
    cut = cut_shares(shares, paid)
    assert sum(one.amount_rp for one in cut) == min(paid, sum(amounts))
    assert all(0 < one.amount_rp <= amounts[one.statement_id] for one in cut)


@given(
    st.lists(st.sampled_from(["NP-2026-000123", "NP-2026-000124", "BERUANG MART", "TOKO MAJU", "75.000"]), max_size=4)
)
def test_whatever_a_line_says_its_shares_are_what_it_gives_and_no_more_than_is_open(words: list[str]):
    opened = book(item(123, 75_000), item(124, 40_000), item(125, 75_000, partner=MAJU))
    for amount in (40_000, 72_500, 75_000, 115_000, 999_999):
        for one in propose_all(opened, [line(amount, " ".join(words))]):
            given_rp = sum(share.amount_rp for share in one.shares)
            assert given_rp == sum(taken for _, taken in one.taken) <= amount
            assert all(share.amount_rp <= opened.items[share.statement_id].open_rp for share in one.shares)
            assert not one.certain or one.difference_rp == 0


def test_a_name_alone_is_a_hint_shared_out_by_due_date():
    # 10.000 is due first and wholly paid; of 12.000, 2.000 are left for the later 20.000.
    found = propose_all(book(item(1, 10_000), item(2, 20_000, due=LATER), near_rp=0), [line(12_000, "BERUANG MART")])
    assert [(one.rule, one.shares) for one in found] == [(Rule.NAME_ONLY, (Share(1, 10_000), Share(2, 2_000)))]


def test_a_line_that_says_nothing_has_no_proposal():
    assert propose_all(book(item(1, 75_000)), [line(31_337, "SETORAN TUNAI")]) == []


def test_an_amount_alone_is_a_weak_proposal():
    found = propose_all(book(item(1, 75_000)), [line(75_000, "SETORAN TUNAI")])
    assert [(one.rule, one.certain) for one in found] == [(Rule.AMOUNT, False)]


def test_the_longer_of_two_similar_names_is_meant_where_it_stands():
    names = Names(PAYERS)
    for text, partner in (
        ("TRF DARI TOKO MAJU JAYA", MAJU_JAYA),
        ("TOKO MAJU 2711", MAJU),
        ("BERUANG MART NUSANT", BERUANG),
    ):
        named = names.find(text)
        assert named is not None
        assert named.only == partner
    assert names.find("SETORAN TUNAI") is None


def test_of_names_with_the_same_words_the_one_in_their_order_is_meant():
    names = Names([Payer(1, "PT Beruang Merpati Mart", "A"), Payer(2, "CV Merpati Beruang Mart", "B")])
    for text, partner in (("SETORAN MERPATI BERUANG MART", 2), ("PT BERUANG MERPATI MART 2711", 1)):
        named = names.find(text)
        assert named is not None
        assert named.only == partner


def test_the_beginning_of_a_name_that_the_bank_cut_means_all_that_begin_so():
    payers = [
        Payer(1, "CV Kaltim Cahaya Hotel", "A"), Payer(2, "CV Kaltim Cahaya Grosir", "B"),
        Payer(3, "CV Kaltim Cahaya Hotel Dua", "C"), Payer(4, "Cahaya Kaltim Mart", "D"),
    ]  # fmt: skip
    names = Names(payers)
    for text, partners in (
        ("SETORAN CV KALTIM CAHAYA G", (2,)),
        ("ANTON CV KALTIM CAHAYA HOT", (1, 3)),
        ("KALTIM CAHAYA", (1, 2, 3)),
        ("CV KALTIM CAHAYA HOTEL", (1,)),
    ):
        named = names.find(text)
        assert named is not None
        assert named.partner_ids == partners


def test_of_twins_the_one_that_is_due_first_stands_first():
    found = propose_all(book(item(2, 75_000), item(1, 75_000, due=LATER)), [line(75_000, "BERUANG MART")])
    assert [one.label for one in found] == ["NP-2026-000002", "NP-2026-000001"]


def test_the_banks_words_are_no_name():
    assert tidy_name("TRSF E-BANKING CR 0111/FTSCY/WS95031 PT Beruang Mart") == "BERUANG MART"
    assert tidy_name("BI-FAST CR TRANSFER DARI 014 SETORAN") == ""


def test_a_number_inside_a_longer_word_counts_as_one_without_its_letters():
    assert {one.strength for one in find_readings("XNP-2026-000123")} == {Strength.BARE}
    assert find_readings("XNP-2026-123") == []


def test_a_bank_charge_is_known_by_the_banks_words():
    found = propose_others([line(-6_500, "BIAYA ADM")], [])
    assert [(one.kind, one.taken) for one in found] == [(MatchKind.CHARGE, ((1, -6_500),))]
    assert propose_others([line(6_500, "BIAYA ADM")], []) == []


def test_money_sent_back_is_known_by_its_amount():
    found = propose_others([line(75_000, "SALAH", number=1), line(-75_000, "RETUR", number=2, day=5)], [])
    assert [(one.kind, one.taken) for one in found] == [(MatchKind.REFUND, ((2, -75_000), (1, 75_000)))]
    before = propose_others([line(75_000, "SALAH", number=1, day=6), line(-75_000, "RETUR", number=2, day=5)], [])
    assert before == []


def test_an_own_transfer_is_known_by_the_other_account():
    found = propose_others([line(-75_000, "PINDAH", number=1)], [line(75_000, "PINDAH", number=9, day=2)])
    assert [(one.kind, one.taken) for one in found] == [(MatchKind.OWN_TRANSFER, ((1, -75_000), (9, 75_000)))]


def test_the_order_of_lines_changes_no_proposal():
    opened = book(item(123, 75_000), item(124, 40_000))
    lines = [line(75_000, "NP-2026-000123", number=1), line(40_000, "BERUANG MART", number=2)]
    assert {one.key for one in propose_all(opened, lines)} == {one.key for one in propose_all(opened, lines[::-1])}
