-- What the observations and the revisions were loaded from: the workbook and the Parquet files, by their sha256. Not in
-- what is published.

CREATE SCHEMA loaded;
CREATE TABLE loaded.observation_file (submission_id VARCHAR, file_sha256 VARCHAR, parquet_sha256 VARCHAR);
CREATE TABLE loaded.compared_files (submission_id VARCHAR, before_id VARCHAR, after_sha256 VARCHAR, before_sha256 VARCHAR);
