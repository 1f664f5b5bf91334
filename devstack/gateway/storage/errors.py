"""Refusals of Storage. HTTP says 400 to nearly all of them; the real status is in the body, as a text."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response


class StorageFailure(Exception):
    """A refusal. `code` and `error` are the platform's words (supabase/storage `internal/errors/codes.ts`)."""

    def __init__(self, status: int, code: str, message: str, *, error: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.error = error or code

    def response(self) -> Response:
        """The envelope that clients read."""
        body = {
            "statusCode": str(self.status),
            "error": self.error,
            "code": self.code,
            "message": str(self),
        }
        return JSONResponse(body, self.status if self.status >= 500 else 400)


def no_such_object() -> StorageFailure:
    """Forbidden and missing look alike, so that nobody learns what exists."""
    return StorageFailure(404, "NoSuchKey", "Object not found", error="not_found")


def no_such_bucket() -> StorageFailure:
    return StorageFailure(404, "NoSuchBucket", "Bucket not found", error="Bucket not found")


def duplicate() -> StorageFailure:
    return StorageFailure(409, "ResourceAlreadyExists", "The resource already exists", error="Duplicate")


def access_denied(message: str = "new row violates row-level security policy") -> StorageFailure:
    return StorageFailure(403, "AccessDenied", message, error="Unauthorized")


def too_large() -> StorageFailure:
    message = "The object exceeded the maximum allowed size"
    return StorageFailure(413, "EntityTooLarge", message, error="Payload too large")


def invalid_request(message: str) -> StorageFailure:
    return StorageFailure(400, "InvalidRequest", message)
