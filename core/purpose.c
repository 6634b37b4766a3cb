/* See purpose.h. */
#include "purpose.h"

#include <stdio.h>
#include <string.h>

#include "store-private.h"

sat_purposes sat_purpose_find(const sat_store *store, const char *name)
{
	for (unsigned i = 0; i < store->purpose_count; i++) {
		if (strcmp(store->purposes[i], name) == 0)
			return UINT64_C(1) << i;
	}
	return 0;
}

const char *sat_purpose_name(const sat_store *store, unsigned i)
{
	return i < store->purpose_count ? store->purposes[i] : NULL;
}

int sat_purpose_intern(sat_store *store, const char *name, size_t length, sat_purposes *bit,
                       sat_error *err)
{
	if (!sat_name_valid(name, length))
		return sat_fail(err, SAT_EREFUSED, "\"%.*s\" is no name of a purpose", (int)length, name);
	char copy[SAT_NAME_BYTES];
	snprintf(copy, sizeof copy, "%.*s", (int)length, name);
	*bit = sat_purpose_find(store, copy);
	if (*bit != 0)
		return 0;
	store->tables_changed = true;
	if (store->purpose_count == SAT_PURPOSE_BITS) {
		*bit = SAT_PURPOSE_NEVER;
		return 0;
	}
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "INSERT INTO sat_purpose(bit, name) VALUES(?, ?)", err);
	if (rc == 0) {
		sat_bind_int(s, 1, store->purpose_count);
		sat_bind_string(s, 2, copy);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	if (rc != 0)
		return rc;
	memcpy(store->purposes[store->purpose_count], copy, sizeof copy);
	store->notices[store->purpose_count] = 0;
	*bit = UINT64_C(1) << store->purpose_count++;
	return 0;
}

sat_purposes sat_purposes_collective(const sat_store *store) { return store->collective; }

uint32_t sat_purpose_notice(const sat_store *store, unsigned i)
{
	return i < store->purpose_count ? store->notices[i] : 0;
}

int sat_purpose_ask_again(sat_store *store, sat_purposes bit, uint32_t notice, sat_error *err)
{
	if (bit == 0 || bit == SAT_PURPOSE_NEVER || notice <= store->notices[__builtin_ctzll(bit)])
		return 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "UPDATE sat_purpose SET notice = ? WHERE bit = ?", err);
	if (rc == 0) {
		sat_bind_int(s, 1, notice);
		sat_bind_int(s, 2, __builtin_ctzll(bit));
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	if (rc == 0)
		store->notices[__builtin_ctzll(bit)] = notice;
	return rc;
}

int sat_purposes_load(sat_store *store, sat_error *err)
{
	store->purpose_count = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT name, notice FROM sat_purpose ORDER BY bit", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1 && store->purpose_count < SAT_PURPOSE_BITS) {
		store->notices[store->purpose_count] = (uint32_t)sat_column_int(s, 1);
		snprintf(store->purposes[store->purpose_count++], SAT_NAME_BYTES, "%s",
		         sat_column_text(s, 0, NULL));
		rc = 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

void sat_purposes_words(const sat_store *store, sat_purposes set, sat_bytes *out)
{
	for (unsigned i = 0; i < store->purpose_count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		if (out->length > 0)
			sat_bytes_put_u8(out, ' ');
		sat_bytes_put(out, store->purposes[i], strlen(store->purposes[i]));
	}
	if (set & SAT_PURPOSE_NEVER)
		sat_bytes_put(out, " -", 2);
}

sat_purposes sat_purposes_of_words(const sat_store *store, const char *words)
{
	sat_purposes set = 0;
	while (*words != '\0') {
		size_t length = strcspn(words, " ");
		char name[SAT_NAME_BYTES];
		snprintf(name, sizeof name, "%.*s", (int)length, words);
		if (length > 0) {
			sat_purposes bit = sat_purpose_find(store, name);
			set |= bit != 0 ? bit : SAT_PURPOSE_NEVER;
		}
		words += length + (words[length] == ' ');
	}
	return set;
}
