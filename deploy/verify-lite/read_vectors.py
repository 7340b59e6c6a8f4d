#!/usr/bin/env python3
"""Reads Holdfast's test vectors by the rules of docs/FORMAT.md, and by nothing else.

This is not a verifier: it checks the form of single leaves and markers, their hashes, the chains among the accepted
ones, and commitments. It knows no log, no checkpoint, no signature, no bundle. A real verifier comes with sealing.
It shares no code and no table with the Go package schemas/leaf; where the two disagree, one of them or the page is wrong.

Usage: read_vectors.py [vectors.json]    exit 0: every vector reproduced; 2: not; 1: the file cannot be read.
"""
import calendar
import hashlib
import hmac
import json
import os
import re
import sys

MAX_BYTES, MAX_DEPTH, MAX_INTEGER = 16384, 8, 2**53


class Refused(Exception): """The bytes are no leaf or marker."""


class NotChecked(Exception): """They are of a version or kind not known here."""


def refuse(*why):
    raise Refused(" ".join(str(w) for w in why))


# Canonical form: FORMAT.md section 2.
def integer(text):
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        refuse("an integer above 2^53")
    return int(text)


def members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        refuse("a member twice")
    for name in names:
        if not re.fullmatch(r"[!-~]*", name) or re.search(r'["\\/~]', name):
            refuse("a member name that is not plain ASCII")
    return dict(pairs)


def form_of_values(value, depth=0):
    if value is None:
        refuse("null")
    if isinstance(value, (dict, list)):
        if depth == MAX_DEPTH:
            refuse("too deep")
        for inner in value.values() if isinstance(value, dict) else value:
            form_of_values(inner, depth + 1)


def canonical(raw):
    """The object that raw, in canonical form, stands for."""
    if raw[:1] != b"{":
        refuse("does not begin with an object")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=members, parse_int=integer,
                           parse_float=lambda s: refuse("a number that is no integer"),
                           parse_constant=lambda s: refuse("no JSON number"))
        form_of_values(value)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as err:  # broken UTF-8 and JSON, lone surrogates
        refuse(err)
    if again != raw:
        refuse("not in canonical form")
    return value


# Forms, words and members: FORMAT.md sections 3, 4 and 6.
HASH, ID = r"[0-9a-f]{64}", r"[A-Za-z0-9_.:-]{1,128}"
TEXT = {
    "kind": r"[a-z-]{1,32}", "hash": HASH, "id": ID, "cohort": r"cohort:" + HASH, "commitment": HASH + r"|withheld",
    "token": r"[A-Za-z0-9_.:/ +;=,()<>-]{1,128}", "timetext": r"[0-9TZ:.,+ -]{1,40}",
    "zone": r"UTC|[+-]([01][0-9]|2[0-3]):[0-5][0-9]",
    "entity": r"(conversation|matter|unplaced):" + ID + r"|cohort:" + HASH + r"|log:[A-Za-z0-9_.:/-]{1,128}",
}
COUNTS = {"version": (1, 1), "count": (0, MAX_INTEGER), "positive": (1, MAX_INTEGER), "shard": (0, 2**31 - 1),
          "integer": (-MAX_INTEGER, MAX_INTEGER)}
