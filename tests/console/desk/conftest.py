"""Fixtures of the desk's tests."""

from tests.console.desk.desk_bench import bench

__all__ = ["bench"]
