"""Documents name files that exist, and link to pages and headings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
MADE = {"deploy/docker/.env"}  # written by the operator
TOP = "watchium rooms playback chat templates static tests docs deploy".split()
NAMED = re.compile(rf"`((?:{'|'.join(TOP)})/[\w./-]+)`")
PROSE = ROOT / "watchium" / "protocol" / "prose.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(page.read_text("utf-8")))
    return {title.strip().replace(" ", "-") for title in titles}


@pytest.mark.once
def test_no_document_holds_both_sides_of_a_merge_conflict():
    assert not [page for page in [*PAGES, PROSE] if CONFLICT.search(page.read_text("utf-8"))]


@pytest.mark.once
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_and_links_of_a_document_exist(page: Path):
    text = page.read_text("utf-8")
    missing = [name for name in NAMED.findall(text) if not (ROOT / name).exists() and name not in MADE]
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert not missing
