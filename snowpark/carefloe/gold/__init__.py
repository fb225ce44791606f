"""Silver to gold: what new events touch is rebuilt from its whole history and merged."""