WORDS = {
    "clock": "analytics architect audit broker capture event-bridge export-metadata genesys-cloud genesys-provider job "
             "media-header s3 sender transcript",
    "label": "duplicate late retroactive revision truncated unpinned",
    "lock": "hash broker_append",
    "role": "media metadata transcript manifest other",
    "action": "created deleted delete_marker other", "outcome": "ok denied missing changed throttled timeout failed",
    "exported": "metadata row", "hold": "ON OFF UNKNOWN", "retention": "NONE GOVERNANCE COMPLIANCE UNKNOWN",
    "by": "recording-id session-id customer-session window none", "severity": "info warning high critical",
    "step": "opened updated resolved",
}
# name:form, ! where it must be there, *n a list of at most n.
SHAPES = {
    "leaf": "at:time! body:body! entity:entity! epoch:count! evidence:hash*16 evidence_more:positive index:count! kind:kind! "
            "labels:label*6 lock:lock prev:hash regime:hash! seq:positive! shard:shard! times:interval*24 times_more:more "
            "v:version!",
    "marker": "count:count! epoch:count! first:count! shard:shard! shards:shard! through:through v:version!",
    "through": "events:time inspections:time s3:time world:time",
    "interval": "clock:clock! field:token! hi:time lo:time refused:token text:timetext text_sha256:hash zone:zone",
    "more": "count:positive! sha256:hash!",
    "event": "direction:token disconnect_type:token media_type:token message_type:token organization_id:id participant_id:id "
             "provider:token session_id:id topic:token user:commitment",
    "object": "action:action! etag:token object:commitment! organization_id:id principal:commitment recording_id:id role:role! "
              "sequencer:token size:count version_id:token",
    "inspection": "checksum:token checksum_type:token content_type:token error_code:token etag:token export:export "
                  "object:commitment organization_id:id outcome:outcome recording_id:id role:role sha256:hash size:count "
                  "version_id:token",
    "export": "aliases:token*32 aliases_more:more conversation_id:id direction:token duration_ms:count file_sha256:hash! "
              "form:exported! media_type:token participants:id*32 participants_more:more pointer:token projection:hash! "
              "provider:token recording_id:id session_id:id users:commitment*32 users_more:more",
    "lock-body": "legal_hold:hold! object:commitment! recording_id:id retention_mode:retention! version_id:token",
    "pairing": "agents:count! by:by! objects:part*32 objects_more:more recording_id:id session_id:id window_ms:count!",
    "part": "role:role! sha256:hash version_id:token",
    "verdict": "agents:count! cohort:cohort grade:token! locus:token mechanism:token missing:token offset_ms:integer "
               "offsets:offset*32 offsets_more:more recording_id:id shape:token",
    "offset": "clock_a:clock! clock_b:clock! field:token! hi_ms:integer! lo_ms:integer!",
    "alert": "finding:hash! grade:token n:count! offset_ms:integer rule:token! severity:severity! shape:token "
             "spread_ms:integer step:step! subject:token",
    "cohort-body": "channel:token departing:count! grade:token! locus:token mechanism:token members:hash! n:count! "
                   "offset_ms:integer organization_id:id provider:token shape:token spread_ms:integer stratum:token "
                   "stratum_n:count!",
    "regime": "document:document!",
}
BODIES = {"event": "event", "object": "object", "inspection": "inspection", "lock": "lock-body", "pairing": "pairing",
          "verdict": "verdict", "alert": "alert", "cohort": "cohort-body", "regime": "regime"}


def is_time(text):
    m = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z", text)
    if not m:
        return False
    year, month, day = int(m[1]), int(m[2]), int(m[3])
    return year >= 1970 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def check_value(value, form, where):
    if form in SHAPES:
        check_shape(value, form, where)
    elif form == "body":
        if not isinstance(value, dict):
            refuse(where, "is no object")
    elif form in COUNTS:
        least, most = COUNTS[form]
        if type(value) is not int or not least <= value <= most:  # a bool is an int to isinstance
            refuse(where, "is not of the form", form)
    elif not isinstance(value, str):
        refuse(where, "is no text")
    elif form == "document":
        canonical(value.encode("utf-8"))
    elif not (value in WORDS[form].split() if form in WORDS else is_time(value) if form == "time"
              else re.fullmatch(TEXT[form], value)):
        refuse(where, "is not of the form", form)


def check_shape(value, shape, where):
    if not isinstance(value, dict):
        refuse(where, "is no object")
    rows = dict(row.split(":") for row in SHAPES[shape].split())
    for name, inner in value.items():
        if name not in rows:
            refuse(where, "has an unknown member")
        form, _, most = rows[name].rstrip("!").partition("*")
        if not most:
            check_value(inner, form, where + "/" + name)
            continue
        if not isinstance(inner, list) or not 1 <= len(inner) <= int(most):
            refuse(where, name, "is no list of 1 to", most)
        for item in inner:
            check_value(item, form, where + "/" + name)
    for name, row in rows.items():
        if row.endswith("!") and name not in value:
            refuse(where, "lacks", name)
        if name.endswith("_more") and name in value:
            most = int(rows[name[:-5]].partition("*")[2])
            if len(value.get(name[:-5], [])) not in ([16] if name == "evidence_more" else [8, most]):
                refuse(where, name, "after a list that is not full")
    check_rules(value, shape, where)


