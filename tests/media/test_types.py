"""What a file is, whatever it calls itself."""

from __future__ import annotations

import pytest

from processors.errors import MediaError
from processors.media.types import checked_type
from tests.media.files import EXE, JPEG, OGG, PDF

ZIP = b"PK\x03\x04\x14\x00[Content_Types].xml"
MP4 = b"\0\0\0\x18ftypmp42"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("kind", "declared", "head", "kept"),
    [
        ("image", "image/jpeg", JPEG, "image/jpeg"),
        ("image", "image/jpeg", b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        ("sticker", "image/webp", b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        ("audio", "audio/ogg; codecs=opus", OGG, "audio/ogg"),
        ("audio", "audio/mpeg", b"\xff\xfb\x90\x64", "audio/mpeg"),
        ("audio", "audio/aac", b"\xff\xf1\x50\x80", "audio/aac"),
        ("audio", "audio/mp4", MP4, "audio/mp4"),
        ("audio", "audio/amr", b"#!AMR\n", "audio/amr"),
        ("video", "video/mp4", MP4, "video/mp4"),
        ("document", "Application/PDF", PDF, "application/pdf"),
        ("document", DOCX, ZIP, DOCX),
        ("document", "application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
        ("document", "text/csv", "nome;città\n".encode(), "text/csv"),
        ("document", "image/jpeg", JPEG, "image/jpeg"),
    ],
)
def test_what_is_kept(kind: str, declared: str, head: bytes, kept: str) -> None:
    assert checked_type(kind, declared, head) == kept


@pytest.mark.parametrize(
    ("kind", "declared", "head"),
    [
        ("image", "image/jpeg", EXE),
        ("image", "image/jpeg", b""),
        ("image", "image/jpeg", PDF),
        ("image", "image/svg+xml", b"<svg onload=alert(1)>"),
        ("image", "image/jpeg", b"<svg onload=alert(1)>"),
        ("image", "image/heic", MP4),
        ("sticker", "image/webp", JPEG),
        ("document", "text/html", b"<html>"),
        ("document", "text/plain", b" \n<HTML><body>"),
        ("document", "text/plain", b"#!/bin/sh\nrm"),
        ("document", "text/plain", EXE),
        ("document", "application/pdf", ZIP),
        ("document", DOCX, PDF),
        ("document", "application/zip", ZIP),
        ("document", "application/octet-stream", PDF),
        ("document", "", PDF),
        ("audio", "audio/ogg", MP4),
        ("text", "image/jpeg", JPEG),
    ],
)
def test_what_is_refused(kind: str, declared: str, head: bytes) -> None:
    with pytest.raises(MediaError) as refusal:
        checked_type(kind, declared, head)
    assert refusal.value.reason == "type_refused"
