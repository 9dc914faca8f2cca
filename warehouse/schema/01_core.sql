-- The core schema: what was said, by whom, about which period, and the reference data it is read against.

CREATE SCHEMA core;
CREATE SCHEMA mart;
CREATE SCHEMA audit;

-- part ÷ whole × 100, rounded half up to four decimals, in whole numbers: DuckDB's own division of decimals is a float.
CREATE MACRO core.percentage(part, whole) AS
    CAST(
        CASE WHEN whole > 0 THEN
            (CAST(part * 10000000000 AS HUGEINT) * 2000000 + CAST(whole * 10000000000 AS HUGEINT))
            // (2 * CAST(whole * 10000000000 AS HUGEINT))
        END AS DECIMAL(20, 0)
    ) * CAST(0.0001 AS DECIMAL(9, 4));

-- Half a unit of the last digit that a cell shows: the most its figure can have been rounded by.
CREATE MACRO core.half_unit(decimals) AS
    list_extract(
        [0.5, 0.05, 0.005, 0.0005, 0.00005, 0.000005, 0.0000005, 0.00000005, 0.000000005, 0.0000000005],
        least(coalesce(decimals, 0), 9) + 1
    );

-- The same kind of period a year before: 2023 for 2024, 2023Q4 for 2024Q4.
CREATE MACRO core.year_before(period) AS
    CAST(CAST(left(period, 4) AS INTEGER) - 1 AS VARCHAR) || substr(period, 5);

-- A number as Dutch readers know it, 1.207,5: rounded half up to 0, 1 or 2 decimals. For what is not negative.
CREATE MACRO core.dutch_number(value, decimals) AS
    CASE
        WHEN decimals <= 0 THEN replace(format('{:,}', CAST(CAST(value AS DECIMAL(28, 0)) AS BIGINT)), ',', '.')
        WHEN decimals = 1 THEN
            replace(format('{:,}', CAST(trunc(CAST(value AS DECIMAL(28, 1))) AS BIGINT)), ',', '.')
            || ',' || right(CAST(CAST(value AS DECIMAL(28, 1)) AS VARCHAR), 1)
        ELSE
            replace(format('{:,}', CAST(trunc(CAST(value AS DECIMAL(28, 2))) AS BIGINT)), ',', '.')
            || ',' || right(CAST(CAST(value AS DECIMAL(28, 2)) AS VARCHAR), 2)
    END;

-- A percentage as Dutch readers know it, rounded once, half up to one decimal; NULL when it is absurdly large.
CREATE MACRO core.percentage_text(part, whole) AS
    CASE WHEN TRY_CAST(core.percentage(part, whole) AS DECIMAL(9, 4)) IS NOT NULL THEN
        core.dutch_number(
            CAST(
                (CAST(part * 10000000000 AS HUGEINT) * 2000 + CAST(whole * 10000000000 AS HUGEINT))
                // (2 * CAST(whole * 10000000000 AS HUGEINT)) AS DECIMAL(20, 0)
            ) * CAST(0.1 AS DECIMAL(9, 1)),
            1
        ) || '%'
    END;

-- Jobs as the letter prints them: 5.637 fta or 458,3 fta, without trailing zeros behind the comma.
CREATE MACRO core.dutch_jobs(value, decimals) AS
    rtrim(rtrim(core.dutch_number(value, decimals), CASE WHEN decimals > 0 THEN '0' ELSE '' END), ',') || ' fta';

-- A number of things, in words of one or of many; NULL when there are none.
CREATE MACRO core.counted(number, one, many) AS
    CASE WHEN number > 0 THEN number || ' ' || if(number = 1, one, many) END;

CREATE TABLE core.sector (
    sector_code VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('sector', 'national')),
    employers_expected INTEGER,
    source VARCHAR NOT NULL,
    line INTEGER
);
COMMENT ON TABLE core.sector IS 'The sectors that owe a goal, and the national series (sectoren)';
COMMENT ON COLUMN core.sector.sector_code IS 'Code of the sector (sectorcode)';
COMMENT ON COLUMN core.sector.name IS 'Name (naam)';
COMMENT ON COLUMN core.sector.kind IS 'sector, or national for a series of the national monitor (soort)';
COMMENT ON COLUMN core.sector.employers_expected IS 'Employers expected in a return; the population stated in a return goes first (verwachte werkgevers)';
COMMENT ON COLUMN core.sector.source IS 'Where this row comes from (bron)';
COMMENT ON COLUMN core.sector.line IS 'Place in the list of sectors, which is the order of the letter (volgorde)';

