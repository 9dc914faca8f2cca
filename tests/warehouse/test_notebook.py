"""The notebook for analysts runs from top to bottom on the published snapshot, and leaves nothing behind.

Whether its queries give the right answers is `test_analysts.py`: they are questions to the same marts.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PROJECT
from tests.pipelines.runs import SamplesRun, files_with_times

NOTEBOOK = PROJECT / "docs" / "analysts.ipynb"
# Where a kernel, IPython and matplotlib would otherwise write in somebody's home.
PRIVATE_FOLDERS = (
    "HOME",
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "MPLCONFIGDIR",
)


def _notebook() -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def _code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_notebook_is_valid_and_stores_no_outputs() -> None:
    notebook = _notebook()
    nbformat.validate(notebook)
    assert [cell.id for cell in _code_cells(notebook) if cell.outputs or cell.execution_count] == []


def test_the_notebook_runs_and_leaves_nothing_behind(
    samples_run: SamplesRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PRIVATE_FOLDERS:
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("BANENAFSPRAAK_WAREHOUSE_DIR", str(samples_run.data.warehouse))
    docs, warehouse = files_with_times(NOTEBOOK.parent), files_with_times(samples_run.data.warehouse)

    notebook = _notebook()
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()

    outputs = {cell.id: cell.outputs for cell in _code_cells(notebook)}
    drawn = {cell for cell, found in outputs.items() if any("image/png" in one.get("data", {}) for one in found)}
    assert drawn == {"sectors-plot", "monitor-plot", "ministries-plot", "forms-plot"}
    assert [one for found in outputs.values() for one in found if one.output_type in {"stream", "error"}] == []
    assert "5.078 fta" in outputs["sectors-table"][0]["data"]["text/plain"]
    assert files_with_times(NOTEBOOK.parent) == docs
    assert files_with_times(samples_run.data.warehouse) == warehouse
