#!/bin/bash
# What is asked before a yes is recorded that may not mean what it seems to mean.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

export SATCHEL_STORE=hq.db
run init --registry --name Headquarters --no-passphrase
run add person "pseudonym=Participant 0417" name="Name 0417"
decisions() { "$SATCHEL" --json consent show "$1" | python3 -c 'import json, sys
print(len(json.load(sys.stdin)["decisions"]))'; }
# episode PURPOSE: of the latest decision about it
episode() {
	run --json consent show "Participant 0417"
	json "[x['episode'] for x in d['decisions'] if x['purpose'] == '$1'][-1]"
}
record() { run consent record "Participant 0417" "$@"; }

# --- a yes after "for ever" ------------------------------------------------------------------------
record identity=yes photo=yes
code_is first_yes__is_not_asked_about 0
run consent withdraw "Participant 0417" identity --final --yes
run consent withdraw "Participant 0417" photo
today=$(date -u +%Y-%m-%d)
before=$(decisions "Participant 0417")
record identity=yes
code_is later_yes__without_a_person_is_refused 2
tells later_yes__names_who_took_back_what "Participant 0417 took back for ever: identity on $today"
tells later_yes__says_that_an_episode_opens 'opens a new episode'
tells later_yes__says_what_it_covers 'only what is written from now on'
tells later_yes__says_what_to_do '--yes answers for scripts'
run --json consent record "Participant 0417" Identity=renewed attend_record=yes
is later_yes__is_refused_with_one_json_object usage "$(json 'd["error"]["code"]')"
is later_yes__refused_records_nothing "$before" "$(decisions "Participant 0417")"
record photo=yes
code_is later_yes__after_stopping_only_is_not_asked_about 0
record identity=no
code_is later_no__is_not_asked_about 0
before=$(decisions "Participant 0417")
typed yes consent record "Participant 0417" identity=yes
code_is later_yes__with_another_word_is_refused 1
tells later_yes__asks_at_a_terminal 'opens a new episode.*'
tells later_yes__names_the_word 'Type "new yes" to go on'
is later_yes__with_another_word_records_nothing "$before" "$(decisions "Participant 0417")"
typed "new yes" consent record "Participant 0417" identity=yes
code_is later_yes__with_the_word_is_recorded 0
is later_yes__is_of_the_next_episode 1 "$(episode identity)"
record identity=renewed
code_is later_yes__is_asked_about_once 0
run consent withdraw "Participant 0417" identity photo --final --by-other --yes
record identity=yes photo=yes
tells later_yes__names_all_purposes "identity on $today \(by somebody else\), photo on $today"
record identity=yes photo=yes --yes
code_is later_yes__is_recorded_for_scripts 0
is later_yes__opens_an_episode_each_time 2 "$(episode identity)"

# --- details that were taken back -------------------------------------------------------------------
run add person "pseudonym=Participant 0042" name="Name 0042"
run consent record "Participant 0042" identity=yes --witness "Witness 0042" --method oral
run --json consent show "Participant 0042"
is details__are_shown_where_they_were_written "Witness 0042" "$(json 'd["decisions"][0]["details"]["witness"]')"
run consent withdraw "Participant 0042" identity --final --yes
run --json consent show "Participant 0042"
is details__that_were_taken_back_are_gone false "$(json 'd["decisions"][0]["details_here"]')"
is details__take_the_time_with_them null "$(json 'd["decisions"][0]["claimed_time"]')"
is details__leave_what_was_decided given "$(json 'd["decisions"][0]["event"]')"
run consent show "Participant 0042"
prints details__that_are_gone_are_said_to_be 'how and by whom it was said is not here'
is details__leave_no_byte_in_the_store 0 "$(cat hq.db* | grep -a -c 'Witness 0042')"
run doctor
code_is details__erased_leave_the_store_sound 0

# --- a last day that is past -----------------------------------------------------------------------
before=$(decisions "Participant 0417")
record audio=yes --until 2020-01-31
code_is past_day__without_a_person_is_refused 2
tells past_day__names_both_days "2020-01-31, is past: today is $today here"
tells past_day__says_what_it_means 'permits nothing'
tells past_day__says_when_it_is_right 'clock of this computer is wrong'
is past_day__refused_records_nothing "$before" "$(decisions "Participant 0417")"
typed past consent record "Participant 0417" audio=yes --until 2020-01-31
code_is past_day__can_be_confirmed 0
record audio=yes --until 2020-02-28 --yes
code_is past_day__can_be_confirmed_for_scripts 0
record audio=yes --until "$today"
code_is past_day__is_not_this_one 0
record audio=no --until 2020-01-31
code_is past_day__of_a_no_is_not_asked_about 0
# --- who decides together with whom, and who is mourned --------------------------------------------
run --json add person "pseudonym=Participant 0418" name="Name 0418"
id=$(json 'd["id"]')
young() { run consent record "Participant 0418" "$@"; }
# now PURPOSE: what headquarters may have
now() {
	run --json consent show "Participant 0418"
	json "[x['answer'] for x in d['purposes'] if x['purpose'] == '$1'][0]"
}
young identity=yes --relation guardian
code_is guardian__of_nobody_is_refused 2
tells guardian__of_nobody_says_what_to_do 'record has_guardian first'
young identity=renewed
code_is life_cycle__renewed_before_a_yes_is_refused 2
tells life_cycle__says_what_does_not_follow '"renewed" cannot be said before anything else'
young has_guardian=yes identity=yes --until 2099-01-01
is guardian__own_yes_alone_is_none suspended "$(now identity)"
run consent show "Participant 0418"
prints guardian__reason_is_shown 'has a guardian who has not been asked'
prints guardian__state_is_shown 'has a guardian; asked again after 2099-01-01'
young identity=yes --relation guardian --notice-version 2 --withheld-from auditor --retention "seven years"
is guardian__both_say_yes permitted "$(now identity)"
run consent show "Participant 0418"
prints guardian__decision_says_who_spoke 'identity: guardian given'
prints decision__says_who_is_left_out 'not for: auditor'
prints decision__says_its_terms 'retention: seven years'
run consent withdraw "Participant 0418" identity --by-guardian
code_is guardian__may_stop_it 0
is guardian__who_stopped_it_is_obeyed suspended "$(now identity)"
young identity=yes --relation guardian --notice-version 2
is guardian__may_say_yes_again permitted "$(now identity)"
run consent withdraw "Participant 0417" photo --by-guardian
code_is guardian__of_nobody_withdraws_nothing 2
young in_mourning=yes --until 2030-06-30 --substitute-name "Old One"
run consent show "Participant 0418"
prints mourning__state_is_shown 'is mourned; the family is asked again on 2030-06-30'
prints mourning__substitute_name_is_shown 'substitute_name: Old One'
run show "$id"
prints mourning__lets_the_name_rest_here_too 'name: \(not shown: in_mourning'
prints mourning__substitute_name_is_said_instead 'is mourned; say instead: Old One'
run list person
prints mourning__lists_say_the_substitute_name '  Old One'
is mourning__lists_do_not_say_the_other_name 0 "$(grep -c 'Participant 0418' out.txt)"
run search "Name 0418"
prints mourning__search_does_not_find_the_name 'Nothing was found'
young in_mourning=no
run show "$id"
prints mourning__name_is_shown_again 'name: Name 0418'
run --json consent show "Participant 0418"
is mourning__ends "['has_guardian']" "$(json "list(d['states'])")"
young identity=yes --renew-on tomorrow
code_is terms__a_date_is_a_date 2

# --- a community decides ---------------------------------------------------------------------------
run add community name="Station Creek"
run add note text="the creek is ours to look after" community="Station Creek"
note=$(cat out.txt)
run show "$note"
prints community__is_asked_first 'kept back: community_words: community .* has not been asked'
run consent record "Participant 0417" community_words=yes
code_is community__person_does_not_decide_for_it 2
tells community__says_who_decides 'is for a community to decide'
run consent record "Station Creek" contact=yes
code_is community__does_not_decide_for_a_person 2
run consent record "Station Creek" community_words=yes --grantor "the land trust" --process "everybody spoke" \
	--dissent "two families would rather wait" --authority "land trust meeting"
code_is community__decides 0
run consent show "Station Creek"
prints community__shows_its_own_purposes 'community_words +permitted'
is community__shows_no_others 0 "$(grep -c 'identity ' out.txt)"
prints community__shows_how_it_decided 'process: everybody spoke'
run consent withdraw "Station Creek" community_words
run show "$note"
prints community__takes_its_word_back 'kept back: community_words: community .* stopped sharing'

t_end