CREATE TABLE core.period (
    period VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('year', 'half_year', 'quarter')),
    year INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    reference_date DATE NOT NULL,
    CHECK (starts_on < reference_date AND year = year(reference_date))
);
COMMENT ON TABLE core.period IS 'Years, half-years and quarters that figures are about (perioden)';
COMMENT ON COLUMN core.period.period IS '2024, 2024H1 or 2024Q4 (periode)';
COMMENT ON COLUMN core.period.kind IS 'year, half_year or quarter (soort)';
COMMENT ON COLUMN core.period.year IS 'Calendar year (jaar)';
COMMENT ON COLUMN core.period.starts_on IS 'First day (begin)';
COMMENT ON COLUMN core.period.reference_date IS 'Last day: the date a stock figure is about (peildatum)';

CREATE TABLE core.measure (
    measure VARCHAR PRIMARY KEY,
    unit VARCHAR NOT NULL
        CHECK (unit IN ('job', 'person', 'fte', 'hour_per_week', 'hour_per_year', 'percent', 'count', 'none')),
    additive BOOLEAN NOT NULL,
    description VARCHAR NOT NULL,
    dutch_term VARCHAR NOT NULL
);
COMMENT ON TABLE core.measure IS 'What is measured (grootheden)';
COMMENT ON COLUMN core.measure.measure IS 'Code of the measure (grootheid)';
COMMENT ON COLUMN core.measure.unit IS 'Unit: a job is 25.5 paid hours a week, never an fte or a person (eenheid)';
COMMENT ON COLUMN core.measure.additive IS 'Whether employers add up to the sector (optelbaar)';
COMMENT ON COLUMN core.measure.description IS 'What it is (omschrijving)';
COMMENT ON COLUMN core.measure.dutch_term IS 'The term senders know (Nederlandse term)';

CREATE TABLE core.employer (
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    employer_code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    level VARCHAR NOT NULL CHECK (level IN ('employer', 'unit')),
    parent_code VARCHAR,
    valid_from DATE,
    valid_to DATE,
    successor_code VARCHAR,
    is_listed BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,
    PRIMARY KEY (sector_code, employer_code),
    CHECK (valid_from <= valid_to),
    CHECK (parent_code <> employer_code AND successor_code <> employer_code)
);
COMMENT ON TABLE core.employer IS 'Employers, and units inside them that are never counted again (werkgevers)';
COMMENT ON COLUMN core.employer.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN core.employer.employer_code IS 'Code as text, leading zeros kept (code)';
COMMENT ON COLUMN core.employer.name IS 'Name (naam)';
COMMENT ON COLUMN core.employer.level IS 'employer, or unit for a part of one (niveau)';
COMMENT ON COLUMN core.employer.parent_code IS 'The employer a unit is part of (moederorganisatie)';
COMMENT ON COLUMN core.employer.valid_from IS 'First day it exists; NULL when not known (geldig vanaf)';
COMMENT ON COLUMN core.employer.valid_to IS 'Last day it exists; NULL when it still does (geldig tot)';
COMMENT ON COLUMN core.employer.successor_code IS 'The employer it was merged into (opgegaan in)';
COMMENT ON COLUMN core.employer.is_listed IS 'False for an employer met in a return but not in our list (staat in de lijst)';
COMMENT ON COLUMN core.employer.source IS 'Where this row comes from (bron)';

CREATE TABLE core.quota (
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    year INTEGER NOT NULL,
    quota_pct DECIMAL(9, 4) CHECK (quota_pct BETWEEN 0 AND 100),
    status VARCHAR NOT NULL CHECK ((status = 'not_found') = (quota_pct IS NULL)),
    source VARCHAR,
    note VARCHAR,
    PRIMARY KEY (sector_code, year)
);
COMMENT ON TABLE core.quota IS 'Statutory quota percentages, where they were published (quotumpercentages)';
COMMENT ON COLUMN core.quota.sector_code IS 'Series: overheid (sector)';
COMMENT ON COLUMN core.quota.year IS 'Calendar year (jaar)';
COMMENT ON COLUMN core.quota.quota_pct IS 'Percentage; NULL when none was found (quotumpercentage)';
COMMENT ON COLUMN core.quota.status IS 'stated or not_found (status)';
COMMENT ON COLUMN core.quota.source IS 'Publication (bron)';
COMMENT ON COLUMN core.quota.note IS 'Remark (toelichting)';

