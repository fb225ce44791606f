"""A simulated hospital network, and a replay of Synthea encounters, as events and CSV files."""
