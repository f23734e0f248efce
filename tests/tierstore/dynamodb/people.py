"""One entity as three releases declare it."""

from __future__ import annotations

from typing import Any

from tests.tierstore.dynamodb.specimens import TABLE
from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.keys import key


class PersonBefore(
    Entity,
    table=TABLE,
    type="person",
    key=key("TEAM#{team}", "PERSON#{id}"),
    indexes={"gsi1": key("CITY#{city}", "{id}")},
    unique=(Unique(name="email", key=key("EMAIL#{email}", "GUARD")),),
):
    """As the first release wrote it."""

    team: str
    id: str
    email: str
    name: str
    city: str = "Berlin"


def _split_name(item: dict[str, Any]) -> dict[str, Any]:
    given_name, _, family_name = item.pop("name").partition(" ")
    return {**item, "given_name": given_name, "family_name": family_name}


def _name_country(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "country": "DE", "place": item.pop("city", "Berlin")}


class Person(
    Entity,
    table=TABLE,
    type="person",
    key=key("TEAM#{team}", "PERSON#{id}"),
    indexes={"gsi1": key("PLACE#{country}#{place}", "{id}")},
    unique=(Unique(name="email", key=key("EMAIL#{email}", "GUARD")),),
    schema_version=3,
    migrations={1: _split_name, 2: _name_country},
):
    """As it is now."""

    team: str
    id: str
    email: str
    given_name: str
    family_name: str
    place: str
    country: str


class PersonTomorrow(
    Entity,
    table=TABLE,
    type="person",
    key=key("TEAM#{team}", "PERSON#{id}"),
    schema_version=4,
    migrations={3: lambda item: item},
):
    """As a later release writes it."""

    team: str
    id: str
