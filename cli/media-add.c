/* satchel media add: a file into the store, with the record that names it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/record.h"
#include "media.h"
#include "media/media-store.h"
#include "values.h"

static const cli_usage usage = {
	"media add", "FILE [KIND] [FIELD=VALUE...]",
	"Takes a file in and prints the id of its record: a new one of KIND (media, when none is named) with these\n"
	"fields, or with --record one that is there.  Out of pictures everything is left that a camera writes\n"
	"beside them (position, owner, serial number); sound, films and PDF are kept as they are.",
	1, -1
};

typedef struct adding {
	cli *c;
	const char *path, *record, *field;
	int fd;
	uint64_t size, done;
	cli_progress progress;
	const sat_media_type *type;
	sat_table *table;
	const sat_column *column;   /* that will name it */
	sat_write *writes;
	size_t count;
	sat_dot id;
	sat_media_taken taken;
} adding;

/* --- the file ------------------------------------------------------------------------------------------- */

static int cannot(cli *c, const char *path, const char *what)
{
	return sat_fail(
	    &c->err, errno == ENOENT || errno == ENOTDIR ? SAT_ENOTFOUND : SAT_EIO,
	    "%s could not be %s: %s; nothing was stored; is the name right, and is the stick or the card in?", path,
	    what, strerror(errno));
}