CREATE TABLE core.target_path (
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    year INTEGER NOT NULL,
    target_jobs DECIMAL(28, 10) NOT NULL CHECK (target_jobs >= 0),
    status VARCHAR NOT NULL CHECK (status IN ('stated', 'derived', 'unverified')),
    source VARCHAR NOT NULL,
    PRIMARY KEY (sector_code, year)
);
COMMENT ON TABLE core.target_path IS 'Extra jobs agreed since 1 January 2013, cumulative, per year (ingroeipad)';
COMMENT ON COLUMN core.target_path.sector_code IS 'Series: overheid, markt or landelijk (reeks)';
COMMENT ON COLUMN core.target_path.year IS 'Calendar year (jaar)';
COMMENT ON COLUMN core.target_path.target_jobs IS 'Extra jobs of 25.5 hours (doel)';
COMMENT ON COLUMN core.target_path.status IS 'stated, derived or unverified (status)';
COMMENT ON COLUMN core.target_path.source IS 'Publication (bron)';

CREATE TABLE core.regime (
    regime VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    valid_from DATE,
    valid_to DATE,
    status VARCHAR NOT NULL CHECK (status IN ('in_force', 'not_in_force', 'ended')),
    source VARCHAR NOT NULL,
    CHECK (status = 'not_in_force' OR valid_from IS NOT NULL)
);
COMMENT ON TABLE core.regime IS 'The sets of legal rules that a year can fall under (regimes)';
COMMENT ON COLUMN core.regime.regime IS 'Code: wfsv or wba (regime)';
COMMENT ON COLUMN core.regime.name IS 'Name of the law (naam van de wet)';
COMMENT ON COLUMN core.regime.valid_from IS 'First day; NULL when it is not set (geldig vanaf)';
COMMENT ON COLUMN core.regime.valid_to IS 'Last day; NULL when it is not set (geldig tot)';
COMMENT ON COLUMN core.regime.status IS 'in_force, not_in_force or ended (status)';
COMMENT ON COLUMN core.regime.source IS 'Where this row comes from (bron)';

CREATE TABLE core.series_break (
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    measure VARCHAR NOT NULL REFERENCES core.measure (measure),
    period_before VARCHAR NOT NULL,
    period_after VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('goal_concept', 'coverage')),
    note_nl VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    PRIMARY KEY (sector_code, measure, period_after)
);
COMMENT ON TABLE core.series_break IS 'Known breaks: two periods whose figures are not about the same thing (reeksbreuken)';
COMMENT ON COLUMN core.series_break.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN core.series_break.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN core.series_break.period_before IS 'Last period before the break (periode ervoor)';
COMMENT ON COLUMN core.series_break.period_after IS 'First period after the break (periode erna)';
COMMENT ON COLUMN core.series_break.kind IS 'goal_concept: the goal is another concept; coverage: another set of employers (soort breuk)';
COMMENT ON COLUMN core.series_break.note_nl IS 'What is not comparable, Dutch (toelichting)';
COMMENT ON COLUMN core.series_break.source IS 'Where this is stated (bron)';

CREATE TABLE core.traffic_light_threshold (
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    colour VARCHAR NOT NULL CHECK (colour IN ('groen', 'oranje', 'rood')),
    from_pct DECIMAL(9, 4) NOT NULL,
    valid_from DATE NOT NULL,
    source VARCHAR NOT NULL,
    PRIMARY KEY (sector_code, valid_from, colour),
    UNIQUE (sector_code, valid_from, from_pct)
);
COMMENT ON TABLE core.traffic_light_threshold IS 'From which percentage of the goal a traffic light has which colour (drempels van het stoplicht)';
COMMENT ON COLUMN core.traffic_light_threshold.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN core.traffic_light_threshold.colour IS 'groen, oranje or rood (kleur)';
COMMENT ON COLUMN core.traffic_light_threshold.from_pct IS 'Least percentage of the goal for this colour (vanaf percentage)';
COMMENT ON COLUMN core.traffic_light_threshold.valid_from IS 'First day of this set of thresholds (geldig vanaf)';
COMMENT ON COLUMN core.traffic_light_threshold.source IS 'Who chose it (bron)';

