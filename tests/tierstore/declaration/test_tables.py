"""Tables that DynamoDB would refuse are refused at import."""

from __future__ import annotations

import pytest

from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Projection, ProjectionType, Table


def global_indexes(count: int) -> tuple[GlobalIndex, ...]:
    return tuple(GlobalIndex(name=f"gsi{n}", partition_key=f"gsi{n}pk") for n in range(1, count + 1))


def local_indexes(count: int) -> tuple[LocalIndex, ...]:
    return tuple(LocalIndex(name=f"lsi{n}", sort_key=f"lsi{n}sk") for n in range(1, count + 1))


def test_a_table_lists_every_key_attribute_once() -> None:
    table = Table(
        name="core",
        description="d",
        global_indexes=(
            GlobalIndex(name="a", partition_key="shared", sort_key="sk"),
            GlobalIndex(name="b", partition_key="shared"),
        ),
        local_indexes=local_indexes(1),
    )

    assert table.key_attributes == ("lsi1sk", "pk", "shared", "sk")


def test_the_quotas_of_dynamodb_are_allowed() -> None:
    table = Table(name="core", description="d", global_indexes=global_indexes(20), local_indexes=local_indexes(5))

    assert len(table.indexes) == 25


def test_a_21st_global_index_is_refused() -> None:
    with pytest.raises(DeclarationError, match="table 'core' has 21 global indexes; DynamoDB allows 20"):
        Table(name="core", description="d", global_indexes=global_indexes(21))


def test_a_6th_local_index_is_refused() -> None:
    with pytest.raises(DeclarationError, match="table 'core' has 6 local indexes; DynamoDB allows 5"):
        Table(name="core", description="d", local_indexes=local_indexes(6))


def test_a_local_index_on_a_table_without_a_sort_key_is_refused() -> None:
    with pytest.raises(DeclarationError, match="table 'core' has local index 'lsi1' but no sort key"):
        Table(name="core", description="d", sort_key=None, local_indexes=local_indexes(1))


def test_a_local_index_by_a_key_of_the_table_is_refused() -> None:
    with pytest.raises(DeclarationError, match="local index 'same' sorts by 'sk', a key of the table itself"):
        Table(name="core", description="d", local_indexes=(LocalIndex(name="same", sort_key="sk"),))


def test_two_indexes_of_one_name_are_refused() -> None:
    with pytest.raises(DeclarationError, match="index names must differ, but these occur more than once: gsi1"):
        Table(name="core", description="d", global_indexes=(*global_indexes(1), *global_indexes(1)))


@pytest.mark.parametrize("name", ["", "Core", "1st", "core table", "core_"])
def test_a_table_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(DeclarationError, match="must be lower-case words"):
        Table(name=name, description="d")


@pytest.mark.parametrize(("kind", "attributes"), [(ProjectionType.INCLUDE, ()), (ProjectionType.ALL, ("title",))])
def test_a_projection_that_contradicts_its_attributes_is_refused(
    kind: ProjectionType, attributes: tuple[str, ...]
) -> None:
    with pytest.raises(DeclarationError, match="INCLUDE names at least one attribute"):
        Projection(type=kind, attributes=attributes)


def test_more_included_attributes_than_a_table_may_project_are_refused() -> None:
    attributes = tuple(f"a{n}" for n in range(101))
    index = GlobalIndex(
        name="wide", partition_key="p", projection=Projection(type=ProjectionType.INCLUDE, attributes=attributes)
    )

    with pytest.raises(DeclarationError, match="projects 101 attributes by INCLUDE; DynamoDB allows 100"):
        Table(name="core", description="d", global_indexes=(index,))
