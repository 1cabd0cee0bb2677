"""Takes the files of an upload while they arrive: names checked, sizes bounded, bytes on disk before anything else.

Small uploads wait in memory and go to the disk in one go; larger ones go there piece by piece. What is over a limit is
refused where it crosses it, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from learnspace_assignments.limits import too_large, too_many
from learnspace_core.blobs import Blob, BlobStore, Draft, full_disk_named
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_distinct, check_path
from learnspace_core.settings import Uploads

IN_MEMORY = 1 << 16
"""Bytes of one upload that wait in memory before they go to the disk."""

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                        }
                    },
                }
            }
        },
    }
}
"""What the verbs that take an upload say of it in the API's own description."""


async def receive_files(request: Request, blobs: BlobStore, limits: Uploads) -> list[FileEntry]:
    """Store the files of a multipart upload and return them in order of their paths; they are on disk then.

    Each is a part named ``files``, whose file name is the relative path.

    Raises:
        LearnspaceError: ``bad_upload`` (400 or 422), ``bad_path`` (400), ``too_large`` (413), ``disk_full`` (507);
            nothing is then handed in.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise LearnspaceError("bad_upload", "Send the files as multipart/form-data, in parts named 'files'.", 422)
    upload = _Upload(boundary, limits)
    store = _Store(blobs)
    try:
        async for piece in _body(request):
            upload.feed(piece)
            if upload.in_memory > IN_MEMORY:
                await asyncio.to_thread(store.write, upload.take())
        names = upload.end()
        entries = await asyncio.to_thread(store.keep, upload.take(), names)
    except BaseException:
        store.close()
        raise
    return sorted(entries, key=lambda entry: entry.path)


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect as error:
        raise LearnspaceError("bad_upload", "The upload ended too early; nothing was kept. Try again.", 400) from error


Pieces = list[tuple[int, bytearray]]
"""Bytes of the files, each with the number of its file."""


class _Upload:
    """What is known of the upload so far: the names of its files, how large they are, what was not yet written."""

    def __init__(self, boundary: bytes, limits: Uploads) -> None:
        self.limits = limits
        self.names: list[str] = []
        self.in_memory = 0
        self._size = self._total = 0
        self._pieces: Pieces = []
        self._header = (bytearray(), bytearray())
        self._disposition: bytes | None = None
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_begin": self._begin_header,
                    "on_header_field": self._add_field,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_file,
                    "on_part_data": self._add_bytes,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _bad_form() from error

    def feed(self, piece: bytes) -> None:
        """Read on in the body."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _bad_form() from error

    def take(self) -> Pieces:
        """Return what was not yet written, and forget it."""
        pieces, self._pieces, self.in_memory = self._pieces, [], 0
        return pieces

    def end(self) -> list[str]:
        """Return the names of all files of an upload that arrived whole."""
        if not self._ended:
            raise _bad_form()
        if not self.names:
            raise LearnspaceError("bad_upload", "files: there is none. Send each as a part named 'files'.", 422)
        check_distinct(self.names)
        return self.names

    def _begin_part(self) -> None:
        self._disposition = None

    def _begin_header(self) -> None:
        self._header = (bytearray(), bytearray())

    def _add_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _end_header(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = bytes(self._header[1])

    def _begin_file(self) -> None:
        # The parser reads headers as Latin-1; browsers, httpx and requests all send UTF-8.
        _, options = parse_options_header((self._disposition or b"").decode("latin-1"))
        if options.get(b"name") != b"files" or b"filename" not in options:
            raise LearnspaceError("bad_upload", "A part is not named 'files' or has no file name. Send files only.")
        if len(self.names) == self.limits.files:
            raise too_many(self.limits)
        self.names.append(check_path(options[b"filename"].decode("utf-8", "surrogateescape")))
        self._size = 0
        # Also for a file without any bytes.
        self._pieces.append((len(self.names) - 1, bytearray()))

    def _add_bytes(self, data: bytes, start: int, end: int) -> None:
        length = end - start
        self._size += length
        self._total += length
        if self._size > self.limits.file_bytes or self._total > self.limits.total_bytes:
            raise too_large(self.names[-1], self.limits)
        self.in_memory += length
        if not self._pieces:
            self._pieces.append((len(self.names) - 1, bytearray()))
        self._pieces[-1][1].extend(memoryview(data)[start:end])

    def _end(self) -> None:
        self._ended = True


class _Store:
    """Writes the files of one upload, in the order in which they come."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs
        self._drafts: list[Draft] = []
        self._finished: list[tuple[Draft, Blob]] = []
        self._drafting = ExitStack()

    def write(self, pieces: Pieces) -> None:
        """Write pieces of the files."""
        with full_disk_named():
            if not self._drafts:
                self._drafting.enter_context(self.blobs.drafting())
            for number, piece in pieces:
                if number == len(self._drafts):
                    self._finish_last()
                    self._drafts.append(Draft(self.blobs.drafts))
                self._drafts[-1].write(piece)

    def keep(self, pieces: Pieces, names: list[str]) -> list[FileEntry]:
        """Write the last pieces, give all files their place, and close."""
        self.write(pieces)
        with full_disk_named():
            self._finish_last()
            self.blobs.keep(self._finished)
        self.close()
        blobs = [blob for _, blob in self._finished]
        return [
            FileEntry(path=name, sha256=blob.sha256, size=blob.size) for name, blob in zip(names, blobs, strict=True)
        ]

    def close(self) -> None:
        """Remove what was not kept."""
        for draft in self._drafts:
            draft.discard()
        self._drafting.close()

    def _finish_last(self) -> None:
        # One file is open at a time, however many there are.
        if len(self._finished) < len(self._drafts):
            self._finished.append((self._drafts[-1], self._drafts[-1].finish()))


def _bad_form() -> LearnspaceError:
    return LearnspaceError("bad_upload", "The upload is damaged or ended too early; nothing was kept. Try again.", 400)