CREATE TABLE core.calendar (
    sender_code VARCHAR NOT NULL,
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    cadence VARCHAR NOT NULL CHECK (cadence IN ('year', 'half_year', 'quarter')),
    first_period VARCHAR NOT NULL,
    last_period VARCHAR,
    reference_date VARCHAR NOT NULL CHECK (reference_date = 'period_end'),
    deadline_after INTERVAL NOT NULL,
    reminder_before INTERVAL NOT NULL,
    owner VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    PRIMARY KEY (sector_code, cadence)
);
COMMENT ON TABLE core.calendar IS 'What every sender owes, and when (kalender)';
COMMENT ON COLUMN core.calendar.sender_code IS 'Sender (afzender)';
COMMENT ON COLUMN core.calendar.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN core.calendar.cadence IS 'year, half_year or quarter: a return is due over each of them (ritme)';
COMMENT ON COLUMN core.calendar.first_period IS 'First period over which a return is due (eerste periode)';
COMMENT ON COLUMN core.calendar.last_period IS 'Last period over which a return is due; NULL: for good (laatste periode)';
COMMENT ON COLUMN core.calendar.reference_date IS 'Day the figures are about: period_end, the last day of the period (peildatum)';
COMMENT ON COLUMN core.calendar.deadline_after IS 'How long after the reference date a return is in time (uiterste datum)';
COMMENT ON COLUMN core.calendar.reminder_before IS 'How long before the deadline the owner is told (herinnering)';
COMMENT ON COLUMN core.calendar.owner IS 'Who at the ministry owns the contact with the sender (eigenaar)';
COMMENT ON COLUMN core.calendar.source IS 'Where this row comes from (bron)';

CREATE TABLE core.submission (
    submission_id VARCHAR PRIMARY KEY,
    sender_code VARCHAR NOT NULL,
    sector_code VARCHAR NOT NULL REFERENCES core.sector (sector_code),
    period VARCHAR NOT NULL REFERENCES core.period (period),
    employer_code VARCHAR,
    version INTEGER NOT NULL CHECK (version > 0),
    file_name VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    status VARCHAR NOT NULL CHECK (
        status IN (
            'accepted', 'accepted_with_findings', 'rejected', 'awaiting_acceptance', 'superseded', 'withdrawn'
        )
    ),
    layout_id VARCHAR NOT NULL,
    layout_hash VARCHAR NOT NULL
);
COMMENT ON TABLE core.submission IS 'Every version of every return that was recognised (inzendingen)';
COMMENT ON COLUMN core.submission.submission_id IS 'Sector, period and version, such as gemeenten-2024-v1 (inzending)';
COMMENT ON COLUMN core.submission.sender_code IS 'Who sent it (afzender)';
COMMENT ON COLUMN core.submission.sector_code IS 'Sector it is about (sector)';
COMMENT ON COLUMN core.submission.period IS 'Period it is about (periode)';
COMMENT ON COLUMN core.submission.employer_code IS 'Employer, when a return is about one; else NULL (werkgever)';
COMMENT ON COLUMN core.submission.version IS 'Our version number, whatever the sender calls it (versie)';
COMMENT ON COLUMN core.submission.file_name IS 'Name of the file as received (bestandsnaam)';
COMMENT ON COLUMN core.submission.file_sha256 IS 'Name of the file in the archive (controlegetal)';
COMMENT ON COLUMN core.submission.received_at IS 'When it was received, UTC (ontvangen)';
COMMENT ON COLUMN core.submission.status IS 'Where it stands; only accepted ones are in force (status)';
COMMENT ON COLUMN core.submission.layout_id IS 'Layout it was read with (indeling)';
COMMENT ON COLUMN core.submission.layout_hash IS 'Hash of that layout as it was then (controlegetal van de indeling)';

