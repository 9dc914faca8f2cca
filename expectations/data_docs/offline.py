"""Make the pages of a rendered Data Docs site work offline: what they load lies beside them, or is left out.

What a page refers to belongs here; what it says does not. The files that are laid beside the pages are in `static/`,
whose README says why each is there.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

_STATIC = Path(__file__).parent / "static"
_OWN_STYLES = "data_docs.css"
_RESOURCE = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"[^>]*>(?:\s*</script>)?')
_ALTERNATIVE = re.compile(r'\balt="([^"]*)"')
_LINK_OUTSIDE = re.compile(r'<a [^>]*href="https?:[^>]*>(.*?)</a>', re.DOTALL)
_FOOTER = re.compile(r"<footer.*?</footer>", re.DOTALL)
_STYLES = re.compile(r"<style>.*?</style>", re.DOTALL)
_ADDRESS_OUTSIDE = re.compile(r"url\(['\"]?(?:https?:)?//[^)]*\)")


def publish(site: Path, folder: Path) -> Path:
    """Replace the folder by the site's pages and the files they need; returns the index page.

    Raises FileExistsError when the folder holds something else than an earlier site.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "static" / _OWN_STYLES).exists():
        raise FileExistsError(f"{folder} holds other files than Data Docs; name another folder")
    aside, before = (folder.with_name(f".{folder.name}.{name}") for name in ("new", "before"))
    for leftover in (aside, before):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(_STATIC, aside / "static", ignore=shutil.ignore_patterns("*.md"))
    for page in site.rglob("*.html"):
        place = page.relative_to(site)
        (aside / place).parent.mkdir(parents=True, exist_ok=True)
        root = "../" * (len(place.parts) - 1)
        (aside / place).write_text(_offline(page.read_text(encoding="utf-8"), root), encoding="utf-8")
    if folder.exists():
        folder.rename(before)
    aside.rename(folder)
    shutil.rmtree(before, ignore_errors=True)
    return folder / "index.html"


def _offline(page: str, root: str) -> str:
    page = _FOOTER.sub("", page)  # an invitation to a newsletter
    page = _LINK_OUTSIDE.sub(r"\1", page)
    page = _STYLES.sub(lambda styles: _offline_styles(styles[0]), page)
    page = page.replace("</head>", f'<link href="{_OWN_STYLES}"></head>', 1)
    return _RESOURCE.sub(lambda tag: _local(tag[0], tag[1], root), page)


def _offline_styles(styles: str) -> str:
    """Styles without pictures from outside, and without a dark theme: half of that is a file from outside."""
    return _ADDRESS_OUTSIDE.sub("none", styles).replace("(prefers-color-scheme: dark)", "not all")


def _local(tag: str, address: str, root: str) -> str:
    """The same file from beside the pages; if it isn't there, what the tag says instead."""
    name = PurePosixPath(urlsplit(address).path).name
    if not name or not (_STATIC / name).is_file():
        alternative = _ALTERNATIVE.search(tag)
        return alternative[1] if alternative else ""
    if tag.startswith("<script"):
        return f'<script src="{root}static/{name}"></script>'
    return f'<link rel="stylesheet" href="{root}static/{name}">'
