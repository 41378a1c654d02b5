import pytest

from compliance.food_groups import find_group, load_groups, suggest_group, suggest_groups


def test_there_are_fifteen_groups_in_order():
    groups = load_groups()
    assert list(groups) == [f"{number:02}" for number in range(1, 16)]
    assert all(group.name and group.later_name and group.examples for group in groups.values())


def test_a_group_has_its_name_of_2012_and_its_later_one():
    group = find_group("10")
    assert group is not None
    assert (group.name, group.later_name) == ("Kopi, teh, cokelat kering atau campurannya", "Kopi dan teh kering")
    same = find_group("11")
    assert same is not None
    assert same.later_name == same.name == "Bumbu"
    assert find_group("16") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Abon Sapi Pedas", "01"),
        ("Abon Ayam", "03"),
        ("Amplang Ikan Tenggiri", "02"),
        ("Kerupuk Ikan Pipih", "02"),
        ("Kerupuk Bawang", "06"),
        ("Telur Asin Bu Tini", "03"),
        ("Keripik Bayam Renyah", "04"),
        ("Serundeng Kelapa", "05"),
        ("Kue Kering Nastar", "06"),
        ("VCO Mahakam", "07"),
        ("Selai Kacang", "08"),
        ("Madu Kelulut", "09"),
        ("Gula Aren Cair", "09"),
        ("Kopi Robusta Bubuk", "10"),
        ("Teh Rosela", "10"),
        ("Sambal Ikan Roa", "11"),
        ("Bawang Goreng", "11"),
        ("Kunyit Bubuk", "12"),
        ("Minuman Serbuk Jahe Merah", "13"),
        ("Keripik Pisang Cokelat", "14"),
        ("LEMPOK DURIAN", "14"),
        ("Keripik Singkong Balado", "15"),
        ("Empek-empek kering", "02"),
        ("Tas Anyaman", None),
        ("", None),
    ],
)
def test_a_name_suggests_its_group(name: str, code: str | None):
    assert suggest_group(name) == code


def test_a_name_may_suggest_several_groups():
    # "Keripik pisang" are two words that belong together, "cokelat" is one.
    assert suggest_groups("Keripik Pisang Cokelat") == ("14", "10")


def test_no_words_speak_for_two_groups():
    words = [phrase for group in load_groups().values() for phrase in group.words]
    assert len(words) == len(set(words))