-- Its keys are held by `checks/keys_hold.sql` before anything is published: as constraints they are two thirds of a build's
-- time and of its file, and nothing is ever written here afterwards.
CREATE TABLE core.observation (
    submission_id VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    sector_code VARCHAR NOT NULL,
    level VARCHAR NOT NULL CHECK (level IN ('sector', 'group', 'employer', 'unit')),
    employer_code VARCHAR CHECK ((employer_code IS NULL) = (level IN ('sector', 'group'))),
    employer_name VARCHAR,
    group_name VARCHAR,
    period VARCHAR NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('own', 'repeated')),
    measure VARCHAR NOT NULL,
    value DECIMAL(28, 10),
    text_value VARCHAR,
    unit VARCHAR NOT NULL,
    status VARCHAR NOT NULL
        CHECK (status IN ('reported', 'approximate', 'estimated', 'missing', 'not_supplied', 'not_applicable')),
    counts BOOLEAN NOT NULL,
    sheet VARCHAR NOT NULL,
    cell VARCHAR NOT NULL,
    record VARCHAR NOT NULL,
    literal VARCHAR,
    decimals SMALLINT,
    qualifier VARCHAR,
    footnote VARCHAR,
    remark VARCHAR,
    survey BOOLEAN NOT NULL,
    converted_from VARCHAR,
    CHECK (value IS NULL OR status IN ('reported', 'approximate', 'estimated'))
);
COMMENT ON TABLE core.observation IS 'Every measure in every mapped cell of the accepted submissions in force. Key: submission_id, file_sha256, sheet, cell and measure; submission, sector, period, measure and employer are in core: checked before each publication (waarnemingen)';
COMMENT ON COLUMN core.observation.submission_id IS 'Submission it comes from (inzending)';
COMMENT ON COLUMN core.observation.file_sha256 IS 'Workbook that holds the cell: in a collection that of an employer, or the list itself for a sum over them (bestand)';
COMMENT ON COLUMN core.observation.sector_code IS 'Sector or national series it is about (sector)';
COMMENT ON COLUMN core.observation.level IS 'sector, group (province sheet, region, size class), employer, or unit inside an employer (niveau)';
COMMENT ON COLUMN core.observation.employer_code IS 'Employer or unit; NULL above employer level (werkgever)';
COMMENT ON COLUMN core.observation.employer_name IS 'Name as the sender writes it, white space folded (naam)';
COMMENT ON COLUMN core.observation.group_name IS 'Group the figure is about or belongs to (groep)';
COMMENT ON COLUMN core.observation.period IS 'Period of the figure itself (periode)';
COMMENT ON COLUMN core.observation.role IS 'own, or repeated when another place or return is the source: compared only (rol)';
COMMENT ON COLUMN core.observation.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN core.observation.value IS 'Value in its unit, percentages as 54.47; NULL when not known (waarde)';
COMMENT ON COLUMN core.observation.text_value IS 'Value of a text measure (tekstwaarde)';
COMMENT ON COLUMN core.observation.unit IS 'Unit (eenheid)';
COMMENT ON COLUMN core.observation.status IS 'How the value was given (status)';
COMMENT ON COLUMN core.observation.counts IS 'Whether the value adds up to the figure of the sector (telt mee)';
COMMENT ON COLUMN core.observation.sheet IS 'Sheet of the workbook (blad)';
COMMENT ON COLUMN core.observation.cell IS 'Address of the cell (cel)';
COMMENT ON COLUMN core.observation.record IS 'Row or column the cell shares with the other measures of its subject (record)';
COMMENT ON COLUMN core.observation.literal IS 'What the cell holds (letterlijke inhoud)';
COMMENT ON COLUMN core.observation.decimals IS 'Decimals the cell shows (decimalen)';
COMMENT ON COLUMN core.observation.qualifier IS 'Words before the number, such as +/- (voorbehoud)';
COMMENT ON COLUMN core.observation.footnote IS 'Footnote digit behind the number (voetnoot)';
COMMENT ON COLUMN core.observation.remark IS 'Remark beside the figure (opmerking)';
COMMENT ON COLUMN core.observation.survey IS 'Whether it is an unweighted answer of a survey (enquête)';
COMMENT ON COLUMN core.observation.converted_from IS 'Measure it was converted from, such as weekly_hours (omgerekend uit)';

