#!/bin/bash
# Photos and recordings by the command line: taken in without what cameras write beside them, carried in pieces, and
# gone when somebody takes them back.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$here/tap.sh"
t_begin

hq() { run --store hq.db "$@"; }
one() { run --store camp.db "$@"; }
picture() { python3 "$here/pictures.py" "$@"; }
# holding TEXT: the stores, with their journals, in which these bytes are
holding() {
	local name text
	for name in hq camp; do
		grep -l -a -F -q "$1" "$name".db* 2>/dev/null && text="${text:-}$name "
	done
	echo "${text:-nobody}"
}
# jpeg_size FILE: what the header of a JPEG says
jpeg_size() { python3 -c 'import struct, sys
d = open(sys.argv[1], "rb").read(); i = 2
while d[i + 1] not in (0xc0, 0xc2): i += 2 + struct.unpack(">H", d[i + 2:i + 4])[0]
print("%d x %d" % struct.unpack(">HH", d[i + 5:i + 9])[::-1])' "$1"; }

mkdir stick
hq init --registry --name Headquarters --no-passphrase
hq invite stick
one init --invitation stick --name "Camp one" --no-passphrase
one export stick
hq merge stick
hq device approve "$(words_of camp.db)"
hq export stick
one merge stick
one device confirm --yes
rm -r stick/satchel
hq merge stick

# --- pictures are cleaned -----------------------------------------------------------------------------
one add person "pseudonym=Participant 0417"
one add person "pseudonym=Participant 0500"
picture jpeg photo.jpg 1200 900 1 "Bandicoot Owner" "SN-00417-0042" "10.9671S 142.2067E"
picture png board.png 400 300 2 "Bandicoot Owner" "SN-00417-0042" "10.9671S 142.2067E"
is setting__the_photo_holds_what_cameras_write true "$([ "$(grep -a -o "Bandicoot Owner" photo.jpg | wc -l)" -ge 5 ] && echo true)"
one --json media add photo.jpg "depicts=Participant 0417" "title=By the river"
code_is add__takes_a_photo_in 0
photo=$(json "d['id']")
is add__chooses_the_field photo_file "$(json "d['field']")"
is add__says_that_it_cleaned true "$(json "d['cleaned'] and d['removed_bytes'] > 300")"
is add__makes_a_preview true "$(json "0 < d['preview_bytes'] <= 24576")"
is add__says_the_type image/jpeg "$(json "d['type']")"
one --json media add board.png kind=drawing "title=The board"
board=$(json "d['id']")
is add__puts_a_drawing_in_its_field drawing_file "$(json "d['field']")"
for text in "Bandicoot Owner" SN-00417 10.9671S xmpmeta; do
	is "clean__leaves_nothing_of_$text" nobody "$(holding "$text")"
done
one media get "$photo" out.jpg
code_is get__writes_it_out 0
is get__is_the_same_picture "1200 x 900" "$(jpeg_size out.jpg)"
is get__keeps_the_coded_picture_byte_by_byte true "$(python3 -c '
a, b = open("photo.jpg", "rb").read(), open("out.jpg", "rb").read()
i, j = a.index(b"\xff\xda"), b.index(b"\xff\xda"); end = a.rindex(b"\xff\xd9") + 2
print(str(a[i:end] == b[j:]).lower())')"
is get__keeps_which_way_up 6 "$(python3 -c '
d = open("out.jpg", "rb").read(); i = d.index(b"Exif\0\0MM\0*"); print(d[i + 6 + 19])')"
one media get "$photo" photo_file small.jpg --preview
code_is preview__is_written_out 0
is preview__is_small_and_upright "240 x 320" "$(jpeg_size small.jpg)"
is preview__has_no_remark 0 "$(grep -c -a CREATOR small.jpg)"
one media get "$photo" out.jpg
code_is get__does_not_write_over_a_file 2
one media get "$board" board-out.png
is get__png_has_nothing_left "0" "$(grep -c -a -e Bandicoot -e tEXt -e prVt board-out.png)"
one media list
prints list__says_how_much_is_here "$photo  photo_file  image/jpeg, [0-9]* bytes: all [0-9]* pieces here, with preview"
one --json media add photo.jpg "depicts=Participant 0500"
second=$(json "d['id']")
is add__again_keeps_the_bytes_once true "$(python3 -c 'import os; print(str(os.path.getsize("camp.db") < 2 * os.path.getsize("photo.jpg") + 3000000).lower())')"

# --- what is not taken in -------------------------------------------------------------------------------
head -c 20000 photo.jpg >cut.jpg
one media add cut.jpg
code_is refused__photo_that_ends_too_soon 2
tells refused__says_what_to_do 'ends too soon.*nothing was stored; copy it from the camera again'
printf '\0\0\0\030ftypheic\0\0\0\0mif1heic and more bytes' >photo.heic
one media add photo.heic
code_is refused__picture_that_cannot_be_cleaned 2
tells refused__names_the_kind_and_the_way_out 'HEIC.*nothing was stored; let the camera or phone save JPEG'
cp photo.jpg renamed.mp3
one --json media add renamed.mp3
is type__is_told_by_the_bytes_and_not_the_name image/jpeg "$(json "d['type']")"
one erase "$(json "d['id']")" --yes
echo "just words" >notes.txt
one media add notes.txt
code_is refused__bytes_of_an_unknown_kind 2
: >empty.jpg
one media add empty.jpg
tells refused__empty_file 'is empty'
one media add nowhere.jpg
code_is refused__file_that_is_not_there 2
one media add photo.jpg --field audio_file
tells refused__picture_in_a_field_for_sound 'which field audio_file is not for'
one media list
is refused__leaves_nothing_behind 3 "$(grep -c . out.txt)"

# --- sound is kept as it is -------------------------------------------------------------------------------
python3 - <<'PY'
import random
dice = random.Random(9)
open("story.wav", "wb").write(b"RIFF\x24\0\0\0WAVEfmt Wallaby Recorder " + dice.randbytes(900000))
PY
one --json media add story.wav "heard=Participant 0417"
sound=$(json "d['id']")
is sound__goes_into_its_field audio_file "$(json "d['field']")"
tells sound__says_that_nothing_was_taken_out 'kept as it is.*was not taken out'
one media get "$sound" story-out.wav
is sound__is_the_same true "$(cmp -s story.wav story-out.wav && echo true)"

# --- it travels as far as consent and room allow --------------------------------------------------------------
one consent record "Participant 0417" attend_record=yes
one consent record "Participant 0500" attend_record=yes photo=yes
one --json export stick --only-text
is only_text__leaves_files_for_later true "$(json "d['bundles'][0]['file_bytes'] == 0 and d['bundles'][0]['files']['left'] >= 2")"
hq merge stick
hq media list
prints only_text__says_what_is_missing "$second  photo_file  .*: 0 of [0-9]* pieces here, preview missing"
hq media get "$second" missing.jpg
code_is get__of_a_file_that_is_not_here_is_refused 1
tells get__says_that_nothing_was_written 'nothing was written; the rest comes with later bundles'
is get__writes_nothing false "$([ -e missing.jpg ] && echo true || echo false)"
hq media get "$photo" missing.jpg
code_is no_yes__means_no_file 2
hq merge stick --reply
one merge stick
one --json status
is status__counts_what_is_not_copied true "$(json "d['peers'][0]['files']['unsent'] >= 3 and d['peers'][0]['files']['unsent_bytes'] > 0")"
one --json export stick --previews
is previews__go_alone true "$(json "0 < d['bundles'][0]['file_bytes'] < 60000")"
hq merge stick --reply
one merge stick
hq media get "$second" preview.jpg --preview
code_is previews__can_be_shown_before_the_original 0
one --json export stick --budget 300k
is budget__is_kept true "$(json "all(b['bytes'] <= 300000 for b in d['bundles'])")"
is budget__says_what_is_left true "$(json "d['bundles'][-1]['files']['bytes_left'] > 0")"
one export stick --budget nonsense
code_is budget__has_to_be_a_number 2
one export stick --budget 1M --previews
code_is budget__and_previews_exclude_each_other 2
hq merge stick --reply
one merge stick
for _ in 1 2 3 4 5 6; do
	one export stick --budget 600k
	hq merge stick --reply
	one merge stick
done
hq --json media list
is budgets__bring_all_in_the_end 0 "$(json "d['incomplete']")"
hq media get "$second" hq-photo.jpg
is budgets__bring_the_very_bytes true "$(cmp -s out.jpg hq-photo.jpg && echo true)"
one --json disclosures "$second"
is disclosures__say_that_the_file_went true "$(json "sum(f['pieces'] for f in d['files'] if not f['preview']) == d['files'][-1]['of'] and all(f['received'] for f in d['files'])")"
one disclosures "$second"
prints disclosures__say_it_in_words 'to Headquarters, received  .*pieces of the file itself'
is no_yes__sound_stayed_here camp "$(holding "Wallaby Recorder" | tr -d ' ')"

# --- taken back ---------------------------------------------------------------------------------------------
python3 - <<'PY'
import random
d = open("out.jpg", "rb").read()
random.seed(4)
open("marks", "w").write("\n".join(d[i:i + 24].hex() for i in (random.randrange(2000, len(d) - 100) for _ in range(60))))
d = open("preview.jpg", "rb").read()
open("small-marks", "w").write("\n".join(d[i:i + 24].hex() for i in range(700, len(d) - 100, 500)))
PY
# marks_in STORE LIST: how many of the stretches of bytes are in the store or its journal
marks_in() { python3 -c 'import glob, sys
d = b"".join(open(f, "rb").read() for f in glob.glob(sys.argv[1] + "*"))
print(sum(bytes.fromhex(m.strip()) in d for m in open(sys.argv[2])))' "$1" "$2"; }
is before__the_bytes_are_there true "$([ "$(marks_in hq.db marks)" -gt 50 ] && [ "$(marks_in camp.db marks)" -gt 50 ] && echo true)"
one consent withdraw "Participant 0500" photo --final --yes
# Another person's record holds the same picture here, and nowhere else.
is taken_back__what_another_record_names_stays_here true "$([ "$(marks_in camp.db marks)" -gt 50 ] && echo true)"
one export stick
hq merge stick --reply
one merge stick
is taken_back__original_is_gone_at_headquarters 0 "$(marks_in hq.db marks)"
is taken_back__preview_is_gone_at_headquarters 0 "$(marks_in hq.db small-marks)"
one consent withdraw "Participant 0417" photo --final --yes
is taken_back__original_is_gone_here 0 "$(marks_in camp.db marks)"
is taken_back__preview_is_gone_here 0 "$(marks_in camp.db small-marks)"
one media get "$photo" gone.jpg
code_is taken_back__cannot_be_got 2

t_end
