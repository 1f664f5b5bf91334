"""Meta's error codes, judged once: try again or not, when, and how far the trouble reaches.

Codes: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
Meta publishes advice, not classes; the classes below are our judgement. The same code may come in the
answer to a send, in a failed receipt, or in both, and means the same in each. Branch on the code alone:
titles and HTTP statuses are no longer promised.
"""

from __future__ import annotations

from dataclasses import dataclass

from processors.channels.base import Scope

HOUR = 3600.0
DAY = 24 * HOUR
LONGEST_DELAY = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do after an error.

    `retry` already counts the attempts made: it is False once `max_tries` are used up. `scope` says how
    far to pause. `remedy` is a stable key for texts and alerts, `explanation` the same in English.
    `opt_out`: the person stopped such messages, record it. `window_closed`: only a template may be sent.
    """

    code: int | None
    retry: bool
    delay_seconds: float
    scope: Scope
    max_tries: int
    remedy: str
    explanation: str
    opt_out: bool = False
    window_closed: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """The n-th pause lasts `base` times `growth` to the power of n - 1 seconds, for `tries` tries in all."""

    remedy: str
    explanation: str
    scope: Scope = "message"
    tries: int = 1
    base: float = 0.0
    growth: float = 2.0
    opt_out: bool = False
    window_closed: bool = False

    def delay(self, attempt: int) -> float:
        # The exponent is bounded, because an absurd attempt number must not overflow.
        return min(self.base * self.growth ** min(attempt - 1, 32), LONGEST_DELAY)


_TOKEN = _Rule("renew_token", "The access token is invalid or expired: set a new one.", "account")
_PERMISSION = _Rule("grant_permission", "The app lacks a permission for this account.", "account")
_NUMBER_GONE = _Rule("register_number", "The sending number is unknown, deleted or not registered.", "number")
_REQUEST = _Rule("fix_request", "Meta refused the request as malformed: this is a defect of ours.")
_UNKNOWN_FAULT = _Rule("wait", "Meta had an unknown fault.", tries=3, base=2, growth=4)
_OUTAGE = _Rule("wait", "WhatsApp is unavailable at the moment.", "account", tries=6, base=2, growth=3)
_CALL_RATE = _Rule("wait", "The app made too many calls.", "account", tries=5, base=60)
_THROUGHPUT = _Rule("slow_down", "The number sends faster than it may.", "number", tries=8, base=1)
# Meta asks for 4^X seconds, for this pair of number and person only. X is the attempt, so the first pause
# is 4 s: near the one message per 6 s that a pair may exchange once its burst is used up.
_PAIR_RATE = _Rule("slow_down", "Too many messages to this person.", "pair", tries=6, base=4, growth=4)
_MAINTENANCE = _Rule("wait", "The number is being upgraded.", "number", tries=5, base=60, growth=1)
_SPAM = _Rule("pause_campaigns", "The number is limited after complaints.", "number", tries=2, base=HOUR)
_MISUSED_TEMPLATE = _Rule(
    "pause_campaigns",
    "The account is limited for templates in a wrong category.",
    "account",
    tries=2,
    base=HOUR,
)
_WINDOW = _Rule("use_template", "More than 24 hours since the person's last message.", window_closed=True)
_UNDELIVERABLE = _Rule("call_instead", "This person can't get WhatsApp messages from the number.")
_ENGAGEMENT = _Rule("wait_a_day", "This person got enough marketing for now.", tries=2, base=DAY, growth=1)
_OPTED_OUT = _Rule("respect_opt_out", "The person stopped marketing messages.", opt_out=True)
_EXPERIMENT = _Rule("skip", "The person is in an experiment group of Meta's.")
_BLOCKED = _Rule("unblock_person", "The business blocked this person.")
_NOT_ALLOWED = _Rule("check_number", "The recipient is the sender itself or not in the test list.")
_PAYMENT = _Rule("fix_payment", "There is a problem with the account's payment method.", "account")
_LOCKED = _Rule("contact_meta", "The account is locked or restricted.", "account")
_COUNTRY = _Rule("skip", "The account may not write to this country.")
_REGISTRATION = _Rule("register_number", "The number must be registered again.", "number")
_DISPLAY_NAME = _Rule("fix_display_name", "The number has no approved display name.", "number")
_KIND = _Rule("fix_request", "This kind of message is not supported.")
_INBOUND_MEDIA = _Rule("ask_to_resend", "The person's file could not be fetched.")
_OUTBOUND_MEDIA = _Rule("fix_media", "WhatsApp could not take the file: check its type and size.")
_NEEDS_PHONE = _Rule("ask_for_number", "Such a message can't go to a user id; a phone number is needed.")
_MARKETING_OFF = _Rule("skip", "Marketing is turned off on this interface.")
_OTHER_ENDPOINT = _Rule("fix_request", "This kind of message belongs to another interface.")
_TEMPLATE = _Rule("fix_template", "The template or its parameters don't fit.")
_TEMPLATE_PAUSED = _Rule("wait", "The template is paused for low quality.", tries=2, base=3 * HOUR)
_TEMPLATE_DISABLED = _Rule("fix_template", "The template is disabled for good.")
_TEMPLATE_SYNCING = _Rule("wait", "The template is not ready yet.", tries=3, base=600, growth=1)
_FLOW_BLOCKED = _Rule("fix_flow", "The flow is blocked.")
_FLOW_THROTTLED = _Rule("wait", "The flow is throttled.", tries=2, base=HOUR)
_DEREGISTRATION = _Rule(
    "wait", "The number's registration is changing.", "number", tries=3, base=300, growth=1
)
_REGISTRATION_LATER = _Rule("wait", "Too many registration attempts.", "number", tries=2, base=HOUR)
_PIN = _Rule("register_number", "The number's PIN is wrong or it needs verification.", "number")
_TERMS = _Rule("accept_terms", "Terms of service must be accepted first.", "account")
_IDENTITY = _Rule("confirm_identity", "The person's security code changed.")
_USERNAME = _Rule("skip", "The business username was refused.", "account")
_ONBOARDING = _Rule("skip", "The phone's history can't be synchronised.", "account")
_UNLISTED = _Rule("look_at_error", "Meta refused with a code that is not in the table.")
_UNLISTED_TRANSIENT = _Rule("wait", "Meta calls the fault transient.", tries=3, base=5, growth=4)

_RULES: dict[int, _Rule] = {
    0: _TOKEN,
    1: _UNKNOWN_FAULT,
    2: _OUTAGE,
    3: _PERMISSION,
    4: _CALL_RATE,
    10: _PERMISSION,
    33: _NUMBER_GONE,
    100: _REQUEST,
    190: _TOKEN,
    **dict.fromkeys(range(200, 300), _PERMISSION),
    368: _LOCKED,
    80007: _CALL_RATE,
    130403: _BLOCKED,
    130429: _THROUGHPUT,
    130472: _EXPERIMENT,
    130497: _COUNTRY,
    131000: _UNKNOWN_FAULT,
    131005: _PERMISSION,
    131008: _REQUEST,
    131009: _REQUEST,
    131016: _OUTAGE,
    131021: _NOT_ALLOWED,
    131026: _UNDELIVERABLE,
    131030: _NOT_ALLOWED,
    131031: _LOCKED,
    131037: _DISPLAY_NAME,
    131042: _PAYMENT,
    131045: _REGISTRATION,
    131047: _WINDOW,
    131048: _SPAM,
    131049: _ENGAGEMENT,
    131050: _OPTED_OUT,
    131051: _KIND,
    131052: _INBOUND_MEDIA,
    131053: _OUTBOUND_MEDIA,
    131055: _OTHER_ENDPOINT,
    131056: _PAIR_RATE,
    131057: _MAINTENANCE,
    131060: _INBOUND_MEDIA,
    131062: _NEEDS_PHONE,
    131063: _MARKETING_OFF,
    131064: _MISUSED_TEMPLATE,
    132000: _TEMPLATE,
    132001: _TEMPLATE,
    132005: _TEMPLATE,
    132007: _TEMPLATE,
    132012: _TEMPLATE,
    132015: _TEMPLATE_PAUSED,
    132016: _TEMPLATE_DISABLED,
    132018: _TEMPLATE,
    132068: _FLOW_BLOCKED,
    132069: _FLOW_THROTTLED,
    133000: _DEREGISTRATION,
    133004: _OUTAGE,
    133005: _PIN,
    133006: _PIN,
    133008: _REGISTRATION_LATER,
    133009: _REGISTRATION_LATER,
    133010: _REGISTRATION,
    133015: _DEREGISTRATION,
    133016: _REGISTRATION_LATER,
    134011: _TERMS,
    134100: _OTHER_ENDPOINT,
    134101: _TEMPLATE_SYNCING,
    134102: _TEMPLATE,
    135000: _REQUEST,
    137000: _IDENTITY,
    **dict.fromkeys(range(147001, 147006), _USERNAME),
    2593107: _ONBOARDING,
    2593108: _ONBOARDING,
    2593109: _ONBOARDING,
}

_UNKNOWN_OBJECT = 33
"""The subcode of code 100 that says: the number id in the path does not exist for this token."""


def classify(
    code: int | None,
    details: str = "",
    *,
    subcode: int | None = None,
    transient: bool = False,
    attempt: int = 1,
) -> Verdict:
    """The verdict on one error of Meta's.

    Args: `details` is Meta's own explanation and is appended to ours; `transient` is its `is_transient`
    flag and decides only where the code is not in the table; `attempt` is the number of the try that just
    failed, from 1.
    """
    rule = _rule(code, subcode, transient)
    attempt = max(attempt, 1)
    retry = attempt < rule.tries
    return Verdict(
        code=code,
        retry=retry,
        delay_seconds=rule.delay(attempt) if retry else 0.0,
        scope=rule.scope,
        max_tries=rule.tries,
        remedy=rule.remedy,
        explanation=f"{rule.explanation} ({details})" if details else rule.explanation,
        opt_out=rule.opt_out,
        window_closed=rule.window_closed,
    )


def _rule(code: int | None, subcode: int | None, transient: bool) -> _Rule:
    if code == 100 and subcode == _UNKNOWN_OBJECT:
        return _NUMBER_GONE
    found = _RULES.get(code) if code is not None else None
    return found or (_UNLISTED_TRANSIENT if transient else _UNLISTED)
