import pytest

from tests.builders import City
from tests.documents.papers import Office, build_office


@pytest.fixture
def office(city: City) -> Office:
    """Build a dinas with verifiers, and two producers with owners, in a session that is rolled back."""
    return build_office(city)
