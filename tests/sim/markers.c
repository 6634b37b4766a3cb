/* See markers.h. */
#include "markers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holdings.h"

enum { KEY_LETTERS = 8, MARKED_BYTES_MAX = 80 };

void marker_add(char *text, size_t room)
{
	size_t length = strlen(text);
	uint64_t hash = 1;
	for (size_t i = 0; i < length; i++)
		hash = dice_hash_u64(hash, (uint8_t)text[i]);
	if (length + 1 + MARKER_LETTERS >= room)
		return;
	text[length++] = ' ';
	for (int i = 0; i < MARKER_LETTERS; i++, hash = dice_mix(hash))
		text[length++] = (char)('a' + hash % 26);
	text[length] = '\0';
}

static uint64_t key_of(const char *letters)
{
	uint64_t key;
	memcpy(&key, letters, sizeof key);
	return key;
}

static mark *slot_of(const world *w, uint64_t key)
{
	size_t at = dice_mix(key) & (w->mark_room - 1);
	while (w->marks[at].key != 0 && w->marks[at].key != key)
		at = (at + 1) & (w->mark_room - 1);
	return &w->marks[at];
}

static void make_room(world *w)
{
	if (w->mark_count * 2 < w->mark_room)
		return;
	mark *old = w->marks;
	size_t room = w->mark_room;
	w->mark_room = room == 0 ? 1024 : room * 2;
	w->marks = calloc(w->mark_room, sizeof *w->marks);
	for (size_t i = 0; i < room; i++) {
		if (old[i].key != 0)
			*slot_of(w, old[i].key) = old[i];
	}
	free(old);
}

/* Large texts, which repeat themselves, have none. */
static bool is_marker(const char *text, size_t length)
{
	bool letters = length > MARKER_LETTERS && length < MARKED_BYTES_MAX && text[length - MARKER_LETTERS - 1] == ' ';
	for (size_t i = 1; letters && i <= MARKER_LETTERS; i++)
		letters = text[length - i] >= 'a' && text[length - i] <= 'z';
	return letters;
}

void marker_learn(world *w, const char *text, size_t length, const model_value *value, size_t decision)
{
	if (!is_marker(text, length))
		return;
	make_room(w);
	mark *m = slot_of(w, key_of(text + length - KEY_LETTERS));
	w->mark_count += m->key == 0;
	*m = (mark){ key_of(text + length - KEY_LETTERS), value, decision };
}

/* The next marker in some bytes, from `*at` on; NULL when there is none. */
static const mark *next_mark(const world *w, const uint8_t *data, size_t count, size_t *at)
{
	size_t letters = 0;
	for (size_t i = *at; w->mark_count > 0 && i < count; i++) {
		letters = data[i] >= 'a' && data[i] <= 'z' ? letters + 1 : 0;
		if (letters < KEY_LETTERS)
			continue;
		const mark *m = slot_of(w, key_of((const char *)data + i + 1 - KEY_LETTERS));
		*at = i + 1;
		if (m->key != 0)
			return m;
	}
	return NULL;
}

/* Whether what bears the marker has to be gone from here. */
static bool must_be_gone(const world *w, const holdings *now, const mark *m)
{
	if (m->value == NULL) {
		const model_decision *d = &w->model.decisions[m->decision];
		return holdings_knows(now, m->decision) &&
		       (holdings_tombstone(now, d->subject) ||
		        holdings_details_answer(w, now, m->decision, &now->own) == SAT_ERASED);
	}
	return holdings_tombstone(now, m->value->record) ||
	       holdings_answer(w, now, m->value, &now->own) == SAT_ERASED;
}

static const char *mark_text(const world *w, const mark *m)
{
	return m->value != NULL ? value_text(w, m->value) : world_dot_text(w->model.decisions[m->decision].id);
}

void marker_check_file(world *w, const machine *on, const holdings *now)
{
	int fd = open(on->path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) != 0)
		world_fail(w, 0, "the file of %s cannot be read", world_name(w, on));
	size_t count = (size_t)status.st_size, at = 0;
	void *data = mmap(NULL, count, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		world_fail(w, 0, "the file of %s cannot be read", world_name(w, on));
	const mark *m;
	while ((m = next_mark(w, data, count, &at)) != NULL && !must_be_gone(w, now, m))
		continue;
	munmap(data, count);
	if (m != NULL)
		world_fail(w, 4, "the file of %s still has bytes of %s at %zu", world_name(w, on), mark_text(w, m), at);
}

void marker_check_frame(world *w, const machine *from, int to, const void *data, size_t count)
{
	model_recipient recipient = holdings_recipient(w, from, to);
	const mark *m;
	size_t at = 0;
	while ((m = next_mark(w, data, count, &at)) != NULL) {
		sat_answer answer = m->value == NULL
		                        ? holdings_details_answer(w, from->held, m->decision, &recipient)
		                        : holdings_answer(w, from->held, m->value, &recipient);
		if (answer != SAT_PERMITTED)
			world_fail(w, 3, "a frame of %s to device %d has bytes of %s, which consent does not permit",
			           world_name(w, from), to, mark_text(w, m));
	}
}

void marker_check_dump(world *w, const machine *on, const holdings *now, const char *dump)
{
	const mark *m;
	size_t at = 0, count = strlen(dump);
	while ((m = next_mark(w, (const uint8_t *)dump, count, &at)) != NULL) {
		if (m->value != NULL && holdings_answer(w, now, m->value, &now->own) != SAT_PERMITTED)
			world_fail(w, 3, "%s shows %s, which it may not", world_name(w, on), mark_text(w, m));
	}
}
