-- Which breaks in a series are known, and what are the figures on both sides of each?

CREATE TABLE mart.series_breaks AS
WITH stated AS (
    SELECT o.sector_code, o.period, o.measure, max(o.value) AS value, max(o.submission_id) AS submission_id
    FROM core.own_observation AS o
    WHERE o.level = 'sector'
    GROUP BY o.sector_code, o.period, o.measure
)
SELECT
    b.sector_code,
    b.measure,
    b.period_before,
    b.period_after,
    before.value AS value_before,
    after.value AS value_after,
    CAST(after.value - before.value AS DECIMAL(28, 10)) AS difference,
    b.kind,
    b.note_nl,
    b.source,
    nullif(concat_ws('; ', before.submission_id, after.submission_id), '') AS submission_ids
FROM core.series_break AS b
LEFT JOIN stated AS before
    ON before.sector_code = b.sector_code AND before.measure = b.measure AND before.period = b.period_before
LEFT JOIN stated AS after
    ON after.sector_code = b.sector_code AND after.measure = b.measure AND after.period = b.period_after
ORDER BY b.sector_code, b.measure, b.period_after;

COMMENT ON TABLE mart.series_breaks IS 'Known breaks in the series, with the figures on both sides (reeksbreuken)';
COMMENT ON COLUMN mart.series_breaks.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.series_breaks.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN mart.series_breaks.period_before IS 'Last period before the break (periode ervoor)';
COMMENT ON COLUMN mart.series_breaks.period_after IS 'First period after the break (periode erna)';
COMMENT ON COLUMN mart.series_breaks.value_before IS 'Figure before the break; NULL without a return in force (waarde ervoor)';
COMMENT ON COLUMN mart.series_breaks.value_after IS 'Figure after the break; NULL without a return in force (waarde erna)';
COMMENT ON COLUMN mart.series_breaks.difference IS 'After less before: not a development, the two are not comparable (verschil)';
COMMENT ON COLUMN mart.series_breaks.kind IS 'goal_concept: the goal is another concept; coverage: another set of employers (soort breuk)';
COMMENT ON COLUMN mart.series_breaks.note_nl IS 'What is not comparable, Dutch (toelichting)';
COMMENT ON COLUMN mart.series_breaks.source IS 'Where this is stated (bron)';
COMMENT ON COLUMN mart.series_breaks.submission_ids IS 'Submissions both figures come from, joined by ; (inzendingen)';
