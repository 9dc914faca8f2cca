-- How far is the government, by each of the two series? The last year first.
FROM mart.national_progress ORDER BY basis DESC, period DESC;
