"""Names of senders' files, before a file system gets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.storage import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Opgave banenafspraak VNG 2024 (déf).xlsx", "Opgave banenafspraak VNG 2024 (déf).xlsx"),
        ("../../etc/passwd", ".._.._etc_passwd".strip(". ")),
        ("C:\\Users\\x.xlsx", "C__Users_x.xlsx"),
        ("a\x00b\x1b[31m\n.xlsx", "a_b_[31m_.xlsx"),
        ("opgave\N{RIGHT-TO-LEFT OVERRIDE}xslx.exe", "opgave_xslx.exe"),
        ("...", "naamloos"),
        ("", "naamloos"),
        (".xlsx", "xlsx"),
        ("x" * 300 + ".xlsx", "x" * 150 + ".xlsx"),
        ("é" * 300 + ".xlsx", "é" * 75 + ".xlsx"),
    ],
)
def test_a_name_is_made_harmless_and_stays_readable(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_whatever_the_name_a_file_can_have_it(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    path = folder / safe_name(name)
    path.write_bytes(b"")
    assert path.resolve().parent == folder.resolve()
    assert safe_name(path.name) == path.name
    path.unlink()
