"""The headings of a text in Markdown, by which people know the cells below them."""

from __future__ import annotations

import re

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def headings_of(text: str) -> list[str]:
    """Return the headings of a text, without their signs; what stands in a fenced block of code is none.

    See https://spec.commonmark.org/0.31.2/#atx-headings and #fenced-code-blocks.
    """
    found, fence = [], ""
    for line in text.splitlines():
        if marks := _FENCE.match(line):
            mark = marks.group(1)
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif not fence and (heading := _HEADING.match(line)) and heading.group(1):
            found.append(heading.group(1))
    return found
