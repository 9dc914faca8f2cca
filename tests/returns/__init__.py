"""Tests of `assets/returns`: cells, numbers, layouts, the samples, and returns with something wrong."""
