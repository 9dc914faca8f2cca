"""Tests of the snapshot stage: see the docstring of each module."""
