"""Fixtures of the pipelines tests; what they are is in `runs.py`."""

from tests.pipelines.runs import data, no_dagster_home, police, police_once, samples_run

__all__ = ["data", "no_dagster_home", "police", "police_once", "samples_run"]
