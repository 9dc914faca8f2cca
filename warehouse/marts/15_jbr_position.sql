-- What is the position of the third quarter that the JBR reports, beside the fourth quarter and the yearly return?
--
-- The letter to Parliament gives the yearly return. The three are different figures of one year: each stands with its own
-- goal, and none ever takes the place of another. What has no return in force is NULL.

CREATE TABLE mart.jbr_position AS
WITH stated AS (
    SELECT period, employer_code, employer_name, target_jobs, realised_jobs, realised_pct, submission_id
    FROM mart.ministry_quarters
    UNION ALL
    SELECT period, employer_code, employer_name, target_jobs, realised_jobs, realised_pct, submission_id
    FROM mart.department_progress
    WHERE period_kind = 'year'
    UNION ALL
    SELECT
        progress.period,
        NULL,
        sector.name,
        progress.target_jobs,
        progress.realised_jobs,
        progress.realised_pct,
        progress.submission_id
    FROM mart.sector_progress AS progress
    JOIN core.sector AS sector ON sector.sector_code = progress.sector_code
    WHERE progress.sector_code = 'rijk' AND progress.period_kind = 'year'
),
placed AS (
    SELECT stated.*, left(period, 4) AS year, substr(period, 5) AS part
    FROM stated
    WHERE substr(period, 5) IN ('Q3', 'Q4', '')
)
SELECT
    year AS period,
    employer_code,
    max_by(employer_name, period) AS employer_name,
    max(target_jobs) FILTER (part = 'Q3') AS q3_target_jobs,
    max(realised_jobs) FILTER (part = 'Q3') AS q3_realised_jobs,
    max(realised_pct) FILTER (part = 'Q3') AS q3_realised_pct,
    max(target_jobs) FILTER (part = 'Q4') AS q4_target_jobs,
    max(realised_jobs) FILTER (part = 'Q4') AS q4_realised_jobs,
    max(realised_pct) FILTER (part = 'Q4') AS q4_realised_pct,
    max(target_jobs) FILTER (part = '') AS year_target_jobs,
    max(realised_jobs) FILTER (part = '') AS year_realised_jobs,
    max(realised_pct) FILTER (part = '') AS year_realised_pct,
    CAST(
        max(realised_jobs) FILTER (part = 'Q4') - max(realised_jobs) FILTER (part = 'Q3') AS DECIMAL(28, 10)
    ) AS q4_less_q3_jobs,
    string_agg(submission_id, '; ' ORDER BY submission_id) AS submission_ids
FROM placed
GROUP BY year, employer_code
ORDER BY year, employer_code NULLS LAST;

COMMENT ON TABLE mart.jbr_position IS 'Per ministry and year: the third quarter, the fourth quarter and the yearly return, never mixed (stand voor de Jaarrapportage Bedrijfsvoering Rijk)';
COMMENT ON COLUMN mart.jbr_position.period IS 'Year (jaar)';
COMMENT ON COLUMN mart.jbr_position.employer_code IS 'Ministry; NULL for the whole of Rijk (departement)';
COMMENT ON COLUMN mart.jbr_position.employer_name IS 'Name (naam)';
COMMENT ON COLUMN mart.jbr_position.q3_target_jobs IS 'Goal by the return of the third quarter, jobs; what the JBR reports (doel, derde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.q3_realised_jobs IS 'Realisation at the end of the third quarter, jobs; what the JBR reports (realisatie, derde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.q3_realised_pct IS 'Realisation as a percentage of the goal, third quarter, recomputed (realisatiepercentage, derde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.q4_target_jobs IS 'Goal by the return of the fourth quarter, jobs (doel, vierde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.q4_realised_jobs IS 'Realisation at the end of the fourth quarter, jobs (realisatie, vierde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.q4_realised_pct IS 'Realisation as a percentage of the goal, fourth quarter, recomputed (realisatiepercentage, vierde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.year_target_jobs IS 'Goal by the yearly return, jobs; what the letter reports (doel, jaaropgave)';
COMMENT ON COLUMN mart.jbr_position.year_realised_jobs IS 'Realisation by the yearly return, jobs; what the letter reports (realisatie, jaaropgave)';
COMMENT ON COLUMN mart.jbr_position.year_realised_pct IS 'Realisation as a percentage of the goal, yearly return, recomputed (realisatiepercentage, jaaropgave)';
COMMENT ON COLUMN mart.jbr_position.q4_less_q3_jobs IS 'Realisation of the fourth quarter less that of the third, jobs (verschil tussen derde en vierde kwartaal)';
COMMENT ON COLUMN mart.jbr_position.submission_ids IS 'Submissions the figures come from, joined by ; and each named after its own period (inzendingen)';
