-- In which contract forms are the jobs of each sector, per period: permanent, temporary, hired?
--
-- What the sender states for the sector goes first; else the employers that count are added up. Jobs of which the form
-- is not known stay in unspecified_jobs. The shares a sender states are kept beside the recomputed ones, with their basis.

CREATE TABLE mart.contract_forms AS
WITH stated AS (
    SELECT
        o.submission_id,
        max(o.value) FILTER (o.measure = 'realised_employed') AS employed_jobs,
        max(o.value) FILTER (o.measure = 'realised_permanent') AS permanent_jobs,
        max(o.value) FILTER (o.measure = 'realised_temporary') AS temporary_jobs,
        max(o.value) FILTER (o.measure = 'realised_hired') AS hired_jobs,
        max(o.value) FILTER (o.measure = 'share_permanent') AS share_permanent,
        max(o.value) FILTER (o.measure = 'share_temporary') AS share_temporary,
        max(o.value) FILTER (o.measure = 'share_hired_and_procured') AS share_hired,
        count(*) FILTER (o.measure = 'share_hired_and_procured') > 0 AS shares_include_procurement
    FROM core.own_observation AS o
    WHERE o.level = 'sector'
    GROUP BY o.submission_id
),
employer AS (
    SELECT
        o.submission_id,
        o.employer_code,
        max(o.value) FILTER (o.measure = 'realised_jobs') AS realised_jobs,
        max(o.value) FILTER (o.measure = 'realised_employed') AS employed_jobs,
        max(o.value) FILTER (o.measure = 'realised_permanent') AS permanent_jobs,
        max(o.value) FILTER (o.measure = 'realised_temporary') AS temporary_jobs,
        max(o.value) FILTER (o.measure = 'realised_hired') AS hired_jobs
    FROM core.own_observation AS o
    WHERE o.level = 'employer' AND o.counts
    GROUP BY o.submission_id, o.employer_code
),
added_up AS (
    SELECT
        submission_id,
        sum(employed_jobs) AS employed_jobs,
        sum(permanent_jobs) AS permanent_jobs,
        sum(temporary_jobs) AS temporary_jobs,
        sum(hired_jobs) AS hired_jobs,
        CASE WHEN count(coalesce(employed_jobs, permanent_jobs, temporary_jobs, hired_jobs)) > 0 THEN
            count(*) FILTER (
                realised_jobs IS NOT NULL
                AND coalesce(employed_jobs, permanent_jobs + temporary_jobs) + hired_jobs IS NULL
            )
        END AS rows_without_split
    FROM employer
    GROUP BY submission_id
),
chosen AS (
    SELECT
        submission_id,
        CASE
            WHEN coalesce(
                stated.employed_jobs, stated.permanent_jobs, stated.temporary_jobs, stated.hired_jobs
            ) IS NOT NULL THEN 'sector'
            WHEN coalesce(
                added_up.employed_jobs, added_up.permanent_jobs, added_up.temporary_jobs, added_up.hired_jobs
            ) IS NOT NULL THEN 'employer'
        END AS source_level,
        if(source_level = 'sector', stated.employed_jobs, added_up.employed_jobs) AS employed_jobs,
        if(source_level = 'sector', stated.permanent_jobs, added_up.permanent_jobs) AS permanent_jobs,
        if(source_level = 'sector', stated.temporary_jobs, added_up.temporary_jobs) AS temporary_jobs,
        if(source_level = 'sector', stated.hired_jobs, added_up.hired_jobs) AS hired_jobs,
        added_up.rows_without_split,
        stated.share_permanent,
        stated.share_temporary,
        stated.share_hired,
        stated.shares_include_procurement
    FROM stated
    LEFT JOIN added_up USING (submission_id)
),
figures AS (
    SELECT
        * REPLACE (coalesce(employed_jobs, permanent_jobs + temporary_jobs) AS employed_jobs),
        source_level = 'sector' OR rows_without_split = 0 AS all_split
    FROM chosen
)
SELECT
    progress.sector_code,
    progress.period,
    progress.period_kind,
    progress.realised_jobs,
    CAST(figures.employed_jobs AS DECIMAL(28, 10)) AS employed_jobs,
    CAST(figures.permanent_jobs AS DECIMAL(28, 10)) AS permanent_jobs,
    CAST(figures.temporary_jobs AS DECIMAL(28, 10)) AS temporary_jobs,
    CAST(figures.hired_jobs AS DECIMAL(28, 10)) AS hired_jobs,
    CAST(
        progress.realised_jobs - figures.employed_jobs - figures.hired_jobs AS DECIMAL(28, 10)
    ) AS unspecified_jobs,
    CASE WHEN figures.all_split THEN
        TRY_CAST(core.percentage(figures.permanent_jobs, progress.realised_jobs) AS DECIMAL(9, 4))
    END AS permanent_pct,
    CASE WHEN figures.all_split THEN
        TRY_CAST(core.percentage(figures.temporary_jobs, progress.realised_jobs) AS DECIMAL(9, 4))
    END AS temporary_pct,
    CASE WHEN figures.all_split THEN
        TRY_CAST(core.percentage(figures.hired_jobs, progress.realised_jobs) AS DECIMAL(9, 4))
    END AS hired_pct,
    TRY_CAST(figures.share_permanent AS DECIMAL(9, 4)) AS stated_permanent_pct,
    TRY_CAST(figures.share_temporary AS DECIMAL(9, 4)) AS stated_temporary_pct,
    TRY_CAST(figures.share_hired AS DECIMAL(9, 4)) AS stated_hired_pct,
    CASE
        WHEN coalesce(figures.share_permanent, figures.share_temporary, figures.share_hired) IS NULL THEN NULL
        WHEN figures.shares_include_procurement THEN 'van de realisatie en de inkoop samen'
        ELSE 'van de realisatie'
    END AS stated_basis,
    figures.source_level,
    CAST(figures.rows_without_split AS INTEGER) AS rows_without_split,
    progress.submission_id
