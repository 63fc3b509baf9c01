"""T: bearer tokens. What only a running server can know stands for itself until the test fills it in."""

from corpus import ENDS, STATUS, STAYS, Case
from corpus.basic import GOOD
from rig.wire import request

# A live token, one that has expired and one that was revoked.
LIVE, EXPIRED, REVOKED = "@LIVE@", "@EXPIRED@", "@REVOKED@"
# The live token with another last digit, in Arabic-Indic digits, with a tab within, with its bars percent-encoded, and
# without its last digit.
OFF, ARABIC, TAB, ENCODED, SHORT = "@OFF@", "@ARABIC@", "@TAB@", "@ENCODED@", "@SHORT@"


def sent(*values: str, status: int = 401, reason: str | None = "UNAUTHORIZED", stays: bool = STAYS) -> Case:
    return Case(request("GET", STATUS, [("Authorization", value) for value in values]), status, reason, stays)


CASES = {
    "T1 absent": sent(),
    "T2 another scheme": sent(GOOD),
    "T2 no scheme": sent(LIVE),
    "T3 two headers": sent(f"Bearer {LIVE}", f"Bearer {LIVE}"),
    "T3 two tokens": sent(f"Bearer {LIVE}, {LIVE}"),
    "T4 empty": sent("Bearer"),
    "T4 empty behind a space": sent("Bearer "),
    "T5 another form": sent("Bearer 1670035114445x631333625381113500"),
    "T5 one digit short": sent(f"Bearer {SHORT}"),
    "T5 one digit more": sent(f"Bearer {LIVE}0"),
    "T5 another prefix": sent(f"Bearer x{LIVE}"),
    "T5 quoted": sent(f'Bearer "{LIVE}"'),
    "T6 digits of another script": sent(f"Bearer {ARABIC}"),
    "T7 a space behind it": sent(f"Bearer {LIVE} "),
    "T7 a tab within": sent(f"Bearer {TAB}"),
    "T7 more behind it": sent(f"Bearer {LIVE} x"),
    "T8 a megabyte": sent("Bearer " + "a" * 1_048_576, status=431, reason="HEADERS_TOO_LARGE", stays=ENDS),
    "T9 one digit off": sent(f"Bearer {OFF}"),
    "T10 unknown": sent("Bearer bus|4242424242424x424242424242424242|4343434343434x434343434343434343"),
    "T11 expired": sent(f"Bearer {EXPIRED}"),
    "T12 revoked": sent(f"Bearer {REVOKED}"),
    "T13 SQL": sent("Bearer ' OR 1=1--"),
    "T14 in the query": Case(
        request("GET", f"{STATUS}?access_token=x", {"Authorization": f"Bearer {LIVE}"}), 400, "INVALID_DATA"
    ),
    "T14 in the query, encoded": Case(request("GET", f"{STATUS}?a=b&access%5Ftoken={LIVE}"), 400, "INVALID_DATA"),
    "T15 percent-encoded": sent(f"Bearer {ENCODED}"),
    "live": sent(f"Bearer {LIVE}", status=200, reason=None),
    "live, the scheme in other letters": sent(f"bEaReR {LIVE}", status=200, reason=None),
}
