"""The whole Definitions as text, to be compared with what was reviewed: `python -m tests.pipelines.described`."""

from __future__ import annotations

import sys
from typing import Any

import dagster as dg
import yaml

from pipelines.definitions import defs


def described() -> str:
    """Assets with their checks, jobs, schedules, sensors and resources, as YAML in a fixed order."""
    repository = defs.get_repository_def()
    jobs, schedules, sensors = repository.get_all_jobs(), repository.schedule_defs, repository.sensor_defs
    content = {
        "assets": _assets(),
        "jobs": {job.name: _job(job) for job in sorted(jobs, key=lambda job: job.name)},
        "schedules": {one.name: _schedule(one) for one in sorted(schedules, key=lambda one: one.name)},
        "sensors": {one.name: _sensor(one) for one in sorted(sensors, key=lambda one: one.name)},
        "resources": sorted(repository.get_top_level_resources()),
    }
    return yaml.safe_dump(content, sort_keys=False, width=110, allow_unicode=True)


def _assets() -> dict[str, Any]:
    graph = defs.resolve_asset_graph()
    return {
        node.key.to_user_string(): {
            "description": node.description,
            "group": node.group_name,
            "owners": sorted(node.owners),
            "kinds": sorted(node.kinds),
            "from": sorted(key.to_user_string() for key in node.parent_keys),
            "partitions": _partitions(node.partitions_def),
            "metadata": sorted(node.metadata),
            "checks": [
                " ".join(filter(None, (key.name, _partitions(check.partitions_def), "blocking" * check.blocking)))
                for key in sorted(node.check_keys, key=lambda key: key.name)
                for check in [graph.get(key)]
            ],
        }
        for node in sorted(graph.asset_nodes, key=lambda node: node.key.to_user_string())
    }


def _partitions(definition: dg.PartitionsDefinition[str] | None) -> str | None:
    """The dimensions, and how often those of time go on."""
    if definition is None:
        return None
    if isinstance(definition, dg.MultiPartitionsDefinition):
        return " × ".join(f"{d.name} ({_partitions(d.partitions_def)})" for d in definition.partitions_defs)
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        return f"cron {definition.cron_schedule}"
    return ", ".join(definition.get_partition_keys())


def _job(job: dg.JobDefinition) -> dict[str, Any]:
    return {"description": job.description, "steps": sorted(node.name for node in job.nodes)}


def _schedule(schedule: dg.ScheduleDefinition) -> dict[str, Any]:
    return {
        "description": schedule.description,
        "job": schedule.job_name,
        "cron": schedule.cron_schedule,
        "timezone": schedule.execution_timezone,
        "default": schedule.default_status.value,
    }


def _sensor(sensor: dg.SensorDefinition) -> dict[str, Any]:
    return {
        "description": sensor.description,
        "jobs": sorted(target.job_name for target in sensor.targets),
        "at_least_seconds": sensor.minimum_interval_seconds,
        "default": sensor.default_status.value,
    }


if __name__ == "__main__":
    sys.stdout.write(described())
