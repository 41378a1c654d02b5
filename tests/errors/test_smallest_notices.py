"""Each error code about notices that leave the pages has its smallest failing case here."""

import pytest

from consign.errors import ConsignError
from consign.identity.channels import AddressUnusable, Channel, ChannelNotOffered, choose_channel
from consign.notifying.lists import DeliveryUnknown, retry_delivery
from consign.notifying.services import ServiceUnusable, make_services
from tests.builders import City


def choose(city: City, channel: str, address: str) -> None:
    choose_channel(city.session, by=city.finance, channel=channel, address=address, offered={"email", "telegram"})


def test_a_channel_that_is_not_set_up_is_refused(city: City):
    with pytest.raises(ChannelNotOffered) as refused:
        choose(city, "whatsapp", "0812345678")
    assert refused.value.code == "identity.channel_not_offered"


@pytest.mark.parametrize(
    ("channel", "address"), [("email", "0812345678"), ("email", "nobody"), ("telegram", "@ani"), ("telegram", "")]
)
def test_an_address_of_another_kind_is_refused(city: City, channel: str, address: str):
    with pytest.raises(AddressUnusable) as refused:
        choose(city, channel, address)
    assert refused.value.code == "identity.address_unusable"


def test_a_delivery_that_has_not_failed_is_not_tried_again(city: City):
    with pytest.raises(DeliveryUnknown) as refused:
        retry_delivery(city.session, by=city.admin, delivery_id=1)
    assert refused.value.code == "notices.delivery_unknown"


def test_a_service_without_a_place_for_the_person_is_refused():
    with pytest.raises(ConsignError) as refused:
        make_services({Channel.EMAIL: "mailto://mail.test"}, pages_url="https://pages.test")
    assert isinstance(refused.value, ServiceUnusable)
    assert refused.value.code == "notices.service_unusable"
