/* Reading JSON with jansson, which tells of memory that ran out as of a breach of JSON: the programme in a
 * store would then be called broken.  So its allocations are ours, which remember that one got nothing. */
#ifndef SAT_JSON_H
#define SAT_JSON_H

#include <jansson.h>

/* What `length` bytes say; no key may occur twice in one object.  Owned by the caller (json_decref).  NULL
 * with *code SAT_ENOMEM, or SAT_EINVALID and where the text breaks the rules. */
json_t *sat_json_read(const void *text, size_t length, json_error_t *where, int *code);

/* Bytes as a text of hexadecimal digits.  Owned by the caller; NULL when memory ran out. */
json_t *sat_json_hex(const void *data, size_t count);

#endif