CREATE VIEW core.own_observation AS
SELECT o.*
FROM core.observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id AND s.period = o.period
WHERE o.role = 'own';
COMMENT ON VIEW core.own_observation IS 'What each return says about its own period: what marts are made of (eigen waarnemingen)';
COMMENT ON COLUMN core.own_observation.submission_id IS 'Submission it comes from (inzending)';
COMMENT ON COLUMN core.own_observation.file_sha256 IS 'Workbook that holds the cell: in a collection that of an employer, or the list itself for a sum over them (bestand)';
COMMENT ON COLUMN core.own_observation.sector_code IS 'Sector or national series it is about (sector)';
COMMENT ON COLUMN core.own_observation.level IS 'sector, group (province sheet, region, size class), employer, or unit inside an employer (niveau)';
COMMENT ON COLUMN core.own_observation.employer_code IS 'Employer or unit; NULL above employer level (werkgever)';
COMMENT ON COLUMN core.own_observation.employer_name IS 'Name as the sender writes it, white space folded (naam)';
COMMENT ON COLUMN core.own_observation.group_name IS 'Group the figure is about or belongs to (groep)';
COMMENT ON COLUMN core.own_observation.period IS 'Period of the figure itself (periode)';
COMMENT ON COLUMN core.own_observation.role IS 'own, or repeated when another place or return is the source: compared only (rol)';
COMMENT ON COLUMN core.own_observation.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN core.own_observation.value IS 'Value in its unit, percentages as 54.47; NULL when not known (waarde)';
COMMENT ON COLUMN core.own_observation.text_value IS 'Value of a text measure (tekstwaarde)';
COMMENT ON COLUMN core.own_observation.unit IS 'Unit (eenheid)';
COMMENT ON COLUMN core.own_observation.status IS 'How the value was given (status)';
COMMENT ON COLUMN core.own_observation.counts IS 'Whether the value adds up to the figure of the sector (telt mee)';
COMMENT ON COLUMN core.own_observation.sheet IS 'Sheet of the workbook (blad)';
COMMENT ON COLUMN core.own_observation.cell IS 'Address of the cell (cel)';
COMMENT ON COLUMN core.own_observation.record IS 'Row or column the cell shares with the other measures of its subject (record)';
COMMENT ON COLUMN core.own_observation.literal IS 'What the cell holds (letterlijke inhoud)';
COMMENT ON COLUMN core.own_observation.decimals IS 'Decimals the cell shows (decimalen)';
COMMENT ON COLUMN core.own_observation.qualifier IS 'Words before the number, such as +/- (voorbehoud)';
COMMENT ON COLUMN core.own_observation.footnote IS 'Footnote digit behind the number (voetnoot)';
COMMENT ON COLUMN core.own_observation.remark IS 'Remark beside the figure (opmerking)';
COMMENT ON COLUMN core.own_observation.survey IS 'Whether it is an unweighted answer of a survey (enquête)';
COMMENT ON COLUMN core.own_observation.converted_from IS 'Measure it was converted from, such as weekly_hours (omgerekend uit)';

CREATE VIEW core.coverage AS
WITH counted AS (
    SELECT
        submission_id,
        max(value) FILTER (level = 'sector' AND measure = 'population') AS population,
        count(DISTINCT employer_code)
            FILTER (level = 'employer' AND measure = 'realised_jobs' AND value IS NOT NULL) AS employers_returned,
        sum(value) FILTER (measure = 'realised_jobs' AND counts) AS rows_total
    FROM core.own_observation
    GROUP BY submission_id
)
SELECT
    s.submission_id,
    s.sector_code,
    s.period,
    TRY_CAST(coalesce(counted.population, sector.employers_expected) AS INTEGER) AS employers_expected,
    CAST(counted.employers_returned AS INTEGER) AS employers_returned,
    CAST(counted.rows_total AS DECIMAL(28, 10)) AS rows_total
FROM core.submission AS s
JOIN core.sector AS sector ON sector.sector_code = s.sector_code AND sector.kind = 'sector'
JOIN counted ON counted.submission_id = s.submission_id;
COMMENT ON VIEW core.coverage IS 'How complete each submission in force is (dekking)';
COMMENT ON COLUMN core.coverage.submission_id IS 'Submission (inzending)';
COMMENT ON COLUMN core.coverage.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN core.coverage.period IS 'Period (periode)';
COMMENT ON COLUMN core.coverage.employers_expected IS 'Employers expected: the population stated, else our list (verwachte werkgevers)';
COMMENT ON COLUMN core.coverage.employers_returned IS 'Employers with a known realisation (werkgevers met opgave)';
COMMENT ON COLUMN core.coverage.rows_total IS 'Sum of the realisation of the employers that count; NULL for a survey (som van de rijen)';

