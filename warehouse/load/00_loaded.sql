-- What the observations and the revisions were loaded from: files by their sha256. Not in what is published.

CREATE SCHEMA loaded;
CREATE TABLE loaded.observation_file (submission_id VARCHAR, file_sha256 VARCHAR, sha256 VARCHAR);
CREATE TABLE loaded.compared_files (submission_id VARCHAR, before_id VARCHAR, sha256_after VARCHAR, sha256_before VARCHAR);
