"""What personas need follows from their patterns."""

from __future__ import annotations

import pytest

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import KeyTemplate, Shards, key
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    permissions_of,
)
from tierstore.declaration.personas import Persona
from tierstore.declaration.policies import CachePolicy, KeySpace, KeySpaceUse
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetMany,
    GetShards,
    KeySpaceRequest,
    ObjectAction,
    ObjectRequest,
    Query,
    Request,
    WriteItem,
    WriteKind,
    add,
    create,
    delete,
    put,
    update,
    write,
    write_many,
)
from tierstore.declaration.tables import GlobalIndex, Table

TABLE = Table(
    name="things",
    description="t",
    global_indexes=(GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),),
)
FILES = Bucket(name="files", description="f", object_key=KeyTemplate("files/{user_id}/{name}", separator="/"))
ANYTHING = Bucket(name="anything", description="a")
SPACE = KeySpace(name="space", description="s", use=KeySpaceUse.CACHE, key=KeyTemplate("{id}"))


class Note(
    Entity,
    table=TABLE,
    type="note",
    key=key("NOTE#{user_id}", "{id}"),
    indexes={"gsi1": key("TOPIC#{topic}#{shard}", "{id}", shards=Shards(count=2, by="id"))},
):
    """Belongs to a user."""

    id: str
    user_id: str
    topic: str


class Account(
    Entity,
    table=TABLE,
    type="account",
    key=key("ACCOUNT#{id}", "ACCOUNT"),
    unique=(Unique(name="email", key=key("EMAIL#{email}", "GUARD")),),
    cache=CachePolicy(time_to_live=60),
):
    """Is cached and has a unique constraint."""

    id: str
    email: str
    name: str


def needed(*requests: Request, owns: str | None = None) -> frozenset[Permission]:
    pattern = AccessPattern(id="X", name="things.do", title="do", requests=requests)
    return permissions_of(Persona(name="somebody", description="s", patterns=(pattern,), owns=owns))


def item(action: str, partitions: str, *, index: str = "") -> ItemPermission:
    return ItemPermission(action=f"dynamodb:{action}", table="things", index=index, partitions=partitions)


@pytest.mark.parametrize(
    ("request_", "permission"),
    [
        (Get(entity=Note), item("GetItem", "NOTE#*")),
        (GetMany(entity=Note), item("BatchGetItem", "NOTE#*")),
        (Query(entities=(Note,)), item("Query", "NOTE#*")),
        (Query(entities=(Note,), index="gsi1"), item("Query", "TOPIC#*#*", index="gsi1")),
        (write(create(Note)), item("PutItem", "NOTE#*")),
        (write(put(Note)), item("UpdateItem", "NOTE#*")),
        (write(update(Note)), item("UpdateItem", "NOTE#*")),
        (write(add(Note)), item("UpdateItem", "NOTE#*")),
        (write(delete(Note)), item("DeleteItem", "NOTE#*")),
        (write(WriteItem(kind=WriteKind.CHECK, entity=Note)), item("ConditionCheckItem", "NOTE#*")),
        (write_many(put(Note), delete(Note)), item("BatchWriteItem", "NOTE#*")),
        (KeySpaceRequest(key_space=SPACE), LoginPermission(persona="somebody")),
    ],
)
def test_each_request_needs_one_action(request_: Request, permission: Permission) -> None:
    assert needed(request_) == {permission}


def test_a_put_in_a_transaction_replaces_the_item() -> None:
    assert needed(write(put(Note), delete(Note))) == {item("PutItem", "NOTE#*"), item("DeleteItem", "NOTE#*")}


def test_a_cached_entity_also_needs_redis() -> None:
    assert needed(Get(entity=Account)) == {item("GetItem", "ACCOUNT#*"), LoginPermission(persona="somebody")}


