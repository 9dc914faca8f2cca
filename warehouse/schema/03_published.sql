-- What was ever published: made again when the marts are, so that they can be made twice.

DROP TABLE IF EXISTS audit.published_figure;
DROP TABLE IF EXISTS audit.publication;

-- A moment in UTC: of text or a time with a zone that moment, without one UTC, of a date the end of that day.
CREATE OR REPLACE MACRO audit.moment(ts) AS
    CASE
        WHEN length(CAST(ts AS VARCHAR)) = 10 THEN CAST(CAST(ts AS VARCHAR) || ' 23:59:59.999999' AS TIMESTAMP)
        WHEN regexp_matches(CAST(ts AS VARCHAR), ':[0-9.]+ ?([+-][0-9]{2}(:?[0-9]{2})?|Z)$')
            THEN make_timestamp(epoch_us(CAST(CAST(ts AS VARCHAR) AS TIMESTAMPTZ)))
        ELSE CAST(CAST(ts AS VARCHAR) AS TIMESTAMP)
    END;

CREATE TABLE audit.publication (
    publication INTEGER PRIMARY KEY CHECK (publication > 0),
    snapshot_id VARCHAR NOT NULL UNIQUE,
    published_at TIMESTAMP NOT NULL,
    input_hash VARCHAR NOT NULL
);
COMMENT ON TABLE audit.publication IS 'Every snapshot that was published, this one included (publicaties)';
COMMENT ON COLUMN audit.publication.publication IS 'Number, the first is 1 (volgnummer)';
COMMENT ON COLUMN audit.publication.snapshot_id IS 'Name of the snapshot (momentopname)';
COMMENT ON COLUMN audit.publication.published_at IS 'When it was published, UTC (gepubliceerd op)';
COMMENT ON COLUMN audit.publication.input_hash IS 'Hash of what it was built from (controlegetal)';

-- Its keys are held by `checks/keys_hold.sql`, as those of core.observation are.
CREATE TABLE audit.published_figure (
    mart VARCHAR NOT NULL,
    row_key VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    value VARCHAR,
    publication INTEGER NOT NULL,
    replaced_by INTEGER,
    published_at TIMESTAMP NOT NULL,
    replaced_at TIMESTAMP,
    CHECK (replaced_at >= published_at AND replaced_by > publication)
);
COMMENT ON TABLE audit.published_figure IS 'Every value that a cell of a published mart ever had, and from when until when. Key: mart, row_key, column_name and publication; publication and replaced_by are in audit.publication: checked before each publication (gepubliceerde cijfers)';
COMMENT ON COLUMN audit.published_figure.mart IS 'Mart (tabel)';
COMMENT ON COLUMN audit.published_figure.row_key IS 'The columns that name the row, joined by | (rij)';
COMMENT ON COLUMN audit.published_figure.column_name IS 'Column (kolom)';
COMMENT ON COLUMN audit.published_figure.value IS 'Value as text; NULL when it became unknown or the row went (waarde)';
COMMENT ON COLUMN audit.published_figure.publication IS 'Publication that brought it (publicatie)';
COMMENT ON COLUMN audit.published_figure.replaced_by IS 'Publication that changed it; NULL while it stands (vervangen door)';
COMMENT ON COLUMN audit.published_figure.published_at IS 'From when it stood, UTC (vanaf)';
COMMENT ON COLUMN audit.published_figure.replaced_at IS 'Until when it stood, UTC; NULL while it stands (tot)';
