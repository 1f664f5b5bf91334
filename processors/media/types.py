"""Which files are kept: an allow list by kind of message, and what the first bytes really are.

Whoever sends a file also says what it is; a program called `foto.jpg` is believed by nobody here.
"""

from __future__ import annotations

from processors.errors import MediaError

HEAD_BYTES = 4096
"""So much of a file is looked at."""

_IMAGES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
_VIDEOS = {"video/mp4": "mp4", "video/3gpp": "3gp"}
_AUDIO = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
}
_OLE = {
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
}
_ZIPPED = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_TEXTS = {"text/plain": "txt", "text/csv": "csv"}
_DOCUMENTS = _OLE | _ZIPPED | _TEXTS | {"application/pdf": "pdf", "image/heic": "heic"}

EXTENSIONS = _IMAGES | _VIDEOS | _AUDIO | _DOCUMENTS
"""Every type that is kept, with the ending of its file. The bucket of the migration allows the same."""

_KINDS = {
    "image": _IMAGES,
    "sticker": {"image/webp": "webp"},
    "video": _VIDEOS,
    "audio": _AUDIO,
    # People send photographs as documents, for their full size.
    "document": EXTENSIONS,
}
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"#!")


def checked_type(kind: str, declared: str, head: bytes) -> str:
    """The type under which a file of a message of `kind` is kept.

    Args: `declared` as the sender said, with or without parameters; `head` the file's first bytes.
    Raises MediaError `type_refused` when the type is not on the list or the bytes are something else.
    """
    claimed = declared.partition(";")[0].strip().lower()
    allowed = _KINDS.get(kind, {})
    if claimed not in allowed:
        raise MediaError("type_refused", f"a {kind} of type {claimed[:80] or '(none)'} is not taken")
    found = _sniffed(head)
    if found in _IMAGES and claimed in _IMAGES and found in allowed:
        # One harmless picture for another: phones are careless about which.
        return found
    if not _agree(claimed, found):
        raise MediaError("type_refused", f"it says {claimed} and is {found or 'something else'}")
    return claimed


def extension(mime_type: str) -> str:
    """The ending for a checked type."""
    return EXTENSIONS[mime_type]


def _agree(claimed: str, found: str) -> bool:
    if claimed in _ZIPPED:
        return found == "zip"
    if claimed in _OLE:
        return found == "ole"
    if claimed in _TEXTS:
        return found == "text"
    if claimed in ("video/mp4", "video/3gpp", "audio/mp4"):
        return found == "iso"
    if claimed in ("audio/mpeg", "audio/aac"):
        # Both begin with nearly the same sync word.
        return found in ("audio/mpeg", "adts")
    return claimed == found


def _sniffed(head: bytes) -> str:
    """The type, or the family `zip`, `ole`, `iso`, `adts`, `text`; '' when it is none that we keep."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in _HEIC_BRANDS else "iso"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "adts"
    return "text" if _is_text(head) else ""


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head or head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return False
    control = sum(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in head)
    return control == 0
