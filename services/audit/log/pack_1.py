"""How leaves were packed until ``log/pack.py`` took their ids out first; what lies so is read for ever.

``0x01`` and raw DEFLATE (RFC 1951) under the dictionary below, which is frozen.
"""

from __future__ import annotations

import zlib

from services.audit.log.entry import MAX_LEAF_BYTES, LeafIsNotCanonical, LeafIsTooLarge

PACKED_1 = b"\x01"
# raw, no header; a window as large as dictionary and leaf
_WINDOW = -14
# in the order of a leaf, and what is most often said nearest to the end
_DICTIONARY = (
    b'"rules":"reason":"state","provider","no-assignment","history":true,"lost_events":"given_up":["ended":["restore_i'
    b'd":"template":"type":"session.ended.v1","session.refused.v1","alarm.opened.v1","alarm.closed.v1","assignment.end'
    b'ed.v1","action":"export","action":"search","purpose":"log-review","purpose":"administration","record_kind":"draf'
    b't","record_kind":"consent","record_kind":"entry","record_kind":"trail","record_kind":"referral-receipt","record_'
    b'kind":"referral-form","record_kind":"referral-state","record_kind":"referral-consents","record_kind":"assignment'
    b'","record_kind":"unit","role":"auditor","role":"administrator","rule":"auditor-reviews-within-mandate","rule":"a'
    b'uthor","rule":"referring-unit","rule":"stand-in-of-receiving-unit","rule":"own-municipality","action":"referral.'
    b'cancelled","type":"referral.cancelled.v1","action":"referral.rejected","type":"referral.rejected.v1","action":"r'
    b'eferral.first-contact-made","type":"referral.first-contact-made.v1","action":"consent.withdrawn","type":"consent'
    b'.withdrawn.v1","action":"notice.queued","type":"notice.queued.v1","scopes":["share-with-receiving-unit","tell-re'
    b'ferrer-what-happened","tell-about-person-cared-for","staff-may-contact-carer","staff-may-tell-carer"]{"action":"'
    b'unit.changed","agent":{"kind":"unknown"},"correlation_id":"","data":{"active":true,"area":"0180-skarholmen","fun'
    b'ction_address":","kind":"referring","name":","occurred_at":"2026-T00:00:00.000000Z","organization_id":"","phone"'
    b':","unit_id":"","version":1},"format":"lotsa-leaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"d'
    b'one","recorded_at":"2026-T00:00:00.000000Z","sequence":1,"source":"/lotsa/lotsa/directory/","type":"unit.changed'
    b'.v1"}{"action":"assignment.granted","agent":{"kind":"unknown"},"commitments":{"user":""},"correlation_id":"","da'
    b'ta":{"assignment_id":"","role":"referrer","unit_id":"","valid_from":"2026-00:00Z"},"format":"lotsa-leaf/2","id":'
    b'"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","sequence":1,"'
    b'source":"/lotsa/lotsa/directory/","type":"assignment.granted.v1"}{"action":"activity.changed","agent":{"kind":"s'
    b'taff"},"assignment":"","commitments":{"user":""},"correlation_id":"","data":{"activity_id":"","occurred_at":"202'
    b'6-T00:00:00.000000Z","organization_id":"","service_id":"","status":"scheduled","version":1},"format":"lotsa-leaf'
    b'/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","sequ'
    b'ence":1,"source":"/lotsa/lotsa/directory/","type":"activity.changed.v1"}{"action":"listing.changed","agent":{"ki'
    b'nd":"staff"},"assignment":"","commitments":{"user":""},"correlation_id":"","data":{"occurred_at":"2026-T00:00:00'
    b'.000000Z","organization_id":"","service_id":"","status":"active","version":1},"format":"lotsa-leaf/2","id":"","o'
    b'ccurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","sequence":1,"sourc'
    b'e":"/lotsa/lotsa/directory/","type":"listing.changed.v1"}{"action":"session.signed-in","agent":{"kind":"staff"},'
    b'"commitments":{"user":""},"correlation_id":"","data":{"occurred_at":"2026-T00:00:00.000000Z","session_id":""},"f'
    b'ormat":"lotsa-leaf/2","id":"","source":"/lotsa/lotsa/directory/","type":"session.signed-in.v1","units":[""]}{"ac'
    b'tion":"notice.sent","agent":{"kind":"clock"},"causation_id":"","correlation_id":"","data":{"channel":"email","no'
    b'tice_id":"","occurred_at":"2026-T00:00:00.000000Z","template":"referral-arrived","unit_id":""},"format":"lotsa-l'
    b'eaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","s'
    b'equence":1,"source":"/lotsa/lotsa/notifications/","type":"notice.sent.v1"}{"action":"referral.completed","agent"'
    b':{"kind":"staff"},"assignment":"","commitments":{"user":""},"correlation_id":"","data":{"occurred_at":"2026-00:0'
    b'0Z","receiving_unit_id":"","referral_id":"","referring_unit_id":"","version":4},"format":"lotsa-leaf/2","id":"",'
    b'"occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","role":"adviser",'
    b'"sequence":1,"source":"/lotsa/lotsa/referral/","subjects":[""],"type":"referral.completed.v1","unit":""}{"action'
    b'":"referral.accepted","agent":{"kind":"staff"},"assignment":"","commitments":{"user":""},"correlation_id":"","da'
    b'ta":{"occurred_at":"2026-00:00Z","receiving_unit_id":"","referral_id":"","referring_unit_id":"","version":2},"fo'
    b'rmat":"lotsa-leaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:'
    b'00.000000Z","role":"adviser","sequence":1,"source":"/lotsa/lotsa/referral/","subjects":[""],"type":"referral.acc'
    b'epted.v1","unit":""}{"action":"consent.given","agent":{"kind":"staff"},"assignment":"","commitments":{"user":""}'
    b',"correlation_id":"","data":{"about":"carer","consent_id":"","expires_at":"2026-00:00Z","occurred_at":"2026-00:0'
    b'0Z","recipient_unit_id":"","referral_id":"","scopes":["share-with-receiving-unit"],"unit_id":""},"format":"lotsa'
    b'-leaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z",'
    b'"role":"referrer","sequence":1,"source":"/lotsa/lotsa/referral/","subjects":["",""],"type":"consent.given.v1","u'
    b'nit":""}{"action":"referral.sent","agent":{"kind":"staff"},"assignment":"","commitments":{"user":""},"consents":'
    b'["",""],"correlation_id":"","data":{"acknowledge_by":"2026-00:00Z","number":","occurred_at":"2026-00:00Z","prior'
    b'ity":"routine","receiving_unit_id":"","referral_id":"","referring_unit_id":"","version":1},"format":"lotsa-leaf/'
    b'2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T00:00:00.000000Z","role"'
    b':"referrer","sequence":1,"source":"/lotsa/lotsa/referral/","subjects":[""],"type":"referral.sent.v1","unit":""}{'
    b'"action":"referral.opened","agent":{"kind":"staff"},"assignment":"","commitments":{"user":""},"correlation_id":"'
    b'","data":{"occurred_at":"2026-00:00Z","receiving_unit_id":"","referral_id":"","referring_unit_id":"","version":1'
    b'},"format":"lotsa-leaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"done","recorded_at":"2026-T0'
    b'0:00:00.000000Z","role":"adviser","sequence":1,"source":"/lotsa/lotsa/referral/","subjects":[""],"type":"referra'
    b'l.opened.v1","unit":""}{"action":"read","agent":{"kind":"staff"},"assignment":"","commitments":{"user":""},"cons'
    b'ents":["",""],"correlation_id":"","data":{"access_id":"","looked_at":"2026-00:00Z"},"format":"lotsa-leaf/2","id"'
    b':"","occurred_at":"2026-T00:00:00.000000Z","outcome":"allowed","purpose":"support-to-carer","record_kind":"refer'
    b'ral","recorded_at":"2026-T00:00:00.000000Z","role":"adviser","rule":"receiving-unit","sequence":1,"source":"/lot'
    b'sa/lotsa/referral/","subjects":[""],"type":"access.recorded.v1","unit":""}{"action":"list","agent":{"kind":"staf'
    b'f"},"assignment":"","commitments":{"user":""},"correlation_id":"","data":{"access_id":"","looked_at":"2026-00:00'
    b'Z"},"format":"lotsa-leaf/2","id":"","occurred_at":"2026-T00:00:00.000000Z","outcome":"allowed","purpose":"suppor'
    b't-to-carer","record_kind":"referral","recorded_at":"2026-T00:00:00.000000Z","role":"adviser","rule":"own-unit","'
    b'sequence":1,"shown":{"consents":50,"count":25,"digest":""},"source":"/lotsa/lotsa/referral/","type":"access.reco'
    b'rded.v1","unit":""}'
)


def unpack_1(stored: bytes) -> bytes:
    """The leaf, of what begins with 0x01. Raises LeafIsTooLarge, or LeafIsNotCanonical for what was never packed so."""
    unpacking = zlib.decompressobj(_WINDOW, _DICTIONARY)
    try:
        leaf = unpacking.decompress(stored[1:], MAX_LEAF_BYTES + 1)
    except zlib.error:
        raise LeafIsNotCanonical("packed in another way") from None
    if len(leaf) > MAX_LEAF_BYTES:
        raise LeafIsTooLarge(f"more than {MAX_LEAF_BYTES} bytes")
    if not unpacking.eof or unpacking.unused_data:
        raise LeafIsNotCanonical("packed in another way")
    return leaf
