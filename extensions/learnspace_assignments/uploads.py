"""Takes the files of an upload: names checked, sizes bounded, bytes on disk before anything is acknowledged."""

from __future__ import annotations

from fastapi import UploadFile

from learnspace_core.blobs import BlobStore
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_distinct, check_path
from learnspace_core.settings import Uploads


def keep_files(files: list[UploadFile], blobs: BlobStore, limits: Uploads) -> list[FileEntry]:
    """Store the files of a multipart upload and return them in order of their paths.

    Raises:
        LearnspaceError: ``bad_path`` (400), ``too_large`` (413), ``disk_full`` (507); nothing is then submitted.
    """
    if len(files) > limits.files:
        raise LearnspaceError("too_large", f"There are more than {limits.files} files. Remove some.", 413)
    names = [check_path(file.filename or "") for file in files]
    check_distinct(names)
    left = limits.total_bytes
    entries = []
    for name, file in zip(names, files, strict=True):
        try:
            blob = blobs.put(file.file, min(left, limits.file_bytes))
        except LearnspaceError as error:
            if error.code == "too_large":
                raise LearnspaceError(
                    "too_large",
                    f"{name} is too large: a file may have {limits.file_bytes} bytes, "
                    f"all files together {limits.total_bytes}.",
                    413,
                ) from error
            raise
        left -= blob.size
        entries.append(FileEntry(path=name, sha256=blob.sha256, size=blob.size))
    return sorted(entries, key=lambda entry: entry.path)
