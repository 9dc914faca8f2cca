-- How many persons are in the register of the target group, and how many of them work, per quarter and region?
--
-- The quarter before comes from its own report; when that is not there, from what the report repeats of it. It is used
-- for the change only: a repeated figure is never a row here. Quarters are indicative.

CREATE TABLE mart.register AS
WITH figures AS (
    SELECT
        o.submission_id,
        o.group_name AS region,
        o.period,
        o.role,
        max(o.value) FILTER (o.measure = 'register_persons') AS register_persons,
        max(o.value) FILTER (o.measure = 'register_working') AS register_working,
        max(o.value) FILTER (o.measure = 'register_working_pct') AS stated_pct,
        max(o.sheet) FILTER (o.measure = 'register_persons') AS sheet,
        max(o.cell) FILTER (o.measure = 'register_persons') AS cell
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id AND (s.period = o.period OR o.role = 'repeated')
    WHERE o.measure IN ('register_persons', 'register_working', 'register_working_pct')
        AND o.level IN ('sector', 'group')
    GROUP BY o.submission_id, o.group_name, o.period, o.role
),
with_previous AS (
    SELECT
        now.*,
        previous.role AS previous_role,
        now.register_persons - previous.register_persons AS change_persons,
        now.register_working - previous.register_working AS change_working
    FROM figures AS now
    JOIN core.period AS p ON p.period = now.period AND p.kind = 'quarter'
    LEFT JOIN core.period AS quarter_before
        ON quarter_before.kind = 'quarter' AND quarter_before.reference_date = p.starts_on - 1
    LEFT JOIN figures AS previous
        ON previous.period = quarter_before.period
        AND previous.region IS NOT DISTINCT FROM now.region
        AND (previous.role = 'own' OR previous.submission_id = now.submission_id)
    WHERE now.role = 'own'
    QUALIFY row_number() OVER (PARTITION BY now.submission_id, now.region ORDER BY previous.role) = 1
)
SELECT
    period,
    region,
    register_persons,
    register_working,
    TRY_CAST(core.percentage(register_working, register_persons) AS DECIMAL(9, 4)) AS working_pct,
    TRY_CAST(stated_pct AS DECIMAL(9, 4)) AS stated_pct,
    CAST(change_persons AS DECIMAL(28, 10)) AS change_persons,
    CAST(change_working AS DECIMAL(28, 10)) AS change_working,
    previous_role,
    sheet,
    cell,
    submission_id
FROM with_previous
ORDER BY period, region NULLS FIRST;

COMMENT ON TABLE mart.register IS 'Per quarter and region: persons in the register of the target group and how many work (doelgroepregister)';
COMMENT ON COLUMN mart.register.period IS 'Quarter (kwartaal)';
COMMENT ON COLUMN mart.register.region IS 'Labour market region; NULL for the whole country (arbeidsmarktregio)';
COMMENT ON COLUMN mart.register.register_persons IS 'Persons in the register (personen in het doelgroepregister)';
COMMENT ON COLUMN mart.register.register_working IS 'Persons in the register who work (werkzame personen)';
COMMENT ON COLUMN mart.register.working_pct IS 'Working as a percentage of the persons, recomputed (aandeel werkzaam, berekend)';
COMMENT ON COLUMN mart.register.stated_pct IS 'The percentage UWV states; NULL when not stated (aandeel werkzaam, opgegeven)';
COMMENT ON COLUMN mart.register.change_persons IS 'Persons more than the quarter before; NULL when that is not known (verschil in personen)';
COMMENT ON COLUMN mart.register.change_working IS 'Working persons more than the quarter before; NULL when that is not known (verschil in werkzame personen)';
COMMENT ON COLUMN mart.register.previous_role IS 'own when the quarter before has its own report, repeated when this report says what it was; else NULL (herkomst van het vorige kwartaal)';
COMMENT ON COLUMN mart.register.sheet IS 'Sheet of the persons (blad)';
COMMENT ON COLUMN mart.register.cell IS 'Cell of the persons (cel)';
COMMENT ON COLUMN mart.register.submission_id IS 'Submission the figures come from (inzending)';
