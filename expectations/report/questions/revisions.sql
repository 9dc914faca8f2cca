-- Which figures does each version say otherwise, by how much? The largest differences first, upward or downward.
SELECT
    revision.kind,
    revision.submission_id,
    revision.before_id,
    revision.level,
    revision.period,
    revision.value_before,
    revision.value_after,
    revision.status_before,
    revision.status_after,
    revision.literal_before,
    revision.literal_after,
    revision.difference,
    revision.change,
    revision.sheet_before,
    revision.cell_before,
    revision.sheet_after,
    revision.cell_after,
    coalesce(revision.employer_name, revision.group_name, sector.name) AS subject,
    measure.dutch_term
FROM mart.revisions AS revision
JOIN core.measure AS measure ON measure.measure = revision.measure
JOIN core.sector AS sector ON sector.sector_code = revision.sector_code
ORDER BY
    revision.submission_id, revision.kind DESC, revision.before_id,
    list_position(['sector', 'group', 'employer', 'unit'], revision.level), measure.rowid,
    abs(revision.difference) DESC NULLS FIRST, revision.employer_code, revision.sheet_after, revision.cell_after;
