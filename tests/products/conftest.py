"""Fixtures of the tests of products; what they are is in `tests/pipelines/runs.py`."""

from tests.pipelines.runs import apart, data, history, history_once, police, police_once, samples_run

__all__ = ["apart", "data", "history", "history_once", "police", "police_once", "samples_run"]
