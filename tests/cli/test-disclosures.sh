#!/bin/bash
# Who was sent what: the ledger of disclosures, by the command line.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

two_machines stick

# --- before and after -----------------------------------------------------------------------------------
one add person "pseudonym=Participant 0417" name="Wombat Compass" phone="0400 000 417"
person=$(cat out.txt)
one disclosures "$person"
prints before__nothing_was_sent 'Nothing of it was sent from here'
one consent record "Participant 0417" attend_record=yes identity=yes
one export stick
one --json disclosures "$person"
is sent__says_to_whom Headquarters "$(json "d['disclosures'][0]['to']")"
is sent__says_which_fields "['pseudonym', 'name']" "$(json "d['disclosures'][0]['fields']")"
is sent__says_for_which_purposes "['attend_record', 'identity']" \
	"$(json "d['disclosures'][0]['purposes']")"
is sent__is_not_called_received false "$(json "d['disclosures'][0]['received']")"
is sent__names_the_bundle true "$(json "d['disclosures'][0]['bundle'].endswith('.satchel')")"
is sent__names_the_record "$person" "$(json "d['disclosures'][0]['record']")"
hq merge stick --reply
one merge stick
one --json disclosures "$person"
is received__when_the_receipt_came true "$(json "d['disclosures'][0]['received']")"

# --- what concerns a person, and everything -------------------------------------------------------------
one add note text="said by the creek" speaker="Participant 0417"
one consent record "Participant 0417" quote_unnamed=yes
one export stick
one --json disclosures "Participant 0417"
is person__has_what_concerns_them "['note', 'person']" "$(json "sorted({x['kind'] for x in d['disclosures']})")"
is person__is_not_named_without_a_yes true \
	"$(json "all('speaker' not in x['fields'] for x in d['disclosures'])")"
one disclosures
prints all__says_how_many 'to Headquarters, .*  note 1 record: text'

# --- a yes that ended -----------------------------------------------------------------------------------
hq merge stick --reply
one merge stick
one consent withdraw "Participant 0417" identity
one --json disclosures "$person"
is stopped__stays_written_down true "$(json "any('name' in x['fields'] for x in d['disclosures'])")"
one erase "$person"
prints erase__says_who_was_sent_it 'Headquarters (has it|was sent it)'
one consent receipt "Participant 0417"
prints receipt__says_who_has_something 'Headquarters'
one disclosures nobody
code_is unknown__is_refused 2

t_end
