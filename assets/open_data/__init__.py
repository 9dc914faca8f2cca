"""Open data: the published marts at sector and department level, given out for anybody to use."""
