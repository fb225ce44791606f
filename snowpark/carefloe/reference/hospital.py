"""The hospitals of the network: any other id in an event is INVALID_HOSPITAL_ID."""

HOSPITAL_IDS = ("H1", "H2", "H3", "H4", "H5", "H6", "H7")
