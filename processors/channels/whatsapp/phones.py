"""Phone numbers as recipients. Stored numbers stay as received, for those are what messages match by."""

from __future__ import annotations

import re

# In these countries WhatsApp's own id of a person holds a digit that dialling does not.
# Argentina: inbound 549 + 10 digits, but sending with the 9 fails with 131030 and without it arrives
#   (https://github.com/kevinrivm/vocero-crm/issues/35, https://github.com/chatwoot/chatwoot/issues/13932).
# Mexico: inbound 521 + 10 digits, dialled 52 + 10
#   (https://github.com/david-lev/pywa/issues/155, https://github.com/chatwoot/chatwoot/issues/11053).
# Brazil is left alone: old accounts lack the ninth digit and are reached as they are.
_EXTRA_DIGIT = re.compile(r"(?:(54)9|(52)1)([0-9]{10})")


def to_recipient(phone: str) -> str:
    """`+` and the digits to dial, from the digits of `from` or `wa_id`.

    Without `+` Meta puts the business's own country code in front
    (https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages).
    """
    digits = phone.lstrip("+")
    match = _EXTRA_DIGIT.fullmatch(digits)
    return f"+{match.group(1) or match.group(2)}{match.group(3)}" if match else f"+{digits}"
