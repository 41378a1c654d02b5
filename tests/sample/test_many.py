"""The city that is multiplied for the bench of pages: what changes in the tables must not break it."""

from pathlib import Path

import psycopg

from consign.sample.load import REGION
from tests.bench.many import multiply
from tests.conftest import copied
from tests.standing import Template


def test_the_sample_city_is_multiplied(server_url: str, sample_city: Template[Path]):
    with copied(server_url, sample_city.name) as database, psycopg.connect(database.conninfo()) as connection:
        once = multiply(connection, region=REGION, times=1)
        thrice = multiply(connection, region=REGION, times=3)
        assert thrice["sale"] == 3 * once["sale"] > 0
        assert thrice["barcode"] == 3 * once["barcode"] > 0
        assert once["account"] < thrice["account"] < 3 * once["account"]  # the region's own are there once
        connection.rollback()
