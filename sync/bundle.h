/* Bundles as step machines: frames in, positioned bytes out; positioned bytes in, frames out.
 *
 * Neither does any I/O, so that sticks, serial lines and HTTP share them.
 *
 * Writing:
 *     sat_bundle_writer_begin(&w, ...)
 *     sat_bundle_writer_add(w, plaintext, ...)             for each frame; drain before the next
 *     sat_bundle_writer_finish(w, &manifest, ...)          then drain
 *   where drain is: while (sat_bundle_writer_next(w, &offset, &data, &count)) put it there
 *
 * Reading:
 *     sat_bundle_reader_begin(&r, identity, size)
 *     while (sat_bundle_reader_want(r, &offset, &count)) { read them; sat_bundle_reader_feed(...) }
 *   which stops to let the caller look: once at the manifest (the caller finds the sender's keys and
 *   calls sat_bundle_reader_trust), and at every frame.
 */
#ifndef SAT_BUNDLE_H
#define SAT_BUNDLE_H

#include "core/arena.h"
#include "core/env.h"
#include "core/keys.h"
#include "manifest.h"
#include "seal.h"

typedef struct sat_bundle_writer sat_bundle_writer;

/* `zstd_level` as in zstd.h; `bytes_max` is the most a file may take.  Owned by the caller. */
int sat_bundle_writer_begin(sat_bundle_writer **writer, sat_form form, const sat_public *recipient,
                            int zstd_level, uint64_t bytes_max, const sat_env *env, sat_error *err);
void sat_bundle_writer_free(sat_bundle_writer *writer);
SAT_AUTO_DEFINE(sat_bundle_writer)

/* How many names of bundles and frames the manifest will list besides its own frames, at most; without
 * this, none.  Before the first frame. */
void sat_bundle_writer_names(sat_bundle_writer *writer, size_t names);
/* Compresses and seals one frame, which is borrowed until the next call with this writer: that waits until
 * it is done, and what went wrong with it is reported by the next one of these or by the end. */
int sat_bundle_writer_add(sat_bundle_writer *writer, const void *frame, size_t count, sat_error *err);
/* True when the bundle is better finished and another begun. */
bool sat_bundle_writer_full(sat_bundle_writer *writer);
/* What the bundle would take if it ended here, before padding and at most; `expected` is what it may grow to,
 * since a large one reserves room for its manifest. */
uint64_t sat_bundle_writer_bytes(sat_bundle_writer *writer, uint64_t expected);
/* Fills in courier and frames of the manifest, signs it, and closes the bundle; `name` receives the
 * bundle's name, `*size` its length in bytes.  The manifest's frames are borrowed from the writer. */
int sat_bundle_writer_finish(sat_bundle_writer *writer, sat_manifest *manifest, const sat_identity *identity,
                             sat_name16 *name, uint64_t *size, sat_error *err);
/* The next bytes to be put at `*offset`, borrowed until the next call; false when there are none now. */
bool sat_bundle_writer_next(sat_bundle_writer *writer, uint64_t *offset, const void **data, size_t *count);

typedef struct sat_bundle_reader sat_bundle_reader;

typedef enum sat_bundle_event {
	SAT_BUNDLE_MORE,      /* feed what it wants */
	SAT_BUNDLE_MANIFEST,  /* the manifest is there; sat_bundle_reader_trust comes next */
	SAT_BUNDLE_FRAME,     /* a frame is there */
	SAT_BUNDLE_LOST,      /* a frame is damaged: its hash is not the manifest's */
	SAT_BUNDLE_DONE,      /* that was the last frame */
} sat_bundle_event;

int sat_bundle_reader_begin(sat_bundle_reader **reader, const sat_identity *identity, uint64_t size,
                            sat_error *err);
void sat_bundle_reader_free(sat_bundle_reader *reader);
SAT_AUTO_DEFINE(sat_bundle_reader)

/* What it wants to be fed next; false when it is done. */
bool sat_bundle_reader_want(const sat_bundle_reader *reader, uint64_t *offset, size_t *count);
/* Takes exactly what was wanted.  SAT_EDAMAGED, SAT_ENOTFORUS ... when nothing can be had from the
 * bundle; SAT_EREFUSED for a frame whose hash is right and whose content is not. */
int sat_bundle_reader_feed(sat_bundle_reader *reader, const void *data, size_t count, sat_bundle_event *event,
                           sat_error *err);
/* Goes on past a stretch that cannot be read (a bad sector): as if its bytes were damaged. */
int sat_bundle_reader_skip(sat_bundle_reader *reader, sat_bundle_event *event, sat_error *err);

/* After SAT_BUNDLE_MANIFEST.  Borrowed from the reader. */
const sat_manifest *sat_bundle_reader_manifest(const sat_bundle_reader *reader);
/* Checks the signature with the sender's keys, for a recipient with these.  SAT_EFORGED. */
int sat_bundle_reader_trust(sat_bundle_reader *reader, const sat_public *sender, const sat_public *recipient,
                            sat_name16 *name, sat_error *err);
/* After SAT_BUNDLE_FRAME: its number and plaintext, borrowed until the next feed. */
void sat_bundle_reader_frame(const sat_bundle_reader *reader, size_t *index, const void **data, size_t *count);
/* The first copy of header or manifest was damaged, or the file has another size than it should. */
bool sat_bundle_reader_mended(const sat_bundle_reader *reader);
/* The padding that ought to stand at `offset` of the file: for verify.  0 when none stands there. */
size_t sat_bundle_reader_padding(const sat_bundle_reader *reader, uint64_t offset, uint8_t *padding,
                                 size_t count);

/* Where the first frame begins. */
uint64_t sat_bundle_reader_body(const sat_bundle_reader *reader);

#define SAT_BUNDLE_BYTES_MIN (SAT_HEADER_BYTES + SAT_BOX_BYTES + 1 + SAT_HASH_BYTES)

#endif
