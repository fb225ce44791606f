"""Carefloe's procedures: pure `DataFrame -> DataFrame` cores, thin handlers of one MERGE."""
