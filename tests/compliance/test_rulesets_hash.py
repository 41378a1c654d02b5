"""The rulesets as a whole are known by their hash."""

from compliance.rulesets_hash import hash_rulesets


def test_the_rulesets_have_one_hash():
    assert hash_rulesets() == hash_rulesets.__wrapped__()
    assert len(hash_rulesets()) == 64