FROM mart.sector_progress AS progress
JOIN figures ON figures.submission_id = progress.submission_id
ORDER BY progress.period, progress.sector_code;

COMMENT ON TABLE mart.contract_forms IS 'Per sector and period: jobs by contract form (contractvormen)';
COMMENT ON COLUMN mart.contract_forms.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.contract_forms.period IS 'Period (periode)';
COMMENT ON COLUMN mart.contract_forms.period_kind IS 'year, half_year or quarter (soort periode)';
COMMENT ON COLUMN mart.contract_forms.realised_jobs IS 'Realisation the sender states, jobs, without procurement (realisatie)';
COMMENT ON COLUMN mart.contract_forms.employed_jobs IS 'Jobs in own employment: stated, else permanent and temporary together (dienstverband)';
COMMENT ON COLUMN mart.contract_forms.permanent_jobs IS 'Jobs with a permanent contract; NULL when not stated (vast)';
COMMENT ON COLUMN mart.contract_forms.temporary_jobs IS 'Jobs with a temporary contract; NULL when not stated (tijdelijk)';
COMMENT ON COLUMN mart.contract_forms.hired_jobs IS 'Jobs hired in or seconded; NULL when not stated (inleen, inhuur, detachering)';
COMMENT ON COLUMN mart.contract_forms.unspecified_jobs IS 'Realisation less employed and hired: jobs of which the form is not stated (niet uitgesplitst)';
COMMENT ON COLUMN mart.contract_forms.permanent_pct IS 'Permanent as a percentage of the realisation, recomputed; NULL when some employers do not split theirs (aandeel vast, berekend)';
COMMENT ON COLUMN mart.contract_forms.temporary_pct IS 'Temporary as a percentage of the realisation, recomputed; NULL likewise (aandeel tijdelijk, berekend)';
COMMENT ON COLUMN mart.contract_forms.hired_pct IS 'Hired as a percentage of the realisation, recomputed; NULL likewise (aandeel inhuur, berekend)';
COMMENT ON COLUMN mart.contract_forms.stated_permanent_pct IS 'Share of permanent contracts the sender states, of stated_basis (aandeel vast, opgegeven)';
COMMENT ON COLUMN mart.contract_forms.stated_temporary_pct IS 'Share of temporary contracts the sender states, of stated_basis (aandeel tijdelijk, opgegeven)';
COMMENT ON COLUMN mart.contract_forms.stated_hired_pct IS 'Share of hired jobs the sender states, of stated_basis, and with procurement when that includes it (aandeel inhuur, opgegeven)';
COMMENT ON COLUMN mart.contract_forms.stated_basis IS 'What the stated shares are of, Dutch; NULL when none is stated (grondslag)';
COMMENT ON COLUMN mart.contract_forms.source_level IS 'sector as stated, employer when added up here; NULL when the forms are not known (herkomst)';
COMMENT ON COLUMN mart.contract_forms.rows_without_split IS 'Employers whose realisation is known but not its form; NULL when no employer states it (werkgevers zonder uitsplitsing)';
COMMENT ON COLUMN mart.contract_forms.submission_id IS 'Submission the figures come from (inzending)';
