"""Great Expectations Data Docs for auditors: the catalogue's suites and what they came to, as pages to read offline.

Evaluating the suites into pages and what these say of a rule belongs here. The findings and what becomes of a return
are `validate.py`; what a page loads is `offline.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pandas as pd

from expectations.catalogue import WithinFrame, rule
from expectations.data_docs.offline import publish
from expectations.frames import columns_of, frames_of
from expectations.validate import Rows, new_context, rules_on, suite, suite_keys
from warehouse.records import Reading, Severity
from warehouse.reference import Reference

_RUN_NAME = "alle opgaven"
_WHERE = "Waar en wat"
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [_WHERE],
    "return_unexpected_index_query": False,
}
_SEVERITIES = {
    Severity.ERROR: ("critical", "fout"),
    Severity.WARNING: ("warning", "waarschuwing"),
    Severity.INFO: ("info", "mededeling"),
}
"""What Great Expectations calls a severity, and what its reader does."""


def stacked_frames(readings: Sequence[Reading], reference: Reference) -> dict[str, pd.DataFrame]:
    """The frames of these returns, one under the other; the column `reading` counts the returns from 0."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in get_args(WithinFrame)}
    for number, reading in enumerate(readings):
        for name, frame in frames_of(reading, reference).items():
            rows[name] += [{"reading": number, **frame.row(row)} for row in range(len(frame))]
    return {
        name: pd.DataFrame(found, columns=["reading", *columns_of(name)], dtype=object) for name, found in rows.items()
    }


def looked_at(frames: Mapping[str, pd.DataFrame]) -> dict[Rows, pd.DataFrame]:
    """The rows of these frames that each suite looks at."""
    return {key: _chosen(frames[key[0]], key) for key in suite_keys() if key[0] in frames}


def _chosen(frame: pd.DataFrame, key: Rows) -> pd.DataFrame:
    condition = rules_on(key)[0].condition
    return frame if condition is None else frame[frame[condition[0]] == condition[1]]


def build_data_docs(frames: Mapping[str, pd.DataFrame], folder: Path, names: Sequence[str] = ()) -> Path:
    """Evaluate the catalogue over these frames and replace the folder by the pages about it; returns the index page.

    `names` are the names of the returns' files, in the order in which the column `reading` counts them.
    """
    with TemporaryDirectory() as rendered:
        _render({name: _told(frame, names) for name, frame in frames.items()}, Path(rendered))
        return publish(Path(rendered), folder)


def _render(frames: Mapping[str, pd.DataFrame], site: Path) -> None:
    """Evaluate every suite that has rows to look at, and render all suites and results."""
    from great_expectations import RunIdentifier, ValidationDefinition

    context = new_context()
    context.variables.data_docs_sites = {
        "Banenafspraak": {
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
            "show_how_to_buttons": False,
        }
    }
    run = RunIdentifier(run_name=_RUN_NAME, run_time=datetime.now(UTC))
    data_source = context.data_sources.add_pandas("opgaven")
    assets = {frame: data_source.add_dataframe_asset(frame) for frame in frames}
    for key, rows in looked_at(frames).items():
        described = context.suites.add(_described(key))
        if rows.empty:
            continue
        batches = assets[key[0]].add_batch_definition_whole_dataframe(described.name)
        validation = ValidationDefinition(name=described.name, data=batches, suite=described)
        context.validation_definitions.add(validation).run(
            batch_parameters={"dataframe": rows}, result_format=_RESULT_FORMAT, run_id=run
        )
    context.build_data_docs()
    results, pages = context.validation_results_store.list_keys(), list((site / "validations").rglob("*.html"))
    if len(pages) != len(results):  # Great Expectations logs what it can't render and goes on
        raise DataDocsError(f"{len(results)} results were rendered as {len(pages)} pages; the log says why")


class DataDocsError(Exception):
    """Pages are missing: our own fault, not a sender's."""


def _described(key: Rows) -> Any:
    """The suite for some rows as it is evaluated, saying what its reader needs to know of each rule."""
    from great_expectations import ExpectationSuite

    evaluated = suite(key)
    return ExpectationSuite(
        name=evaluated.name.replace('"', "'"),  # it gets into the name of a file and into a quoted attribute
        expectations=[_with_rule(expectation) for expectation in evaluated.to_json_dict()["expectations"]],
    )


def _with_rule(expectation: dict[str, Any]) -> dict[str, Any]:
    entry = rule(expectation["meta"]["rule"])
    severity, severity_nl = _SEVERITIES[entry.severity]
    conditions = ", ".join(f"`{name}`: `{value}`" for name, value in expectation["kwargs"].items())
    return {
        **expectation,
        "description": f"{entry.title} ({severity_nl}, {entry.id})",
        "severity": severity,
        "notes": [
            f"Gecontroleerd met `{expectation['type']}`, {conditions}",
            f"Melding: {entry.message}",
            f"Wat te doen: {entry.action}",
            f"Bron: {entry.source}",
        ],
    }


def _told(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The frame with a column that tells where each row stands and what is there.

    Texts are escaped, because Great Expectations copies what it found into a page as it is.
    """
    told = frame.assign(**{_WHERE: [_where(row, names) for row in frame.to_dict("records")]})
    return told.map(lambda value: escape(value) if isinstance(value, str) else value).astype(told.dtypes)


def _where(row: Mapping[Any, Any], names: Sequence[str]) -> str:
    file = names[row["reading"]] if names else f"opgave {row['reading']}"
    place = "!".join(part for part in (row["sheet"], row["cell"]) if part)
    expected = f", verwacht {row['expected']}" if row["expected"] is not None else ""
    return f"{' › '.join(filter(None, (file, place)))} ({row['found']}{expected})"
