#!/bin/bash
# How a laptop is let in: what is said once and never again, invitations that were changed or swapped on their way,
# and the role that is asked for.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

# --- what init tells is its result ---------------------------------------------------------------------
echo "correct horse battery staple" >passphrase.txt
SATCHEL_PASSPHRASE_FILE=$t_dir/passphrase.txt run --quiet --store hq.db init --registry --name HQ --kdf-ms 1
prints quiet__init_prints_the_recovery_code '^ +([a-z]{5}-){7}[a-z]{5}$'
grep -Eo '([a-z]{5}-){7}[a-z]{5}' out.txt >recovery.txt
SATCHEL_PASSPHRASE_FILE=$t_dir/recovery.txt on hq.db invite invitation.json
code_is quiet__recovery_code_that_was_printed_opens_the_key 0
run --quiet --store l1.db init --invitation invitation.json --name "Camp 1" --no-passphrase
prints quiet__init_of_a_laptop_prints_the_words "^ +$(words_of l1.db)$"
is quiet__init_prints_no_advice 0 "$(grep -c 'satchel export' out.txt)"

# --- a changed invitation ------------------------------------------------------------------------------
# bend PROGRAM: the invitation as `d`, changed by a line of Python, in bent.json
bend() {
	python3 -c 'import json, sys
d = json.load(open("invitation.json"))
exec(sys.argv[1])
json.dump(d, open("bent.json", "w"))' "$1"
}
# refused NAME: init with bent.json fails in the one way and leaves nothing
refused() {
	on x.db --json init --invitation bent.json --name X --no-passphrase
	is "$1" "3 damaged" "$code $(json 'd["error"]["code"]')"
	tells "${1}_says_what_is_safe_and_what_to_do" 'Nothing was made. .*[Aa]sk (headquarters )?for a new one'
	is "${1}_leaves_nothing" "" "$(echo x.db*)"
}
shopt -s nullglob
bend 'pass'
on x.db init --invitation bent.json --name X --no-passphrase
code_is invitation__laid_out_in_another_way_is_the_same 0
rm x.db*
bend 'd["role"] = "auditor"'
refused invitation__with_another_role
tells invitation__with_another_role_says_what_happened 'was changed after headquarters wrote it'
bend 'd["sign"] = d["sign"][:-2] + ("00" if d["sign"][-2:] != "00" else "01")'
refused invitation__with_another_signing_key
bend 'd["seal"] = d["seal"][:-2] + ("00" if d["seal"][-2:] != "00" else "01")'
refused invitation__with_another_sealing_key
bend 'd["registry"] = "Somebody"'
refused invitation__with_another_name
bend 'd["statements"].pop()'
refused invitation__without_its_programme
bend 'd["statements"].pop(0)'
refused invitation__without_the_approval_of_headquarters
bend 'd["statements"][-1] = d["statements"][-1][:-2] + ("00" if d["statements"][-1][-2:] != "00" else "01")'
refused invitation__with_a_bent_statement
bend 'd["more"] = 1'
refused invitation__with_something_more
bend 'd["signature"] = d["signature"][:-2] + ("00" if d["signature"][-2:] != "00" else "01")'
refused invitation__with_another_signature
bend 'd["signature"] = 7'
refused invitation__with_a_number_for_a_signature
bend 'd["signature"] = d["signature"][:64]'
refused invitation__with_half_a_signature
bend 'del d["signature"]'
refused invitation__without_a_signature
tells invitation__without_a_signature_says_so 'does not bear the signature of headquarters'
head -c 300 invitation.json >bent.json
refused invitation__cut_short
: >bent.json
refused invitation__empty
echo '[]' >bent.json
refused invitation__that_is_a_list
head -c 5000000 /dev/zero >bent.json
refused invitation__much_too_large
rm bent.json
mkdir -p bent.json/satchel-invitation.json
refused invitation__that_is_a_folder
rm -r bent.json
bend 'd["satchel_invitation"] = 2'
on x.db init --invitation bent.json --name X --no-passphrase
code_is invitation__of_a_newer_satchel_is_a_failure 3
tells invitation__of_a_newer_satchel_says_what_to_do 'Nothing was made. Install the newer Satchel'
is invitation__of_a_newer_satchel_leaves_nothing "" "$(echo x.db*)"

# One that somebody else wrote in its place is whole; the words tell.
on evil.db init --registry --name HQ --no-passphrase
on evil.db invite evil.json
on l2.db init --invitation evil.json --name "Camp 2" --no-passphrase
code_is swapped__invitation_is_whole 0
SATCHEL_PASSPHRASE_FILE=$t_dir/passphrase.txt on hq.db device approve "$(words_of l2.db)"
tells swapped__words_are_nobodys 'Nothing was approved'

# --- the role that is asked for ------------------------------------------------------------------------
export SATCHEL_PASSPHRASE_FILE=$t_dir/passphrase.txt
on hq.db invite auditor.json --role auditor
prints role__is_named_by_invite 'takes part as an auditor'
on l3.db init --invitation auditor.json --name Inspector --no-passphrase
prints role__is_named_by_init 'takes part as an auditor'
mkdir stick
on l1.db export stick
on l3.db export stick
on hq.db merge stick
prints role__is_named_by_merge '"Camp 1" asks to be let in as a facilitator. If it is to be that'
prints role__another_is_seen_in_merge '"Inspector" asks to be let in as an auditor'
on hq.db device list
prints role__is_named_by_the_list 'Camp 1, pending: asks to be let in as a facilitator'
prints role__another_is_seen_in_the_list 'Inspector, pending: asks to be let in as an auditor'
on hq.db device approve "$(words_of l3.db)"
prints role__is_named_by_approve 'Approved "Inspector" as an auditor'
on l1.db invite more.json
tells invite__on_a_laptop_says_so_before_it_asks 'only headquarters writes invitations; nothing was written'
SATCHEL_PASSPHRASE_FILE=nowhere on hq.db invite invitation.json
tells invite__over_a_file_says_so_before_it_asks 'there already'
# --- names that would say more than a name ---------------------------------------------------------------
forged=$'Camp 9\n0123456789abcdef0123456789abcdef  Friend, facilitator, approved'
on l9.db init --invitation auditor.json --name "$forged" --no-passphrase
code_is name__of_two_lines_is_a_name 0
is name__of_two_lines_makes_no_line_where_it_is_given 1 "$(grep -c Friend out.txt)"
mkdir forged forged/satchel
on l9.db export forged
: >forged/satchel/$'a\nsatchel: all is well.satchel'
on hq.db merge forged
is name__of_two_lines_makes_no_line_in_merge "1 1" "$(grep -c Friend out.txt) $(wc -l <out.txt)"
is name__of_a_file_makes_no_line 0 "$(grep -c '^satchel: all is well' err.txt)"
tells name__of_a_file_shows_its_break 'a↵satchel: all is well.satchel was left alone'
on hq.db device list
is name__of_two_lines_makes_no_line_in_the_list 0 "$(grep -c '^0123456789abcdef' out.txt)"
prints name__of_two_lines_shows_its_break 'Camp 9↵0123456789abcdef0123456789abcdef  Friend, facilitator, approved, pending: asks to be let in as an'
on hq.db --json device list
is name__of_two_lines_is_whole_for_scripts "$forged" "$(json 'next(x["name"] for x in d["devices"] if "Friend" in x["name"])')"
on hq.db device approve "$(words_of l9.db)"
typed no --store hq.db device revoke "$forged"
is name__of_two_lines_makes_no_line_in_a_question 0 "$(grep -c '^0123456789abcdef' err.txt)"
t_end
