#!/bin/bash
# Whoever waits for longer than half a second sees that the program works.  Nothing here waits for a clock: a full
# pipe on standard output keeps each command from ending until its line has been seen on the terminal.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
t_begin

# watched NAME PATTERN ARGUMENTS...: ok when the terminal shows the pattern before the command can end, and nothing
# of it stays there.  $MODE=quiet expects nothing but the end.
cat >watch.py <<'PY'
import fcntl, os, pty, re, select, subprocess, sys
pattern, command = sys.argv[1].encode(), sys.argv[2:]
terminal, inner = pty.openpty()
get, put = os.pipe()
os.set_blocking(put, False)
filled = 0
try:
    while True:
        filled += os.write(put, b"x")
except BlockingIOError:
    pass
os.set_blocking(put, True)
program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=put, stderr=inner)
os.close(inner)
os.close(put)
seen = b""
while not re.search(pattern, seen):
    ready, _, _ = select.select([terminal], [], [], 20)
    if not ready:
        sys.exit("nothing was seen but " + repr(seen))
    seen += os.read(terminal, 65536)
while os.read(get, 1 << 20):
    pass
program.wait()
try:
    while True:
        seen += os.read(terminal, 65536)
except OSError:
    pass
left = seen.rsplit(b"\r\033[K", 1)[1]
sys.exit(0 if program.returncode < 2 and left == b"" else "left: %r, exit %d" % (left, program.returncode))
PY
watched() {
	local name=$1 pattern=$2
	shift 2
	message=$(python3 watch.py "$pattern" "$SATCHEL" "$@" 2>&1)
	report $? "$name" "$message"
}

mkdir stick
run init --registry --name Headquarters --no-passphrase
run invite stick
run --store camp.db init --invitation stick --name Camp --no-passphrase
run --store camp.db export stick
run add workshop title=Cairns
for command in "list workshop" "search cairns" "dump workshop" "dump workshop --format json" status conflicts doctor \
	"backup copy.db" "verify $(echo stick/satchel/*)" "inspect $(echo stick/satchel/*)" quarantine "device list"; do
	# shellcheck disable=SC2086 # the words of a command
	watched "progress__of_${command%% *}_is_shown" 'working: [0-9]+ s' --json $command
done
watched progress__of_restore_is_shown 'working: [0-9]+ s' --json --store new.db restore copy.db
printf 'title\nOne\n' >rows.csv
watched progress__of_import_is_shown 'working: [0-9]+ s' --json import workshop rows.csv
watched progress__of_people_who_read_lines_is_shown 'working: [0-9]+ s' list workshop

# Never without a terminal, and not for those who want quiet.
run list workshop
is progress__is_for_terminals_alone "" "$err"
python3 -c 'import os, pty, subprocess, sys
terminal, inner = pty.openpty()
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=inner, stderr=inner)
os.close(inner)
seen = b""
try:
    while True:
        seen += os.read(terminal, 65536)
except OSError:
    pass
open("seen.txt", "wb").write(seen)' "$SATCHEL" list workshop
is progress__of_what_is_quick_is_not_shown 0 "$(grep -c "$(printf '\033')" seen.txt)"
t_end
