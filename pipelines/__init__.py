"""The pipelines room: what runs when. Definitions, partitions, jobs, schedules, resources, the command line."""
