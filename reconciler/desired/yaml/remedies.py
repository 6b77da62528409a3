"""What to do about a text that is no YAML, as findings say it."""

from __future__ import annotations

from typing import Final

MEND: Final = "Mend the file at this place; nothing in it was read."
QUOTE: Final = "Put quotes around the text, if it is meant as one."
