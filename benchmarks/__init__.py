"""Measurements that print ratios against a baseline of the same run; the last results are in docs/performance.md."""
