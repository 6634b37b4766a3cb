#!/bin/bash
# Decisions that prove themselves outside the store: not one member of the file can be changed, left out or added.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

mkdir NOWHERE
two_machines STICK

one add person "pseudonym=Participant 0417" "name=Name 0417"
one consent record "Participant 0417" has_guardian=yes --until 2099-01-01
one consent record "Participant 0417" attend_record=yes identity=yes demographics=yes --witness "Witness 0042" \
	--method oral --language "Río" --notice-version 3 --withheld-from auditor --retention "seven years" --contact "the ranger"
one consent record "Participant 0417" photo=yes --recipients "registry" --until 2031-02-03
one consent record "Participant 0417" identity=yes --relation guardian --grantor "Aunt of 0417"
one consent withdraw "Participant 0417" photo
one consent withdraw "Participant 0417" photo --final --yes

one consent document "Participant 0417" one.json
code_is document__is_written 0
is document__is_for_its_owner_alone 600 "$(stat -c %a one.json)"
one consent document "Participant 0417" one.json
code_is document__is_never_overwritten 2
one consent verify one.json
code_is document__holds_here 0
prints document__says_who_recorded_it 'identity: given, about .*, recorded by Camp one'
prints document__says_that_a_guardian_spoke 'identity: guardian given'
prints document__says_whose_headquarters_it_is 'which is ours'
prints document__says_what_is_gone 'photo: given, .*withheld'
(cd NOWHERE && run --json consent verify ../one.json && cp out.txt ..)
is document__holds_without_a_store "True None" "$(json 'str(d["ok"]) + " " + str(d["our_registry"])')"
is document__keeps_its_terms "seven years" "$(python3 -c 'import json
print(next(r["retention"] for r in json.load(open("one.json"))["records"] if "retention" in r))')"

# Headquarters got it on a stick, with what may leave the laptop.
one export STICK
hq merge STICK
subject=$(python3 -c 'import json; print(json.load(open("one.json"))["records"][0]["principal_ref"])')
hq consent document "$subject" hq.json
hq consent verify hq.json
code_is travelled__document_holds 0
is travelled__names_are_the_same "$(python3 -c 'import json; print([r["record_id"] for r in json.load(open("one.json"))["records"]])')" \
	"$(python3 -c 'import json; print([r["record_id"] for r in json.load(open("hq.json"))["records"]])')"
run --store other.db init --registry --name Stranger --no-passphrase
run --store other.db consent verify one.json
prints stranger__is_told_that_it_is_not_theirs 'which is not ours'
one consent document Nobody two.json
code_is document__of_nobody 2
for text in '' '{' '[]' '{"satchel_consent":1,"records":[]}' '{"satchel_consent":2,"records":[1]}' '{"satchel_consent":1,"records":[{}]}'; do
	printf '%s' "$text" >odd.json
	one consent verify odd.json
	code_is "document__is_not_$text" 1
done

# Every leaf changed, every member left out, one added in every place: each has to be refused.
cat >attack.py <<'P'
import copy, json, os, subprocess, sys

whole = json.load(open("one.json", encoding="utf-8"))

def changed(value):
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 0 else [value + 1]
    if isinstance(value, str):
        flipped = value[:-1] + ("0" if value[-1:] != "0" else "1")
        return [flipped, value + "0", None] if value else ["x", None]
    return ["x", 7]

def variants(node, path):
    """(what was done, how to do it again on a copy)"""
    if isinstance(node, dict):
        yield path, "added", lambda n: n.__setitem__("remark", "x")
        for key in node:
            yield path, "left out " + key, lambda n, k=key: n.__delitem__(k)
            yield from inside(node, path, key)
    elif isinstance(node, list):
        yield path, "longer", lambda n: n.append("x")
        if node:
            yield path, "shorter", lambda n: n.pop()
        for i in range(len(node)):
            yield from inside(node, path, i)

def inside(node, path, key):
    if isinstance(node[key], (dict, list)):
        yield from variants(node[key], path + [key])
    else:
        for value in changed(node[key]):
            yield path, f"{key} = {value!r}", lambda n, k=key, v=value: n.__setitem__(k, v)

accepted, tried = [], 0
for number in (1, 3, 6):
    record = whole["records"][number]
    for path, what, change in variants(record, []):
        bad = copy.deepcopy(record)
        at = bad
        for key in path:
            at = at[key]
        change(at)
        if bad == record:
            continue
        json.dump({"satchel_consent": 1, "records": [bad]}, open("bad.json", "w", encoding="utf-8"))
        tried += 1
        done = subprocess.run([os.environ["SATCHEL"], "--store", "none.db", "consent", "verify", "bad.json"],
                              capture_output=True)
        if done.returncode != 1:
            accepted.append(f"record {number + 1} {path} {what}: exit {done.returncode}")
print("\n".join(accepted) if accepted else f"all refused, {tried > 200}")
P
export SATCHEL
is attack__nothing_that_was_changed_is_accepted "all refused, True" "$(python3 attack.py)"

t_end
