"""Tests of the warehouse room: see the docstring of each module."""
