#!/bin/bash
# Searching for what people type: words with punctuation inside, every script, nothing taken for a query language.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin
on hq.db init --registry --name Headquarters --no-passphrase
export SATCHEL_STORE=hq.db

# finds NAME COUNT WORDS...: the search ends well and finds so many records
finds() {
	local name=$1 count=$2
	shift 2
	run --json search "$@"
	is "$name" "0 $count" "$code $(json 'd["count"]')"
}

# --- punctuation within words --------------------------------------------------------------------------
run add note "text=The co-op's boat doesn't leave at 12:30 on 2022-06-14"
run add note "text=Ask P-0401 at x@y.org about title:Z and C++"
run add note "text=Operations of a company"
finds hyphen__splits_a_word 1 co-op
finds hyphen__word_before_it_is_whole 0 compan-operations
finds hyphen__last_word_may_be_begun 1 co-o
finds apostrophe__splits_a_word 1 "doesn't"
finds apostrophe__typed_in_another_way_is_the_same 1 "doesn’t"
finds time__is_found 1 12:30
finds date__is_found_by_its_month 1 2022-06
finds name__with_a_hyphen_is_found 1 P-0401
finds address__is_found 1 x@y.org
finds column__is_a_word_like_any_other 1 title:Z
finds column__of_the_index_is_none 0 words:boat
finds punctuation__at_the_end_is_left_out 1 'about C++'
finds punctuation__by_itself_is_left_out 1 boat - '&' leave
finds words__all_have_to_be_there 0 co-op x@y.org

# --- a query language that is none ----------------------------------------------------------------------
for word in AND OR NOT NEAR; do
	finds "operator__${word}_is_a_word" 0 boat "$word" leave
done
finds operator__NEAR_with_a_number_is_words 0 'NEAR(boat leave, 2)'
for sign in '"' "'" '(' ')' '{' '}' '[' ']' '*' ':' '^' '-' '+' '\' '%' ';' ',' '.' '--' '""' '*"' '"*' ' ( " '; do
	finds "sign__${sign}_before_a_word_is_left_out" 1 -- "${sign}boat"
	finds "sign__${sign}_after_a_word_is_left_out" 1 "boat${sign}"
	finds "sign__${sign}_within_ends_a_word" 1 "boat${sign}doesn"
	run search -- "$sign"
	is "sign__${sign}_by_itself_is_no_word" 2 "$code"
done
tells sign__by_itself_says_what_to_type 'type a word or a number'

# --- scripts -----------------------------------------------------------------------------------------
for text in Łódź 'Mañana será' 'हिन्दी पाठ' 'ภาษาไทย' 'اللغة العربية' '中文名字' 'ქართული' 'Ελληνικά' '한국어' 'ትግርኛ' 'ᐃᓄᒃᑎᑐᑦ'; do
	run add note "text=$text"
	finds "script__${text// /_}_is_found" 1 "$text"
done
finds script__accents_may_be_left_out 1 'manana sera'
finds script__accents_may_be_written_apart 1 "$(printf 'man\xcc\x83ana')"
run add note "text=Thank you 🙂"
finds script__pictures_do_no_harm 1 'thank 🙂'
run search →
code_is script__signs_are_no_words 2
run search -boat
tells option__unknown_is_named_as_typed '"-b" is no option here.*begin with a hyphen go after'
run search "$(printf '\xff\xfe')"
code_is script__what_is_no_utf8_is_no_word 2
run search "$(printf 'boat\xe4\xb8')"
code_is script__a_cut_letter_does_no_harm 0

# --- long input --------------------------------------------------------------------------------------
finds long__word_is_not_there 0 "$(head -c 100000 /dev/zero | tr '\0' x)"
# shellcheck disable=SC2046 # words of their own
finds long__hundreds_of_words_are_sought 1 $(yes boat | head -256)
run search "$(yes boat | head -257)"
code_is long__more_are_refused 2
tells long__more_are_refused_with_a_sentence 'search for fewer'
run search "$(yes '"(-' | head -30000)"
code_is long__signs_are_no_words 2
t_end