CREATE VIEW core.restatement AS
WITH told_by_several AS (
    -- Few figures are: without this, all others are set against each other in vain.
    SELECT sector_code, level, period, measure
    FROM core.observation
    GROUP BY sector_code, level, period, measure
    HAVING min(submission_id) <> max(submission_id)
),
figure AS (
    FROM core.observation SEMI JOIN told_by_several USING (sector_code, level, period, measure)
)
SELECT
    repeated.submission_id,
    repeated.sector_code,
    repeated.level,
    repeated.employer_code,
    repeated.employer_name,
    repeated.group_name,
    coalesce(repeated.employer_name, repeated.group_name, 'Sectortotaal') AS subject_nl,
    repeated.period,
    repeated.role,
    repeated.measure,
    repeated.unit,
    repeated.sheet,
    repeated.cell,
    repeated.record,
    repeated.literal,
    repeated.value,
    repeated.status,
    own.submission_id AS source_submission_id,
    own.sheet AS source_sheet,
    own.cell AS source_cell,
    own.literal AS source_literal,
    own.value AS source_value,
    own.status AS source_status,
    CASE WHEN repeated.value IS NOT NULL AND own.value IS NOT NULL THEN
        greatest(
            0,
            abs(repeated.value - own.value) - core.half_unit(repeated.decimals) - core.half_unit(own.decimals)
        )
    END AS excess
FROM figure AS repeated
JOIN core.submission AS s ON s.submission_id = repeated.submission_id
JOIN figure AS own
    ON own.role = 'own'
    AND own.submission_id <> repeated.submission_id
    AND own.sector_code = repeated.sector_code
    AND own.level = repeated.level
    AND own.employer_code IS NOT DISTINCT FROM repeated.employer_code
    AND (own.level <> 'group' OR own.group_name = repeated.group_name)
    AND own.period = repeated.period
    AND own.measure = repeated.measure
JOIN core.submission AS source ON source.submission_id = own.submission_id
WHERE (repeated.role = 'repeated' OR s.period > source.period) AND repeated.unit <> 'none';
COMMENT ON VIEW core.restatement IS 'Figures that repeat one of which another return in force is the source, or that an earlier return stated as its own (herhaalde cijfers)';
COMMENT ON COLUMN core.restatement.submission_id IS 'Submission that repeats (inzending)';
COMMENT ON COLUMN core.restatement.sector_code IS 'Sector or national series (sector)';
COMMENT ON COLUMN core.restatement.level IS 'sector, group, employer or unit (niveau)';
COMMENT ON COLUMN core.restatement.employer_code IS 'Employer or unit (werkgever)';
COMMENT ON COLUMN core.restatement.employer_name IS 'Name of the employer (naam)';
COMMENT ON COLUMN core.restatement.group_name IS 'Group (groep)';
COMMENT ON COLUMN core.restatement.subject_nl IS 'Who it is about, Dutch (onderwerp)';
COMMENT ON COLUMN core.restatement.period IS 'Period of the figure (periode)';
COMMENT ON COLUMN core.restatement.role IS 'repeated, or own for a monitor that states earlier years too (rol)';
COMMENT ON COLUMN core.restatement.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN core.restatement.unit IS 'Unit (eenheid)';
COMMENT ON COLUMN core.restatement.sheet IS 'Sheet (blad)';
COMMENT ON COLUMN core.restatement.cell IS 'Address of the cell (cel)';
COMMENT ON COLUMN core.restatement.record IS 'Row or column of the cell (record)';
COMMENT ON COLUMN core.restatement.literal IS 'What the cell holds (letterlijke inhoud)';
COMMENT ON COLUMN core.restatement.value IS 'The figure as repeated (herhaalde waarde)';
COMMENT ON COLUMN core.restatement.status IS 'How it was given (status)';
COMMENT ON COLUMN core.restatement.source_submission_id IS 'Submission that is the source (bron)';
COMMENT ON COLUMN core.restatement.source_sheet IS 'Sheet of the source (blad van de bron)';
COMMENT ON COLUMN core.restatement.source_cell IS 'Cell of the source (cel van de bron)';
COMMENT ON COLUMN core.restatement.source_literal IS 'What that cell holds (letterlijke inhoud van de bron)';
COMMENT ON COLUMN core.restatement.source_value IS 'The figure of the source (waarde van de bron)';
COMMENT ON COLUMN core.restatement.source_status IS 'How that was given (status van de bron)';
COMMENT ON COLUMN core.restatement.excess IS 'By how much they differ beyond rounding; NULL when one is not known (verschil)';
