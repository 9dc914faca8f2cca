"""Fixtures of runs for the tests of this room that need a whole run."""

from tests.pipelines.runs import apart, data, police, police_once, samples_run

__all__ = ["apart", "data", "police", "police_once", "samples_run"]
