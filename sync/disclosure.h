/* The ledger of disclosures: which fields of which records went to whom, when, in which bundle.
 *
 * Whoever asks "who has my words?" has a right to an answer that does not hang on what is permitted now, so
 * every export writes down what it wrote out, for good.  Rows with the same fields of one kind are one line of
 * the ledger with the list of their ids, which takes about a byte a row.  Why something went is said by the
 * purposes that its fields need.  Each replica knows of its own exports; what others passed on stands in their
 * ledgers.  After Primero's and HIPAA's accounting of disclosures: date, recipient, what, purpose.
 *
 *     sat_disclosing_add(disclosing, chunk, err)                   for every chunk of a bundle
 *     sat_disclosing_write(disclosing, device, &name, at, err)     when the bundle is durable
 *
 * Of files it says how many of their pieces went in which bundle, because of which record; when the file was erased
 * since, its number and the record's are what is left of it.
 *
 *     sat_disclosures_each(store, gate, NULL, 0, each, context, err)   all, oldest first
 *     sat_disclosures_each(store, gate, table, record, ...)            those of one record
 */
#ifndef SAT_DISCLOSURE_H
#define SAT_DISCLOSURE_H

#include "core/chunk.h"
#include "core/gate.h"
#include "core/store.h"
#include "manifest.h"

/* --- writing it down -------------------------------------------------------------------------------- */

/* What one bundle discloses, while it is written. */
typedef struct sat_disclosing sat_disclosing;

/* Owned by the caller; borrows the store. */
int sat_disclosing_begin(sat_disclosing **disclosing, sat_store *store, sat_error *err);
void sat_disclosing_free(sat_disclosing *disclosing);
SAT_AUTO_DEFINE(sat_disclosing)
/* Notes the rows or pieces of a chunk; one of decisions has none.  SAT_ENOMEM. */
int sat_disclosing_add(sat_disclosing *disclosing, const sat_chunk *chunk, sat_error *err);
/* Writes down what was noted, as of `at` (seconds since 1970), and begins anew.  In a transaction. */
int sat_disclosing_write(sat_disclosing *disclosing, int64_t device, const sat_name16 *bundle, int64_t at,
                         sat_error *err);

/* --- reading it ------------------------------------------------------------------------------------- */

/* One line: records of one kind of which the same fields went to a device in a bundle. */
typedef struct sat_disclosure {
	int64_t device;             /* sat_device.id */
	int64_t at;
	sat_name16 bundle;
	char file[64];              /* of the bundle; "" when the peer's role or audience was changed since */
	bool received;              /* it confirmed the bundle */
	const sat_table *table;
	const uint8_t *fields;      /* column i: bit i % 8 of byte i / 8, from the least */
	size_t field_bytes;
	size_t records;             /* how many there are; 1 when one was asked for */
} sat_disclosure;

/* True when the value of a column went. */
bool sat_disclosure_has(const sat_disclosure *disclosure, uint16_t column);

/* Calls `each` for every line, oldest first, or for those that hold `record` of `table`; what it is given is
 * borrowed until it returns, and a non-zero result stops.  Records that labels keep from whom `gate` is for (NULL:
 * nobody) are not counted. */
int sat_disclosures_each(sat_store *store, sat_gate *gate, const sat_table *table, sat_dot record,
                         int (*each)(void *context, const sat_disclosure *disclosure, sat_error *err),
                         void *context, sat_error *err);
/* Pieces of one file that went to a device in a bundle. */
typedef struct sat_disclosed_file {
	int64_t device;
	int64_t at;
	char file[64];              /* of the bundle; "" as above */
	bool received;
	int64_t number;             /* sat_file.id */
	sat_dot record;             /* whose value let it go */
	bool preview;
	size_t pieces, of;          /* that went, and that it has */
} sat_disclosed_file;

/* Calls `each` for every file, oldest first, or for those that went because of `record` or that it names now. */
int sat_disclosed_files_each(sat_store *store, sat_dot record,
                             int (*each)(void *context, const sat_disclosed_file *file, sat_error *err),
                             void *context, sat_error *err);

#endif
