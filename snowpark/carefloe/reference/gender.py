"""The words for a gender in files, in lower case; events say F and M."""

WORDS_FOR_F = ("f", "female")
WORDS_FOR_M = ("m", "male")