static int open_file(adding *a)
{
	uint8_t head[SAT_MEDIA_HEAD_BYTES];
	struct stat status;
	a->fd = open(a->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (a->fd < 0 || fstat(a->fd, &status) != 0)
		return cannot(a->c, a->path, "opened");
	if (!S_ISREG(status.st_mode))
		return sat_fail(&a->c->err, SAT_EINVALID,
		                "%s is not a file; nothing was stored; name the file itself", a->path);
	a->size = (uint64_t)status.st_size;
	ssize_t n = pread(a->fd, head, sizeof head, 0);
	if (n < 0)
		return cannot(a->c, a->path, "read");
	if (n == 0)
		return sat_fail(&a->c->err, SAT_EINVALID,
		                "%s is empty; nothing was stored; copy it from the camera again", a->path);
	a->type = sat_media_type_of(head, (size_t)n);
	return 0;
}

static int read_file(void *context, void *buffer, size_t room, size_t *count, sat_error *err)
{
	adding *a = context;
	ssize_t n;
	do
		n = read(a->fd, buffer, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cannot(a->c, a->path, "read");
	*count = (size_t)n;
	a->done += (uint64_t)n;
	if (!cli_progress_step(&a->progress, a->path, a->done, a->size))
		return sat_fail(err, SAT_ECANCELLED, "stopped; nothing was stored");
	return 0;
}

/* --- the record ----------------------------------------------------------------------------------------- */

static const sat_write *given(const adding *a, const sat_column *column)
{
	for (size_t i = 0; i < a->count; i++) {
		if (a->writes[i].column == column->number)
			return &a->writes[i];
	}
	return NULL;
}

/* What stands for the medium in the kind's own choice, where it has one called kind: given, or what fits. */
static void choose_kind(adding *a, char word[static SAT_NAME_BYTES])
{
	const sat_column *column = sat_column_named(a->table, "kind", SAT_CHOICE);
	const sat_write *write = column == NULL ? NULL : given(a, column);
	snprintf(word, SAT_NAME_BYTES, "%s", sat_media_word(a->type->medium));
	if (write != NULL && write->value.type == SAT_CHOICE) {
		snprintf(word, SAT_NAME_BYTES, "%.*s", (int)write->value.text.length, write->value.text.bytes);
	} else if (write == NULL && a->record == NULL && column != NULL && column->field != NULL &&
	           sat_field_choice(column->field, word, strlen(word)) != NULL) {
		a->writes[a->count++] =
		    (sat_write){ column->number,
			         { .type = SAT_CHOICE,
			           .text = { sat_media_word(a->type->medium), strlen(word) } } };
	}
}

/* The field that is named, else the only one for files, else the one that begins with the word for the medium. */
static int choose_field(adding *a)
{
	cli *c = a->c;
	char word[SAT_NAME_BYTES];
	const sat_column *only = NULL, *fitting = NULL;
	size_t files = 0;
	choose_kind(a, word);
	for (size_t i = 0; i < a->table->column_count; i++) {
		const sat_column *column = &a->table->columns[i];
		if (column->type != SAT_FILE || (a->field != NULL && strcmp(column->name, a->field) != 0))
			continue;
		only = column;
		files++;
		if (fitting == NULL && strncmp(column->name, word, strlen(word)) == 0)
			fitting = column;
	}
	a->column = files == 1 ? only : fitting;
	if (files == 0)
		return sat_fail(&c->err, SAT_EINVALID, "a %s has no field %s%sfor files; nothing was stored",
		                a->table->name, a->field == NULL ? "" : a->field, a->field == NULL ? "" : " ");
	if (a->column == NULL)
		return sat_fail(&c->err, SAT_EUSAGE,
		                "%s is %s, and a %s has several fields for files; say which with --field", a->path,
		                a->type->called, a->table->name);
	if (!sat_media_field_takes(a->column->name, a->type->medium) && a->type->medium != SAT_UNKNOWN_MEDIUM)
		return sat_fail(&c->err, SAT_EINVALID,
		                "%s is %s, which field %s is not for: people are asked about each by itself; "
		                "nothing was stored; choose another with --field",
		                a->path, a->type->called, a->column->name);
	return 0;
}

/* Reads kind and assignments, or finds the record. */
static int read_words(adding *a, int argc, char **argv, sat_arena *arena)
{
	cli *c = a->c;
	bool kind = argc > 0 && strchr(argv[0], '=') == NULL;
	a->writes = sat_arena_take(arena, ((size_t)argc + 2) * sizeof *a->writes);
	if (a->writes == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	if (a->record != NULL && argc > 0)
		return sat_fail(&c->err, SAT_EUSAGE,
		                "with --record no kind and no fields are named; `satchel set` changes them");
	int rc;
	if (a->record != NULL) {
		rc = cli_record_named(c, a->record, strlen(a->record), NULL, &a->id);
		return rc == 0 ? sat_table_of_record(c->store, a->id, &a->table, &c->err) : rc;
	}
	rc = cli_kind_named(c, kind ? argv[0] : "media", &a->table);
	a->count = (size_t)(argc - kind);
	return rc == 0 ? cli_writes_read(c, a->table, argv + kind, a->count, arena, a->writes) : rc;
}

static int add(cli *c, void *context)
{
	adding *a = context;
	SAT_BYTES(text);
	sat_media_source source = { read_file, a };
	int rc = sat_media_take(c->store, a->type, &source, &a->taken, &c->err);
	sat_file_value_print(&a->taken.value, &text);
	if (rc == 0 && !sat_bytes_ok(&text))
		rc = sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	if (rc != 0)
		return rc;
	sat_write *write = &a->writes[a->count++];
	*write = (sat_write){ a->column->number, { .type = SAT_FILE, .text = { (const char *)text.data, text.length } } };
	if (a->record != NULL)
		return sat_record_set(c->store, a->id, write, 1, NULL, &c->err);
	rc = cli_required(c, a->table, a->writes, a->count);
	return rc == 0 ? sat_record_add(c->store, a->table, a->writes, a->count, &a->id, &c->err) : rc;
}

/* --- what came of it ------------------------------------------------------------------------------------ */

static void tell(adding *a)
{
	cli *c = a->c;
	char id[SAT_ID_CHARS];
	const sat_file_value *value = &a->taken.value;
	cli_set(c, "id", cli_text(cli_id(c, a->id, id)));
	cli_set(c, "field", cli_text(a->column->name));
	cli_set(c, "type", cli_text(value->type));
	cli_set(c, "bytes", json_integer((json_int_t)value->original.size));
	cli_set(c, "pieces", json_integer((json_int_t)sat_tree_pieces(value->original.size)));
	cli_set(c, "preview_bytes", json_integer((json_int_t)value->preview.size));
	cli_set(c, "cleaned", json_boolean(a->taken.cleaned));
	cli_set(c, "removed_bytes", json_integer((json_int_t)a->taken.removed));
	cli_print(c, "%s\n", id);
	if (!a->taken.cleaned)
		cli_note(
		    c,
		    "%s is kept as it is: what the recorder wrote into it beside sound or picture (perhaps the place, the "
		    "owner, a serial number) was not taken out",
		    a->type->called);
	else if (a->taken.removed > 0)
		cli_note(c, "%zu bytes that the camera wrote beside the picture were left out", a->taken.removed);
	if (a->taken.cleaned && value->preview.size == 0)
		cli_note(c, "the picture is too large for a preview; only the original is kept");
}

int cli_media_add(cli *c, int argc, char **argv)
{
	adding a = { .c = c, .fd = -1 };
	const cli_option options[] = {
		{ "record", CLI_TEXT, &a.record, "ID", "into this record, which is there already" },
		{ "field", CLI_TEXT, &a.field, "FIELD",
		  "into this field, where the kind of file does not say which" },
		{ 0 },
	};
	SAT_ARENA(arena);
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	a.path = argv[0];
	int rc = cli_open(c);
	if (rc == 0)
		rc = read_words(&a, argc - 1, argv + 1, &arena);
	if (rc == 0)
		rc = open_file(&a);
	if (rc == 0)
		rc = choose_field(&a);
	if (rc == 0) {
		cli_progress_begin(&a.progress, "storing");
		rc = cli_transaction(c, add, &a);
		cli_progress_end(&a.progress);
	}
	if (a.fd >= 0)
		close(a.fd);
	if (rc != 0)
		return cli_fail(c);
	tell(&a);
	return CLI_DONE;
}
