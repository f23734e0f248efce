"""Users' files are sent, found, read and deleted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.tierstore.api.conftest import World
from tierstore.api.uploads import LONGEST_SENDING, Reconciliation, Registration, Uploads
from tierstore.core.effects import Effect
from tierstore.core.operation import Async, Explained, Sync
from tierstore.core.runners import AsyncRunner, ExplainRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import ConflictError, CorruptError, InvalidError, NotFoundError, TooLargeError
from tierstore.identifiers import new_ulid
from tierstore.model.uploads import Upload
from tierstore.s3.checksums import sha256_of
from tierstore.s3.parts import MEBIBYTE

pytestmark = pytest.mark.integration

BODY = b"what the user wrote"
FILES = {
    "text/csv": ("data.csv", b"a,b\n1,2\n"),
    "application/json": ("data.json", b'{"a": 1}'),
    "image/png": ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "application/pdf": ("paper", b"%PDF-1.7\n\xe2\xe3"),
}


def register(group: Uploads[Sync], user_id: str, *, body: bytes = BODY, **changes: Any) -> Registration:
    announced: dict[str, Any] = {
        "user_id": user_id,
        "file_name": "Résumé.txt",
        "content_type": "text/plain",
        "size_bytes": len(body),
        "checksum_sha256": sha256_of(body),
    }
    return group.register(**(announced | changes))


class TestAFileThatABrowserSends:
    def test_is_complete_once_it_has_arrived(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)
        assert registered.upload.status == "pending"
        assert world.put(registered.put, BODY) == 200

        completed = group.complete(user_id=world.user_id, upload_id=registered.upload.id)

        assert completed.status == "complete"
        assert group.get(user_id=world.user_id, upload_id=completed.id) == completed
        assert group.complete(user_id=world.user_id, upload_id=completed.id) == completed

    def test_may_come_from_a_form(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)

        assert world.post(registered.form, BODY) == 204

        assert group.complete(user_id=world.user_id, upload_id=registered.upload.id).status == "complete"

    def test_has_a_key_that_holds_no_more_than_a_safe_name(self, group: Uploads[Sync], world: World) -> None:
        upload = register(group, world.user_id).upload

        assert upload.object_key == f"uploads/{world.user_id}/{upload.id}/Resume.txt"

    def test_is_not_complete_before_it_has_arrived(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)

        with pytest.raises(NotFoundError, match="has not arrived"):
            group.complete(user_id=world.user_id, upload_id=registered.upload.id)
        with pytest.raises(NotFoundError, match="is not complete"):
            group.link(user_id=world.user_id, upload_id=registered.upload.id)

    def test_is_refused_and_removed_where_it_begins_like_another_type(self, group: Uploads[Sync], world: World) -> None:
        page = b"<!DOCTYPE html><script>alert(1)</script>"
        registered = register(group, world.user_id, body=page)
        assert world.put(registered.put, page) == 200

        with pytest.raises(InvalidError, match="refused and removed: the file is not text/plain"):
            group.complete(user_id=world.user_id, upload_id=registered.upload.id)

        assert world.objects() == {}
        with pytest.raises(NotFoundError):
            group.get(user_id=world.user_id, upload_id=registered.upload.id)

    def test_that_arrives_after_its_deletion_is_removed_for_good(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)
        group.delete(user_id=world.user_id, upload_id=registered.upload.id)
        assert world.put(registered.put, BODY) == 200

        world.clock.advance(timedelta(days=1))
        group.reconcile()

        assert world.objects() == {}
        assert group.by_user(user_id=world.user_id).items == ()

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"content_type": "text/html"}, InvalidError),
            ({"size_bytes": 5 * 2**30 + 1}, TooLargeError),
            ({"size_bytes": -1}, InvalidError),
            ({"checksum_sha256": "not a checksum"}, InvalidError),
            ({"checksum_sha256": "c2hvcnQ="}, InvalidError),
            ({"validity": timedelta(days=8)}, InvalidError),
        ],
    )
    def test_is_not_registered_where_the_bucket_would_not_take_it(
        self, changes: dict[str, Any], error: type[Exception], group: Uploads[Sync], world: World
    ) -> None:
        with pytest.raises(error):
            register(group, world.user_id, **changes)

        assert group.by_user(user_id=world.user_id).items == ()


class TestAFileThatIsSentHere:
    @pytest.mark.parametrize("size", [0, 1, 5 * MEBIBYTE - 1, 5 * MEBIBYTE, 5 * MEBIBYTE + 1, 17 * MEBIBYTE])
    def test_comes_back_as_it_was(self, size: int, group: Uploads[Sync], world: World, tmp_path: Path) -> None:
        sent, received = tmp_path / "sent.txt", tmp_path / "received"
        sent.write_bytes(b"x" * size)

        upload = group.send(sent, user_id=world.user_id, upload_id=new_ulid())
        group.download(received, user_id=world.user_id, upload_id=upload.id)

        assert (upload.status, upload.content_type, upload.size_bytes) == ("complete", "text/plain", size)
        assert upload.checksum_sha256 == sha256_of(sent.read_bytes())
        assert received.read_bytes() == sent.read_bytes()

    @pytest.mark.parametrize("content_type", FILES)
    def test_is_of_the_type_that_its_content_and_name_tell(
        self, content_type: str, group: Uploads[Sync], world: World, tmp_path: Path
    ) -> None:
        name, content = FILES[content_type]
        (tmp_path / name).write_bytes(content)

        sent = group.send(tmp_path / name, user_id=world.user_id, upload_id=new_ulid())

        assert sent.content_type == content_type

    def test_is_refused_where_its_content_is_of_no_known_type(
        self, group: Uploads[Sync], world: World, tmp_path: Path
    ) -> None:
        program = tmp_path / "program.txt"
        program.write_bytes(b"\x7fELF" + bytes(100))

        with pytest.raises(InvalidError, match="none of what bucket 'uploads' takes"):
            group.send(program, user_id=world.user_id, upload_id=new_ulid())
        with pytest.raises(InvalidError, match="is not text/plain"):
            group.send(program, user_id=world.user_id, upload_id=new_ulid(), content_type="text/plain")

        assert world.objects() == {}

    def test_is_sent_once_however_often_it_is_asked_for(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload_id = new_ulid()

        first = group.send(text_file, user_id=world.user_id, upload_id=upload_id)
        second = group.send(text_file, user_id=world.user_id, upload_id=upload_id)

        assert first == second
        assert world.versions(first) == 1

    def test_does_not_take_the_place_of_another(self, group: Uploads[Sync], world: World, text_file: Path) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid())
        text_file.write_text("something else")

        with pytest.raises(ConflictError, match="is of another file"):
            group.send(text_file, user_id=world.user_id, upload_id=upload.id)

        group.delete(user_id=world.user_id, upload_id=upload.id)
        with pytest.raises(ConflictError, match="was deleted"):
            group.send(text_file, user_id=world.user_id, upload_id=upload.id)

    def test_that_cannot_be_read_is_not_registered(self, group: Uploads[Sync], world: World, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            group.send(tmp_path / "missing.txt", user_id=world.user_id, upload_id=new_ulid())

        assert group.by_user(user_id=world.user_id).items == ()


class TestAnUpload:
    def test_is_listed_with_the_users_others_newest_first(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        sent = [group.send(text_file, user_id=world.user_id, upload_id=new_ulid()) for _ in range(3)]
        group.delete(user_id=world.user_id, upload_id=sent[1].id)

        first = group.by_user(user_id=world.user_id, limit=1)
        rest = group.by_user(user_id=world.user_id, limit=1, cursor=first.cursor)

        assert [*first.items, *rest.items] == [sent[2], sent[0]]

    def test_is_read_through_a_link_under_the_users_name(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid(), file_name="Notizen & mehr.txt")

        answer = world.get(group.link(user_id=world.user_id, upload_id=upload.id))

        assert answer.content == text_file.read_bytes()
        assert "filename*=UTF-8''Notizen%20%26%20mehr.txt" in answer.headers["Content-Disposition"]

    def test_is_another_users_only_if_that_one_has_it(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid())

        with pytest.raises(NotFoundError):
            group.get(user_id="somebody-else", upload_id=upload.id)

    def test_is_absent_with_its_file_once_it_is_deleted(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid())

        group.delete(user_id=world.user_id, upload_id=upload.id)
        group.delete(user_id=world.user_id, upload_id=upload.id)

        assert world.objects() == {}
        assert group.by_user(user_id=world.user_id).items == ()
        with pytest.raises(NotFoundError):
            group.download(text_file.with_suffix(".received"), user_id=world.user_id, upload_id=upload.id)

    def test_that_nobody_can_write_any_more_goes_at_once(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid())
        world.clock.advance(LONGEST_SENDING)

        group.delete(user_id=world.user_id, upload_id=upload.id)

        assert (
            group.runner.run(world.items.get(Upload, {"user_id": world.user_id, "id": upload.id}, consistent=True))
            is None
        )

    def test_of_which_the_object_was_damaged_is_not_delivered(
        self, group: Uploads[Sync], world: World, text_file: Path
    ) -> None:
        upload = group.send(text_file, user_id=world.user_id, upload_id=new_ulid())
        world.overwrite(upload, b"damaged")

        with pytest.raises(CorruptError, match="the object is damaged"):
            group.download(text_file.with_suffix(".received"), user_id=world.user_id, upload_id=upload.id)


class TestReconciliation:
    def test_completes_an_upload_whose_file_arrived(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)
        world.put(registered.put, BODY)
        world.clock.advance(timedelta(hours=2))

        told: list[Reconciliation] = []
        done = group.reconcile(progress=told.append)

        assert done.completed >= 1
        assert told[-1] == done
        assert group.get(user_id=world.user_id, upload_id=registered.upload.id).status == "complete"

    def test_leaves_alone_what_is_young_or_may_still_arrive(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id, validity=timedelta(hours=3))

        assert registered.upload not in group.pending(created_before=world.clock.now() - timedelta(hours=1)).items
        world.clock.advance(timedelta(hours=2))
        assert group.reconcile().waiting >= 1

        assert group.get(user_id=world.user_id, upload_id=registered.upload.id) == registered.upload

    def test_removes_an_upload_whose_file_cannot_arrive_any_more(self, group: Uploads[Sync], world: World) -> None:
        registered = register(group, world.user_id)
        world.clock.advance(timedelta(days=1))

        assert group.reconcile().removed >= 1

        with pytest.raises(NotFoundError):
            group.get(user_id=world.user_id, upload_id=registered.upload.id)

    def test_removes_a_file_that_is_not_what_was_registered(self, group: Uploads[Sync], world: World) -> None:
        upload = register(group, world.user_id).upload
        world.overwrite(upload, b"other")
        world.clock.advance(timedelta(days=1))

        group.reconcile()

        assert world.objects() == {}
        assert group.by_user(user_id=world.user_id).items == ()

    def test_brings_many_to_their_end_and_then_has_nothing_to_do(self, group: Uploads[Sync], world: World) -> None:
        for _ in range(7):
            register(group, world.user_id)
        world.clock.advance(timedelta(days=1))

        assert group.reconcile().removed >= 7

        world.clock.advance(timedelta(days=1))
        assert group.reconcile() == Reconciliation()
        assert group.pending().items == ()


def test_in_asyncio_it_is_the_same(world: World, text_file: Path, tmp_path: Path) -> None:
    async def carry_out(effect: Effect[Any]) -> Any:
        return await asyncio.to_thread(world.carry_out, effect)

    async def send_and_list() -> tuple[Upload, list[Upload]]:
        group: Uploads[Async] = Uploads(AsyncRunner(carry_out), world.items, world.bucket)
        sent = await group.send(text_file, user_id=world.user_id, upload_id=new_ulid())
        await group.download(tmp_path / "received", user_id=world.user_id, upload_id=sent.id)
        return sent, [upload async for upload in group.by_user.every(user_id=world.user_id)]

    sent, listed = asyncio.run(send_and_list())

    assert listed == [sent]
    assert (tmp_path / "received").read_bytes() == text_file.read_bytes()


def test_explained_it_sends_nothing(world: World) -> None:
    group: Uploads[Explained] = Uploads(ExplainRunner(), world.items, world.bucket)

    (request,) = group.get(user_id=world.user_id, upload_id="1")

    assert isinstance(request, DynamoDBRequest)
    assert request.action == "GetItem"
