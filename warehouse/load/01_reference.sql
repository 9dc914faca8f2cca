-- The reference data, from the CSV files in the folder that the variable names.

INSERT INTO core.sector
SELECT sector_code, name, kind, employers_expected, source, row_number() OVER ()
FROM read_csv(getvariable('reference_folder') || '/sectors.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.measure
SELECT measure, unit, additive, description, dutch_term
FROM read_csv(getvariable('reference_folder') || '/measures.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.employer
SELECT sector_code, employer_code, name, level, parent_code, valid_from, valid_to, successor_code, true, source
FROM read_csv(getvariable('reference_folder') || '/employers.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.quota
SELECT sector_code, year, quota_pct, status, source, note
FROM read_csv(getvariable('reference_folder') || '/quota.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.target_path
SELECT sector_code, year, target_jobs, status, source
FROM read_csv(getvariable('reference_folder') || '/target_path.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.regime
SELECT regime, name, valid_from, valid_to, status, source
FROM read_csv(getvariable('reference_folder') || '/regimes.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.series_break
SELECT sector_code, measure, period_before, period_after, kind, note_nl, source
FROM read_csv(getvariable('reference_folder') || '/series_breaks.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.traffic_light_threshold
SELECT sector_code, colour, from_pct, valid_from, source
FROM read_csv(getvariable('reference_folder') || '/traffic_light.csv', delim = ',', quote = '"', all_varchar = true, header = true);

INSERT INTO core.calendar
SELECT
    sender_code, sector_code, cadence, first_period, last_period, reference_date, deadline_after, reminder_before, owner,
    source
FROM read_csv(getvariable('reference_folder') || '/calendar.csv', delim = ',', quote = '"', all_varchar = true, header = true);
