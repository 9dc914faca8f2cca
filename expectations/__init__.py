"""The expectations room: the rule catalogue, its Great Expectations suites, findings and the auditors' report."""
