"""A response is read alike in whatever pieces it arrives, and a broken one is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.aws_json.http import BrokenResponseError, Response, read_response

HEAD = b"HTTP/1.1 200 OK\r\nX-Amz-Crc32: 5\r\nContent-Length: %d\r\n\r\n"


def read(*pieces: bytes) -> Response:
    reading = read_response()
    next(reading)
    try:
        for piece in pieces:
            reading.send(piece)
    except StopIteration as finished:
        response: Response = finished.value
        return response
    raise AssertionError("the response is not complete")


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % len(data) for place in places} - {0})
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]


def chunked(body: bytes, size: int) -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@given(st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=8))
def test_a_response_of_known_length_is_read_in_any_pieces(body: bytes, places: list[int]) -> None:
    response = read(*cut(HEAD % len(body) + body, places))

    assert (response.status, response.body, response.keeps_connection) == (200, body, True)
    assert response.headers == {"x-amz-crc32": "5", "content-length": str(len(body))}


@given(st.binary(max_size=200), st.integers(1, 50), st.lists(st.integers(0, 400), max_size=8))
def test_a_chunked_response_is_read_in_any_pieces(body: bytes, size: int, places: list[int]) -> None:
    data = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, size)

    response = read(*cut(data, places))

    assert (response.status, response.body, response.keeps_connection) == (400, body, True)


def test_a_response_without_length_ends_with_its_connection() -> None:
    response = read(b"HTTP/1.1 200 OK\r\n\r\nsome", b"thing", b"")

    assert (response.body, response.keeps_connection) == (b"something", False)


def test_interim_responses_are_passed_over() -> None:
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD % 2 + b"{}").body == b"{}"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK",
    ],
)
def test_a_connection_that_ends_or_has_more_to_say_is_not_used_again(data: bytes) -> None:
    assert not read(data).keeps_connection


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\nContent-Le", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", b""),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, b"x"),
    ],
)
def test_what_is_no_complete_response_is_refused(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(BrokenResponseError):
        read(*pieces)