def check_rules(v, shape, where):
    ok = True
    if shape == "leaf":
        labels = v.get("labels", [])
        ok = (v["seq"] == 1) == ("prev" not in v) and labels == sorted(set(labels))
    elif shape == "interval":
        ok = ("lo" in v) == ("hi" in v) != ("refused" in v) and not ("text" in v and "text_sha256" in v)
        ok = ok and v.get("lo", "") <= v.get("hi", "")
    elif shape == "offset":
        ok = v["lo_ms"] <= v["hi_ms"]
    elif shape == "marker":
        ok = v["shard"] < v["shards"]
    elif shape == "through":
        ok = len(v) > 0 and "1970-01-01T00:00:00.000Z" not in v.values()
    if not ok:
        refuse(where, "breaks a rule of", shape)


def read(what, raw):
    if len(raw) > MAX_BYTES:
        refuse("too large")
    v = canonical(raw)
    version = v.get("v")
    if type(version) is not int or version < 1:
        refuse("no version")
    if version > 1:
        raise NotChecked("unknown-version")
    check_shape(v, what, "")
    if what == "leaf":
        if v["kind"] not in BODIES:
            raise NotChecked("unknown-kind")
        check_shape(v["body"], BODIES[v["kind"]], "/body")
        if v["kind"] == "regime" and sha256(v["body"]["document"].encode()) != v["regime"]:
            refuse("the document is another regime's")
    return v


# The vectors: FORMAT.md sections 5, 7 and 10.
def sha256(raw):
    return hashlib.sha256(raw).hexdigest()


def answer(vector):
    raw = bytes.fromhex(vector["hex"])
    if sha256(raw) != vector["sha256"] or "text" in vector and vector["text"].encode() != raw:
        return "other bytes", None
    try:
        return "", read(vector["what"], raw)
    except Refused:
        return "refused", None
    except NotChecked as kind:
        return str(kind), None


def differences(vectors):
    heads, leaves = {}, {}
    for vector in vectors["accepted"]:
        got, v = answer(vector)
        if got:
            yield "accepted %s: %s" % (vector["name"], got)
        elif vector["what"] == "leaf":
            leaves[vector["name"]] = v
            seq, prev = heads.get(v["entity"], (0, None))
            if v["seq"] != seq + 1 or v.get("prev") != prev:
                yield "accepted %s: breaks its chain" % vector["name"]
            heads[v["entity"]] = v["seq"], vector["sha256"]
    for vector in vectors["refused"]:
        got, _ = answer(vector)
        if got != vector.get("answer", ""):
            yield "refused %s: %s instead of %s" % (vector["name"], got or "accepted", vector.get("answer") or "accepted")
    for c in vectors["commitments"]:
        message = b"holdfast/v1" + c["field"].encode() + b"\0" + bytes.fromhex(c["value_hex"])
        made = hmac.new(bytes.fromhex(c["secret"]), message, hashlib.sha256).hexdigest()
        if (made == c["commitment"]) != c["opens"]:
            yield "commitment of %s" % c["field"]
    for t in vectors["tokens"]:
        raw = bytes.fromhex(t["in_hex"])
        stands = re.fullmatch(TEXT["token"].encode(), raw)
        if t["out"] != (raw.decode() if stands else "sha256:" + sha256(raw)):
            yield "token %s" % t["in_hex"]
    for r in vectors["rests"]:
        export = leaves[r["leaf"]]["body"]["export"]
        shown, more = export[r["list"]], export[r["list"] + "_more"]
        items = [json.dumps(item).encode() for item in r["all"][len(shown):]]
        made = sha256(b"".join(len(item).to_bytes(4, "big") + item for item in items))
        if r["all"][:len(shown)] != shown or more != {"count": len(items), "sha256": made}:
            yield "rest of %s in %s" % (r["list"], r["leaf"])


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../schemas/leaf/testdata/vectors.json")
    try:
        with open(sys.argv[1] if len(sys.argv) > 1 else beside, encoding="utf-8") as f:
            vectors = json.load(f)
    except (OSError, ValueError) as err:
        sys.exit("cannot read the vectors: %s" % err)
    wrong = list(differences(vectors))
    for line in wrong:
        print("DIFFERS " + line)
    counts = ", ".join("%d %s" % (len(vectors[k]), k) for k in ("accepted", "refused", "commitments", "tokens", "rests"))
    print("%s: %d differences" % (counts, len(wrong)))
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
