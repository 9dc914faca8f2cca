"""Fixtures of the pipelines tests; what they are is in `runs.py`."""

from tests.pipelines.runs import apart, data, history, history_once, police, police_once, samples_run

__all__ = ["apart", "data", "history", "history_once", "police", "police_once", "samples_run"]
