"""The first bytes of a file tell which content type it may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.declaration import content_types
from tierstore.declaration.content_types import SNIFFED_BYTES, ContentType, Signature
from tierstore.declaration.errors import DeclarationError

BEGINNINGS = {
    content_types.PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    content_types.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    content_types.GIF: b"GIF89a\x01\x00",
    content_types.WEBP: b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    content_types.AVIF: b"\x00\x00\x00\x1cftypavif",
    content_types.PDF: b"%PDF-1.7\n",
    content_types.ZIP: b"PK\x03\x04\x14\x00",
    content_types.GZIP: b"\x1f\x8b\x08\x00",
    content_types.MP4: b"\x00\x00\x00\x20ftypisom",
    content_types.WEBM: b"\x1aE\xdf\xa3\x01",
    content_types.MP3: b"ID3\x04\x00",
    content_types.WAV: b"RIFF\x24\x00\x00\x00WAVEfmt ",
    content_types.WOFF2: b"wOF2\x00\x01",
}
TEXTUAL = (content_types.TEXT, content_types.CSV, content_types.JSON)


@pytest.mark.parametrize("content_type", BEGINNINGS, ids=lambda content_type: content_type.name)
def test_a_file_is_recognised_as_what_it_is_and_as_nothing_else(content_type: ContentType) -> None:
    recognising = [known for known in (*BEGINNINGS, *TEXTUAL) if known.recognises(BEGINNINGS[content_type])]

    # A PDF may begin with plain text alone; only what follows is binary.
    assert [known for known in recognising if known not in TEXTUAL] == [content_type]


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><p>", b"hello <script>alert(1)</script>", b"<svg onload=alert(1)>", b"<?php system('ls');"],
)
def test_text_that_a_browser_or_server_would_run_is_no_plain_text(page: bytes) -> None:
    assert not content_types.TEXT.recognises(page)


def test_an_executable_is_nothing_that_is_known() -> None:
    executable = b"\x7fELF\x02\x01\x01\x00" + bytes(64)

    assert not any(known.recognises(executable) for known in (*BEGINNINGS, *TEXTUAL))


def test_an_empty_file_is_plain_text_and_no_picture() -> None:
    assert content_types.TEXT.recognises(b"")
    assert not content_types.PNG.recognises(b"")


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="<")))
def test_text_is_recognised_wherever_its_beginning_is_cut(text: str) -> None:
    assert content_types.TEXT.recognises(text.encode()[:SNIFFED_BYTES])


@pytest.mark.parametrize("name", ["", "png", "Image/PNG", "image/png; charset=utf-8", "image/"])
def test_a_name_that_is_no_media_type_is_refused(name: str) -> None:
    with pytest.raises(DeclarationError, match="no media type in lower case"):
        ContentType(name=name)


@pytest.mark.parametrize("signature", [Signature(b""), Signature(b"abc", SNIFFED_BYTES - 2)])
def test_a_signature_out_of_reach_is_refused(signature: Signature) -> None:
    with pytest.raises(DeclarationError, match="reaches beyond the first 512 bytes"):
        ContentType(name="image/png", signatures=((signature,),))
