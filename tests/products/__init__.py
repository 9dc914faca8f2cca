"""Tests of the open data: see the docstring of each module."""
