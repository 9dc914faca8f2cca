"""Tests of the pipelines room: see the docstring of each module."""
