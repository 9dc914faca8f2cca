-- Which colour has each employer at half-year, by our thresholds and by the sender's own light?
--
-- The sender's thresholds were never published: ours are configuration (core.traffic_light_threshold) until confirmed.

CREATE TABLE mart.traffic_light AS
WITH stated AS (
    SELECT
        o.submission_id,
        o.employer_code,
        max(o.text_value) AS colour,
        max(o.sheet) AS sheet,
        max(o.cell) AS cell
    FROM core.own_observation AS o
    WHERE o.level = 'employer' AND o.measure = 'stated_traffic_light'
    GROUP BY o.submission_id, o.employer_code
),
computed AS (
    -- Of the thresholds valid on the reference date, the latest set; of that set, the highest one that is reached.
    SELECT
        e.submission_id,
        e.employer_code,
        arg_max(threshold.colour, (threshold.valid_from, threshold.from_pct)) AS colour
    FROM mart.employer_progress AS e
    JOIN core.period AS p ON p.period = e.period
    JOIN core.traffic_light_threshold AS threshold
        ON threshold.sector_code = e.sector_code
        AND threshold.valid_from <= p.reference_date
        AND e.target_jobs > 0
        AND threshold.from_pct * e.target_jobs <= 100 * e.realised_jobs
    GROUP BY e.submission_id, e.employer_code
)
SELECT
    e.period,
    e.employer_code,
    e.employer_name,
    e.target_jobs,
    e.realised_jobs,
    e.realised_pct,
    computed.colour AS computed_colour,
    stated.colour AS stated_colour,
    computed.colour = stated.colour AS agrees,
    stated.sheet,
    stated.cell,
    e.submission_id
FROM mart.employer_progress AS e
LEFT JOIN stated ON stated.submission_id = e.submission_id AND stated.employer_code = e.employer_code
LEFT JOIN computed ON computed.submission_id = e.submission_id AND computed.employer_code = e.employer_code
WHERE e.sector_code = 'provincies' AND e.period_kind = 'half_year' AND e.level = 'employer'
ORDER BY e.period, e.employer_code;

COMMENT ON TABLE mart.traffic_light IS 'Provinces per half-year: the colour computed and the colour stated (stoplicht)';
COMMENT ON COLUMN mart.traffic_light.period IS 'Half-year (halfjaar)';
COMMENT ON COLUMN mart.traffic_light.employer_code IS 'Province (provincie)';
COMMENT ON COLUMN mart.traffic_light.employer_name IS 'Name (naam)';
COMMENT ON COLUMN mart.traffic_light.target_jobs IS 'Goal of the year, jobs (quotum)';
COMMENT ON COLUMN mart.traffic_light.realised_jobs IS 'Realisation, jobs (realisatie)';
COMMENT ON COLUMN mart.traffic_light.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage)';
COMMENT ON COLUMN mart.traffic_light.computed_colour IS 'groen, oranje or rood by our thresholds; NULL without a percentage or thresholds (kleur, berekend)';
COMMENT ON COLUMN mart.traffic_light.stated_colour IS 'groen, oranje or rood as the sender coloured the cell (kleur, opgegeven)';
COMMENT ON COLUMN mart.traffic_light.agrees IS 'Whether both are the same; NULL when one is not known (komt overeen)';
COMMENT ON COLUMN mart.traffic_light.sheet IS 'Sheet of the colour (blad)';
COMMENT ON COLUMN mart.traffic_light.cell IS 'Cell of the colour (cel)';
COMMENT ON COLUMN mart.traffic_light.submission_id IS 'Submission the figures come from (inzending)';