def test_a_unique_constraint_is_found_by_its_guard() -> None:
    assert needed(GetByUnique(entity=Account, unique="email")) >= {
        item("GetItem", "EMAIL#*"),
        item("GetItem", "ACCOUNT#*"),
    }


@pytest.mark.parametrize(
    ("change", "on_guards"),
    [
        (create(Account), {"PutItem"}),
        (update(Account, "email"), {"PutItem", "DeleteItem"}),
        (update(Account, "name"), set()),
        (delete(Account), {"DeleteItem"}),
    ],
)
def test_guards_are_written_along(change: WriteItem, on_guards: set[str]) -> None:
    found = {
        permission.action.removeprefix("dynamodb:")
        for permission in needed(write(change))
        if isinstance(permission, ItemPermission) and permission.partitions == "EMAIL#*"
    }

    assert found == on_guards


@pytest.mark.parametrize(
    ("action", "on_objects", "on_the_bucket"),
    [
        (ObjectAction.READ, {"GetObject"}, {"ListBucket"}),
        (ObjectAction.WRITE, {"PutObject", "AbortMultipartUpload"}, set()),
        (ObjectAction.RESUME, {"ListMultipartUploadParts"}, set()),
        (ObjectAction.DELETE, {"DeleteObject"}, set()),
        (ObjectAction.VERSIONS, {"GetObjectVersion"}, {"ListBucketVersions"}),
    ],
)
def test_objects_are_reached_by_the_beginning_of_their_keys(
    action: ObjectAction, on_objects: set[str], on_the_bucket: set[str]
) -> None:
    assert needed(ObjectRequest(bucket=FILES, actions=(action,))) == {
        *(ObjectPermission(action=f"s3:{each}", bucket="files", keys="files/*") for each in on_objects),
        *(ListingPermission(action=f"s3:{each}", bucket="files", keys="files/*") for each in on_the_bucket),
    }


def test_what_iam_cannot_limit_to_a_prefix_is_of_the_whole_bucket() -> None:
    assert needed(ObjectRequest(bucket=FILES, actions=(ObjectAction.ERASE,))) >= {
        ListingPermission(action="s3:ListBucketVersions", bucket="files", keys="files/*"),
        ListingPermission(action="s3:ListBucketMultipartUploads", bucket="files", keys="*"),
    }


def test_a_bucket_without_a_template_is_reached_whole() -> None:
    assert needed(ObjectRequest(bucket=ANYTHING, actions=(ObjectAction.DELETE,))) == {
        ObjectPermission(action="s3:DeleteObject", bucket="anything", keys="*")
    }


def test_an_owner_reaches_the_own_partition_and_folder() -> None:
    requests = (Get(entity=Note), ObjectRequest(bucket=FILES, actions=(ObjectAction.DELETE,)))

    assert needed(*requests, owns="user_id") == {
        item("GetItem", "NOTE#${aws:PrincipalTag/user_id}"),
        ObjectPermission(action="s3:DeleteObject", bucket="files", keys="files/${aws:PrincipalTag/user_id}/*"),
    }


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (Query(entities=(Note,), index="gsi1"), "dynamodb:Query on 'TOPIC#.*', which belongs to everybody"),
        (ObjectRequest(bucket=ANYTHING, actions=(ObjectAction.READ,)), "which belongs to everybody"),
        (KeySpaceRequest(key_space=SPACE), "Redis cannot tell owners apart"),
    ],
)
def test_an_owner_is_refused_what_belongs_to_everybody(request_: Request, problem: str) -> None:
    with pytest.raises(DeclarationError, match=problem):
        needed(request_, owns="user_id")


def test_shards_are_read_in_a_batch() -> None:
    class Tally(
        Entity, table=TABLE, type="tally", key=key("TALLY#{name}#{shard}", "T", shards=Shards(count=2, by=None))
    ):
        """Is sharded."""

        name: str

    assert needed(GetShards(entity=Tally)) == {item("BatchGetItem", "TALLY#*#*")}
