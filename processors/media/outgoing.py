"""Files that go out: from our bucket to the provider once, then by the provider's id for as long as it lasts."""

from __future__ import annotations

import asyncio
import logging
from pathlib import PurePosixPath

from processors.channels.base import ChannelFiles, Json, SendResult, Uploaded
from processors.errors import StorageError, StorageUnavailable
from processors.media.bucket import Bucket
from processors.media.rows import MediaRows
from processors.rows import Outgoing
from processors.store import Store

log = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0


class OutgoingFiles:
    """Knows under which id a file of ours can be sent."""

    def __init__(self, store: Store, bucket: Bucket) -> None:
        self._rows = MediaRows(store)
        self._bucket = bucket

    async def id_of(
        self, message: Outgoing, media: Json, files: ChannelFiles | None, *, seconds: float
    ) -> str | SendResult:
        """The provider's id of a reply's file, uploaded now if need be, within `seconds`.

        Args: `media` is the reply's `{path, mime_type, file_name}`. A SendResult says why there is none; nothing was
        sent then, so a repeated try doubles nothing.
        """
        if message.media_id is not None:
            return message.media_id
        if files is None:
            return SendResult(outcome="failed", error=f"files can't be sent by {message.channel}")
        try:
            async with asyncio.timeout(seconds):
                return await self._uploaded(message, media, files)
        except TimeoutError:
            return _again(f"the file was not uploaded within {seconds:.0f} s")
        except StorageUnavailable as error:
            return _again(str(error))
        except StorageError as error:
            return SendResult(outcome="failed", error=str(error))

    async def _uploaded(self, message: Outgoing, media: Json, files: ChannelFiles) -> str | SendResult:
        path = str(media["path"])
        result = await files.upload(
            message.account,
            await self._bucket.get(path),
            mime_type=str(media.get("mime_type") or "application/octet-stream"),
            file_name=str(media.get("file_name") or PurePosixPath(path).name),
        )
        if not isinstance(result, Uploaded):
            return result
        try:
            await self._rows.keep_upload(message, path, result.external_id, result.days)
        except StorageError as error:
            # The next message with this file uploads it again, nothing worse.
            log.warning("upload of a file was not noted (%s)", error.code)
        return result.external_id


def _again(error: str) -> SendResult:
    return SendResult(outcome="retry", error=error, retry_after_seconds=PAUSE_SECONDS)
