"""Raw to silver: one module per topic or feed, each a table of fields and a list of rules."""
