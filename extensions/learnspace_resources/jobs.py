"""Background work of the catalogue: previews."""

from __future__ import annotations

import nbformat

from learnspace_core.jobs import Work, job
from learnspace_core.notebook_html import render
from learnspace_resources.tables import ResourceRow


@job("render_previews")
def render_previews(work: Work) -> None:
    """Render the notebooks of a course that have no preview yet."""
    ids: list[int] = work.payload["resources"]
    for done, resource_id in enumerate(ids, start=1):
        with work.database.read() as session:
            row = session.get(ResourceRow, resource_id)
        if row is None or not row.path.endswith(".ipynb"):
            continue
        source = row.files[0]["sha256"]
        notebook = nbformat.reads(work.blobs.read(source).decode(), as_version=4)
        page = work.blobs.put(render(notebook, row.title, row.language).encode())
        with work.database.write() as session:
            fresh = session.get(ResourceRow, resource_id)
            if fresh is not None and fresh.files[0]["sha256"] == source:
                fresh.preview_sha256 = page.sha256
        work.progress(done, len(ids))
