#!/bin/bash
# Labels by the command line: two laptops, one of which stands for the women of the place, and headquarters.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

# --- three machines -----------------------------------------------------------------------------------
aunties() { run --store aunties.db "$@"; }
two_machines stick
aunties init --invitation stick --name Aunties --no-passphrase
aunties export stick
hq merge stick
hq device approve "$(words_of aunties.db)" --audiences women
hq export stick
aunties merge stick
one merge stick
aunties device confirm --yes
hq device list
prints audience__is_listed 'Aunties, facilitator, approved; stands for women'

# --- a record that is labelled as it is made --------------------------------------------------------------
one add workshop title="On Country" start=2026-06
workshop=$(cat out.txt)
one add session workshop="On Country" title="Birth places 7731" --label "tk wr" --words "ask the aunties 7732" \
	--audience women
session=$(cat out.txt)
tells label__says_that_this_machine_hides_it 'this machine is not among them'
one list session
prints label__hides_it_from_an_outsider 'There is none'
one search places
prints label__hides_it_from_a_search 'Nothing was found'
one show "$session"
code_is label__hides_it_from_show 2
tells label__says_no_more_than_of_what_is_not_there 'there is no record'
one show 0000000000000000-1
nothing=${err//0000000000000000-1/ID}
one show "$session"
is label__gives_the_sentence_of_what_is_not_there "$nothing" "${err//$session/ID}"
one --json status
is label__is_counted_nowhere 1 "$(json "d['peers'][0]['unsent']")"
one dump session
is label__hides_it_from_dumps 1 "$(wc -l <out.txt)"
one export stick
one export stick --to Aunties
hq merge stick
hq --json list session
is outsider__gets_no_record 0 "$(json "d['count']")"
is outsider__has_no_byte_of_it 0 "$(grep -ac 'places 7731\|aunties 7732' hq.db)"
hq --json list workshop
is outsider__gets_the_rest 1 "$(json "d['count']")"
aunties merge stick
aunties --json list session
is audience__gets_the_record "$session" "$(json "d['records'][0]['id']")"
aunties label show "$session"
prints audience__gets_its_words 'label TK WR: ask the aunties 7732; for women'
aunties --json show "$session"
is audience__is_told_who_does_not_get_it true \
	"$(json "'kept for others by a label' in d['fields']['title']['kept_back']")"
is show__has_the_label "TK WR women" "$(json "d['labels'][0]['codes'] + ' ' + d['labels'][0]['audience']")"

# --- what derives from it -----------------------------------------------------------------------------------
aunties add note theme="written later 7733" session="$session"
aunties --json label show "$(cat out.txt)"
is derived__stands_under_the_label "$session" "$(json "d['stands_under'][0]['record']")"
aunties export stick --to Headquarters
aunties export stick --to "Camp one"
hq merge stick
one merge stick
is derived__reaches_no_outsider 0 "$(cat hq.db camp.db | grep -ac 'later 7733')"

one disclosures
is derived__is_not_counted_among_disclosures 0 "$(grep -c session out.txt)"

# --- a label that comes later, and ends ---------------------------------------------------------------------
one label put "$workshop" --audience women --codes "TK WR, TK A" --grantor "the aunties of the place"
prints put__says_who_has_it_already 'Headquarters has it'
prints put__says_what_stands_under_it '2 records? stands? under|1 record stands under'
one export stick
hq merge stick
hq --json list workshop
is put_later__hides_it_where_it_is 0 "$(json "d['count']")"
hq --json status
is put_later__is_no_conflict 0 "$(json "d['conflicts']")"
one label end "$workshop"
one label end "$session"
one export stick
hq merge stick
hq --json list session
is ended__goes_to_everybody "Birth places 7731" "$(json "d['records'][0]['title']")"
hq --json list workshop
is ended__is_shown_again 1 "$(json "d['count']")"

# --- embargo ------------------------------------------------------------------------------------------------
one add workshop title="Not before June 7734" start=2026-07 --embargo 2027-06-30
one list workshop
prints embargo__shows_it_where_it_is 'Not before June'
one export stick
hq merge stick
is embargo__keeps_it_there 0 "$(grep -ac 'before June 7734' hq.db)"
hq date 2027-07-01
code_is date__asks_first 2
one date 2027-07-01 --yes
code_is date__is_signed_by_headquarters_alone 2
hq date 2027-07-01 --yes
hq date 2027-06-01 --yes
tells date__does_not_go_back 'days do not go back'
hq --json date
is date__is_told 2027-07-01 "$(json "d['date']")"
hq export stick
one merge stick
one export stick
hq merge stick
hq search June
prints embargo__ends_with_the_day 'Not before June'

# --- a laptop that comes to stand for others ----------------------------------------------------------------
one add note theme="kept for men 7735" --audience men
one export stick --to Aunties
aunties merge stick
is men__is_for_others 0 "$(grep -ac 'men 7735' aunties.db)"
hq device audiences Aunties "women men"
hq export stick
one merge stick
aunties merge stick
one export stick --to Aunties
aunties merge stick
aunties search kept
prints men__comes_when_it_stands_for_them 'kept for men 7735'

# --- what cannot be said ------------------------------------------------------------------------------------
one label put "$workshop" --codes "TK ZZ"
code_is codes__are_checked 2
tells codes__say_which_there_are 'label codes'
one label put "$workshop" --codes "tk ss"
tells secret__is_best_not_recorded 'best not recorded'
one label put "$workshop" --codes "TK MR"
tells codes__keep_nobody_out_by_themselves 'keeps nobody out'
one label put "$workshop" --audience wimmin
code_is audience__is_checked 2
one label put "$workshop"
code_is put__says_something 2
one label put "$workshop" --embargo June
tells embargo__is_a_date 'full date'
one label end "$(hq add workshop title=Other; cat out.txt)"
code_is end__of_what_is_not_here 2
one consent record "$workshop" protocol=yes
code_is consent_record__is_no_way_to_label 2
one label codes
is codes__are_thirty_four 34 "$(wc -l <out.txt)"

t_end
